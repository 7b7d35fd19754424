"""What an array of masks or of labels may be: its shape, its type, its values."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.sources.npy_stream import Header


def as_masks(header: Header) -> Header:
    """The header as (N, H, W) or (H, W) of numbers.

    Raises:
        InvalidSource: the array is something else.
    """
    shape = header.shape
    if len(shape) == 4 and shape[1] == 1 and not header.fortran:
        shape = (shape[0], *shape[2:])
    if len(shape) not in (2, 3):
        raise InvalidSource(f"has the shape {shape}; it should be (N, H, W) or (H, W)")
    if header.dtype.kind not in "biuf":
        raise InvalidSource(f"is of {header.dtype}; it should be of bool or numbers")
    height, width = shape[-2:]
    if not 0 < height * width <= rle.MAX_PIXELS:
        raise InvalidSource(
            f"has the shape {shape}; an image has at least 1 pixel and at most {rle.MAX_PIXELS} "
            "(rle.MAX_PIXELS)"
        )
    return replace(header, shape=shape)


def points_of(layer: NDArray[Any]) -> list[int]:
    """CVAT's points of (H, W).

    Raises:
        InvalidInput: its values are no mask's.
    """
    if layer.dtype.kind != "b":
        layer = whole(layer)
        highest = layer.max()
        if highest not in (0, 1, 255) or not ((layer == 0) | (layer == highest)).all():
            other = layer[(layer != 0) & (layer != 1)]
            raise InvalidInput(f"has the value {other[0]}; a mask has 0 and 1, or 0 and 255")
    return rle.cvat.encode(layer)


def refuse_doubt(values: NDArray[Any]) -> None:
    """Where nobody said that (H, W) of numbers are labels, refuses those that a mask has.

    Raises:
        InvalidInput: there are 0 and 1 alone, or 0 and 255.
    """
    highest = values.max()
    if highest in (1, 255) and ((values == 0) | (values == highest)).all():
        raise InvalidInput(
            f"has the values 0 and {highest:g} alone, so it may be a mask, or the label "
            f"{highest:g}; save a mask as bool, or give the format arrays if it is a label"
        )


def whole(values: NDArray[Any]) -> NDArray[Any]:
    """Values as integers.

    Raises:
        InvalidInput: some are not whole.
    """
    if values.dtype.kind != "f":
        return values
    values = values.astype(np.float64)  # half floats have no room for the limit below
    if np.isnan(values).any():
        raise InvalidInput("has NaN (not a number) among its values")
    broken = values[(np.floor(values) != values) | (np.abs(values) > 2**52)]
    if broken.size:
        raise InvalidInput(
            f"has the value {broken[0]}, but masks and labels are whole numbers; of scores, say "
            "which belong to the mask: scores > 0.5"
        )
    return values.astype(np.int64)
