"""Which masks of two ways are the same."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import rle

# Masks are the same whose IoU is this at least.
SAME = 0.999


class Likeness(NamedTuple):
    """How like the official masks others are, by IoUs.

    Attributes:
        matched: of each pair of the same masks; no mask is in two pairs.
        missed: of each official mask that is in no pair, with the nearest of the others; 0 where
            there is none.
        alone: of each other mask that is in no pair, likewise with the official ones.
    """

    matched: list[float]
    missed: list[float]
    alone: list[float]


def likeness(
    official: Sequence[Any], others: Sequence[Any], *, height: int, width: int
) -> Likeness:
    """Pair masks, the most alike first; a mask is in one of the forms that `rle.ops` reads."""
    if not official or not others:
        return Likeness([], [0.0] * len(official), [0.0] * len(others))
    shares = rle.ops.iou(official, others, height=height, width=width)
    rows, columns = (set(range(count)) for count in shares.shape)
    matched = []
    for index in np.argsort(-shares, axis=None, kind="stable"):
        row, column = (int(one) for one in np.unravel_index(index, shares.shape))
        if shares[row, column] < SAME:
            break
        if row in rows and column in columns:
            rows.remove(row)
            columns.remove(column)
            matched.append(float(shares[row, column]))
    return Likeness(
        matched,
        [float(shares[row].max()) for row in sorted(rows)],
        [float(shares[:, column].max()) for column in sorted(columns)],
    )


def iou(one: Sequence[int], other: Sequence[int], *, height: int, width: int) -> float:
    """Of two masks in CVAT's form, of which nothing at all is an empty list; 1 for two empty."""
    if not one or not other:
        return float(not one and not other)
    return float(rle.ops.iou([one], [other], height=height, width=width)[0, 0])
