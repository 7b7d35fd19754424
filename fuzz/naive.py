"""The plainest readers there can be: another opinion on what an input means.

Each gives the mask that an input stands for, REFUSED where its format does not allow it, or UNCLEAR
where the input is of a kind on which nothing is laid down here (numpy's types, floats, …).
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import rle
from benchmarks.rle import plain

REFUSED: Final = "refused"
UNCLEAR: Final = "unclear"

Opinion = NDArray[Any] | str


def _whole(*values: Any) -> bool:
    return all(type(value) is int for value in values)


def _fits(height: int, width: int) -> bool:
    return height >= 1 and width >= 1 and height * width <= rle.MAX_PIXELS


def _painted(runs: list[int]) -> NDArray[np.bool_]:
    return np.array([i % 2 == 1 for i, run in enumerate(runs) for _ in range(run)], np.bool_)


def points(given: Any, height: Any, width: Any) -> Opinion:
    """CVAT's points."""
    if type(given) is not list or not _whole(*given, height, width):
        return UNCLEAR
    if not _fits(height, width) or len(given) < 5:
        return REFUSED
    *runs, left, top, right, bottom = given
    if not (0 <= left <= right < width and 0 <= top <= bottom < height):
        return REFUSED
    rows, columns = bottom - top + 1, right - left + 1
    if min(runs) < 0 or sum(runs) != rows * columns:
        return REFUSED
    mask = np.zeros((height, width), np.bool_)
    mask[top : bottom + 1, left : right + 1] = _painted(runs).reshape(rows, columns)
    return mask


def counts_of(text: str) -> list[int] | None:
    """The counts in COCO's string; None where it cannot be read."""
    counts: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits < 64:
            return None
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            if bits & 16:
                value -= 1 << shift
            counts.append(value + counts[-2] if len(counts) > 2 else value)
            value = shift = 0
    return None if shift else counts


def segmentation(given: Any) -> Opinion:
    """COCO's dict."""
    if type(given) is not dict or not {"size", "counts"} <= given.keys():
        return REFUSED
    size, counts = given["size"], given["counts"]
    if type(size) is not list or len(size) != 2 or not _whole(*size):
        return UNCLEAR
    if isinstance(counts, str | bytes):
        counts = counts_of(counts if isinstance(counts, str) else counts.decode("latin-1"))
        if counts is None:
            return REFUSED
    elif type(counts) is not list or not _whole(*counts):
        return UNCLEAR
    return _columns(counts, *size)


def is_drawn_out(given: Any) -> bool:
    """Whether a string has more characters than it needs: how many may be is left to readers."""
    text = given["counts"]
    if not isinstance(text, str | bytes):
        return False
    text = text if isinstance(text, str) else text.decode("latin-1")
    counts = counts_of(text)
    return counts is not None and plain.text_of(counts) != text


def kaggle(given: Any, height: Any, width: Any) -> Opinion:
    """Kaggle's text."""
    if type(given) is not str or not given.isascii() or not _whole(height, width):
        return UNCLEAR
    words = given.split(" ") if given else []
    if not all(word.isdecimal() and len(word) < 20 for word in words):
        return UNCLEAR
    if not _fits(height, width) or len(words) % 2:
        return REFUSED
    mask = np.zeros(height * width, np.bool_)
    for start, length in zip(map(int, words[0::2]), map(int, words[1::2]), strict=True):
        if not start or not length or start + length - 1 > height * width:
            return REFUSED
        stretch = mask[start - 1 : start + length - 1]
        if stretch.any():
            return REFUSED
        stretch[:] = True
    return mask.reshape(width, height).T


def multiclass(given: Any, order: str) -> Opinion:
    """Values and counts of labels."""
    if type(given) is not dict or not {"size", "values", "counts"} <= given.keys():
        return REFUSED
    size, values, counts = given["size"], given["values"], given["counts"]
    lists = all(type(one) in (list, tuple) and _whole(*one) for one in (size, values, counts))
    if not lists or len(size) != 2:
        return UNCLEAR
    if not _fits(*size) or len(values) != len(counts) or min(counts, default=-1) < 0:
        return REFUSED
    if sum(counts) != size[0] * size[1]:
        return REFUSED
    if not all(-(2**63) <= value < 2**63 for value in values):
        return UNCLEAR
    flat = [value for value, count in zip(values, counts, strict=True) for _ in range(count)]
    image = np.array(flat, np.int64)
    return image.reshape(size) if order == "C" else image.reshape(size[::-1]).T


def _columns(counts: list[int], height: int, width: int) -> Opinion:
    if not _fits(height, width) or not counts or min(counts) < 0:
        return REFUSED
    if sum(counts) != height * width:
        return REFUSED
    return _painted(counts).reshape(width, height).T
