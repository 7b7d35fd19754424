"""rlemasklib, in C: runs are cropped and turned as runs."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import rlemasklib as api
from numpy.typing import NDArray
from rlemasklib import RLEMask

LABEL = "rlemasklib"

Array = NDArray[Any]
Segmentation = dict[str, Any]
Segmentations = Sequence[Segmentation]


def coco_encode(mask: Array) -> Segmentation:
    """Reads rows and turns the runs."""
    return RLEMask.from_array(mask).to_dict()


def coco_encode__dense(mask: Array) -> Segmentation:
    """Turns the image instead, which it advises for noise."""
    return RLEMask.from_array(mask, is_sparse=False).to_dict()


def coco_decode(segmentation: Segmentation) -> Array:
    """It chooses itself whether to turn runs or image."""
    return RLEMask.from_dict(segmentation).to_array(order="C")


def coco_decode__copy(segmentation: Segmentation) -> Array:
    """In its own order, then copied."""
    return np.ascontiguousarray(api.decode(segmentation))


def coco_encode_batch(masks: Array) -> Segmentations:
    """All at once."""
    return api.encode(masks, batch_first=True)


def coco_decode_batch(segmentations: Segmentations) -> Array:
    """Each into its place."""
    height, width = segmentations[0]["size"]
    images = np.zeros((len(segmentations), height, width), np.uint8)
    for image, segmentation in zip(images, segmentations, strict=True):
        RLEMask.from_dict(segmentation).decode_into(image, 1)
    return images


def cvat_encode(mask: Array) -> list[int]:
    """The mask turned over is in its own order without a copy; the runs are cropped."""
    runs = RLEMask.from_array(mask.T)
    top, left, height, width = runs.tight_crop(inplace=True)[1].tolist()
    return [*runs.counts_view.tolist(), left, top, left + width - 1, top + height - 1]


def cvat_decode(points: list[int], height: int, width: int) -> Array:
    """The runs are padded to the image's size."""
    runs = _crop(points)
    left, top, right, bottom = points[-4:]
    runs.pad(left, width - right - 1, top, height - bottom - 1, inplace=True)
    return runs.to_array().T


def cvat_decode__paste(points: list[int], height: int, width: int) -> Array:
    """Only the crop is decoded, then pasted."""
    left, top, right, bottom = points[-4:]
    image = np.zeros((height, width), np.uint8)
    image[top : bottom + 1, left : right + 1] = _crop(points).to_array().T
    return image


def cvat_to_coco(points: list[int], height: int, width: int) -> Segmentation:
    """Turned and padded as runs."""
    left, top, right, bottom = points[-4:]
    runs = _crop(points).T
    return runs.pad(top, height - bottom - 1, left, width - right - 1, inplace=True).to_dict()


def coco_to_cvat(segmentation: Segmentation) -> list[int]:
    """Cropped and turned as runs."""
    runs = RLEMask.from_dict(segmentation)
    left, top, width, height = runs.tight_crop(inplace=True)[1].tolist()
    return [*runs.T.counts_view.tolist(), left, top, left + width - 1, top + height - 1]


def iou(a: Segmentations, b: Segmentations) -> Array:
    """From its objects."""
    return RLEMask.iou_matrix([*map(RLEMask.from_dict, a)], [*map(RLEMask.from_dict, b)])


def union(segmentations: Segmentations) -> Segmentation:
    """From its objects."""
    return RLEMask.union([*map(RLEMask.from_dict, segmentations)]).to_dict()


def union__dicts(segmentations: Segmentations) -> Segmentation:
    """With its function for dicts."""
    return api.union(segmentations)


area = api.area
bbox = api.to_bbox


def polygon(polygons: list[list[float]], height: int, width: int) -> Array:
    """One after another, and their union."""
    drawn = [RLEMask.from_polygon(polygon, imshape=(height, width)) for polygon in polygons]
    return RLEMask.union(drawn).to_array(order="C")


def _crop(points: list[int]) -> RLEMask:
    left, top, right, bottom = points[-4:]
    counts = np.array(points[:-4], np.uint32)
    return RLEMask.from_counts(counts, (right - left + 1, bottom - top + 1))
