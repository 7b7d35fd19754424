"""datumaro's mask_tools: C++ and numpy for counts, pycocotools for strings."""

from typing import Any

import datumaro.util.mask_tools as api
import numpy as np
from numpy.typing import NDArray

LABEL = "datumaro"

Array = NDArray[Any]
Segmentation = dict[str, Any]


def coco_encode(mask: Array) -> Segmentation:
    """Its counts, from C++; pycocotools makes a string of them."""
    return _string(api.mask_to_rle(mask.view(np.uint8)))


def coco_encode__numpy(mask: Array) -> Segmentation:
    """Its counts, from numpy."""
    return _string(api.mask_to_rle_py(mask.view(np.uint8)))


def coco_decode(segmentation: Segmentation) -> Array:
    """Copies what comes back into C order."""
    return np.ascontiguousarray(api.pycocotools_mask.decode(segmentation))


def cvat_encode(mask: Array) -> list[int]:
    """Its box and its counts of the crop, turned over."""
    left, top, width, height = map(int, api.find_mask_bbox(mask))
    crop = np.ascontiguousarray(mask[top : top + height + 1, left : left + width + 1])
    counts = api.mask_to_rle_py(crop.T.view(np.uint8))["counts"].tolist()
    return [*counts, left, top, left + width, top + height]


def cvat_decode(points: list[int], height: int, width: int) -> Array:
    """As its reader of CVAT's XML does it."""
    left, top, right, bottom = points[-4:]
    counts = {"size": [right - left + 1, bottom - top + 1], "counts": points[:-4]}
    image = np.zeros((height, width), np.uint8)
    image[top : bottom + 1, left : right + 1] = api.rle_to_mask(counts).T
    return image


def cvat_to_coco(points: list[int], height: int, width: int) -> Segmentation:
    """Decodes and encodes."""
    return coco_encode(cvat_decode(points, height, width))


def coco_to_cvat(segmentation: Segmentation) -> list[int]:
    """Decodes and encodes."""
    return cvat_encode(coco_decode(segmentation).view(np.bool_))


def _string(counted: Segmentation) -> Segmentation:
    return api.pycocotools_mask.frPyObjects(counted, *counted["size"])
