"""Edges of many masks of one size, found in one go.

The masks lie one after another in memory, (N, H, W), and are looked at as one long line of pixels,
or as one tall image; what is found is cut where a mask ends. Edges come as they do in `rle.Runs`,
each mask's counted from its own first pixel: those of mask i stand at splits[i]:splits[i + 1].
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rle._changes import changes, places_of
from rle._columns import _differences

Ints = NDArray[np.signedinteger]


def row_edges(stack: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Finds where runs of set pixels begin and end, counted row by row.

    Args:
        stack: (N, H, W) bytes as `rle._mask.as_bytes` gives them, N at least 1.

    Returns:
        (M,) int32 or int64, and splits, (N + 1,) int64.
    """
    count, height, width = stack.shape
    area = height * width
    found = changes(stack.reshape(-1))
    ends = np.arange(1, count) * area
    places = found.searchsorted(ends)
    odd = (places & 1).astype(np.bool_)  # the last run before the end goes on to it, or beyond
    if odd.any():
        beyond = odd.copy()
        beyond[odd] = found[places[odd]] > ends[odd]
        found = np.insert(found, places[beyond].repeat(2), ends[beyond].repeat(2))
        places += 2 * (beyond.cumsum() - beyond) + odd
    splits = np.concatenate(([0], places, [found.size]))
    edges = found.astype(_kind(stack.size))
    edges -= np.arange(0, stack.size, area, dtype=edges.dtype).repeat(np.diff(splits))
    return edges, splits


def column_edges(stack: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Finds where runs of set pixels begin and end, counted column by column.

    Arguments and results are those of `row_edges`.
    """
    count, height, width = stack.shape
    differ = _differences(np.packbits(stack.reshape(-1), bitorder="little"), width)
    which = (differ != 0).nonzero()[0]
    # Where a pixel differs from the one above, in the image of all masks one below another.
    kind = _kind(stack.size + stack.size // width)
    columns = places_of(differ.view("<i8")[which], which).astype(kind)
    rows = columns // kind(width)
    columns -= rows * kind(width)
    masks = rows // kind(height)
    rows -= masks * kind(height)
    # A mask's first row is below the last of the mask before, which is none of its business.
    inner = rows != 0
    room = height * width + 1  # so that no mask's end is the next one's beginning
    columns *= kind(height)
    columns += rows
    masks *= kind(room)
    columns += masks
    if not inner.all():
        columns = columns[inner]
    sides = stack[:, [0, -1]].view(np.uint8) != 0
    if sides.any():
        masks, last, columns_there = sides.nonzero()
        more = masks * room + (columns_there + last) * height
        columns = np.concatenate((columns, more.astype(kind)))
    columns.sort()
    return apart(columns, room, count)


def apart(places: Ints, room: int, count: int) -> tuple[Ints, Ints]:
    """Takes the places of several masks apart.

    Args:
        places: (M,) ascending, mask i's place p as i · room + p. What stands twice goes: one line
            ends where the next begins. Used up.
        room: More than any mask's last place.
        count: Number of masks.

    Returns:
        Edges and splits.
    """
    differ = places[1:] != places[:-1]
    if not differ.all():
        kept = np.ones(places.size, np.bool_)
        kept[1:] = differ
        kept[:-1] &= differ
        places = places[kept]
    begins = np.arange(0, count * room, room, dtype=places.dtype)
    splits = np.append(places.searchsorted(begins), places.size)
    places -= begins.repeat(np.diff(splits))
    return places, splits


class Crops(NamedTuple):
    """Masks that have a set pixel, each in its tight box.

    Attributes:
        which: (M,) their numbers.
        edges: Those in the boxes, each mask's counted from its box's first pixel.
        splits: (M + 1,) of the edges.
        boxes: (M, 4) inclusive: the first and last place along a line are items 0 and 2, the first
            and last line items 1 and 3. For rows that is left, top, right, bottom.
    """

    which: Ints
    edges: Ints
    splits: Ints
    boxes: Ints


def crops_of(edges: Ints, splits: Ints, line: int) -> Crops:
    """Finds the box of each mask and takes the rest away.

    Args:
        edges: (M,), see `row_edges`.
        splits: (N + 1,).
        line: Pixels of a line: the width, for rows.
    """
    which = np.diff(splits).nonzero()[0]
    if not which.size:
        return Crops(which, edges, splits[:1], np.empty((0, 4), np.int64))
    splits = np.append(splits[which], splits[-1])
    starts, ends = edges[0::2], edges[1::2]
    first = splits[:-1] >> 1
    times = np.diff(splits) >> 1
    lines = starts // edges.dtype.type(line)
    places = starts - lines * edges.dtype.type(line)
    low = np.minimum.reduceat(places, first)
    places += ends
    places -= starts
    high = np.maximum.reduceat(places, first)  # exclusive
    low[high > line] = 0  # a run goes on from line to line
    high[high > line] = line
    top, bottom = lines[first], (edges[splits[1:] - 1] - 1) // line
    # Each line before a run makes its place in the box smaller by what the box leaves out.
    lines *= (line - high + low).repeat(times)
    lines += (top * (high - low) + low).repeat(times)
    moved = np.empty_like(edges)
    np.subtract(starts, lines, out=moved[0::2])
    np.subtract(ends, lines, out=moved[1::2])
    touching = moved[2::2] == moved[1:-1:2]
    touching[first[1:] - 1] = False
    if touching.any():
        kept = np.ones(moved.size, np.bool_)
        kept[1:-1:2] = kept[2::2] = ~touching
        moved = moved[kept]
        splits = np.append(0, kept.cumsum())[splits]
    return Crops(which, moved, splits, np.stack((low, top, high - 1, bottom), axis=1))


def _kind(most: int) -> type[np.signedinteger]:
    """Half the bytes where they will do."""
    return np.int32 if most < 2**30 else np.int64
