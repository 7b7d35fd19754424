"""cvat_sdk.masks: CVAT's own codec."""

from typing import Any

from cvat_sdk import masks as api
from numpy.typing import NDArray

LABEL = "cvat_sdk"

Array = NDArray[Any]


def cvat_encode(mask: Array) -> list[float]:
    """As it is."""
    return api.encode_mask(mask)


def cvat_decode(points: list[int], height: int, width: int) -> Array:
    """As it is."""
    return api.decode_mask(points, image_width=width, image_height=height)
