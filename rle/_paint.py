"""From runs to pixels: the inner loop of every decoder."""

import numpy as np
from numpy.typing import NDArray

# From this many runs on, and if they are shorter than this on average, bits are faster: np.repeat
# then stumbles over every length, which the processor cannot foresee any more. Both measured.
_MANY = 4096
_SHORT = 48


def paint(runs: NDArray[np.int64], area: int) -> NDArray[np.bool_]:
    """Paints runs one after another, beginning with an unset one.

    Args:
        runs: (N,) lengths, checked before: none negative, their sum is `area`. Lengths of 0 are
            fine anywhere.
        area: Number of pixels, at least 1.

    Returns:
        (area,) bool.
    """
    if runs.size < _MANY or runs.size * _SHORT < area:
        pattern = np.zeros(runs.size, np.bool_)
        pattern[1::2] = True
        return pattern.repeat(runs)
    return _paint_bits(np.cumsum(runs[:-1]), area)


def _paint_bits(toggles: NDArray[np.int64], area: int) -> NDArray[np.bool_]:
    """Sets the bit where each run ends, then lets every bit become the XOR of all up to it."""
    if (toggles[1:] == toggles[:-1]).any():
        # A run of length 0 toggles twice at one place, which is not at all.
        toggles, times = np.unique(toggles, return_counts=True)
        toggles = toggles[times % 2 == 1]
    marks = np.zeros(-(-area // 64) * 64, np.bool_)
    marks[toggles[: np.searchsorted(toggles, area)]] = True
    words = np.packbits(marks, bitorder="little").view("<u8")
    for distance in (1, 2, 4, 8, 16, 32):
        words ^= words << np.uint64(distance)
    # The highest bit says whether a word is left set or unset: all words before it decide.
    left = (words >> np.uint64(63)).astype(np.uint8)
    entered = (np.cumsum(left[:-1], dtype=np.uint8) & 1).astype(np.bool_)
    words[1:][entered] ^= np.uint64(2**64 - 1)
    return np.unpackbits(words.view(np.uint8), count=area, bitorder="little").view(np.bool_)
