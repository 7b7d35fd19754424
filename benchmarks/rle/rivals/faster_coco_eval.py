"""faster-coco-eval, in C++: pycocotools' functions, and one that hands out the counts."""

from collections.abc import Sequence
from typing import Any

import faster_coco_eval.core.mask as api
import numpy as np
from faster_coco_eval.mask_api_new_cpp import toUncompressedRLE
from numpy.typing import NDArray

from benchmarks.rle.coco_api import CocoApi

LABEL = "faster-coco-eval"

Array = NDArray[Any]
Segmentation = dict[str, Any]


def coco_encode(mask: Array) -> Segmentation:
    """Copies the mask into Fortran order first."""
    return api.encode(np.asfortranarray(mask.view(np.uint8)))


def coco_encode_batch(masks: Array) -> Sequence[Segmentation]:
    """All at once, which needs them as (H, W, N)."""
    encoded: Sequence[Segmentation] = api.encode(
        np.asfortranarray(masks.view(np.uint8).transpose(1, 2, 0))
    )
    return encoded


def _crop(size: list[int], counts: list[int]) -> Array:
    return api.decode(api.frPyObjects({"size": size, "counts": counts}, *size))


def _counts(encoded: Segmentation) -> list[int]:
    [read] = toUncompressedRLE([encoded])
    counts: list[int] = read["counts"]
    return counts


_api = CocoApi(api, api.toBbox, _crop, _counts)
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
