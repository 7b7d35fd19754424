"""supervision, in Python and numpy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from supervision.detection.utils import converters as api
from supervision.detection.utils.iou_and_nms import mask_iou_batch

LABEL = "supervision"

Array = NDArray[Any]
Segmentation = dict[str, Any]
Segmentations = Sequence[Segmentation]


def coco_encode(mask: Array) -> Segmentation:
    """Its counts in COCO's dict."""
    return {"size": list(mask.shape), "counts": api.mask_to_rle(mask, compressed=True)}


def coco_decode(segmentation: Segmentation) -> Array:
    """Copies what comes back into C order."""
    height, width = segmentation["size"]
    return np.ascontiguousarray(api.rle_to_mask(segmentation["counts"], (width, height)))


def cvat_encode(mask: Array) -> list[int]:
    """Its box and its counts of the crop, turned over."""
    left, top, right, bottom = map(int, api.mask_to_xyxy(mask[np.newaxis])[0])
    crop = np.ascontiguousarray(mask[top : bottom + 1, left : right + 1])
    return [*api.mask_to_rle(crop.T), left, top, right, bottom]


def cvat_decode(points: list[int], height: int, width: int) -> Array:
    """The crop turned over, then pasted."""
    left, top, right, bottom = points[-4:]
    image = np.zeros((height, width), np.bool_)
    crop = api.rle_to_mask(points[:-4], (bottom - top + 1, right - left + 1)).T
    image[top : bottom + 1, left : right + 1] = crop
    return image


def cvat_to_coco(points: list[int], height: int, width: int) -> Segmentation:
    """Decodes and encodes."""
    return coco_encode(cvat_decode(points, height, width))


def coco_to_cvat(segmentation: Segmentation) -> list[int]:
    """Decodes and encodes."""
    return cvat_encode(coco_decode(segmentation))


def iou(a: Segmentations, b: Segmentations) -> Array:
    """Decodes all, then multiplies matrices."""
    first, second = (np.stack([coco_decode(one) for one in some]) for some in (a, b))
    return mask_iou_batch(first, second)


def polygon(polygons: list[list[float]], height: int, width: int) -> Array:
    """One after another (corners become whole numbers there), and their union."""
    image = np.zeros((height, width), np.uint8)
    for flat in polygons:
        image |= api.polygon_to_mask(np.reshape(flat, (-1, 2)), (width, height))
    return image
