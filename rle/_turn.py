"""A mask scanned row by row, scanned column by column instead: without building the image.

A scan across the lines changes wherever a line differs from the line before it. Counted along the
lines, those places are the XOR of the mask with itself one line later, and of two lists of toggles
the XOR is simply both lists in one, sorted: a place that stands there twice begins and ends a
stretch of nothing. What is left is to count every pixel of those stretches across the lines, and to
sort again. The work goes with the number of runs before and after, not with the pixels.

Where runs are dense (noise) that is more work than painting the lines that hold something.

Toggles, here and elsewhere, are edges that may stand twice at one place, which is then no edge at
all: runs of length 0, legal in every format, make such pairs.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from rle._changes import changes
from rle._paint import paint

Ints = NDArray[np.int64]

# Runs are dense if there are more edges, before and after, than one for so many pixels; few edges
# never are, because painting takes more steps. Both measured.
_SPARSE = 8
_FEW = 1000

# Unless lines that hold something are fewer than one of so many, all are painted: that costs less,
# in time and memory, than to count edges in these and then in all.
_NARROW = 8


def turn(edges: Ints, line: int, lines: int) -> Ints:
    """Turns the scan of a mask by a quarter.

    Args:
        edges: (2K,) strictly ascending: starts and ends (exclusive) of set runs, in a scan of
            `lines` lines of `line` pixels each.
        line: Pixels of a line (the width, where rows are scanned).
        lines: Number of lines (the height, where rows are scanned).

    Returns:
        The same mask's edges in a scan across the lines: first the first pixel of every line. The
        argument itself where both scans are the same.
    """
    if line == 1 or lines == 1:
        return edges
    return turn_box(edges, line, lines, stride=lines, origin=0)


def turn_box(toggles: Ints, line: int, lines: int, *, stride: int, origin: int) -> Ints:
    """Turns the scan of a box and counts in the image around it.

    Args:
        toggles: (2K,) ascending, in the box.
        line: Pixels of a line of the box.
        lines: Number of lines of the box.
        stride: Number of lines of the image: a step along a line is so many pixels of the scan
            across.
        origin: Place of the box's first pixel in the image's scan across.

    Returns:
        (2K,) strictly ascending edges in the image's scan across the lines.
    """
    found = crossings(toggles, line, lines)
    if found is None:
        edges = _through_an_image(toggles, line, stride)
    else:
        along, which = found
        along *= stride
        along += which
        along.sort()
        # Where the box has all lines, the end of one column is the beginning of the next.
        edges = without_pairs(along) if stride == lines else along
    if origin:
        edges += origin
    return edges


def crossings(toggles: Ints, line: int, lines: int) -> tuple[Ints, Ints] | None:
    """Finds every pixel that differs from the one at the same place of the line before.

    Args:
        toggles: (2K,) ascending.
        line: Pixels of a line.
        lines: Number of lines; one of unset pixels is thought before them, one after them.

    Returns:
        The pixels' places along their lines and the numbers of these, 0 to `lines`, ascending by
        line and then by place. None where runs are dense: `painted` is faster then, and this could
        take more memory than an image.
    """
    count = toggles.size
    most = _FEW
    if count > _FEW:
        most += (int(toggles[-1]) - int(toggles[0])) // _SPARSE
        if count > most:
            return None
    both = np.empty(2 * count, np.int64)
    both[:count] = toggles
    np.add(toggles, line, out=both[count:])
    both.sort(kind="stable")  # which merges two ascending lists
    starts = both[0::2]
    lengths = both[1::2] - starts
    ends = lengths.cumsum()
    total = int(ends[-1]) if count else 0
    if total > _FEW and count + total > _FEW + (int(toggles[-1]) - int(toggles[0])) // _SPARSE:
        return None
    shifts = starts - ends
    shifts += lengths
    along = shifts.repeat(lengths)
    along += np.arange(total)
    which = along // line
    along -= which * line
    return along, which


def painted(toggles: Ints, line: int) -> tuple[NDArray[np.uint8], int]:
    """Paints the lines that hold something.

    Args:
        toggles: (2K,) ascending, K at least 1.
        line: Pixels of a line.

    Returns:
        (lines, line) 0 or 1, and the number of the first of these lines.
    """
    first = int(toggles[0]) // line
    lines = max(1, -(-int(toggles[-1]) // line) - first)
    runs = np.empty(toggles.size + 1, np.int64)
    runs[0] = toggles[0] - first * line
    np.subtract(toggles[1:], toggles[:-1], out=runs[1:-1])
    runs[-1] = (first + lines) * line - toggles[-1]
    return paint(runs, lines * line).view(np.uint8).reshape(lines, line), first


def without_pairs(places: Ints) -> Ints:
    """Leaves out what stands twice in ascending places, none of which stands there more often."""
    apart = places[1:] != places[:-1]
    if np.count_nonzero(apart) >= places.size - 1:
        return places
    kept = np.ones(places.size, np.bool_)
    kept[1:] = apart
    kept[:-1] &= apart
    return places[kept]


def _through_an_image(toggles: Ints, line: int, stride: int) -> Ints:
    image, first = painted(toggles, line)
    lines = len(image)
    if lines == stride:
        return changes(cv2.transpose(image).view(np.bool_).reshape(-1))
    if lines * _NARROW > stride:
        across = np.zeros((line, stride), np.uint8)
        cv2.transpose(image, dst=across[:, first : first + lines])
        return changes(across.view(np.bool_).reshape(-1))
    # One unset line more keeps the end of one column apart from the beginning of the next.
    across = np.zeros((line, lines + 1), np.uint8)
    cv2.transpose(image, dst=across[:, :lines])
    edges = changes(across.view(np.bool_).reshape(-1))
    shift = edges // (lines + 1)
    shift *= stride - lines - 1
    shift += first
    edges += shift
    return edges
