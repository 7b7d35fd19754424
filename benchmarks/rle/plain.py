"""The plainest codec there can be: what every contender's answer is held against.

Nothing here is fast, nothing is shared with the package that is measured, and every step is what
the format's description says.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def counts_of(mask: Mask) -> list[int]:
    """Run lengths of a mask read row by row, zeros first."""
    flat = mask.reshape(-1)
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    counts: list[int] = np.diff(changes, prepend=0, append=flat.size).tolist()
    return [0, *counts] if flat[0] else counts


def cvat(mask: Mask) -> list[int]:
    """CVAT's points of a mask."""
    if not mask.any():
        return [1, 0, 0, 0, 0]
    rows, columns = (np.flatnonzero(mask.any(axis=axis)).tolist() for axis in (1, 0))
    top, bottom, left, right = rows[0], rows[-1], columns[0], columns[-1]
    return [*counts_of(mask[top : bottom + 1, left : right + 1]), left, top, right, bottom]


def coco(mask: Mask) -> dict[str, Any]:
    """COCO's dict of a mask, its counts as a string."""
    return {"size": list(mask.shape), "counts": text_of(counts_of(mask.T))}


def text_of(counts: list[int]) -> str:
    """COCO's string: each count from the fourth on less the one two before, five bits at a time."""
    text = []
    for place, count in enumerate(counts):
        left = count - counts[place - 2] if place > 2 else count
        while True:
            bits, left = left & 31, left >> 5
            last = left == (-1 if bits & 16 else 0)
            text.append(chr(48 + (bits if last else bits | 32)))
            if last:
                break
    return "".join(text)


def multiclass(labels: NDArray[Any], order: str = "F") -> dict[str, Any]:
    """Values and lengths of the runs of a label image."""
    flat = labels.reshape(-1) if order == "C" else labels.T.reshape(-1)
    starts = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1]]))
    counts = np.diff(starts, append=flat.size).tolist()
    return {"size": labels.shape, "values": flat[starts].tolist(), "counts": counts}


def kaggle(mask: Mask) -> str:
    """Kaggle's text: "start length …", 1-based, column by column."""
    place, words = 1, []
    for index, count in enumerate(counts_of(mask.T)):
        if index % 2:
            words += [str(place), str(count)]
        place += count
    return " ".join(words)


def iou(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(len(a), len(b)) intersections over unions of masks (N, H, W)."""
    # float32 counts exactly up to 2**24 pixels.
    first, second = (masks.reshape(len(masks), -1).astype(np.float32) for masks in (a, b))
    both = (first @ second.T).astype(np.float64)
    either = first.sum(1)[:, np.newaxis] + second.sum(1) - both
    return np.asarray(both / either)


def box(mask: Mask) -> list[int]:
    """[left, top, width, height] of a mask that is not empty."""
    *_, left, top, right, bottom = cvat(mask)
    return [left, top, right - left + 1, bottom - top + 1]
