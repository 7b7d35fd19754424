"""Boxes around masks and in them: found, cut out, and put back into a larger image.

Everything is said in lines and places, so that it holds for both orders: a line is a column in the
order "F" and a row in the order "C", a place is counted along it.
"""

from typing import NamedTuple

import numpy as np

from rle._stack import Ints, Stack, cut, joined


class Boxes(NamedTuple):
    """(N,) each: the first line and place of a box, and how many there are of both."""

    line: Ints
    place: Ints
    lines: Ints
    places: Ints


def tight(stack: Stack) -> Boxes:
    """Finds the smallest box around each mask; all four numbers are 0 for an empty one."""
    boxes = Boxes(*np.zeros((4, stack.count), np.int64))
    filled = stack.filled
    if not filled.size:
        return boxes
    begin, end = stack.splits[filled], stack.splits[filled + 1]
    boxes.line[filled] = stack.edges[begin] // stack.line
    boxes.lines[filled] = (stack.edges[end - 1] - 1) // stack.line + 1
    boxes.lines[filled] -= boxes.line[filled]
    firsts = stack.starts % stack.line
    stops = firsts + stack.ends
    stops -= stack.starts
    first = np.minimum.reduceat(firsts, begin >> 1)
    stop = np.maximum.reduceat(stops, begin >> 1)
    further = stop > stack.line  # a run goes on from line to line
    first[further], stop[further] = 0, stack.line
    boxes.place[filled], boxes.places[filled] = first, stop - first
    return boxes


def cropped(stack: Stack, boxes: Boxes) -> tuple[Ints, Ints]:
    """Cuts a box out of each mask.

    Nothing is cut into lines for it. The pixels of a box that lie before a place in the image are
    a number that only grows from place to place, so every edge moves to that number.

    Returns:
        Edges, each mask's counted in its box, and their splits.
    """
    sizes = np.diff(stack.splits)
    line, place, lines, places = (numbers.repeat(sizes) for numbers in boxes)
    at = stack.edges // stack.line
    along = stack.edges - at * stack.line
    along -= place
    np.clip(along, 0, places, out=along)
    at -= line
    at *= places
    along += at
    np.clip(along, 0, lines * places, out=along)
    return joined(along, stack.splits)


def placed(stack: Stack, places: Ints, origin: Ints) -> Stack:
    """Puts boxes into an image, the rest of which is unset.

    Args:
        stack: Its size and order are those of the image, its edges are counted in the boxes.
        places: (N,) places of a line of each box.
        origin: (N,) place in the image's scan at which each box begins.
    """
    # A box with whole lines can stay as it is.
    spans = cut(stack, np.where(places == stack.line, stack.area, places))
    edges = np.empty(2 * spans.mask.size, np.int64)
    offsets = origin.repeat(np.bincount(spans.mask, minlength=stack.count))
    offsets += spans.line * np.int64(stack.line)
    np.add(spans.first, offsets, out=edges[0::2])
    np.add(spans.stop, offsets, out=edges[1::2])
    return stack.having(edges, 2 * spans.mask.searchsorted(np.arange(stack.count + 1)))
