"""What a size, an array's shape and a scan order may be."""

import operator
import reprlib
from typing import Any, Literal

import numpy as np

import rle
from rle.exceptions import InvalidArgument, InvalidMask, InvalidSize

# How pixels are counted: column by column, as in Fortran, or row by row, as in C.
Order = Literal["F", "C"]

# Characters of a value that stand in a sentence.
_SHOWN = 120


def check_size(height: Any, width: Any) -> tuple[int, int]:
    """Checks the size an image is said to have, before anything of that size is allocated.

    Args:
        height: Rows: anything Python can use as an index, but no bool.
        width: Columns, likewise.

    Returns:
        Both as plain ints, each at least 1, their product at most `rle.MAX_PIXELS`.

    Raises:
        InvalidSize: They are not that.
    """
    height, width = _length("height", height), _length("width", width)
    if height * width > rle.MAX_PIXELS:
        raise InvalidSize(
            f"an image of {show(height)} rows and {show(width)} columns is above the limit of "
            f"{rle.MAX_PIXELS} pixels (rle.MAX_PIXELS)"
        )
    return height, width


def check_pixels(shape: tuple[int, ...]) -> None:
    """Checks the shape of an array that is to be encoded as a mask.

    Raises:
        InvalidMask: It is not two-dimensional, or has no pixels, or more than `rle.MAX_PIXELS`.
    """
    if len(shape) != 2:
        raise InvalidMask(
            f"the mask has shape {shape}, so {len(shape)} dimensions; a mask has 2: height, width"
        )
    if 0 in shape:
        raise InvalidMask(f"the mask has shape {shape}, so no pixels; a mask has at least 1")
    if shape[0] * shape[1] > rle.MAX_PIXELS:
        raise InvalidMask(
            f"the mask has shape {shape}, above the limit of {rle.MAX_PIXELS} pixels "
            "(rle.MAX_PIXELS)"
        )


def check_order(order: Any) -> Order:
    """Checks the name of a scan order: "F" is column by column, "C" row by row.

    Raises:
        InvalidArgument: It is neither.
    """
    if not isinstance(order, str) or order not in ("F", "C"):
        raise InvalidArgument(f'order is {show(order)}; it must be "F" (columns) or "C" (rows)')
    return "F" if order == "F" else "C"


def show(value: object) -> str:
    """Writes a value for an error's sentence, always short.

    >>> show(2.5), show(10**400), show("x" * 1000), show([10**5000])
    ('2.5', 'an integer of 1329 bits', "'xxxxxxxxxxxx...xxxxxxxxxxxxx'",
     'a list that is too long to show')
    """
    if isinstance(value, int) and value.bit_length() > 64:
        # Python refuses to write out integers of more than a few thousand digits.
        return f"an integer of {value.bit_length()} bits"
    try:
        shown = reprlib.repr(value.item() if isinstance(value, np.generic) else value)
    except ValueError:  # such an integer inside a list or a dict
        return f"a {type(value).__name__} that is too long to show"
    shown = " ".join(shown.split())  # arrays have several lines
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 30]} … {shown[-24:]}"


def _length(name: str, value: Any) -> int:
    try:
        length = 0 if isinstance(value, bool | np.bool_) else operator.index(value)
    except TypeError:
        length = 0
    if length < 1:
        raise InvalidSize(f"the {name} is {show(value)}; it must be a whole number of at least 1")
    return length
