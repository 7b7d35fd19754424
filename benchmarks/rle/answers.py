"""Brings answers into one form and says how one differs from the right one.

Every function takes an answer and the right one and returns what is wrong, None if nothing is. What
is left open is spelling: bytes for str, a tuple for a list, uint8 for bool. Not left open is the
form that users need: Python ints in CVAT's points, C order for decoded masks.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.rle import plain

Fault = str | None
Same = Callable[[Any, Any], Fault]


def points(answer: Any, right: list[int]) -> Fault:
    """CVAT's points: a list of Python ints."""
    if type(answer) is not list or not all(type(item) is int for item in answer):
        return "not a list of Python ints"
    return None if answer == right else "other points"


def segmentation(answer: Any, right: dict[str, Any]) -> Fault:
    """A COCO dict whose counts are a string, or a list where the right ones are a list."""
    counts = answer["counts"]
    if isinstance(counts, bytes):
        counts = counts.decode()
    elif not isinstance(counts, str):
        counts = [int(count) for count in counts]
    if isinstance(right["counts"], str) and isinstance(counts, list):
        return "a list of counts, not a string"
    if list(answer["size"]) != list(right["size"]):
        return f"size {answer['size']}"
    return None if counts == right["counts"] else "other counts"


def any_segmentation(answer: Any, right: dict[str, Any]) -> Fault:
    """A COCO dict whose counts are a string or a list."""
    if isinstance(answer["counts"], list):
        answer = {**answer, "counts": plain.text_of(answer["counts"])}
    return segmentation(answer, right)


def mask(answer: Any, right: Any) -> Fault:
    """A decoded mask, or several: one byte a pixel, C order."""
    if answer.shape != right.shape or answer.dtype.itemsize != 1:
        return f"{answer.dtype} of shape {answer.shape}"
    if not answer.flags.c_contiguous:
        return "not in C order"
    return None if np.array_equal(answer.astype(bool), right) else "other pixels"


def labels(answer: Any, right: Any) -> Fault:
    """Decoded labels, in either order of memory."""
    return None if np.array_equal(answer, right) else "other labels"


def runs(answer: Any, right: dict[str, Any]) -> Fault:
    """Values and counts of a label image."""
    for key in ("size", "values", "counts"):
        if list(answer[key]) != list(right[key]):
            return f"other {key}"
    return None


def text(answer: Any, right: str) -> Fault:
    """A string."""
    return None if answer == right else "another text"


def numbers(answer: Any, right: Any) -> Fault:
    """Numbers, up to the precision of float32, which some compute in."""
    if np.shape(answer) != np.shape(right):
        return f"shape {np.shape(answer)}"
    return None if np.allclose(answer, right, rtol=1e-6, atol=0) else "other numbers"


def each(same: Same) -> Same:
    """The same for every item of a list."""

    def compare(answer: Any, right: list[Any]) -> Fault:
        if len(answer) != len(right):
            return f"{len(answer)} items"
        faults = (same(one, other) for one, other in zip(answer, right, strict=True))
        return next((fault for fault in faults if fault), None)

    return compare
