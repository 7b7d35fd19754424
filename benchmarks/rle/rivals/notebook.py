"""The published notebook's ways (a) to (h), written anew; (b) is pycocotools, (i) multiclass-rle.

(a) is the loop that the package python-rle runs: that package would take this one's name.
"""

from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

LABEL = "the notebook"

Array = NDArray[Any]


def notebook_a(mask: Array) -> dict[str, Any]:
    """python-rle's way: a loop over the pixels, row by row."""
    values: list[Any] = []
    counts: list[int] = []
    for pixel in mask.ravel():
        if values and values[-1] == pixel:
            counts[-1] += 1
        else:
            values.append(pixel)
            counts.append(1)
    return {"size": mask.shape, "values": values, "counts": counts}


def notebook_c(mask: Array) -> str:
    """Kaggle's starts and lengths, row by row; wrong where the first or last pixel is set."""
    flat = mask.flatten()
    places = np.where(flat[1:] != flat[:-1])[0] + 2
    places[1::2] -= places[::2]
    return " ".join(str(place) for place in places)


def notebook_d(mask: Array) -> dict[str, Any]:
    """Groups of equal pixels, column by column."""
    counts: list[int] = []
    for place, (value, group) in enumerate(groupby(mask.ravel(order="F"))):
        if place == 0 and value:
            counts.append(0)
        counts.append(len(list(group)))
    return {"size": list(mask.shape), "counts": counts}


def notebook_e(mask: Array) -> dict[str, Any]:
    """A loop over the pixels, column by column."""
    counts, length, colour = [], 0, False
    for pixel in mask.ravel(order="F"):
        if pixel != colour:
            counts.append(length)
            length, colour = 0, pixel
        length += 1
    counts.append(length)
    return {"size": list(mask.shape), "counts": counts}


def notebook_f(labels: Array) -> dict[str, Any]:
    """Groups, their lengths from lists."""
    groups = [(value, len(list(group))) for value, group in groupby(labels.ravel())]
    return _answer(labels, groups)


def notebook_g(labels: Array) -> dict[str, Any]:
    """The same from a generator."""
    groups = ((value, len(list(group))) for value, group in groupby(labels.ravel()))
    return _answer(labels, groups)


def notebook_h(labels: Array) -> dict[str, Any]:
    """Groups, counted."""
    groups = ((value, sum(1 for _ in group)) for value, group in groupby(labels.ravel()))
    return _answer(labels, groups)


def _answer(labels: Array, groups: Any) -> dict[str, Any]:
    values, counts = zip(*groups, strict=True)
    return {"size": labels.shape, "values": values, "counts": counts}
