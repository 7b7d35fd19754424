"""pycocotools: masks column by column (Fortran order), as its documentation asks for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pycocotools.mask as api
from numpy.typing import NDArray

from benchmarks.rle.coco_api import CocoApi
from benchmarks.rle.counts import counts_of_string

LABEL = "pycocotools"

Array = NDArray[Any]
Segmentation = dict[str, Any]


def coco_encode(mask: Array) -> Segmentation:
    """Copies the mask into Fortran order first."""
    return api.encode(np.asfortranarray(mask.view(np.uint8)))


def coco_encode_batch(masks: Array) -> Sequence[Segmentation]:
    """All at once, which needs them as (H, W, N)."""
    return api.encode(np.asfortranarray(masks.view(np.uint8).transpose(1, 2, 0)))


def _crop(size: list[int], counts: list[int]) -> Array:
    return api.decode(api.frPyObjects({"size": size, "counts": counts}, *size))


_api = CocoApi(api, api.toBbox, _crop, lambda encoded: counts_of_string(encoded["counts"]))
coco_decode = _api.decode
coco_decode_batch = _api.decode_batch
cvat_encode = _api.cvat_encode
cvat_decode = _api.cvat_decode
cvat_to_coco = _api.cvat_to_coco
coco_to_cvat = _api.coco_to_cvat
iou = _api.iou
union = api.merge
area = api.area
bbox = api.toBbox
polygon = _api.polygon
notebook_b = coco_encode
