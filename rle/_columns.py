"""Column by column: from pixels to the positions where a mask changes, and back.

Masks lie in memory row by row. To find where their columns change none is turned over: packed into
bits, the mask is compared with itself one row lower, and the few places found are put in order.
Nor is one to be painted: its edges are turned over first. Noise alone is faster the other way.
"""

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle._changes import changes, places_of
from rle._limits import check_pixels
from rle._mask import as_bytes
from rle._paint import paint
from rle._turn import crossings, without_pairs

# Up to this many pixels it is faster to turn the mask over. Measured, as all numbers here.
_SMALL = 1 << 16

# So it is where one word of 64 pixels in so many has a change: sorting the places costs more.
_DENSE = 8

# The unset end of a mask is looked for in parts: large ones for speed, small ones to come close.
_STEPS = (1 << 20, 1 << 17)

# Painting the lines alone that hold something, with unset ones around, pays up to this part of all.
_PART = 8


def edges_of_mask(mask: ArrayLike) -> tuple[NDArray[np.int64], int, int]:
    """Encodes a mask from outside, whose columns may well lie one after another in memory.

    Returns:
        Edges as `column_changes` gives them, height, width.

    Raises:
        InvalidMask: See `rle._mask.as_bytes`.
    """
    if isinstance(mask, np.ndarray) and mask.flags.fnc and mask.dtype.kind in "bui":
        # What pycocotools decodes is like this: as_bytes would turn it over, and then we again.
        check_pixels(mask.shape)
        columns = as_bytes(mask.T)
        width, height = columns.shape
        return changes(columns.reshape(-1)), height, width
    image = as_bytes(mask)
    height, width = image.shape
    return column_changes(image), height, width


def column_changes(image: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Finds where runs of set pixels begin and end, counted column by column.

    Args:
        image: (H, W) bytes as `rle._mask.as_bytes` gives them.

    Returns:
        (2K,) strictly ascending: start of the first run, its end (exclusive), and so on.
    """
    if image.size <= _SMALL:
        return _changes_turned(image)
    height, width = image.shape
    first, stop = _band(image.reshape(-1))
    if first == stop:
        return np.empty(0, np.int64)
    differ = _differences(np.packbits(image.reshape(-1)[first:stop], bitorder="little"), width)
    which = (differ != 0).nonzero()[0]
    if which.size * _DENSE > differ.size:
        del differ, which
        return _changes_turned(image)
    places = places_of(differ[which].view("<i8"), which)
    places += first
    rows = places // width
    places -= rows * width
    places *= height
    places += rows
    places.sort()
    if first < width and stop > image.size - width:  # one column's end may be the next one's start
        return without_pairs(places)
    return places


def image_of_columns(
    edges: NDArray[np.int64], height: int, width: int, order: str
) -> NDArray[np.bool_]:
    """Paints a mask from edges counted column by column.

    Returns:
        (height, width) bool, its memory in that order ("C" or "F").
    """
    if order == "F":
        return _image(edges, height, width).T
    found = crossings(edges, height, width) if height * width > _SMALL else None
    if found is None:  # noise, or few pixels
        columns = _image(edges, height, width)
        return np.asarray(cv2.transpose(columns.view(np.uint8))).view(np.bool_)
    along, rows = found
    along *= width
    along += rows
    along.sort()
    return _image(without_pairs(along), width, height)


def _changes_turned(image: NDArray[np.bool_]) -> NDArray[np.int64]:
    return changes(cv2.transpose(image.view(np.uint8)).reshape(-1).view(np.bool_))


def _band(flat: NDArray[np.bool_]) -> tuple[int, int]:
    """Finds the first set pixel and a place after the last (equal where none is set)."""
    first = int(flat.argmax())
    if not flat[first]:
        return 0, 0
    stop = flat.size
    for step in _STEPS:
        while stop - step > first:
            part = flat[stop - step : stop]
            if part[part.argmax()]:  # twice as fast as any()
                break
            stop -= step
    return first, stop


def _differences(packed: NDArray[np.uint8], width: int) -> NDArray[np.uint64]:
    """Compares packed pixels with those `width` before, and unset ones after the last with those.

    Returns:
        Words of 64 bits, the first pixel's the lowest of the first.
    """
    if width % 8 == 0:
        distance = width // 8
        octets = np.zeros(-(-(packed.size + distance) // 8) * 8, np.uint8)
        octets[: packed.size] = packed
        octets[distance : distance + packed.size] ^= packed
        return octets.view("<u8")
    packed.resize(-(-packed.size // 8) * 8, refcheck=False)
    words = packed.view("<u8")
    distance, bits = divmod(width, 64)
    differ = np.zeros(words.size + distance + 1, "<u8")
    np.left_shift(words, np.uint64(bits), out=differ[distance:-1])
    differ[: words.size] ^= words
    words >>= np.uint64(64 - bits)
    differ[distance + 1 :] ^= words
    return differ


def _image(edges: NDArray[np.int64], line: int, lines: int) -> NDArray[np.bool_]:
    """Paints a mask of (lines, line), scanned line by line."""
    if not edges.size:
        return np.zeros((lines, line), np.bool_)
    first, stop = int(edges[0]) // line, (int(edges[-1]) - 1) // line + 1
    if (stop - first) * _PART > lines:
        first, stop = 0, lines
    runs = np.empty(edges.size + 1, np.int64)
    runs[0] = edges[0] - first * line
    np.subtract(edges[1:], edges[:-1], out=runs[1:-1])
    runs[-1] = stop * line - edges[-1]
    painted = paint(runs, (stop - first) * line).reshape(stop - first, line)
    if len(painted) == lines:
        return painted
    image = np.zeros((lines, line), np.bool_)
    image[first:stop] = painted
    return image
