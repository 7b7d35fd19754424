"""This package."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
import rle.torch

LABEL = "rle"

Array = NDArray[Any]
Segmentation = dict[str, Any]
Segmentations = Sequence[Segmentation]

cvat_encode = rle.cvat.encode
cvat_encode_batch = rle.cvat.encode_batch
coco_encode = rle.coco.encode
coco_encode_batch = rle.coco.encode_batch
coco_decode = rle.coco.decode
coco_decode_batch = rle.coco.decode_batch
coco_to_cvat = rle.convert.coco_to_cvat
multiclass_encode = rle.multiclass.encode
multiclass_decode = rle.multiclass.decode
kaggle_encode = rle.kaggle.encode
iou = rle.ops.iou
union = rle.ops.union
area = rle.ops.area
tensor_coco = rle.torch.encode_coco
tensor_cvat = rle.torch.encode_cvat


def cvat_decode(points: list[int], height: int, width: int) -> Array:
    """Only the arguments differ."""
    return rle.cvat.decode(points, height=height, width=width)


def cvat_decode_batch(points: list[list[int]], height: int, width: int) -> Array:
    """Likewise."""
    return rle.cvat.decode_batch(points, height=height, width=width)


def cvat_to_coco(points: list[int], height: int, width: int) -> Segmentation:
    """Likewise."""
    return rle.convert.cvat_to_coco(points, height=height, width=width)


def kaggle_decode(text: str, height: int, width: int) -> Array:
    """Likewise."""
    return rle.kaggle.decode(text, height=height, width=width)


def polygon(polygons: list[list[float]], height: int, width: int) -> Array:
    """Likewise."""
    return rle.polygon.to_mask(polygons, height=height, width=width)


def bbox(segmentations: Segmentations) -> Array:
    """Likewise."""
    return np.asarray(rle.ops.bbox(segmentations))


def notebook_a(mask: Array) -> dict[str, Any]:
    """Values and lengths, row by row."""
    return rle.multiclass.encode(mask, order="C")


notebook_b = rle.coco.encode


def notebook_c(mask: Array) -> str:
    """Kaggle's text, row by row: that of the mask turned over."""
    return rle.kaggle.encode(mask.T)


def notebook_d(mask: Array) -> Segmentation:
    """COCO's counts as a list."""
    return rle.coco.encode(mask, compressed=False)


notebook_e = notebook_d
notebook_f = notebook_g = notebook_h = notebook_a
notebook_i = rle.multiclass.encode
