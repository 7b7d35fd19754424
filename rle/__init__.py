"""Run-length coding of masks with numpy and OpenCV alone.

    rle.cvat        encode, decode, validate: the `points` of CVAT's masks
    rle.exceptions  every error raised on purpose; `RleError` is their base
    rle.published   a published function under its own name, and its inverse (also exported here)

A mask is a bool array (H, W); encoders take any numbers and look at what is not zero.

`rle.MAX_PIXELS` is the largest image that is encoded or decoded: set it to another number and the
next call goes by that.

Other modules, whose names begin with an underscore, are for this package alone.
"""

# What says that this `rle` is ours: see _clash.py.
__distribution__ = "cvat-sam"

from typing import NoReturn

from rle import _clash, cvat, exceptions, runs
from rle.exceptions import (
    InvalidArgument,
    InvalidBox,
    InvalidLabels,
    InvalidMask,
    InvalidPolygon,
    InvalidRuns,
    InvalidSize,
    RleError,
)
from rle.published import binary_image_mask_to_cvat_rle, cvat_rle_to_binary_image_mask
from rle.runs import Runs

__all__ = [
    "MAX_PIXELS",
    "InvalidArgument",
    "InvalidBox",
    "InvalidLabels",
    "InvalidMask",
    "InvalidPolygon",
    "InvalidRuns",
    "InvalidSize",
    "RleError",
    "Runs",
    "binary_image_mask_to_cvat_rle",
    "cvat",
    "cvat_rle_to_binary_image_mask",
    "exceptions",
    "runs",
]

MAX_PIXELS = 2**28


def __getattr__(name: str) -> NoReturn:
    if name not in ("encode", "decode"):
        raise AttributeError(f"module 'rle' has no attribute {name!r}", name=name)
    sentence = (
        f"rle.{name} belongs to the package python-rle, and this `rle` is cvat-sam's; "
        f"for masks it has rle.cvat.{name}"
    )
    _clash.refuse("rle", name, sentence)
