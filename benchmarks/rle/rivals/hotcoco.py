"""hotcoco, in Rust: pycocotools' functions, which take masks in either order."""

from collections.abc import Sequence
from typing import Any

from hotcoco import mask as api
from numpy.typing import NDArray

from benchmarks.rle.coco_api import CocoApi
from benchmarks.rle.counts import counts_of_string

LABEL = "hotcoco"

Array = NDArray[Any]
Segmentation = dict[str, Any]


def coco_encode(mask: Array) -> Segmentation:
    """As it is: copying into its order first is slower."""
    return api.encode(mask)


def coco_encode_batch(masks: Array) -> Sequence[Segmentation]:
    """All at once, as (H, W, N)."""
    return api.encode(masks.transpose(1, 2, 0))


def _crop(size: list[int], counts: list[int]) -> Array:
    return api.decode({"size": size, "counts": counts})


_api = CocoApi(api, api.to_bbox, _crop, lambda encoded: counts_of_string(encoded["counts"]))
coco_decode = _api.decode
coco_decode_batch = _api.decode_batch
cvat_encode = _api.cvat_encode
cvat_decode = _api.cvat_decode
cvat_to_coco = _api.cvat_to_coco
coco_to_cvat = _api.coco_to_cvat
iou = _api.iou
union = api.merge
area = api.area
bbox = api.to_bbox
polygon = _api.polygon
