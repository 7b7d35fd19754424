"""Between a crop's runs, which CVAT has, and edges counted through the whole image.

All in the run domain, unless runs are dense: then what is painted is the box or the lines that hold
something.
"""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from rle import _points, _turn, _turn_many
from rle._changes import changes
from rle._crop import Box, image_of, runs_and_box
from rle._numbers import as_list
from rle._segmentation import edges_of

Ints = NDArray[np.int64]

# Where more rows of runs are to be made than one for so many pixels, painting the image is faster
# and takes less memory.
_SPARSE = 32

_EMPTY = (1, 0, 0, 0, 0)


def toggles_of(runs: Ints) -> Ints:
    """Turns run lengths, those of unset pixels first, into toggles: see `rle._turn`."""
    return runs[: runs.size & -2].cumsum()


def toggles_of_many(runs: Ints, splits: Ints) -> tuple[Ints, Ints]:
    """Turns many masks' runs, at least one each, into toggles and their splits."""
    first, last = splits[:-1], splits[1:] - 1
    sizes = np.diff(splits)
    ends = runs.cumsum()
    ends -= (ends[first] - runs[first]).repeat(sizes)
    odd = sizes & 1
    if odd.any():
        kept = np.ones(runs.size, np.bool_)
        kept[last] = odd == 0
        ends = ends[kept]
        splits = np.append(0, splits[1:] - odd.cumsum())
    return ends, splits


def rows_of(runs: Ints, box: Box, height: int, width: int) -> Ints:
    """Turns the runs of a box into edges counted row by row through the image.

    Returns:
        (2K,) strictly ascending.
    """
    edges = edges_of(runs)
    origin = box.top * width + box.left
    if box.width == width:
        return edges + origin
    starts, ends = edges[0::2], edges[1::2]
    rows = starts // box.width
    times = (ends - 1) // box.width
    times -= rows
    if np.count_nonzero(times):  # a run goes on in the next row: it is several in the image
        times += 1
        if int(times.sum()) * _SPARSE > height * width:
            return changes(image_of(runs, box, height, width).reshape(-1))
        rows -= times.cumsum()
        rows += times
        rows = rows.repeat(times)
        rows += np.arange(rows.size)
        begins = rows * box.width
        starts = np.maximum(starts.repeat(times), begins)
        begins += box.width
        ends = np.minimum(ends.repeat(times), begins)
    rows *= width - box.width
    rows += origin
    edges = np.empty(2 * rows.size, np.int64)
    np.add(starts, rows, out=edges[0::2])
    np.add(ends, rows, out=edges[1::2])
    return edges


def columns_of(runs: Ints, box: Box, height: int) -> Ints:
    """Turns the runs of a box into edges counted column by column through the image.

    Returns:
        (2K,) strictly ascending.
    """
    origin = box.left * height + box.top
    return _turn.turn_box(toggles_of(runs), box.width, box.height, stride=height, origin=origin)


def columns_of_many(runs: Ints, splits: Ints, boxes: Ints, height: int) -> tuple[Ints, Ints]:
    """Turns the runs of many masks' boxes, (N, 4), into such edges and their splits."""
    if not len(boxes):
        return np.empty(0, np.int64), np.zeros(1, np.int64)
    edges, found, small = columns_of_small(runs, splits, boxes, height)
    if small.all():
        return edges, found
    parts = [edges[begin:end] for begin, end in pairwise(found.tolist())]
    for index in np.flatnonzero(~small).tolist():
        part = runs[splits[index] : splits[index + 1]]
        parts[index] = columns_of(part, Box(*boxes[index].tolist()), height)
    return np.concatenate(parts), np.cumsum([0, *(part.size for part in parts)])


def columns_of_small(
    runs: Ints, splits: Ints, boxes: Ints, height: int
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Does that for small masks, at least one.

    Returns:
        Edges; their splits; and (N,) whether a mask is small. Others have no edges here.
    """
    left, top, right, bottom = boxes.T
    toggles, splits = toggles_of_many(runs, splits)
    return _turn_many.turn_boxes(
        toggles,
        splits,
        right - left + 1,
        bottom - top + 1,
        stride=height,
        origin=left * height + top,
    )


def points_of_rows(edges: Ints, width: int) -> list[int]:
    """Makes points of edges, strictly ascending, counted row by row through the image."""
    if not edges.size:
        return list(_EMPTY)
    starts, ends = edges[0::2], edges[1::2]
    rows = starts // width
    columns = starts - rows * width
    left = int(columns.min())
    columns += ends
    columns -= starts
    right = int(columns.max()) - 1
    if right >= width:  # a run goes on in the next row
        left, right = 0, width - 1
    box = Box(left, int(rows[0]), right, (int(edges[-1]) - 1) // width)
    if box.width < width:
        # Each row before a run makes its place in the crop smaller by what the crop leaves out.
        rows *= width - box.width
        moved = np.empty_like(edges)
        np.subtract(starts, rows, out=moved[0::2])
        np.subtract(ends, rows, out=moved[1::2])
        edges = _turn.without_pairs(moved)
    return _points.write(edges, box, box.top * box.width + box.left)


def points_of_columns(toggles: Ints, height: int, width: int) -> list[int]:
    """Makes points of toggles counted column by column through the image."""
    found = _turn.crossings(toggles, height, width)
    if found is None:
        image, first = _turn.painted(toggles, height)
        runs, box = runs_and_box(cv2.transpose(image).view(np.bool_))
        if runs.size == 1:
            return list(_EMPTY)
        return as_list(runs, then=(box.left + first, box.top, box.right + first, box.bottom))
    rows, columns = found
    if not rows.size:
        return list(_EMPTY)
    box = Box(int(columns[0]), int(rows.min()), int(columns[-1]) - 1, int(rows.max()))
    rows *= box.width
    rows += columns
    rows.sort()
    return _points.write(_turn.without_pairs(rows), box, box.top * box.width + box.left)


def points_of_many_columns(toggles: Ints, splits: Ints, sizes: Ints) -> list[list[int]]:
    """Makes points of many masks' toggles, in images of different sizes, (N, 2): height, width."""
    if not len(sizes):
        return []
    return [
        points_of_columns(toggles[begin:end], height, width) if points is None else points
        for points, (begin, end), (height, width) in zip(
            points_of_small_columns(toggles, splits, sizes),
            pairwise(splits.tolist()),
            sizes.tolist(),
            strict=True,
        )
    ]


def points_of_small_columns(toggles: Ints, splits: Ints, sizes: Ints) -> list[list[int] | None]:
    """Does that for small masks, at least one.

    Returns:
        The points of each mask; None for one that is not small.
    """
    rows, columns, found, small = _turn_many.crossings(toggles, splits, sizes[:, 0], sizes[:, 1])
    listed = [list(_EMPTY) if one else None for one in small.tolist()]
    filled = np.flatnonzero(np.diff(found))
    if not filled.size:
        return listed
    found = np.append(found[filled], found[-1])
    first, last = found[:-1], found[1:] - 1
    top, bottom = np.minimum.reduceat(rows, first), np.maximum.reduceat(rows, first)
    left, right = columns[first], columns[last] - 1
    width = right - left + 1
    times = np.diff(found)
    rows *= width.repeat(times)
    rows += columns
    rows -= (top * width + left).repeat(times)
    edges, found = _turn_many.ascending(rows, found, width * (bottom - top + 1))
    boxes = np.stack((left, top, right, bottom), axis=1)
    for index, points in zip(filled.tolist(), _points.write_many(edges, found, boxes), strict=True):
        listed[index] = points
    return listed
