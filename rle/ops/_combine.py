"""New masks from masks, pixel by pixel: or, and, and not, not."""

from typing import Any

import numpy as np

from rle._stack import Ints, Stack, joined, splits_of
from rle.exceptions import InvalidArgument
from rle.ops._forms import Form, read, read_two, write


def union(masks: Any, *, height: int | None = None, width: int | None = None) -> Any:
    """Joins masks into one.

    Args:
        masks: At least one, of one form and size, see `rle.ops`.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        One mask in their form: the pixels that lie in any of them.

    Raises:
        InvalidArgument: There is no mask.
        RleError: See `rle.ops`.

    >>> union([{"size": [4, 4], "counts": [0, 6, 10]}, {"size": [4, 4], "counts": [4, 8, 4]}])
    {'size': [4, 4], 'counts': [0, 12, 4]}
    """
    stack, form = _some(masks, height, width, "union")
    return _one(stack, _any(stack), form)


def intersection(masks: Any, *, height: int | None = None, width: int | None = None) -> Any:
    """Finds what masks share.

    Args:
        masks: At least one, of one form and size, see `rle.ops`.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        One mask in their form: the pixels that lie in all of them.

    Raises:
        InvalidArgument: There is no mask.
        RleError: See `rle.ops`.

    >>> intersection([{"size": [4, 4], "counts": [0, 6, 10]},
    ...               {"size": [4, 4], "counts": [4, 8, 4]}])
    {'size': [4, 4], 'counts': [4, 2, 10]}
    """
    stack, form = _some(masks, height, width, "intersection")
    # A pixel lies in all of them if it lies outside of none.
    outside = _any(_inverted(stack))
    return _one(
        stack, _inverted(stack.having(outside, splits_of(np.array([outside.size])))).edges, form
    )


def difference(a: Any, b: Any, *, height: int | None = None, width: int | None = None) -> list[Any]:
    """Takes masks away from others.

    Args:
        a: Masks of one form and size, see `rle.ops`.
        b: Masks of the same size, or none; the form may be another.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        Each of `a`, in its form, without the pixels that lie in any of `b`.

    Raises:
        RleError: See `rle.ops`.

    >>> difference([{"size": [4, 4], "counts": [0, 6, 10]}],
    ...            [{"size": [4, 4], "counts": [4, 8, 4]}])
    [{'size': [4, 4], 'counts': [0, 4, 12]}]
    """
    stack, those, others, form = read_two(a, b, height, width)
    return write(_without(stack.some(those), _any(stack.some(others))), form)


def complement(masks: Any, *, height: int | None = None, width: int | None = None) -> list[Any]:
    """Turns masks inside out.

    Args:
        masks: Masks of one form and size, see `rle.ops`.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        For each a mask in the same form: the pixels of the image that do not lie in it.

    Raises:
        RleError: See `rle.ops`.

    >>> complement([{"size": [4, 4], "counts": [0, 6, 10]}])
    [{'size': [4, 4], 'counts': [6, 10]}]
    """
    stack, form = read(masks, height, width)
    return write(_inverted(stack), form)


def _some(masks: Any, height: Any, width: Any, what: str) -> tuple[Stack, Form]:
    stack, form = read(masks, height, width)
    if not stack.count:
        raise InvalidArgument(f"masks is empty; {what} needs at least one mask")
    return stack, form


def _one(stack: Stack, edges: Ints, form: Form) -> Any:
    return write(stack.having(edges, np.array([0, edges.size])), form)[0]


def _any(stack: Stack) -> Ints:
    """Finds the edges of all masks joined: a run begins where no run before reaches to."""
    if not stack.edges.size:
        return stack.edges
    if stack.area < 2**31:
        # Both ends as one number: one sort, and numpy sorts numbers faster than it orders them.
        # Each mask's are in order already, which the stable sort makes use of.
        both = stack.starts << 32
        both |= stack.ends
        both.sort(kind="stable")
        starts, ends = both >> 32, both & (2**32 - 1)
    else:
        order = stack.starts.argsort(kind="stable")
        starts, ends = stack.starts[order], stack.ends[order]
    np.maximum.accumulate(ends, out=ends)
    fresh = np.flatnonzero(starts[1:] > ends[:-1])
    edges = np.empty(2 * fresh.size + 2, np.int64)
    edges[0], edges[-1] = starts[0], ends[-1]
    edges[1:-1:2] = ends[fresh]
    edges[2::2] = starts[1:][fresh]
    return edges


def _inverted(stack: Stack) -> Stack:
    """Lets each mask begin with a change, and end with one, more."""
    splits = stack.splits + 2 * np.arange(stack.count + 1)
    toggles = np.empty(splits[-1], np.int64)
    own = np.ones(toggles.size, np.bool_)
    for places, value in ((splits[:-1], 0), (splits[1:] - 1, stack.area)):
        toggles[places] = value
        own[places] = False
    toggles[own] = stack.edges
    return stack.having(*joined(toggles, splits))


def _without(stack: Stack, taken: Ints) -> Stack:
    """Takes one mask's pixels, given as edges, away from each mask.

    A run keeps its beginning if that does not lie in what is taken, its end likewise, and gets the
    edges of what is taken that lie inside it.
    """
    if not taken.size:
        return stack
    low, high = taken.searchsorted(stack.starts, "right"), taken.searchsorted(stack.ends)
    begins, ends = low % 2 == 0, high % 2 == 0
    sizes = high - low
    sizes += begins
    sizes += ends
    splits = splits_of(sizes)
    shifts = low - splits[:-1]
    shifts -= begins
    edges = shifts.repeat(sizes)
    edges += np.arange(edges.size)
    # What lies outside of `taken` here is a beginning or an end, and set below.
    edges = taken.take(edges, mode="clip")
    edges[splits[:-1][begins]] = stack.starts[begins]
    edges[splits[1:][ends] - 1] = stack.ends[ends]
    return stack.having(edges, splits[stack.splits >> 1])
