"""How many pixels each mask shares with each other one: noise, which has very many short runs.

Between two neighbouring edges of whichever masks, no mask changes. Each mask is therefore a row of
ones and zeros with a column for each of these stretches, and what masks share is one product of
matrices, weighted with the stretches' lengths. Its cost does not depend on how the runs meet. It is
taken in steps of a bounded number of edges.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rle._stack import Ints, Stack, splits_of

# Edges of a step, roughly. Measured.
_STEP = 2**15

# Every so many edges of a mask one is looked at to see where steps should end.
_SAMPLED = 64


def shared(stack: Stack, a: slice, b: slice) -> Ints:
    """Counts the pixels that masks share with others.

    Args:
        stack: All masks.
        a: Which of them are compared …
        b: … with which: the same, or all different ones.

    Returns:
        (len(a), len(b)) int64.
    """
    cuts = _cuts(stack)
    parts = stack.parts()
    ends = np.array([part.searchsorted(cuts) for part in parts])
    # Sums of float64: exact up to 2**53, and a pair shares no more than its image has.
    counts = np.zeros((a.stop - a.start, b.stop - b.start))
    for step in range(cuts.size - 1):
        begin, end = ends[:, step].tolist(), ends[:, step + 1].tolist()
        inside = [part[i:j] for part, i, j in zip(parts, begin, end, strict=True)]
        flat = np.concatenate([cuts[step : step + 1], *inside])
        columns = np.unique(flat)
        places = columns.searchsorted(flat[1:])
        rows = _rows(places, splits_of(np.subtract(end, begin)), begin, columns.size)
        lengths = np.diff(columns, append=cuts[step + 1])
        counts += (rows[a] * lengths) @ rows[b].T
    return counts.astype(np.int64)


def _cuts(stack: Stack) -> Ints:
    """Divides the image's pixels so that about so many edges lie in each part."""
    inner = np.sort(stack.edges[::_SAMPLED])[:: _STEP // _SAMPLED]
    return np.unique(np.concatenate(([0], inner, [stack.area])))


def _rows(places: Ints, splits: Ints, before: list[int], width: int) -> NDArray[np.float64]:
    """Sets ones where a mask is set.

    Args:
        places: Column at which a mask changes.
        splits: Which of them are of which mask.
        before: How often each mask has changed before: it enters set after an odd number.
        width: Number of columns.
    """
    rows = np.empty((len(before), width))
    for row, (begin, end), changed in zip(rows, pairwise(splits.tolist()), before, strict=True):
        bounds = np.empty(end - begin + 2, np.int64)
        bounds[0], bounds[1:-1], bounds[-1] = 0, places[begin:end], width
        values = np.zeros(bounds.size - 1)
        values[1 - changed % 2 :: 2] = 1
        row[:] = values.repeat(np.diff(bounds))
    return rows
