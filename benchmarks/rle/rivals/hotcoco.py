"""hotcoco, in Rust: pycocotools' functions, which take masks in either order."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from hotcoco import mask as api
from numpy.typing import NDArray

from benchmarks.rle.counts import counts_of_string

LABEL = "hotcoco"

Array = NDArray[Any]
Segmentation = dict[str, Any]
Segmentations = Sequence[Segmentation]


def coco_encode(mask: Array) -> Segmentation:
    """As it is: copying into its order first is slower."""
    return api.encode(mask)


def coco_decode(segmentation: Segmentation) -> Array:
    """Copies what comes back into C order."""
    return np.ascontiguousarray(api.decode(segmentation))


def coco_encode_batch(masks: Array) -> Segmentations:
    """All at once, as (H, W, N)."""
    return api.encode(masks.transpose(1, 2, 0))


def coco_decode_batch(segmentations: Segmentations) -> Array:
    """All at once, from (H, W, N)."""
    return np.ascontiguousarray(api.decode(segmentations).transpose(2, 0, 1))


def cvat_encode(mask: Array) -> list[int]:
    """A mask turned over is in its order without a copy: its columns are the mask's rows."""
    top, left, height, width = map(int, api.to_bbox(api.encode(mask.T)))
    return _cropped(mask, left, top, left + width - 1, top + height - 1)


def cvat_decode(points: list[int], height: int, width: int) -> Array:
    """The crop turned over, then pasted."""
    left, top, right, bottom = points[-4:]
    image = np.zeros((height, width), np.uint8)
    image[top : bottom + 1, left : right + 1] = _crop(points)
    return image


def cvat_to_coco(points: list[int], height: int, width: int) -> Segmentation:
    """Decodes and encodes; the image is built in its order, which saves a copy."""
    left, top, right, bottom = points[-4:]
    image = np.zeros((height, width), np.uint8, order="F")
    image[top : bottom + 1, left : right + 1] = _crop(points)
    return api.encode(image)


def coco_to_cvat(segmentation: Segmentation) -> list[int]:
    """Decodes and encodes; the box comes from the runs."""
    left, top, width, height = map(int, api.to_bbox(segmentation))
    return _cropped(api.decode(segmentation), left, top, left + width - 1, top + height - 1)


def iou(a: Segmentations, b: Segmentations) -> Array:
    """As it is."""
    return api.iou(a, b, [0] * len(b))


union = api.merge
area = api.area
bbox = api.to_bbox


def polygon(polygons: list[list[float]], height: int, width: int) -> Array:
    """Runs, their union, then an image."""
    return coco_decode(api.merge(api.frPyObjects(polygons, height, width)))


def _crop(points: list[int]) -> Array:
    left, top, right, bottom = points[-4:]
    size = [right - left + 1, bottom - top + 1]
    return api.decode({"size": size, "counts": points[:-4]}).T


def _cropped(mask: Array, left: int, top: int, right: int, bottom: int) -> list[int]:
    crop = np.ascontiguousarray(mask[top : bottom + 1, left : right + 1])
    return [*counts_of_string(api.encode(crop.T)["counts"]), left, top, right, bottom]
