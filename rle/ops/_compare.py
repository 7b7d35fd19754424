"""How two sets of masks lie over one another."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle._limits import show
from rle._stack import Ints, Stack
from rle.exceptions import InvalidArgument
from rle.ops import _dense, _tiles
from rle.ops._forms import Two, read_two
from rle.ops._measure import areas

# Masks are noise if they have more runs than this for each line.
_NOISE = 12

# What tiles take there for a run and a mask that it is compared with; and what a product takes, for
# each stretch between edges, for an item of the matrices and for a pair of items. In nanoseconds,
# measured.
_PAIR, _ITEM, _PRODUCT = 25, 2, 0.03


def intersections(
    a: Any, b: Any, *, height: int | None = None, width: int | None = None
) -> NDArray[np.int64]:
    """Counts the pixels that masks share.

    Args:
        a: Masks of one form and size, see `rle.ops`.
        b: Masks of the same size; the form may be another.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        (len(a), len(b)) int64.

    Raises:
        RleError: See `rle.ops`.

    >>> square = {"size": [4, 4], "counts": [0, 2, 2, 2, 10]}
    >>> intersections([square], [{"size": [4, 4], "counts": [0, 4, 12]}, square])
    array([[2, 4]])
    """
    return _shared(read_two(a, b, height, width))


def iou(
    a: Any,
    b: Any,
    iscrowd: ArrayLike | None = None,
    *,
    height: int | None = None,
    width: int | None = None,
) -> NDArray[np.float64]:
    """Divides the intersection of masks by their union, as `pycocotools.mask.iou` does.

    Args:
        a: Masks of one form and size, see `rle.ops`: detections.
        b: Masks of the same size; the form may be another: ground truth.
        iscrowd: (len(b),) 0, 1 or bool: where it is set, b is a crowd, and the area of a stands in
            the place of the union. None: nowhere.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        (len(a), len(b)) float64 from 0 to 1; 0 where both are empty.

    Raises:
        InvalidArgument: `iscrowd` is not that.
        RleError: See `rle.ops`.

    >>> square = {"size": [4, 4], "counts": [0, 2, 2, 2, 10]}
    >>> column = {"size": [4, 4], "counts": [0, 4, 12]}
    >>> iou([square], [column, square]).round(3)
    array([[0.333, 1.   ]])
    >>> iou([square], [column, square], iscrowd=[1, 0])
    array([[0.5, 1. ]])
    """
    two = read_two(a, b, height, width)
    pixels = _shared(two)
    crowd = _crowd(iscrowd, pixels.shape[1])
    each = areas(two.stack)
    mine = each[two.a, np.newaxis]
    whole = mine + each[two.b]
    whole -= pixels
    if crowd is not None:
        np.copyto(whole, mine, where=crowd)
    return _fraction(pixels, whole)


def overlap(
    a: Any, b: Any, *, height: int | None = None, width: int | None = None
) -> NDArray[np.float64]:
    """Says how much of each mask lies in each other one.

    Args:
        a: Masks of one form and size, see `rle.ops`.
        b: Masks of the same size; the form may be another.
        height: Rows of the image, for CVAT's points.
        width: Columns of the image, likewise.

    Returns:
        (len(a), len(b)) float64 from 0 to 1: pixels of a that lie in b, divided by all of a; 0
        where a is empty.

    Raises:
        RleError: See `rle.ops`.

    >>> square = {"size": [4, 4], "counts": [0, 2, 2, 2, 10]}
    >>> overlap([square], [{"size": [4, 4], "counts": [0, 4, 12]}, square])
    array([[0.5, 1. ]])
    """
    two = read_two(a, b, height, width)
    return _fraction(_shared(two), areas(two.stack)[two.a, np.newaxis])


def _shared(two: Two) -> Ints:
    stack, a, b, _ = two
    shape = a.stop - a.start, b.stop - b.start
    if not stack.edges.size or 0 in shape:
        return np.zeros(shape, np.int64)
    line = _tiles.line_of(stack)
    if _is_noise(stack, line, shape):
        return _dense.shared(stack, a, b)
    return _tiles.shared(stack, a, b, line)


def _is_noise(stack: Stack, line: int, shape: tuple[int, int]) -> bool:
    """Whether a product of matrices is faster: many runs in a line, and not too many masks."""
    runs = stack.edges.size / 2
    if runs < _NOISE * _lines(stack, line):
        return False
    stretches, pairs = min(2 * runs, stack.area), shape[0] * shape[1]
    by_product = stretches * (_ITEM * stack.count + _PRODUCT * pairs)
    return by_product < _PAIR * pairs * runs / stack.count


def _lines(stack: Stack, line: int) -> int:
    begin, end = stack.splits[stack.filled], stack.splits[stack.filled + 1]
    lines = (stack.edges[end - 1] - 1) // line - stack.edges[begin] // line + 1
    return int(lines.sum())


def _fraction(part: Ints, whole: Ints) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(part.shape), where=part > 0)


def _crowd(iscrowd: Any, count: int) -> NDArray[np.bool_] | None:
    if iscrowd is None:
        return None
    try:
        flags = np.asarray(iscrowd)
    except (ValueError, TypeError, OverflowError) as fault:
        raise InvalidArgument(f"iscrowd cannot be read as an array: {fault}") from None
    if flags.shape != (count,):
        raise InvalidArgument(
            f"iscrowd has shape {flags.shape}; it must be flat, one for each of the {count} "
            "masks of b"
        )
    if not count:
        return None
    if flags.dtype.kind not in "biu":
        raise InvalidArgument(f"iscrowd is an array of {flags.dtype}; it must be of 0 and 1")
    if (wrong := np.flatnonzero((flags != 0) & (flags != 1))).size:
        index = int(wrong[0])
        raise InvalidArgument(f"iscrowd[{index}] is {show(flags[index])}; it must be 0 or 1")
    return flags.astype(np.bool_)
