"""Masks in another frame: cut out of a box, shifted."""

import operator
from typing import Any

import numpy as np

from rle._limits import show
from rle._numbers import whole_numbers
from rle._stack import Stack
from rle.exceptions import InvalidArgument, InvalidBox, InvalidRuns
from rle.ops._boxes import Boxes, cropped, placed
from rle.ops._forms import read, write


def crop(
    masks: Any, box_xywh: Any, *, height: int | None = None, width: int | None = None
) -> list[Any]:
    """Cuts one box out of every mask.

    Args:
        masks: Masks of one form and size, see `rle.ops`.
        box_xywh: Left, top, number of columns, number of rows, as `bbox` gives them: whole
            numbers, the last two at least 1, inside the image.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        Masks in the same form, as large as the box.

    Raises:
        InvalidBox: The box is not that.
        RleError: See `rle.ops`.

    >>> crop([{"size": [4, 4], "counts": [0, 6, 10]}], (0, 1, 3, 2))
    [{'size': [2, 3], 'counts': [0, 3, 3]}]
    """
    stack, form = read(masks, height, width)
    if not stack.count:
        return []
    left, top, columns, rows = _box(box_xywh, stack)
    sides = (left, top, columns, rows) if stack.order == "F" else (top, left, rows, columns)
    edges, splits = cropped(stack, _same(sides, stack.count))
    return write(Stack(edges, splits, rows, columns, stack.order), form)


def shift(
    masks: Any, *, dx: int, dy: int, height: int | None = None, width: int | None = None
) -> list[Any]:
    """Moves masks inside their image.

    Args:
        masks: Masks of one form and size, see `rle.ops`.
        dx: Columns to the right; negative: to the left.
        dy: Rows down; negative: up.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        Masks of the same form and size. What leaves the image is cut off.

    Raises:
        InvalidArgument: dx or dy is no whole number.
        RleError: See `rle.ops`.

    >>> shift([{"size": [4, 4], "counts": [0, 6, 10]}], dx=1, dy=-1)
    [{'size': [4, 4], 'counts': [4, 3, 1, 1, 7]}]
    """
    stack, form = read(masks, height, width)
    across, down = _whole("dx", dx), _whole("dy", dy)
    by_line, by_place = (across, down) if stack.order == "F" else (down, across)
    lines, places = stack.lines - abs(by_line), stack.line - abs(by_place)
    if lines < 1 or places < 1:
        return write(stack.having(stack.edges[:0], np.zeros_like(stack.splits)), form)
    seen = (max(0, -by_line), max(0, -by_place), lines, places)
    stack = stack.having(*cropped(stack, _same(seen, stack.count)))
    origin = max(0, by_line) * stack.line + max(0, by_place)
    count = stack.count
    return write(placed(stack, np.full(count, places), np.full(count, origin)), form)


def _same(sides: tuple[int, int, int, int], count: int) -> Boxes:
    return Boxes(*(np.full(count, side) for side in sides))


def _box(box_xywh: Any, stack: Stack) -> list[int]:
    try:
        box: list[int] = whole_numbers(box_xywh, name="box_xywh").tolist()
    except InvalidRuns as fault:
        raise InvalidBox(str(fault)) from None
    if len(box) != 4:
        raise InvalidBox(f"box_xywh has {len(box)} items; it must have 4: x, y, width, height")
    for name, begin, size, length in (
        ("columns", box[0], box[2], stack.width),
        ("rows", box[1], box[3], stack.height),
    ):
        if size < 1:
            raise InvalidBox(f"box_xywh has {size} {name}; it must have at least 1")
        if begin < 0 or begin + size > length:
            raise InvalidBox(
                f"box_xywh has {size} {name} from {begin} on, but the image's {name} are "
                f"0 to {length - 1}"
            )
    return box


def _whole(name: str, value: Any) -> int:
    try:
        if not isinstance(value, bool | np.bool_):
            return operator.index(value)
    except TypeError:
        pass
    raise InvalidArgument(f"{name} is {show(value)}; it must be a whole number")
