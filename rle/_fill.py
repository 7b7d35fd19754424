"""From polygons to edges, column by column, exactly as pycocotools draws them.

Its rule (rleFrPoly in maskApi.c of the COCO API): corners are multiplied by five and rounded. Each
side is a line of points, one for each step along the axis on which it is longer, the other
coordinate rounded. Where the line steps from the middle fifth of a column of pixels to the next
fifth, it crosses that column; there the column changes, from the row that the smaller y of the two
points lies in, rounded up and clamped to the image. All changes in order, taken in pairs, are the
runs. Crossings left of the image or right of it do not count.

Here the line's points are never made: for each side and each column that it crosses, the step at
which it does is computed, with pycocotools' own floating-point steps wherever they decide.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import rle
from rle._turn import without_pairs
from rle.exceptions import InvalidPolygon

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# About so many crossings are worked on at a time, which bounds the memory.
_AT_ONCE = 1 << 20


class _Sides(NamedTuple):
    """Sides of polygons that cross columns of the image: (N,) each.

    They run rightwards where they are flat (as wide as high, or wider), downwards where steep.
    """

    steep: NDArray[np.bool_]
    x: Floats  # where they begin
    y: Floats
    slope: Floats  # y by x where flat, x by y where steep
    first: Ints  # the first column crossed
    stop: Ints  # after the last column crossed
    polygon: Ints


def fill(corners: Floats, splits: Ints, height: int, width: int) -> Ints:
    """Fills polygons, each by the even-odd rule, and takes their union.

    Args:
        corners: (N, 2) and
        splits: (P + 1,), as `rle._corners.read` gives them.
        height: Rows.
        width: Columns.

    Returns:
        (2K,) strictly ascending edges, counted column by column.

    Raises:
        InvalidPolygon: The polygons' sides cross more columns than `rle.MAX_PIXELS`.
    """
    sides = _sides(corners, splits, width)
    total = int((sides.stop - sides.first).sum())
    if total > rle.MAX_PIXELS:
        raise InvalidPolygon(
            f"the polygons' sides cross {total} columns of pixels in all, above the limit of "
            f"{rle.MAX_PIXELS} (rle.MAX_PIXELS)"
        )
    stride = height * width + 1
    edges = [_union(places, stride) for places in _places(sides, height, stride)]
    return without_pairs(np.concatenate(edges)) if len(edges) > 1 else edges[0]


def filled(
    corners: Floats, splits: Ints, shape: Ints, height: int, width: int
) -> NDArray[np.bool_]:
    """Tells which shapes set a pixel, if each is filled by the even-odd rule.

    Args:
        corners: (N, 2) and
        splits: (P + 1,), as for `fill`: rings.
        shape: (P,) which shape a ring belongs to, from 0 to P - 1.
        height: Rows.
        width: Columns.

    Returns:
        (P,) bool, for each shape; a number that no ring has is a shape without a pixel.
    """
    sides = _sides(corners, splits, width)
    sides = sides._replace(polygon=shape[sides.polygon])
    found = np.zeros(shape.size, np.bool_)
    stride = height * width + 1
    for places in _places(sides, height, stride):
        starts = places[0::2]
        found[starts[starts != places[1::2]] // stride] = True
    return found


def _sides(corners: Floats, splits: Ints, width: int) -> _Sides:
    # Rounded as C does it: towards zero, after a half was added.
    begin = (corners * 5 + 0.5).astype(np.int64)
    end = np.empty_like(begin)
    end[:-1] = begin[1:]
    end[splits[1:] - 1] = begin[splits[:-1]]
    first = np.maximum((np.minimum(begin[:, 0], end[:, 0]) + 2) // 5, 0)
    stop = np.minimum((np.maximum(begin[:, 0], end[:, 0]) + 2) // 5, width)
    which = np.flatnonzero(first < stop)
    begin, end = begin[which], end[which]
    way = end - begin
    size = np.abs(way)
    steep = size[:, 1] > size[:, 0]
    along, across = np.where(steep, way.T[::-1], way.T)
    start = np.where(along < 0, end.T, begin.T).astype(np.float64)
    return _Sides(
        steep=steep,
        x=start[0],
        y=start[1],
        slope=across / along,
        first=first[which],
        stop=stop[which],
        polygon=np.searchsorted(splits, which, side="right") - 1,
    )


def _places(sides: _Sides, height: int, stride: int) -> Iterator[Ints]:
    """Computes all crossings, a band of columns at a time, from the left to the right.

    Returns:
        For each band the places of pixels where columns change, in order: those of polygon i are
        i times `stride` further on. In each column a polygon has an even number of them.
    """
    total = int((sides.stop - sides.first).sum())
    if total <= _AT_ONCE:
        yield _places_in_band(sides, height, stride)
        return
    # How many crossings lie before a column, at those where sides begin or end.
    firsts, stops = np.sort(sides.first), np.sort(sides.stop)
    turns = np.sort(np.concatenate((firsts, stops)))
    active = np.searchsorted(firsts, turns, "right") - np.searchsorted(stops, turns, "right")
    before = (active[:-1] * np.diff(turns)).cumsum()
    parts = np.interp(np.arange(0, total, _AT_ONCE), np.append(0, before), turns)
    bounds = np.append(np.unique(parts.astype(np.int64)), stops[-1])
    for left, right in pairwise(bounds.tolist()):
        first, stop = np.maximum(sides.first, left), np.minimum(sides.stop, right)
        inside = first < stop
        band = _chosen(sides._replace(first=first, stop=stop), inside)
        yield _places_in_band(band, height, stride)


def _places_in_band(sides: _Sides, height: int, stride: int) -> Ints:
    # Flat ones first, to be computed apart from the steep.
    sides = _chosen(sides, np.argsort(sides.steep, kind="stable"))
    times = sides.stop - sides.first
    columns = (sides.stop - times.cumsum()).repeat(times)
    columns += np.arange(columns.size)
    x, y, slope = sides.x.repeat(times), sides.y.repeat(times), sides.slope.repeat(times)
    flat = int(times[~sides.steep].sum())
    places = np.empty(columns.size, np.int64)
    places[:flat] = _where_flat(x[:flat], y[:flat], slope[:flat], columns[:flat])
    places[flat:] = _where_steep(x[flat:], y[flat:], slope[flat:], columns[flat:])
    places += 2
    places //= 5
    np.maximum(places, 0, out=places)
    np.minimum(places, height, out=places)
    places += columns * height
    if sides.polygon.any():
        places += (sides.polygon * stride).repeat(times)
    places.sort()
    return places


def _chosen(sides: _Sides, which: Ints | NDArray[np.bool_]) -> _Sides:
    steep, x, y, slope, first, stop, polygon = sides
    return _Sides(
        steep[which], x[which], y[which], slope[which], first[which], stop[which], polygon[which]
    )


def _where_flat(x: Floats, y: Floats, slope: Floats, columns: Ints) -> Ints:
    """Finds the smaller y of the two points between which flat sides cross columns."""
    step = 5.0 * columns + 2 - x
    step += slope < 0
    return (y + slope * step + 0.5).astype(np.int64)


def _where_steep(x: Floats, y: Floats, slope: Floats, columns: Ints) -> Ints:
    """Finds the same for steep sides."""
    if not columns.size:
        return columns
    rightwards = slope > 0
    beyond = 5.0 * columns + 3

    def crossed(step: Floats) -> NDArray[np.bool_]:
        right: NDArray[np.bool_] = (x + slope * step + 0.5 >= beyond) == rightwards
        return right

    # The first step after the crossing: close by, then to the very one.
    step = np.ceil((beyond - 0.5 - x) / slope)
    while (late := crossed(step - 1)).any():
        step -= late
    while not (done := crossed(step)).all():
        step += ~done
    return (y + step - 1).astype(np.int64)


def _union(places: Ints, stride: int) -> Ints:
    """Makes edges of a band's places, see `_places`."""
    starts, ends = places[0::2], places[1::2]
    some = starts != ends
    starts, ends = starts[some], ends[some]
    if starts.size and starts[-1] >= stride:
        starts, ends = np.sort(starts % stride), np.sort(ends % stride)
    # Where as many runs have ended as have begun, a run of the union begins; unless it only
    # touches the one before, which then goes on.
    apart = starts[1:] > ends[:-1]
    union = np.empty(2 * (np.count_nonzero(apart) + bool(starts.size)), np.int64)
    union[0:1], union[2::2] = starts[0:1], starts[1:][apart]
    union[-1:], union[1:-1:2] = ends[-1:], ends[:-1][apart]
    return union
