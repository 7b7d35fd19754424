"""From runs to outlines that go along the edges of pixels.

A vertical crack is the side that a set pixel and an unset one share in a row. Cracks that lie one
upon another make a stretch; every stretch has a corner at either end, and the corners in a line
between two rows, taken in pairs from the left, are joined by horizontal cracks. So rings are
followed from stretch to stretch. Where four pixels meet of which only two opposite ones are set,
the ring goes from one to the other: parts hang together over corners. A ring is counterclockwise as
seen on a screen, a hole's clockwise.

A hole's first corner is the lower end of its leftmost stretch. To the left of there lies a run of
the object, and where that run begins, another ring around the same part: so a hole's bridge leads
straight to the left, and from hole to hole in the end to the part's own ring.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Rings(NamedTuple):
    """Outlines of a mask's parts and of their holes, R in all."""

    x: Ints  # (N,) corners, ring after ring; the last of each ring is its first again
    y: Ints
    splits: Ints  # (R + 1,) ring i has the corners from splits[i] to splits[i + 1]
    part: Ints  # (R,) which ring goes around the part: itself, if the ring is no hole's
    area: Ints  # (R,) pixels inside a ring, below 0 for a hole
    holes: Ints  # which rings are holes', ascending
    bridgeheads: Ints  # for each hole, the corner its bridge leads to: no ring's first or last


class _Cracks(NamedTuple):
    row: Ints  # runs that end where a row does: their rows, first columns and ends
    left: Ints
    right: Ints
    line: Ints  # stretches, sorted: 2 × x, and 1 more where the object lies to the left
    top: Ints
    bottom: Ints


def trace(edges: Ints, height: int, width: int, *, holes: bool) -> Rings:
    """Follows the outlines of a mask.

    Args:
        edges: (2K,) strictly ascending, counted row by row.
        height: Rows.
        width: Columns.
        holes: Whether holes are wanted.
    """
    cracks = _cracks(edges, height, width)
    order, splits = _followed(_next(cracks, width))
    is_hole = (cracks.line[order[splits[:-1]]] & 1).astype(np.bool_)
    if not holes:
        lengths = np.diff(splits)
        order = order[~is_hole.repeat(lengths)]
        splits = _sums(lengths[~is_hole])
        is_hole = is_hole[~is_hole]
    ring = np.arange(is_hole.size)
    x = cracks.line[order] >> 1
    upwards = (cracks.line[order] & 1).astype(np.bool_)
    top, bottom = cracks.top[order], cracks.bottom[order]
    begin, end = np.where(upwards, bottom, top), np.where(upwards, top, bottom)
    area = _sums((begin - end) * x)[splits]
    corner = 2 * np.arange(order.size) + ring.repeat(np.diff(splits))  # where a stretch begins
    starts = 2 * splits + np.arange(splits.size)  # rings' first corners
    xs, ys = np.empty((2, int(starts[-1])), np.int64)
    xs[corner] = xs[corner + 1] = x
    ys[corner], ys[corner + 1] = begin, end
    xs[starts[1:] - 1], ys[starts[1:] - 1] = xs[starts[:-1]], ys[starts[:-1]]
    rings = Rings(xs, ys, starts, ring, np.diff(area), np.flatnonzero(is_hole), splits[:0])
    if not rings.holes.size:
        return rings
    begins = np.empty(order.size, np.int64)
    begins[order] = corner
    return _with_bridges(rings, cracks, begins, height, width)


def joined(rings: Rings) -> list[list[int]]:
    """Makes one closed outline of each part, over bridges there and back; the largest first."""
    flat: list[int] = np.stack((rings.x, rings.y), axis=1).reshape(-1).tolist()
    # Rings are cut at bridgeheads, which both pieces have.
    pieces = np.sort(np.concatenate((rings.splits[:-1], rings.bridgeheads)))
    stops = np.append(pieces[1:], rings.x.size)
    after = np.full(pieces.size, -1)
    resumed = np.searchsorted(pieces, rings.bridgeheads)
    stops[resumed - 1] += 1
    after[resumed - 1] = np.searchsorted(pieces, rings.splits[rings.holes])
    after[np.searchsorted(pieces, rings.splits[rings.holes + 1]) - 1] = resumed
    own = np.flatnonzero(rings.part == np.arange(rings.part.size))
    areas = np.bincount(rings.part, rings.area, rings.part.size)[own]
    own = own[np.argsort(-areas, kind="stable")]
    starts, ends, following = (2 * pieces).tolist(), (2 * stops).tolist(), after.tolist()
    outlines = []
    for piece in np.searchsorted(pieces, rings.splits[own]).tolist():
        outline = flat[starts[piece] : ends[piece]]
        while (piece := following[piece]) >= 0:
            outline += flat[starts[piece] : ends[piece]]
        del outline[-2:]
        outlines.append(outline)
    return outlines


def _cracks(edges: Ints, height: int, width: int) -> _Cracks:
    starts, ends = edges[0::2], edges[1::2]
    row = starts // width
    more = (ends - 1) // width - row
    if more.any():
        times = more + 1
        row = row.repeat(times) + np.arange(int(times.sum()))
        row -= (times.cumsum() - times).repeat(times)
        starts, ends = starts.repeat(times), ends.repeat(times)
    left = np.maximum(starts - row * width, 0)
    right = np.minimum(ends - row * width, width)
    # The cracks of one line never touch those of the next: no row has the number `height`.
    places = np.concatenate((2 * left, 2 * right + 1)) * (height + 1)
    places[: row.size] += row
    places[row.size :] += row
    places.sort()
    begins = np.ones(places.size + bool(places.size), np.bool_)
    np.not_equal(places[1:], places[:-1] + 1, out=begins[1:-1])
    bounds = np.flatnonzero(begins)
    line = places[bounds[:-1]] // (height + 1)
    top = places[bounds[:-1]] - line * (height + 1)
    return _Cracks(row, left, right, line, top, top + np.diff(bounds))


def _next(cracks: _Cracks, width: int) -> Ints:
    """Finds for each stretch the one that follows it in its ring."""
    count = cracks.line.size
    # Where two corners lie in one place, the order of `line` is the one that leads across.
    corners = np.concatenate((cracks.top, cracks.bottom)) * (2 * width + 2)
    corners[:count] += cracks.line
    corners[count:] += cracks.line
    order = np.argsort(corners)
    other = np.empty(2 * count, np.int64)
    other[order[0::2]], other[order[1::2]] = order[1::2], order[0::2]
    # With the object to the left a ring goes upwards, else downwards.
    after = other[np.arange(count) + np.where(cracks.line & 1, 0, count)]
    return np.where(after < count, after, after - count)


def _followed(after: Ints) -> tuple[Ints, Ints]:
    """Follows rings.

    Returns:
        All stretches, ring after ring, each from its leftmost on; then splits, (R + 1,).
    """
    ahead: list[int] = after.tolist()
    order: list[int] = []
    splits = [0]
    add = order.append
    for first, following in enumerate(ahead):
        if following < 0:
            continue
        stretch = first
        while (following := ahead[stretch]) >= 0:
            add(stretch)
            ahead[stretch] = -1
            stretch = following
        splits.append(len(order))
    return np.array(order, np.int64), np.array(splits, np.int64)


def _with_bridges(rings: Rings, cracks: _Cracks, begins: Ints, height: int, width: int) -> Rings:
    """Finds the bridges' ends and makes corners of them; `begins` are stretches' first corners."""
    first = rings.splits[rings.holes]
    x, y = rings.x[first], rings.y[first]
    run = np.searchsorted(cracks.row * (width + 1) + cracks.right, (y - 1) * (width + 1) + x)
    x = cracks.left[run]
    stretch = np.searchsorted(
        cracks.line * (height + 1) + cracks.top, 2 * x * (height + 1) + y - 1, side="right"
    )
    stretch -= 1
    end = begins[stretch] + 1
    part = rings.part.copy()
    part[rings.holes] = np.searchsorted(rings.splits, end, side="right") - 1
    while (further := part[part] != part).any():
        part[further] = part[part[further]]
    between = y < cracks.bottom[stretch]
    order = np.flatnonzero(between)
    order = order[np.lexsort((y[order], end[order]))]
    places = end[order]
    heads = end + np.searchsorted(places, end, side="right")
    heads[order] = places + np.arange(places.size)
    return rings._replace(
        x=np.insert(rings.x, places, x[order]),
        y=np.insert(rings.y, places, y[order]),
        splits=rings.splits + np.searchsorted(places, rings.splits, side="right"),
        part=part,
        bridgeheads=heads,
    )


def _sums(values: Ints) -> Ints:
    sums = np.zeros(values.size + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return sums
