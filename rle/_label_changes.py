"""From an image of labels to its runs: the inner loop of the multi-class encoder.

Pixels are compared with those of the row above, eight bytes at a time and where they lie: words
that are equal, nearly all of them, are passed over. That finds the runs of columns without turning
the image round; what is left is to sort the few places where a label changes.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rle._labels import Labels, transposed

Ints = NDArray[np.int64]

# Images of fewer pixels stay in the processor's cache, where transposing costs next to nothing.
# This and the others: measured.
_SMALL = 1 << 18

# If more than one of so many words differs from the one above, sorting is slower than transposing.
_SPARSE = 10

# Pixels that are compared at once where they follow one another: a bound for memory.
_BLOCK = 1 << 20

# Of fewer marks np.flatnonzero alone is faster.
_FEW = 1 << 14


def label_runs(image: Labels, order: str) -> tuple[Labels, Ints]:
    """Finds the runs of equal labels.

    Args:
        image: (H, W) as `rle._labels.as_labels` gives it.
        order: "F" scans column by column, "C" row by row.

    Returns:
        values, (N,), of the image's dtype, and counts, (N,), each above 0.
    """
    if not image.flags.forc:
        image = image.copy(order="K")
    rows = image if order == "C" else image.T  # to be scanned row by row
    if rows.flags.c_contiguous:
        return _along(rows.reshape(-1))
    columns = rows.T
    below = _changes_below(columns) if rows.size > _SMALL else None
    if below is None:
        return _along(transposed(columns).reshape(-1))
    return _across(columns, below)


def _along(flat: Labels) -> tuple[Labels, Ints]:
    """Finds the runs of what is scanned in the order in which it lies."""
    edges = np.concatenate(([0], *_changes_along(flat), [flat.size]))
    return flat.take(edges[:-1]), edges[1:] - edges[:-1]


def _changes_along(flat: Labels) -> Iterator[Ints]:
    """Finds the pixels that differ from the one before, block by block."""
    for start in range(1, flat.size, _BLOCK):
        stop = min(start + _BLOCK, flat.size)
        found = _positions(flat[start:stop] != flat[start - 1 : stop - 1])
        found += start
        yield found


def _across(image: Labels, below: Ints) -> tuple[Labels, Ints]:
    """Finds the runs of columns in an image whose rows lie one after another.

    Args:
        image: (H, W), C-contiguous.
        below: What `_changes_below` found in it.
    """
    height, width = image.shape
    # Narrow integers are sorted faster.
    narrow = np.min_scalar_type(image.size)
    above = below.astype(narrow)
    row = above // width
    tops = np.flatnonzero(image[0, 1:] != image[-1, :-1])
    edges = np.empty(below.size + tops.size + 2, narrow)
    edges[0] = 0
    edges[-1] = image.size
    inside = edges[1:-1]
    inside[: below.size] = (above - row * width) * height + (row + 1)
    inside[below.size :] = (tops + 1) * height
    inside.sort()
    starts = edges[:-1]
    column = starts // height
    values = image.reshape(-1).take((starts - column * height) * width + column)
    return values, (edges[1:] - starts).astype(np.int64)


def _changes_below(image: Labels) -> Ints | None:
    """Finds the pixels whose lower neighbour has another label (None if they are many)."""
    width, flat = image.shape[1], image.reshape(-1)
    pixels = 8 // flat.itemsize  # in a word
    pairs = flat.size - width
    words = pairs // pixels
    whole = words * pixels
    above, below = flat[:whole].view(np.uint64), flat[width : width + whole].view(np.uint64)
    differ = above != below
    if np.count_nonzero(differ) * _SPARSE > words:
        return None
    which = _positions(differ)
    upper, lower = (_taken(row, which).view(flat.dtype) for row in (above, below))
    unequal = np.flatnonzero(upper != lower)
    found = which.take(unequal >> (pixels.bit_length() - 1))
    found *= pixels
    unequal &= pixels - 1
    found += unequal
    rest = np.flatnonzero(flat[whole:pairs] != flat[whole + width :])
    return np.concatenate((found, rest + whole)) if rest.size else found


def _positions(marks: NDArray[np.bool_]) -> Ints:
    """Finds True, as np.flatnonzero does, whose time goes with all of an array if few are.

    Eight marks are looked at as one word, and which words have a mark is found in the same way.
    """
    if marks.size <= _FEW:
        return np.flatnonzero(marks)
    whole = marks.size // 8 * 8
    words = marks[:whole].view(np.uint64)
    some = words != 0
    if np.count_nonzero(some) * 2 > words.size:
        return np.flatnonzero(marks)
    which = _positions(some)
    inside = np.flatnonzero(words.take(which).view(np.bool_))
    found = which.take(inside >> 3)
    found <<= 3
    inside &= 7
    found |= inside
    rest = np.flatnonzero(marks[whole:])
    return np.concatenate((found, rest + whole)) if rest.size else found


def _taken(words: NDArray[np.uint64], which: Ints) -> NDArray[np.uint64]:
    # take is faster, but copies all of an array whose words do not begin where words do.
    return words.take(which) if words.flags.aligned else words[which]
