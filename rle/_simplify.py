"""Outlines with fewer corners: Douglas and Peucker's way, all rings at a time.

A piece of a ring may become one straight line if no corner of it lies further from that line (from
what is between its ends, not from the endless line) than the tolerance. Else the piece is divided
at the corner furthest away, and both halves are looked at in turn. Source: D. H. Douglas and
T. K. Peucker, "Algorithms for the reduction of the number of points required to represent a
digitized line or its caricature", Cartographica 10 (2), 1973.
"""

import numpy as np
from numpy.typing import NDArray

from rle._fill import filled
from rle._outline import Rings

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

# At this and below, a tolerance saves next to nothing: corners lie on whole numbers.
_LEAST = 0.5

# Divisions after which pieces are divided in the middle: a comb or a spiral could otherwise be
# divided as often as it has corners. An outline gets a few corners more by it.
_DEPTH = 24


def simplified(rings: Rings, tolerance: float, height: int, width: int) -> Rings:
    """Leaves out corners, so that no outline strays more than `tolerance` pixels.

    Where a ring would keep fewer than three corners, or a part not one pixel, the tolerance is
    halved for it until it does. Bridges keep both their ends.
    """
    lengths = np.diff(rings.splits)
    fixed = np.zeros(rings.x.size, np.bool_)
    fixed[rings.splits[:-1]] = fixed[rings.splits[1:] - 1] = fixed[rings.bridgeheads] = True
    kept = np.ones(rings.x.size, np.bool_)
    allowed = np.full(lengths.size, min(tolerance, float(height + width)))
    anew = allowed > 0
    while anew.any():
        at_all = allowed > 0
        kept = np.where(anew.repeat(lengths), fixed | ~at_all.repeat(lengths), kept)
        _divide(rings, kept, np.where(anew & at_all, allowed**2, np.inf))
        few = np.add.reduceat(kept, rings.splits[:-1], dtype=np.int64) < 4
        anew = (few | ~_visible(rings, kept, height, width)) & at_all
        allowed[anew] /= 2
        allowed[anew & (allowed <= _LEAST)] = 0
    place = kept.cumsum() - kept
    return rings._replace(
        x=rings.x[kept],
        y=rings.y[kept],
        splits=np.append(place, kept.sum())[rings.splits],
        bridgeheads=place[rings.bridgeheads],
    )


def _visible(rings: Rings, kept: Bools, height: int, width: int) -> Bools:
    """Tells of each ring whether its part has pixels, if drawn with the corners kept."""
    corners = np.stack((rings.x[kept], rings.y[kept]), axis=1).astype(np.float64)
    splits = np.concatenate(([0], kept.cumsum()))[rings.splits]
    return filled(corners, splits, rings.part, height, width)[rings.part]


def _divide(rings: Rings, kept: Bools, limits: Floats) -> None:
    """Marks corners as kept until no other is beyond its ring's limit.

    Args:
        rings: All rings.
        kept: (N,), each ring's first and last corner among them.
        limits: (R,) squares of distances.
    """
    ends = np.flatnonzero(kept)
    low, high = ends[:-1], ends[1:]
    limit = limits[np.searchsorted(rings.splits, low, side="right") - 1]
    # Floats: products of three coordinates are too large for 64 bits.
    x, y = rings.x.astype(np.float64), rings.y.astype(np.float64)
    depth = 0
    while (some := (high - low > 1) & (limit < np.inf)).any():
        low, high, limit = low[some], high[some], limit[some]
        between = high - low - 1
        stop = between.cumsum()
        start = stop - between
        corner = np.arange(int(stop[-1])) + (low + 1 - start).repeat(between)
        away = _distances(x, y, corner, low.repeat(between), high.repeat(between))
        furthest = np.maximum.reduceat(away, start)
        over = furthest > limit
        if depth < _DEPTH:
            # Of several that are equally far, the middle one.
            equal = np.flatnonzero(away == furthest.repeat(between))
            middle = (np.searchsorted(equal, start) + np.searchsorted(equal, stop) - 1) >> 1
            division = corner[equal[middle]][over]
        else:
            division = (low + high)[over] >> 1
        kept[division] = True
        low, high = np.concatenate((low[over], division)), np.concatenate((division, high[over]))
        limit = np.concatenate((limit[over], limit[over]))
        depth += 1


def _distances(x: Floats, y: Floats, corner: Ints, low: Ints, high: Ints) -> Floats:
    """Squares of the distances of corners from the lines between two others each."""
    low_x, low_y = x[low], y[low]
    line_x, line_y = x[high] - low_x, y[high] - low_y
    here_x, here_y = x[corner] - low_x, y[corner] - low_y
    square = line_x * line_x + line_y * line_y
    along = here_x * line_x + here_y * line_y
    across = here_x * line_y - here_y * line_x
    # Beyond either end it is the end that is nearest.
    past = along > square
    here_x -= line_x * past
    here_y -= line_y * past
    inside = (along > 0) & ~past
    away = here_x * here_x + here_y * here_y
    np.divide(across * across, square, out=away, where=inside)
    return away
