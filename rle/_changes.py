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

# Pixels that are packed at once: what is made of them still lies in the processor's cache.
_BLOCK = 1 << 21

# Up to this many words all are searched, not only those that hold a change.
_SMALL = 1 << 10

# From this many words with a change on it is faster to take the first change of each, then the
# second, and so on.
_MANY = 400


def changes(flat: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Finds where runs of set pixels begin and end.

    Args:
        flat: (N,) bytes as `rle._mask.as_bytes` gives them, N at least 1.

    Returns:
        (2K,) ascending: start of the first run, its end (exclusive), start of the second, and so
        on. Empty for a mask without a set pixel.
    """
    first, stop = _band(flat)
    if stop - first <= _BLOCK:
        return _of_block(flat, first, stop)
    parts: list[NDArray[np.int64]] = []
    for start in range(first, stop, _BLOCK):
        part = _of_block(flat, start, min(start + _BLOCK, stop))
        if parts and part.size and parts[-1].size and parts[-1][-1] == part[0]:
            parts[-1], part = parts[-1][:-1], part[1:]  # one run, cut in two by the block's border
        parts.append(part)
    return np.concatenate(parts)


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


def _of_block(flat: NDArray[np.bool_], start: int, stop: int) -> NDArray[np.int64]:
    """Finds the changes of flat[start:stop], as if all around it were unset."""
    packed = np.packbits(flat[start:stop], bitorder="little")
    # Whole words, and at least one bit more than there are pixels, so that the last run ends too.
    packed.resize((packed.size // 8 + 1) * 8, refcheck=False)
    words = packed.view("<i8")
    found = _few(words) if words.size > _SMALL else None
    if found is None:
        differ = words << 1
        differ[1:] -= words[:-1] >> 63
        differ ^= words
        found = _set_bits(differ.view(np.uint8))
    if start:
        found += start
    return found


def _few(words: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Finds the bits that differ from the one before, if many words have none (None if not).

    Bit 0 is the lowest of the first word, and the one before it is unset. The highest bit of the
    last word must be unset.
    """
    last = words >> 63  # the last bit of each word, in all its places
    changed = np.empty(words.size, np.bool_)
    changed[0] = words[0] != 0
    np.not_equal(words[1:], last[:-1], out=changed[1:])
    which = changed.nonzero()[0]  # fast for bool only
    if which.size * 2 > words.size:
        return None
    differ = words[which]
    differ ^= (differ << 1) - last[which - 1]  # for word 0 that is the last of all, which is unset
    return places_of(differ, which)


def places_of(words: NDArray[np.int64], which: NDArray[np.int64]) -> NDArray[np.int64]:
    """Finds set bits, few in each word, counted through all words.

    Args:
        words: (N,) those that hold a bit. Used up.
        which: (N,) ascending, where among all words they stand. Used up.

    Returns:
        (M,) ascending: 64 times that, and the bit's place in its word.
    """
    which <<= 6
    found = []
    # Most words hold one bit or two.
    for _ in range(2 if which.size > _MANY else 0):
        lowest = words & -words
        found.append(_logarithms(lowest))
        found[-1] += which
        words ^= lowest
        left = (words != 0).nonzero()[0]
        words, which = words[left], which[left]
    if which.size or not found:
        bits = _set_bits(words.view(np.uint8))
        found.append(which[bits >> 6])
        bits &= 63
        found[-1] += bits
    if len(found) == 1:
        return found[0]
    merged = np.concatenate(found)
    merged.sort(kind="stable")  # which merges what is ascending
    return merged


def _logarithms(powers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tells of powers of two, taken as unsigned, which they are: by a float's exponent."""
    exponents = powers.view(np.uint64).astype(np.float64).view(np.int64)
    exponents >>= 52
    exponents -= 1023
    return exponents


def _set_bits(octets: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Finds the set bits; bit 0 is the lowest of the first octet."""
    return np.unpackbits(octets, bitorder="little").view(np.bool_).nonzero()[0]
