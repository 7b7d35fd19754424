"""Many masks painted over one another, later ones on top, without an image.

All edges of all masks cut the image's scan into cells. A stretch of cells is two powers of two that
overlap, so what each cell shows is had by handing the topmost mask of large blocks down to blocks
of half the size, level by level: time goes with the number of edges times its logarithm, however
many masks lie over one another.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def painted(edges: Ints, splits: Ints, area: int) -> tuple[Ints, Ints]:
    """Finds which mask is seen where.

    Args:
        edges: All masks' edges, one mask after another, each as `rle.Runs` has them.
        splits: (N + 1,): those of mask i are edges[splits[i]:splits[i + 1]].
        area: Pixels of the image.

    Returns:
        Runs of pixels: which mask is seen, counted from 1 (0: none), and lengths, each above 0.
        Neighbours may be equal.
    """
    cells, ranks = _ranked(np.concatenate((edges, [0, area])))
    starts, stops = ranks[:-2:2], ranks[1:-2:2]
    masks = np.arange(1, splits.size).repeat(np.diff(splits) >> 1)
    levels = np.frexp((stops - starts).astype(np.float64))[1] - 1  # 2**level cells fit in
    seen = np.zeros(cells.size - 1, np.int64)
    for level in range(int(levels.max(initial=0)), -1, -1):
        block = 1 << level
        those = np.flatnonzero(levels == level)
        np.maximum.at(seen, starts[those], masks[those])
        if level:
            np.maximum.at(seen, stops[those] - block, masks[those])
            seen[block >> 1 :] = np.maximum(seen[block >> 1 :], seen[: -(block >> 1)])
    return seen, np.diff(cells)


def _ranked(places: Ints) -> tuple[Ints, Ints]:
    """Sorts places and leaves out repeated ones; also says where each of them has gone."""
    bits = places.size.bit_length()
    if int(places.max()).bit_length() + bits < 64:
        # One sort of both numbers at once takes half the time of argsort.
        keys = places << bits
        keys |= np.arange(places.size)
        keys.sort()
        order = keys & ((1 << bits) - 1)
        keys >>= bits
    else:
        order = places.argsort()
        keys = places[order]
    new = np.empty(keys.size, np.bool_)
    new[0] = True
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    ranks = np.empty(keys.size, np.int64)
    ranks[order] = new.cumsum() - 1
    return keys[new], ranks
