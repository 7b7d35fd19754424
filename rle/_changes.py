"""From pixels to the positions where a mask changes: the inner loop of every encoder.

Pixels are packed into bits once, and everything after that works at a sixty-fourth of the size: a
word of 64 pixels XORed with itself shifted by one has a bit wherever a pixel differs from the one
before, and words without such a bit, nearly all of them, are passed over.
"""

import numpy as np
from numpy.typing import NDArray

# From this many pixels on it pays to search for the last set pixel before packing.
_LARGE = 1 << 21

# Parts that are looked at as one in that search: large ones for speed, small ones to come close.
_STEPS = (1 << 20, 1 << 16)


def changes(flat: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Finds where runs of set pixels begin and end.

    Args:
        flat: (N,) bytes as `rle._mask.as_bytes` gives them, N at least 1.

    Returns:
        (2K,) ascending: start of the first run, its end (exclusive), start of the second, and so
        on. Empty for a mask without a set pixel.
    """
    first, stop = _band(flat)
    if first == stop:
        return np.empty(0, np.int64)
    packed = np.packbits(flat[first:stop], bitorder="little")
    packed.resize(-(-packed.size // 8) * 8, refcheck=False)  # whole words, the rest zero
    words = packed.view("<u8")
    differ = words << np.uint64(1)
    differ ^= words
    words >>= np.uint64(63)  # in place: what is left to do needs the last pixel of each word only
    differ[1:] ^= words[:-1]
    del packed, words
    found = _set_bits(differ)
    if found.size % 2:
        found = np.append(found, stop - first)  # the last run fills the last word to its end
    return found + first if first else found


def _band(flat: NDArray[np.bool_]) -> tuple[int, int]:
    """Finds the first set pixel and a place after the last (equal where none is set)."""
    first = int(flat.argmax())
    if not flat[first]:
        return 0, 0
    stop = flat.size
    for step in _STEPS if stop >= _LARGE else ():
        while stop - step > first and not flat[stop - step : stop].any():
            stop -= step
    return first, stop


def _set_bits(words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Finds the positions of set bits, ascending; bit 0 is the lowest of the first word."""
    # flatnonzero is fast for bool only, hence the comparisons and the views as bool.
    which = np.flatnonzero(words != 0)
    if which.size * 4 > words.size:
        return np.flatnonzero(_unpack(words.view(np.uint8)))
    octets = words[which].view(np.uint8)
    nonzero = np.flatnonzero(octets != 0)
    bits = np.flatnonzero(_unpack(octets[nonzero]))
    octet = nonzero[bits >> 3]
    positions: NDArray[np.int64] = (which[octet >> 3] << 6) | ((octet & 7) << 3) | (bits & 7)
    return positions


def _unpack(octets: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.unpackbits(octets, bitorder="little").view(np.bool_)
