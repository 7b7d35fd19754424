"""Masks in the form of Kaggle's competitions: "start length start length …".

Starts are counted from 1, column by column; each length is that of a stretch of set pixels. The
text of a mask without a set pixel is empty.

Source of the format: the evaluation page of Kaggle's 2018 Data Science Bowl ("1 3 10 5" is the
pixels 1, 2, 3, 10, 11, 12, 13, 14, numbered from top to bottom, then left to right).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle._columns import edges_of_mask, image_of_columns
from rle._limits import check_order, check_size, show
from rle._turn import without_pairs
from rle.exceptions import InvalidRuns
from rle.runs import Order

__all__ = ["decode", "encode"]

_WRITTEN = "0123456789 \t\r\n"

# Two numbers of so many digits add up to less than 2**63.
_DIGITS = 18


def encode(mask: ArrayLike) -> str:
    """Encodes a mask as Kaggle's text.

    Args:
        mask: (H, W), bool, integers or floats of any width, byte order and strides; pixels that
            are not zero belong to the object.

    Returns:
        Starts, counted from 1, column by column, and lengths in turn, ascending; "" for a mask
        without a set pixel.

    Raises:
        InvalidMask: Not two-dimensional, no pixels, more than `rle.MAX_PIXELS`, NaN, or no numbers.

    >>> encode([[0, 1, 1], [0, 0, 1]])
    '3 1 5 2'
    """
    edges, _, _ = edges_of_mask(mask)
    numbers = edges.copy()
    numbers[1::2] -= edges[0::2]
    numbers[0::2] += 1
    return " ".join(map(str, numbers.tolist()))


def decode(text: Any, *, height: int, width: int, order: Order = "C") -> NDArray[np.bool_]:
    """Decodes Kaggle's text into a mask.

    Args:
        text: Starts and lengths, with any white space between them. Stretches may stand in any
            order and may touch, but not overlap. NaN is what pandas makes of an empty cell, and is
            read as one: a mask without a set pixel.
        height: Rows of the image. The text does not tell; where both could be swapped, the mask is
            scrambled, and nobody notices.
        width: Columns of the image.
        order: Memory layout of the mask: "C" rows first, "F" columns first.

    Returns:
        (height, width) bool.

    Raises:
        InvalidRuns: Not a text, something other than whole numbers without a sign, an odd number
            of them, a start or a length of 0, stretches that overlap or leave the image.
        InvalidSize: Height or width is not a whole number above 0, or the image is larger than
            `rle.MAX_PIXELS`.
        InvalidArgument: The order is neither "F" nor "C".

    >>> decode("3 1 5 2", height=2, width=3).astype(int).tolist()
    [[0, 1, 1], [0, 0, 1]]
    """
    order = check_order(order)
    height, width = check_size(height, width)
    return image_of_columns(_edges(_pairs(text), height, width), height, width, order)


def _pairs(text: Any) -> NDArray[np.int64]:
    """Reads starts and lengths, (N, 2), and checks that they are whole numbers of some size."""
    if isinstance(text, float | np.floating) and text != text:
        return np.empty((0, 2), np.int64)
    if not isinstance(text, str):
        raise InvalidRuns(f"the text is {show(text)}, of type {type(text).__name__}; give a str")
    if not text.isascii() or text.encode("ascii").translate(None, _WRITTEN.encode()):
        place = next(i for i, letter in enumerate(text) if letter not in _WRITTEN)
        raise InvalidRuns(
            f"character {place} of the text is {show(text[place])}; it must be digits and spaces"
        )
    numbers = text.split()
    if len(numbers) % 2:
        raise InvalidRuns(
            f"the text has an odd number of numbers, {len(numbers)}; each start needs a length"
        )
    if numbers and len(longest := max(numbers, key=len)) > _DIGITS:
        raise InvalidRuns(
            f"the text has the number {show(longest)} of {len(longest)} digits; the limit is "
            f"{_DIGITS}"
        )
    return np.fromiter(map(int, numbers), np.int64, len(numbers)).reshape(-1, 2)


def _edges(pairs: NDArray[np.int64], height: int, width: int) -> NDArray[np.int64]:
    """Turns starts and lengths into edges as `rle.Runs` has them."""
    for column, name in ((0, "start"), (1, "length")):
        if (wrong := np.flatnonzero(pairs[:, column] < 1)).size:
            raise InvalidRuns(f"{name} {wrong[0] + 1} of the text is 0; it must be at least 1")
    edges = pairs.cumsum(axis=1)
    edges -= 1
    if (wrong := np.flatnonzero(edges[:, 1] > height * width)).size:
        start, length = pairs[wrong[0]].tolist()
        raise InvalidRuns(
            f"the stretch at {start} of length {length} ends at pixel {start + length - 1}, but "
            f"the image of {height}×{width} has {height * width} pixels"
        )
    if (edges[1:, 0] < edges[:-1, 1]).any():
        edges = edges[edges[:, 0].argsort()]
        if (wrong := np.flatnonzero(edges[1:, 0] < edges[:-1, 1])).size:
            start, other = edges[wrong[0] : wrong[0] + 2, 0].tolist()
            raise InvalidRuns(f"the stretches at {start + 1} and {other + 1} overlap")
    return without_pairs(edges.reshape(-1))
