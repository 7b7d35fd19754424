"""The published article's two encoders of CVAT's runs, written anew from their description.

Its answer is a dict with left, top, width and height; here it is put into CVAT's form.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

LABEL = "the article"

Array = NDArray[Any]


def cvat_encode__slow(mask: Array) -> list[int]:
    """A loop over the rows and the pixels of the box."""
    left, top, right, bottom = _box(mask)
    counts, length, colour = [], 0, False
    for y in range(top, bottom + 1):
        for x in range(left, right + 1):
            if mask[y, x] != colour:
                counts.append(length)
                length, colour = 0, not colour
            length += 1
    counts.append(length)
    return [*counts, left, top, right, bottom]


def cvat_encode__fast(mask: Array) -> list[int]:
    """Differences of the flattened box, and a loop over the places where there are any."""
    left, top, right, bottom = _box(mask)
    flat = mask[top : bottom + 1, left : right + 1].astype(np.int8).flatten()
    differences = np.diff(flat, prepend=0)
    counts, before = [], 0
    for place in np.where(np.abs(differences) == 1)[0]:
        counts.append(int(place - before))
        before = place
    counts.append(int(flat.size - before))
    return [*counts, left, top, right, bottom]


def _box(mask: Array) -> tuple[int, int, int, int]:
    rows, columns = np.where(mask)
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())
