"""`rle._turn` for many masks at once: small ones, whose time is numpy's calls and not their runs.

The scans of many boxes are laid one after another into one long scan, with room between them for
the line after the last, so that one sort serves all of them. Those of mask i, of whatever it is,
stand at splits[i]:splits[i + 1].
"""

import numpy as np
from numpy.typing import NDArray

from rle._turn import Ints, without_pairs

# A mask with more toggles, before or after, is as fast alone. Measured.
SMALL = 2048


def turn_boxes(
    toggles: Ints, splits: Ints, line: Ints, lines: Ints, *, stride: int, origin: Ints
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Does what `turn_box` does, for many small masks in images of one size.

    Args:
        toggles: See `turn_box`.
        splits: (N + 1,) of the toggles, N at least 1.
        line: (N,) pixels of a line of each box.
        lines: (N,) lines of each box.
        stride: Lines of the images.
        origin: (N,), see `turn_box`.

    Returns:
        Edges, each mask's counted from its own image's first pixel; their splits; and (N,) whether
        a mask is small. Others have no edges here.
    """
    along, which, splits, small = crossings(toggles, splits, line, lines)
    along *= stride
    along += which
    edges, splits = ascending(along, splits, line * stride)
    edges += origin.repeat(np.diff(splits))
    return edges, splits, small


def crossings(
    toggles: Ints, splits: Ints, line: Ints, lines: Ints
) -> tuple[Ints, Ints, Ints, NDArray[np.bool_]]:
    """Does what `rle._turn.crossings` does, for many small masks.

    Args:
        toggles: (2K,) ascending within each mask.
        splits: (N + 1,) of the toggles, N at least 1.
        line: (N,) pixels of a line.
        lines: (N,) number of lines.

    Returns:
        Places along lines, numbers of lines, their splits, and (N,) whether a mask is small. Of
        others nothing is found.
    """
    sizes = np.diff(splits)
    small = sizes <= SMALL
    if not small.all():
        toggles = toggles[small.repeat(sizes)]
        sizes *= small
    count = toggles.size
    room = line * (lines + 1)
    base = room.cumsum()
    base -= room
    both = np.empty(2 * count, np.int64)
    np.add(toggles, base.repeat(sizes), out=both[:count])
    np.add(both[:count], line.repeat(sizes), out=both[count:])
    both.sort(kind="stable")  # which merges two ascending lists
    starts = both[0::2]
    lengths = both[1::2] - starts
    ends, totals = _sums(lengths, sizes)
    if totals.max() > SMALL:
        # Two rows of a wide image, say: one run, and a crossing at every pixel.
        small &= totals <= SMALL
        lengths *= small.repeat(sizes)
        ends, totals = _sums(lengths, sizes)
    shifts = starts - ends
    shifts += lengths
    along = shifts.repeat(lengths)
    along += np.arange(along.size)
    along -= base.repeat(totals)
    lines_of_each = line.repeat(totals)
    which = along // lines_of_each
    lines_of_each *= which
    along -= lines_of_each
    return along, which, _splits(totals), small


def ascending(places: Ints, splits: Ints, extents: Ints) -> tuple[Ints, Ints]:
    """Sorts each mask's places, and leaves out what stands twice.

    Args:
        places: From 0 to (inclusive) their mask's extent, none more often than twice. Used up.
        splits: (N + 1,) of the places.
        extents: (N,).

    Returns:
        Edges and their splits.
    """
    room = extents + 1
    base = room.cumsum()
    base -= room
    places += base.repeat(np.diff(splits))
    places.sort()
    edges = without_pairs(places)
    splits = np.append(edges.searchsorted(base), edges.size)
    edges -= base.repeat(np.diff(splits))
    return edges, splits


def _sums(lengths: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """Adds lengths up, over all and for each mask."""
    ends = lengths.cumsum()
    return ends, np.diff(np.append(0, ends)[_splits(sizes)])


def _splits(sizes: Ints) -> Ints:
    splits = np.zeros(sizes.size + 1, np.int64)
    sizes.cumsum(out=splits[1:])
    return splits
