"""CVAT's points as arrays: read and checked, one mask's or many masks', and written.

Those of mask i, of many, stand at splits[i]:splits[i + 1].
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rle._crop import Box, check_box, check_runs
from rle._limits import check_size
from rle._numbers import as_list, whole_numbers, whole_numbers_of_lists
from rle.exceptions import InvalidRuns, RleError

Ints = NDArray[np.int64]


def read(points: Any, height: Any, width: Any) -> tuple[Ints, Box, int, int]:
    """Reads points.

    Returns:
        Runs and the box they fill, both checked; then height and width.

    Raises:
        InvalidSize: See `rle.cvat.decode`.
        InvalidRuns: See `rle.cvat.decode`.
        InvalidBox: See `rle.cvat.decode`.
    """
    height, width = check_size(height, width)
    numbers = whole_numbers(points, name="points")
    if numbers.size < 5:
        raise InvalidRuns(
            f"points has {numbers.size} items; it needs at least 5: one run, left, top, right, "
            "bottom"
        )
    runs, box = numbers[:-4], Box(*numbers[-4:].tolist())
    check_box(box, height, width)
    check_runs(runs, box)
    return runs, box, height, width


def is_right(points: Any, height: Any, width: Any) -> bool:
    """Whether points are a list of ints that `read` takes; False is for `read` to put into words.

    Arrays cost more than a look at a list of some dozens of numbers.

    Raises:
        InvalidSize: See `rle.cvat.decode`.
    """
    height, width = check_size(height, width)
    if type(points) is not list or len(points) < 5 or {*map(type, points)} != {int}:
        return False
    box = Box(*points[-4:])
    inside = 0 <= box.left <= box.right < width and 0 <= box.top <= box.bottom < height
    return inside and min(points) >= 0 and sum(points[:-4]) == box.area


def read_many(
    masks: Sequence[Any], height: int, width: int, *, first: int = 0, name: str = "mask {}"
) -> tuple[Ints, Ints, Ints]:
    """Reads many masks' points.

    Args:
        masks: One item for each mask.
        height: Rows of the image, checked.
        width: Columns of the image, checked.
        first: The first mask's index, for an error's sentence.
        name: What a mask is called there.

    Returns:
        All runs, checked; splits (N + 1,); and boxes, (N, 4).

    Raises:
        InvalidRuns: See `rle.cvat.decode`; the sentence begins with the faulty one's index.
        InvalidBox: Likewise.
    """
    try:
        return read_lists(masks, height, width)
    except RleError:
        runs, boxes = [np.empty(0, np.int64)], []
    for index, points in enumerate(masks, first):
        try:
            part, box, _, _ = read(points, height, width)
        except RleError as fault:
            raise type(fault)(f"{name.format(index)}: {fault}") from None
        runs.append(part)
        boxes.append(box)
    splits = np.cumsum([part.size for part in runs])
    return np.concatenate(runs), splits, np.array(boxes, np.int64).reshape(-1, 4)


def read_lists(masks: Sequence[Any], height: int, width: int) -> tuple[Ints, Ints, Ints]:
    """Does that at one go, for lists that are all right.

    Raises:
        RleError: They are not. The sentence says little: `read` knows better what is wrong, and
            takes what is no list.
    """
    if not all(type(points) is list and len(points) > 4 for points in masks):
        raise InvalidRuns("some points are not lists of at least 5 items")
    numbers = whole_numbers_of_lists(masks, name="points")
    sizes = np.array([len(points) for points in masks], np.int64)
    corners = sizes.cumsum()[:, np.newaxis] + np.arange(-4, 0)
    boxes = numbers[corners]
    left, top, right, bottom = boxes.T
    inside = (left <= right) & (right < width) & (top <= bottom) & (bottom < height)
    # Read as unsigned, what is below 0 is too large; and nothing else lets sums overflow.
    largest = int(numbers.view(np.uint64).max(initial=0))
    if not inside.all() or largest * numbers.size >= 2**63:
        raise InvalidRuns("some boxes are outside the image, or runs below 0")
    kept = np.ones(numbers.size, np.bool_)
    kept[corners] = False
    runs = numbers[kept]
    splits = np.zeros(sizes.size + 1, np.int64)
    np.cumsum(sizes - 4, out=splits[1:])
    totals = np.diff(np.append(0, runs.cumsum())[splits])
    if not np.array_equal(totals, (right - left + 1) * (bottom - top + 1)):
        raise InvalidRuns("some runs do not add up")
    return runs, splits, boxes


def write(edges: Ints, box: Box, origin: int) -> list[int]:
    """Makes points.

    Args:
        edges: (2K,) strictly ascending, K at least 1, row by row through the box.
        box: The tight box.
        origin: Number by which the edges count the box's first pixel.
    """
    runs = np.empty(edges.size + 1, np.int64)
    runs[0] = edges[0] - origin
    np.subtract(edges[1:], edges[:-1], out=runs[1:-1])
    runs[-1] = origin + box.area - edges[-1]
    return as_list(runs if runs[-1] else runs[:-1], then=box)


def write_many(edges: Ints, splits: Ints, boxes: Ints) -> list[list[int]]:
    """Makes many masks' points.

    Args:
        edges: As `write` has them, each mask's counted from its box's first pixel.
        splits: (N + 1,) of the edges.
        boxes: (N, 4), N at least 1.
    """
    left, top, right, bottom = boxes.T
    last = splits[1:] + np.arange(splits.size - 1)  # the last run's place among all runs
    ends = np.empty(edges.size + last.size, np.int64)
    inner = np.ones(ends.size, np.bool_)
    inner[last] = False
    ends[inner] = edges
    ends[last] = (right - left + 1) * (bottom - top + 1)
    runs = ends.copy()
    runs[1:] -= ends[:-1]
    begins = np.append(0, last[:-1] + 1)
    runs[begins] = ends[begins]
    listed = as_list(runs)
    last += runs[last] > 0
    return [
        listed[begin:end] + box
        for begin, end, box in zip(begins.tolist(), last.tolist(), boxes.tolist(), strict=True)
    ]
