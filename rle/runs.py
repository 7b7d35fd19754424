"""One mask as runs: the light value that steps hand to one another without writing it out.

`Runs` is what every codec here works on inside. Whoever takes several steps with the same masks
(parse, intersect, measure, write) keeps them in this form and parses each once. `encode` and
`decode` here are the way from pixels and to pixels, `rle.convert` has those from and to other
forms, and `rle.ops` what can be done with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle._batch import as_list_of, images_of_columns
from rle._changes import changes
from rle._columns import column_changes, image_of_columns
from rle._limits import Order, check_order, check_size
from rle._mask import as_bytes
from rle._numbers import whole_numbers
from rle._paint import paint
from rle._segmentation import counts_of
from rle._turn import turn
from rle.exceptions import InvalidRuns, InvalidSize

__all__ = ["Order", "Runs", "decode", "decode_batch", "encode"]


class Runs:
    """A mask of height × width as the places where it changes.

    Attributes:
        edges: (2K,) int64, read-only, strictly ascending, from 0 to height × width: the start of
            the first stretch of set pixels, its end (exclusive), the start of the second, and so
            on. Empty for a mask without a set pixel.
        height: Rows.
        width: Columns.
        order: How pixels are counted: "F" column by column (as COCO does), "C" row by row (CVAT).

    Two are equal if they are the same mask, whatever their order.

    Raises:
        InvalidSize: Height or width is none, or the image is larger than `rle.MAX_PIXELS`.
        InvalidRuns: The edges are odd in number, not ascending, or beyond the image.
        InvalidArgument: The order is neither "F" nor "C".

    >>> import rle.runs
    >>> runs = Runs([3, 9, 14, 21], height=2, width=12, order="C")
    >>> runs
    Runs(2×12, 2 runs, order='C')
    >>> rle.runs.decode(runs).astype(int).tolist()
    [[0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]]
    >>> runs.in_order("F").edges.tolist()
    [5, 18]
    """

    __slots__ = ("edges", "height", "order", "width")

    edges: NDArray[np.int64]
    height: int
    width: int
    order: Order

    def __init__(self, edges: Any, *, height: int, width: int, order: Order = "F") -> None:
        height, width = check_size(height, width)
        order = check_order(order)
        read = whole_numbers(edges, name="edges").copy()
        if read.size % 2:
            raise InvalidRuns(f"edges has {read.size} items; each start needs an end")
        if (wrong := np.flatnonzero(read[1:] <= read[:-1])).size:
            index = int(wrong[0])
            raise InvalidRuns(
                f"edges[{index + 1}] is {read[index + 1]}, not above the {read[index]} before it"
            )
        for index in (0, -1):
            if read.size and not 0 <= read[index] <= height * width:
                raise InvalidRuns(
                    f"edges[{index % read.size}] is {read[index]}, but the image of "
                    f"{height}×{width} ends at {height * width}"
                )
        self._fill(read, height, width, order)

    @classmethod
    def trusted(cls, edges: NDArray[np.int64], height: int, width: int, order: Order) -> Self:
        """Takes edges that are known to be right, without looking at them again.

        For this package's own steps: what breaks the promise breaks whatever is done next.
        """
        runs = cls.__new__(cls)
        runs._fill(edges, height, width, order)
        return runs

    def _fill(self, edges: NDArray[np.int64], height: int, width: int, order: Order) -> None:
        edges.setflags(write=False)
        put = object.__setattr__  # the way around our own
        put(self, "edges", edges)
        put(self, "height", height)
        put(self, "width", width)
        put(self, "order", order)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed; {name} was to be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed; {name} was to be deleted")

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, (type(self), self.edges, self.height, self.width, self.order))

    @property
    def size(self) -> list[int]:
        """[height, width], as COCO has it."""
        return [self.height, self.width]

    def in_order(self, order: Order) -> Runs:
        """The same mask, its pixels counted in that order; itself where it has it already.

        No image is built for it, unless runs are so dense (noise) that painting them is faster.

        Raises:
            InvalidArgument: The order is neither "F" nor "C".
        """
        order = check_order(order)
        if order == self.order:
            return self
        line, lines = (self.height, self.width) if order == "C" else (self.width, self.height)
        return Runs.trusted(turn(self.edges, line, lines), self.height, self.width, order)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Runs):
            return NotImplemented
        if self.size != other.size:
            return False
        return np.array_equal(self.edges, other.in_order(self.order).edges)

    def __hash__(self) -> int:
        return hash((self.height, self.width, self.in_order("F").edges.tobytes()))

    def __repr__(self) -> str:
        stretches = self.edges.size // 2
        return f"Runs({self.height}×{self.width}, {stretches} runs, order={self.order!r})"


def encode(mask: ArrayLike, *, order: Order = "F") -> Runs:
    """Encodes a mask as runs.

    Args:
        mask: (H, W), any numbers; what is not zero belongs to the object.
        order: "F" counts pixels column by column, "C" row by row.

    Raises:
        InvalidMask: See `rle.cvat.encode`.
        InvalidArgument: The order is neither "F" nor "C".

    >>> encode([[0, 1, 1], [0, 0, 1]]).edges.tolist()
    [2, 3, 4, 6]
    """
    order = check_order(order)
    image = as_bytes(mask)
    height, width = image.shape
    edges = column_changes(image) if order == "F" else changes(image.reshape(-1))
    return Runs.trusted(edges, height, width, order)


def decode(runs: Runs, *, order: Order = "C") -> NDArray[np.bool_]:
    """Decodes runs into a mask.

    Args:
        runs: The mask as runs, in either order.
        order: Memory layout of what comes back: "C" rows first, "F" columns first.

    Returns:
        (H, W) bool.

    Raises:
        InvalidRuns: It is no `Runs`.
        InvalidArgument: The order is neither "F" nor "C".

    >>> decode(Runs([2, 3, 4, 6], height=2, width=3)).astype(int).tolist()
    [[0, 1, 1], [0, 0, 1]]
    """
    order = check_order(order)
    if not isinstance(runs, Runs):
        raise InvalidRuns(f"the runs are of type {type(runs).__name__}; they must be rle.Runs")
    if runs.order == "F":
        return _image(runs.edges, runs.height, runs.width, order)
    # Counted along its rows, a mask is the one that lies across it, counted along its columns.
    return _image(runs.edges, runs.width, runs.height, "F" if order == "C" else "C").T


def decode_batch(masks: Sequence[Runs], *, order: Order = "C") -> NDArray[np.bool_]:
    """Decodes many masks, all of one size, into one array.

    Args:
        masks: A list with the runs of each mask, in either order.
        order: Memory layout of each mask: "C" rows first, "F" columns first.

    Returns:
        (N, H, W) bool; (0, 0, 0) of an empty list, which has no size.

    Raises:
        InvalidRuns: No list, or one of them is no `Runs`.
        InvalidSize: They are not of one size, or so many do not fit into memory.
        InvalidArgument: The order is neither "F" nor "C".

    >>> decode_batch([Runs([2, 3], height=1, width=3), Runs([], height=1, width=3)]).tolist()
    [[[False, False, True]], [[False, False, False]]]
    """
    order = check_order(order)
    masks = as_list_of(masks, "masks")
    for index, mask in enumerate(masks):
        if not isinstance(mask, Runs):
            raise InvalidRuns(f"mask {index} is of type {type(mask).__name__}; it must be rle.Runs")
        if mask.size != masks[0].size:
            raise InvalidSize(
                f"mask {index} is of {mask.height}×{mask.width} and mask 0 of "
                f"{masks[0].height}×{masks[0].width}; masks of one array need one size"
            )
    if not masks:
        return np.zeros((0, 0, 0), np.bool_)
    edges = [mask.in_order("F").edges for mask in masks]
    splits = np.cumsum([0, *(part.size for part in edges)])
    height, width = masks[0].size
    return images_of_columns(np.concatenate(edges), splits, height, width, order)


def _image(edges: NDArray[np.int64], height: int, width: int, order: Order) -> NDArray[np.bool_]:
    """Decodes edges counted column by column."""
    area = height * width
    if order == "F" and edges.size and 4 * int(edges[-1] - edges[0]) > area:
        # Most of the mask: then all of it at once is faster than that and a copy.
        return paint(counts_of(edges, area), area).reshape(width, height).T
    return image_of_columns(edges, height, width, order)


def _restored(kind: type[Runs], edges: Any, height: int, width: int, order: Order) -> Runs:
    return kind.trusted(edges, height, width, order)
