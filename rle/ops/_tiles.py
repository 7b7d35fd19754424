"""How many pixels each mask shares with each other one: ordinary masks, whose runs are long.

One sweep over all runs, sorted by their beginning, would find every pair of runs that overlap. The
same sweep is done here with tiles: a tile holds the first run of a mask in each of 16 lines next to
one another (or the second, or the third …). There are far fewer of them to sort and to pair, and
what two tiles share is found with four operations on rows of 16 numbers of 16 bits.

Two tiles are looked at only where the boxes around them meet.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from rle._stack import Ints, Stack, cut, splits_of, totals

_LANES = 16

# A place in a line has 16 bits.
_LONGEST = 2**16 - 1

# A run is cut into so many pieces at most, if the limit of 16 bits allows.
_LINES = 2**14

# Runs and lines of the masks that are laid out at a time, pairs of tiles that are listed at a time
# and those that are compared at a time: the first two bound memory, and all stay in the cache.
_AT_ONCE = 2**16
_LISTED = 2**18
_COMPARED = 2**13


class _Tiles(NamedTuple):
    """T tiles, sorted by `begin`.

    Attributes:
        first: (T, lanes) uint16, where the run begins; `line` where there is none.
        stop: (T, lanes) uint16, the place after its last; 0 where there is none.
        mask: (T,).
        begin: (T,) the tile's first place, counted through all blocks of lines.
        end: (T,) the place after its last, likewise.
    """

    first: NDArray[np.uint16]
    stop: NDArray[np.uint16]
    mask: Ints
    begin: Ints
    end: Ints


def line_of(stack: Stack) -> int:
    """Chooses the length of the lines that masks are cut into: the image's own if it will do.

    Args:
        stack: The masks; one at least has a run.
    """
    line = stack.line
    if line > _LONGEST:
        return -(-line // -(-line // _LONGEST))
    # Several lines in one keep the number of pieces down where runs are longer than lines.
    run = int((stack.ends - stack.starts).sum()) // stack.starts.size
    several = max(run // line, -(-stack.area // (_LINES * line)), 1)
    return line * min(several, _LONGEST // line)


def shared(stack: Stack, a: slice, b: slice, line: int) -> Ints:
    """Counts the pixels that masks share with others.

    Args:
        stack: All masks.
        a: Which of them are compared …
        b: … with which: the same, or all different ones.
        line: See `line_of`.

    Returns:
        (len(a), len(b)) int64.
    """
    tiles = _laid_out(stack, line)
    # Weights are float64: exact up to 2**53, and a pair shares no more than its image has.
    if a == b:
        # Each pair of tiles once; a mask shares all of itself with itself.
        counts = np.zeros((stack.count, stack.count))
        for here, there in _meeting(tiles, tiles, np.arange(1, tiles.begin.size + 1)):
            counts += _tally(tiles, tiles, here, there, counts.shape)
        counts += counts.T
        np.fill_diagonal(counts, totals(stack.ends - stack.starts, stack.splits >> 1))
    else:
        mine, theirs = _of(tiles, a), _of(tiles, b)
        counts = np.zeros((a.stop - a.start, b.stop - b.start))
        for here, there in _meeting(mine, theirs, theirs.begin.searchsorted(mine.begin)):
            counts += _tally(mine, theirs, here, there, counts.shape)
        after = mine.begin.searchsorted(theirs.begin, "right")
        for there, here in _meeting(theirs, mine, after):
            counts += _tally(mine, theirs, here, there, counts.shape)
    return counts.astype(np.int64)


def _laid_out(stack: Stack, line: int) -> _Tiles:
    most = np.diff(stack.splits) // 2 + -(-stack.area // line)
    parts = []
    for begin, end in _groups(most, _AT_ONCE):
        tiles = _tiles(stack.some(slice(begin, end)), line)
        parts.append(tiles._replace(mask=tiles.mask + begin))
    tiles = parts[0]
    if len(parts) > 1:
        tiles = _Tiles._make(map(np.concatenate, zip(*parts, strict=True)))
    order = tiles.begin.argsort()
    return _Tiles._make(values.take(order, axis=0) for values in tiles)


def _of(tiles: _Tiles, masks: slice) -> _Tiles:
    which = np.flatnonzero((tiles.mask >= masks.start) & (tiles.mask < masks.stop))
    some = _Tiles._make(values.take(which, axis=0) for values in tiles)
    return some._replace(mask=some.mask - masks.start)


def _groups(sizes: Ints, limit: int) -> Iterator[tuple[int, int]]:
    """Divides things next to one another into groups of about so much in sum."""
    group = splits_of(sizes)[1:] // limit
    bounds = np.flatnonzero(group[1:] != group[:-1]) + 1
    return pairwise([0, *bounds.tolist(), sizes.size])


def _tiles(stack: Stack, line: int) -> _Tiles:
    spans = cut(stack, line)
    count = spans.mask.size
    blocks = -(-stack.area // (line * _LANES))
    # Mask, block and line as one number, ascending.
    key = spans.mask * (blocks * _LANES)
    key += spans.line
    block = key // _LANES
    new = np.empty(count, np.bool_)
    new[:1] = True
    np.not_equal(block[1:], block[:-1], out=new[1:])
    heads = np.flatnonzero(new)
    of_block = np.arange(heads.size).repeat(np.diff(heads, append=count))
    layers = np.ones(heads.size, np.int64)
    # Runs that are not the first of their line are few: the tile after the first is theirs, …
    later = np.flatnonzero(key[1:] == key[:-1]) + 1
    rank = _ranks(later)
    np.maximum.at(layers, of_block[later], rank + 1)
    splits = splits_of(layers)
    tile = splits[of_block]
    tile[later] += rank
    first = np.full((int(splits[-1]), _LANES), line, np.uint16)
    stop = np.zeros_like(first)
    tile *= _LANES
    tile += key
    tile -= block * _LANES
    first.reshape(-1)[tile] = spans.first
    stop.reshape(-1)[tile] = spans.stop
    mask, block = np.divmod(block[heads].repeat(layers), blocks)
    block *= line
    return _Tiles(
        first,
        stop,
        mask,
        block + _reduced(first, cv2.REDUCE_MIN),
        block + _reduced(stop, cv2.REDUCE_MAX),
    )


def _reduced(rows: NDArray[np.uint16], how: int) -> NDArray[np.integer[Any]]:
    found = cv2.reduce(rows, 1, how) if len(rows) else rows  # OpenCV takes no empty array
    return np.asarray(found, np.uint16).reshape(-1)


def _ranks(later: Ints) -> Ints:
    """Counts 1, 2, 3, … through numbers that follow one another, and from 1 again after a gap."""
    counted = np.arange(later.size)
    after_gap = np.ones(later.size, np.bool_)
    np.not_equal(later[1:], later[:-1] + 1, out=after_gap[1:])
    starts = np.maximum.accumulate(np.where(after_gap, counted, 0))
    counted -= starts
    counted += 1
    return counted


def _meeting(some: _Tiles, others: _Tiles, low: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Lists tiles with those others that begin inside them, from number `low` of the others on."""
    sizes = others.begin.searchsorted(some.end) - low
    for begin, end in _groups(sizes, _LISTED):
        here = sizes[begin:end]
        splits = splits_of(here)
        theirs = (low[begin:end] - splits[:-1]).repeat(here)
        theirs += np.arange(theirs.size)
        yield np.arange(begin, end).repeat(here), theirs


def _tally(
    mine: _Tiles, theirs: _Tiles, here: Ints, there: Ints, shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Adds up, for each pair of masks, what pairs of tiles share."""
    pixels = np.empty(here.size, np.float32)  # 16 lengths of 16 bits: exact
    for begin in range(0, here.size, _COMPARED):
        i, j = here[begin : begin + _COMPARED], there[begin : begin + _COMPARED]
        stop = mine.stop.take(i, axis=0)
        np.minimum(stop, theirs.stop.take(j, axis=0), out=stop)
        first = mine.first.take(i, axis=0)
        np.maximum(first, theirs.first.take(j, axis=0), out=first)
        # OpenCV's difference of unsigned numbers is 0 where it would be negative.
        cv2.subtract(stop, first, dst=stop)
        sums = cv2.reduce(stop, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32F)
        pixels[begin : begin + _COMPARED] = sums.reshape(-1)
    pairs = mine.mask[here]
    pairs *= shape[1]
    pairs += theirs.mask[there]
    sums = np.bincount(pairs, weights=pixels, minlength=shape[0] * shape[1])
    return np.asarray(sums, np.float64).reshape(shape)
