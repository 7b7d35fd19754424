"""The functions that Kaggle's notebooks hand on from one to the next, written anew."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LABEL = "Kaggle's recipe"

Array = NDArray[Any]


def kaggle_encode(mask: Array) -> str:
    """Compares neighbours in a copy with an unset pixel at both ends."""
    flat = np.concatenate([[0], mask.T.flatten(), [0]])
    runs = np.where(flat[1:] != flat[:-1])[0] + 1
    runs[1::2] -= runs[::2]
    return " ".join(str(number) for number in runs)


def kaggle_decode(text: str, height: int, width: int) -> Array:
    """Fills one run after another; the copy into C order comes last."""
    words = text.split()
    starts, lengths = (np.asarray(part, dtype=int) for part in (words[0::2], words[1::2]))
    starts -= 1
    flat = np.zeros(height * width, np.uint8)
    for start, end in zip(starts, starts + lengths, strict=True):
        flat[start:end] = 1
    return np.ascontiguousarray(flat.reshape((width, height)).T)
