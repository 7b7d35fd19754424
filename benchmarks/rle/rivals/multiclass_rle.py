"""The way of the package multiclass-rle, written anew from its description."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LABEL = "multiclass-rle"

Array = NDArray[Any]


def multiclass_encode(labels: Array) -> dict[str, Any]:
    """Compares neighbours in a copy that has another value at both ends."""
    flat = labels.ravel(order="F")
    padded = np.concatenate([[flat[0] + 1], flat, [flat[-1] + 1]])
    changes = np.where(padded[1:] != padded[:-1])[0]
    values = tuple(flat[changes[:-1]].tolist())
    counts = tuple((changes[1:] - changes[:-1]).tolist())
    return {"size": labels.shape, "values": values, "counts": counts}


def multiclass_decode(rle: dict[str, Any]) -> Array:
    """Fills one run after another."""
    height, width = rle["size"]
    flat = np.zeros(height * width, np.uint8)
    start = 0
    for value, count in zip(rle["values"], rle["counts"], strict=True):
        flat[start : start + count] = value
        start += count
    return flat.reshape((height, width), order="F")


notebook_i = multiclass_encode
