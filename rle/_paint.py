"""From runs to pixels: the inner loop of every decoder."""

import numpy as np
from numpy.typing import NDArray

# From this many runs on, and if they are shorter than this on average, bits are faster: np.repeat
# then stumbles over every length, which the processor cannot foresee any more. Both measured.
_MANY = 4096
_SHORT = 48

# Pixels that are painted at once: what they are made of still lies in the processor's cache.
_BLOCK = 1 << 19


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


def once(places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Marks one of those that stand an odd number of times in ascending places."""
    first = np.ones(places.size, np.bool_)
    np.not_equal(places[1:], places[:-1], out=first[1:])
    starts = first.nonzero()[0]
    times = np.diff(starts, append=places.size)
    first[starts[times % 2 == 0]] = False
    return first


def _paint_bits(toggles: NDArray[np.int64], area: int) -> NDArray[np.bool_]:
    """Sets the bit where each run ends, then lets every bit become the XOR of all up to it."""
    if (toggles[1:] == toggles[:-1]).any():
        # A run of length 0 toggles twice at one place, which is not at all.
        toggles = toggles[once(toggles)]
    pixels = np.empty(area, np.bool_)
    marks = np.zeros(_BLOCK, np.bool_)
    starts = range(0, area, _BLOCK)
    ends = toggles.searchsorted(np.array([*starts[1:], area])).tolist()
    begin = 0
    for start, end in zip(starts, ends, strict=True):
        some = pixels[start : start + _BLOCK]
        inside = toggles[begin:end] - start
        marks[inside] = True
        words = np.packbits(marks[: -(-some.size // 64) * 64], bitorder="little").view("<u8")
        marks[inside] = False
        if begin % 2:
            words[0] ^= np.uint64(1)  # it enters set
        _fill_bits(words)
        bits = np.unpackbits(words.view(np.uint8), count=some.size, bitorder="little")
        some[:] = bits.view(np.bool_)
        begin = end
    return pixels


def _fill_bits(words: NDArray[np.uint64]) -> None:
    """Lets every bit become the XOR of all up to it, in place."""
    for distance in (1, 2, 4, 8, 16, 32):
        words ^= words << np.uint64(distance)
    # The highest bit says whether a word is left set or unset: all words before it decide.
    left = (words >> np.uint64(63)).astype(np.uint8)
    entered = (np.cumsum(left[:-1], dtype=np.uint8) & 1).astype(np.uint64)
    words[1:] ^= np.uint64(0) - entered
