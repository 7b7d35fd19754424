"""Many masks as runs in one flat set of arrays, so that one call of numpy serves all of them.

Besides the value, what its users share: sums for each mask, clean edges from toggles, and runs cut
where lines end. Memory always goes with the number of runs, or of the pieces they are cut into.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rle.runs import Order, Runs

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """N masks of one image size, their pixels counted in one order.

    Attributes:
        edges: All masks' edges, one mask after another, each as `rle.Runs` has them.
        splits: (N + 1,) int64: those of mask i are edges[splits[i]:splits[i + 1]].
        height: Rows of every image.
        width: Columns of every image.
        order: "F" or "C", see `rle.Runs`.
    """

    edges: Ints
    splits: Ints
    height: int
    width: int
    order: Order

    @classmethod
    def of(cls, masks: Sequence[Runs]) -> "Stack":
        """Puts masks together, at least one, of one size and one order."""
        edges = np.concatenate([mask.edges for mask in masks])
        splits = splits_of(np.array([mask.edges.size for mask in masks]))
        return cls(edges, splits, masks[0].height, masks[0].width, masks[0].order)

    def runs(self) -> list[Runs]:
        """Takes the masks apart."""
        return [Runs.trusted(part, self.height, self.width, self.order) for part in self.parts()]

    def parts(self) -> list[Ints]:
        """Each mask's edges."""
        return [self.edges[begin:end] for begin, end in pairwise(self.splits.tolist())]

    def some(self, which: slice) -> "Stack":
        """Some of the masks, next to one another."""
        begin, end, _ = which.indices(self.count)
        splits = self.splits[begin : end + 1]
        return self.having(self.edges[splits[0] : splits[-1]], splits - splits[0])

    def having(self, edges: Ints, splits: Ints) -> "Stack":
        """Other masks of the same size and order."""
        return replace(self, edges=edges, splits=splits)

    def in_order(self, order: Order) -> "Stack":
        """The same masks, their pixels counted in that order."""
        if order == self.order or not self.count:
            return replace(self, order=order)
        return Stack.of([mask.in_order(order) for mask in self.runs()])

    @property
    def count(self) -> int:
        """Number of masks."""
        return self.splits.size - 1

    @property
    def line(self) -> int:
        """Pixels of a line: of a column in the order "F", of a row in the order "C"."""
        return self.height if self.order == "F" else self.width

    @property
    def lines(self) -> int:
        """Number of lines."""
        return self.width if self.order == "F" else self.height

    @property
    def area(self) -> int:
        """Pixels of an image."""
        return self.height * self.width

    @property
    def starts(self) -> Ints:
        """First pixel of every run."""
        return self.edges[0::2]

    @property
    def ends(self) -> Ints:
        """The pixel after the last of every run."""
        return self.edges[1::2]

    @property
    def filled(self) -> NDArray[np.intp]:
        """Which masks have a set pixel."""
        return np.flatnonzero(self.splits[1:] > self.splits[:-1])


class Spans(NamedTuple):
    """Runs cut at the ends of lines: mask, line, first place in it, the place after the last."""

    mask: Ints
    line: NDArray[np.signedinteger[Any]]
    first: NDArray[np.signedinteger[Any]]
    stop: NDArray[np.signedinteger[Any]]


def splits_of(sizes: Ints) -> Ints:
    """Where each of several parts begins, and where the last ends."""
    splits = np.zeros(sizes.size + 1, np.int64)
    sizes.cumsum(out=splits[1:])
    return splits


def totals(values: NDArray[Any], splits: Ints) -> NDArray[Any]:
    """Adds up each mask's values, exactly: those of mask i are values[splits[i]:splits[i + 1]]."""
    sums = np.zeros(values.size + 1, values.dtype)
    values.cumsum(out=sums[1:])
    return sums[splits[1:]] - sums[splits[:-1]]


def joined(toggles: Ints, splits: Ints) -> tuple[Ints, Ints]:
    """Makes edges of toggles: what stands twice at one place, or any even number of times, goes.

    Args:
        toggles: Ascending within each mask.
        splits: (N + 1,) of the toggles.

    Returns:
        Edges and their splits.
    """
    new = np.empty(toggles.size, np.bool_)
    new[:1] = True
    np.not_equal(toggles[1:], toggles[:-1], out=new[1:])
    new[splits[:-1][splits[:-1] < toggles.size]] = True
    if new.all():
        return toggles, splits
    first = np.flatnonzero(new)
    kept = first[np.diff(first, append=toggles.size) % 2 == 1]
    return toggles[kept], kept.searchsorted(splits)


def cut(stack: Stack, line: int | Ints) -> Spans:
    """Cuts runs where lines end.

    Args:
        stack: The masks.
        line: Pixels of a line, of all masks or (N,) of each; it need not be the image's own line.
    """
    # Half the bytes where they will do.
    kind: type[np.signedinteger[Any]] = np.int32 if stack.area < 2**31 else np.int64
    sizes = np.diff(stack.splits)
    each = line if isinstance(line, int) else line.astype(kind).repeat(sizes)
    places = stack.edges.astype(kind)
    places[1::2] -= 1
    at: Any = places // each  # mypy takes it for floats
    places -= at * each
    begin, last = at[0::2], at[1::2]
    first, stop = places[0::2], places[1::2] + 1
    mask = np.arange(stack.count).repeat(sizes >> 1)
    if np.array_equal(begin, last):
        return Spans(mask, begin, first, stop)
    pieces = last - begin + 1
    splits = splits_of(pieces)
    head, tail = splits[:-1], splits[1:] - 1
    of_line = np.arange(splits[-1])
    of_line += (begin - head).repeat(pieces)
    firsts = np.zeros(of_line.size, kind)
    firsts[head] = first
    if isinstance(each, int):
        stops = np.full(of_line.size, each, kind)
    else:
        stops = each[0::2].repeat(pieces)
    stops[tail] = stop
    return Spans(mask.repeat(pieces), of_line, firsts, stops)
