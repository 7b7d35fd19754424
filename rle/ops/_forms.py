"""The forms in which masks come in and go out: COCO's dicts, CVAT's points, `rle.Runs`."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rle import _points, _segmentation
from rle._limits import check_size
from rle._stack import Ints, Stack
from rle.exceptions import InvalidArgument, InvalidSize, RleError
from rle.ops._boxes import cropped, placed, tight
from rle.runs import Runs

_COCO, _POINTS, _RUNS = "a COCO dict", "CVAT's points", "Runs"

# What no masks are: no size is known, and nobody asks for it.
_NONE = Stack(np.empty(0, np.int64), np.zeros(1, np.int64), 1, 1, "F")


class Form(NamedTuple):
    """What masks were given as, and whether COCO's counts were a string."""

    kind: str
    compressed: bool


class Two(NamedTuple):
    """Two sets of masks in one stack, and where they stand in it: the same place if they are one.

    The form is that of the first.
    """

    stack: Stack
    a: slice
    b: slice
    form: Form


def read(masks: Any, height: Any, width: Any, name: str = "masks") -> tuple[Stack, Form]:
    """Reads masks of one form and one size.

    Args:
        masks: A sequence of COCO dicts, of CVAT's points or of Runs.
        height: Rows of the image; needed for CVAT's points.
        width: Columns, likewise.
        name: What the caller calls them, for an error's sentence.

    Raises:
        InvalidArgument: They are no such sequence, or of several forms.
        InvalidSize: They are of several sizes, or not of the size that is given, or it is missing.
        RleError: A mask is not what its form says; the sentence begins with its index.
    """
    if (height is None) != (width is None):
        raise InvalidSize("only one of height= and width= is given; give both or none")
    size = None if height is None else check_size(height, width)
    kind = _kind(masks, name)
    if kind is None:
        return _NONE, Form(_RUNS, compressed=False)
    if kind == _RUNS:
        _check_sizes(np.array([(mask.height, mask.width) for mask in masks]), size, name)
        order = masks[0].order
        return Stack.of([mask.in_order(order) for mask in masks]), Form(kind, compressed=False)
    if kind == _POINTS and size is None:
        raise InvalidSize(
            f"{name} are CVAT's points, which do not say how large the image is; "
            "give height= and width="
        )
    try:
        if size is not None and kind == _POINTS:
            return _of_points(masks, *size), Form(kind, compressed=False)
        counts, splits, sizes = _segmentation.read_many(masks)
    except RleError as fault:
        raise type(fault)(f"{name}: {fault}") from None
    _check_sizes(sizes, size, name)
    edges, splits = _segmentation.edges_of_many(counts, splits, sizes[:, 0] * sizes[:, 1])
    rows, columns = sizes[0].tolist()
    compressed = isinstance(masks[0]["counts"], str | bytes)
    return Stack(edges, splits, rows, columns, "F"), Form(kind, compressed=compressed)


def read_two(a: Any, b: Any, height: Any, width: Any) -> Two:
    """Reads the masks `a` and `b` of a function of two. Their forms may differ, not their size.

    Raises:
        RleError: See `read`.
    """
    if a is b:
        stack, form = read(a, height, width, "a")
        return Two(stack, slice(0, stack.count), slice(0, stack.count), form)
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        with suppress(RleError):  # what is wrong, and in which of the two, is said below
            stack, form = read([*a, *b], height, width)
            return Two(stack, slice(0, len(a)), slice(len(a), stack.count), form)
    first, form = read(a, height, width, "a")
    second, _ = read(b, height, width, "b")
    if first.count and second.count:
        if (first.height, first.width) != (second.height, second.width):
            raise InvalidSize(
                f"the masks of a are {first.height}×{first.width}, those of b "
                f"{second.height}×{second.width}; they must be of one size"
            )
        stack = Stack.of([*first.runs(), *second.in_order(first.order).runs()])
    else:
        stack = first if first.count else second
    return Two(stack, slice(0, first.count), slice(first.count, stack.count), form)


def write(stack: Stack, form: Form) -> list[Any]:
    """Writes masks in the form that others were given in."""
    if not stack.count:
        return []
    if form.kind == _RUNS:
        return stack.runs()
    if form.kind == _COCO:
        areas = np.full(stack.count, stack.area)
        counts, splits = _segmentation.counts_of_many(stack.edges, stack.splits, areas)
        sizes = np.full((stack.count, 2), (stack.height, stack.width))
        return list(_segmentation.write_many(counts, splits, sizes, compressed=form.compressed))
    return [*_as_points(stack)]


def _kind(masks: Any, name: str) -> str | None:
    if isinstance(masks, np.ndarray) and masks.ndim > 1:
        raise InvalidArgument(_pixels(masks, name))
    if isinstance(masks, Mapping | Runs | np.ndarray):
        raise InvalidArgument(
            f"{name} is of type {type(masks).__name__}; give a list of masks: [mask]"
        )
    if not isinstance(masks, Sequence) or isinstance(masks, str | bytes | bytearray | memoryview):
        raise InvalidArgument(
            f"{name} is of type {type(masks).__name__}; it must be a list of masks"
        )
    first = None
    for index, mask in enumerate(masks):
        kind = _COCO if type(mask) is dict else _kind_of(mask, f"{name}[{index}]")
        if kind != first:
            if first is not None:
                raise InvalidArgument(
                    f"{name}[{index}] is {kind}, but {name}[0] is {first}; all must be of one form"
                )
            first = kind
    return first


def _kind_of(mask: Any, name: str) -> str:
    if isinstance(mask, Mapping):
        return _COCO
    if isinstance(mask, Runs):
        return _RUNS
    if isinstance(mask, np.ndarray) and mask.ndim > 1:
        raise InvalidArgument(_pixels(mask, name))
    if isinstance(mask, list | tuple | np.ndarray):
        return _POINTS
    if isinstance(mask, int | float | np.number):
        raise InvalidArgument(
            f"{name} is a number; give a list of masks, each of them CVAT's points: [points]"
        )
    raise InvalidArgument(
        f"{name} is of type {type(mask).__name__}; a mask is {_COCO}, {_POINTS} or {_RUNS}"
    )


def _pixels(array: NDArray[Any], name: str) -> str:
    return (
        f"{name} is an array of shape {array.shape}; rle.coco.encode_batch makes runs of pixels, "
        "which is what is looked at here"
    )


def _check_sizes(sizes: Ints, size: tuple[int, int] | None, name: str) -> None:
    """Makes sure that all sizes, (N, 2), are one, and the one that is given."""
    said = f"{name}[0] is" if size is None else "height= and width= are"
    height, width = sizes[0].tolist() if size is None else size
    if (wrong := np.flatnonzero((sizes != (height, width)).any(axis=1))).size:
        rows, columns = sizes[wrong[0]].tolist()
        raise InvalidSize(
            f"{name}[{wrong[0]}] is {rows}×{columns}, but {said} {height}×{width}; "
            "all must be of one size"
        )


def _of_points(masks: Sequence[Any], height: int, width: int) -> Stack:
    runs, splits, boxes = _points.read_many(masks, height, width)
    left, top, right, bottom = boxes.T
    columns = right - left + 1
    areas = columns * (bottom - top + 1)
    edges, splits = _segmentation.edges_of_many(runs, splits, areas)
    stack = Stack(edges, splits, height, width, "C")
    return placed(stack, columns, top * width + left)


def _as_points(stack: Stack) -> list[list[int]]:
    boxes = tight(stack)
    top, left, rows, columns = boxes
    edges, splits = cropped(stack, boxes)
    # An empty mask is written as one unset pixel at 0, 0.
    right, bottom = np.maximum(left + columns - 1, 0), np.maximum(top + rows - 1, 0)
    return _points.write_many(edges, splits, np.stack((left, top, right, bottom), axis=1))
