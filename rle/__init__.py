"""Run-length coding of masks with numpy and OpenCV alone.

    rle.cvat        the `points` of CVAT's masks, and the attributes of a mask in CVAT's XML
    rle.coco        COCO's dicts of `size` and `counts`
    rle.multiclass  an image of labels as size, values, counts
    rle.kaggle      "start length start length …"
    rle.polygon     COCO's and CVAT's polygons
    rle.convert     from one form to another, without an image
    rle.ops         measuring, comparing and combining masks, without an image
    rle.torch       tensors; torch is imported when they are
    rle.runs        `Runs`, one mask as runs: for several steps with the same masks
    rle.exceptions  every error raised on purpose; `RleError` is their base

    rle.published, rle.published_multiclass
                    published functions under their own names (also exported here)

A mask is a bool array (H, W); encoders take any numbers and look at what is not zero.

`rle.MAX_PIXELS` is the largest image that is encoded or decoded: set it to another number and the
next call goes by that.

Other modules, whose names begin with an underscore, are for this package alone.
"""

# What says that this `rle` is ours: see _clash.py.
__distribution__ = "cvat-sam"

from typing import NoReturn

from rle import (
    _clash,
    coco,
    convert,
    cvat,
    exceptions,
    kaggle,
    multiclass,
    ops,
    polygon,
    runs,
    torch,
)
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
from rle.published_multiclass import array_to_multi_class_rle, multi_class_rle_to_array
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
    "array_to_multi_class_rle",
    "binary_image_mask_to_cvat_rle",
    "coco",
    "convert",
    "cvat",
    "cvat_rle_to_binary_image_mask",
    "exceptions",
    "kaggle",
    "multi_class_rle_to_array",
    "multiclass",
    "ops",
    "polygon",
    "runs",
    "torch",
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
