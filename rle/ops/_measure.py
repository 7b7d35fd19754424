"""What one mask is like: how large, where, and whether a point lies in it."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle._limits import show
from rle._stack import Ints, Stack, totals
from rle.exceptions import InvalidArgument
from rle.ops._boxes import tight
from rle.ops._forms import read


def area(masks: Any, *, height: int | None = None, width: int | None = None) -> NDArray[np.int64]:
    """Counts the pixels of each mask.

    Args:
        masks: Masks of one form and size, see `rle.ops`.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        (N,) int64.

    Raises:
        RleError: See `rle.ops`.

    >>> area([{"size": [4, 4], "counts": [0, 2, 2, 2, 10]}])
    array([4])
    """
    return areas(read(masks, height, width)[0])


def bbox(masks: Any, *, height: int | None = None, width: int | None = None) -> NDArray[np.int64]:
    """Finds the smallest box around each mask, as `pycocotools.mask.toBbox` does.

    Args:
        masks: Masks of one form and size, see `rle.ops`.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        (N, 4) int64 xywh: left, top, and the number of columns and of rows; four zeros for an
        empty mask.

    Raises:
        RleError: See `rle.ops`.

    >>> bbox([[1, 13, 2, 0, 8, 1]], height=5, width=12)
    array([[2, 0, 7, 2]])
    """
    stack, _ = read(masks, height, width)
    line, place, lines, places = tight(stack)
    by_column = stack.order == "F"
    sides = (line, place, lines, places) if by_column else (place, line, places, lines)
    return np.stack(sides, axis=1)


def centroid(
    masks: Any, *, height: int | None = None, width: int | None = None
) -> NDArray[np.float64]:
    """Finds the mean of each mask's pixels.

    Args:
        masks: Masks of one form and size, see `rle.ops`.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        (N, 2) float64: mean x (column) and mean y (row) of the pixels, where the pixel in the
        corner is 0, 0: a mask of that pixel alone has its centroid at 0.0, 0.0, and so has an
        empty one.

    Raises:
        RleError: See `rle.ops`.

    >>> centroid([{"size": [4, 4], "counts": [0, 2, 2, 2, 10]}])
    array([[0.5, 0.5]])
    """
    stack, _ = read(masks, height, width)
    pixels = areas(stack)
    # A sum is below pixels × longest side; Python's own integers where 64 bits might not hold it.
    exact = stack.area * max(stack.height, stack.width) < 2**62
    edges = stack.edges if exact else stack.edges.astype(object)
    at = edges // stack.line
    along = edges - at * stack.line
    # Sums of the line's number, and of the place in the line, over all pixels before an edge.
    of_lines = stack.line * (at * (at - 1) // 2) + at * along
    of_places = at * (stack.line * (stack.line - 1) // 2) + along * (along - 1) // 2
    sums = [
        totals(before[1::2] - before[0::2], stack.splits >> 1) for before in (of_lines, of_places)
    ]
    if stack.order == "C":
        sums.reverse()
    means = np.zeros((stack.count, 2))
    filled = stack.filled
    for axis, of_axis in enumerate(sums):
        means[filled, axis] = of_axis[filled] / pixels[filled]
    return means


def contains(
    masks: Any, points: ArrayLike, *, height: int | None = None, width: int | None = None
) -> NDArray[np.bool_]:
    """Looks points up in each mask.

    Args:
        masks: Masks of one form and size, see `rle.ops`.
        points: (P, 2) x and y: the point lies in the pixel of column floor(x) and row floor(y).
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        (N, P) bool; False for a point outside of the image.

    Raises:
        InvalidArgument: The points are not of that shape, or not finite numbers.
        RleError: See `rle.ops`.

    >>> contains([[1, 13, 2, 0, 8, 1]], [[2.0, 0.0], [2.9, 1.9], [9.0, 1.0]], height=5, width=12)
    array([[False,  True, False]])
    """
    stack, _ = read(masks, height, width)
    where = np.floor(_coordinates(points))
    inside = (where >= 0).all(axis=1) & (where < (stack.width, stack.height)).all(axis=1)
    x, y = where[inside].astype(np.int64).T
    places = x * stack.height + y if stack.order == "F" else y * stack.width + x
    found = np.zeros((stack.count, inside.size), np.bool_)
    for row, edges in zip(found, stack.parts(), strict=True):
        row[inside] = edges.searchsorted(places, "right") % 2 == 1
    return found


def areas(stack: Stack) -> Ints:
    """Counts each mask's pixels."""
    return totals(stack.ends - stack.starts, stack.splits >> 1)


def _coordinates(points: Any) -> NDArray[np.float64]:
    try:
        read = np.asarray(points)
        if read.dtype.kind == "O" and all(type(number) in (int, float) for number in read.flat):
            read = read.astype(np.float64)  # integers beyond 64 bits
    except (ValueError, TypeError, OverflowError) as fault:
        raise InvalidArgument(f"the points cannot be read as an array: {fault}") from None
    if read.shape == (0,):
        return np.empty((0, 2))
    if read.ndim != 2 or read.shape[1] != 2:
        raise InvalidArgument(f"the points have shape {read.shape}; it must be (P, 2): x and y")
    if read.dtype.kind not in "iuf":
        raise InvalidArgument(f"the points are an array of {read.dtype}; they must be numbers")
    with np.errstate(over="ignore"):  # longer floats: too large for ours is infinite
        read = read.astype(np.float64)
    if (wrong := np.flatnonzero(~np.isfinite(read).all(axis=1))).size:
        raise InvalidArgument(
            f"point {wrong[0]} is {show(read[wrong[0]].tolist())}; both must be finite numbers"
        )
    return read
