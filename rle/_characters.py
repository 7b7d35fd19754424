"""Numbers as the characters that COCO's strings have for them: see `rle._text`."""

import functools

import numpy as np
from numpy.typing import NDArray

# Numbers from -_REACH to _REACH - 1 have up to three characters, and a table of them is small.
_REACH = 1 << 14

# The place of the number 0 in the tables.
ZERO = _REACH + 1

# Counts below, and so the differences of any two, have up to six characters: `long_words` writes
# these, and a word of eight has room for a separator.
SIX = 1 << 29


# Characters of a number that is read: 40 bits.
LONGEST = 8


def characters_of(number: int) -> bytes:
    """Writes one number, of any length."""
    characters = bytearray()
    while not -16 <= number < 16:
        characters.append(80 + (number & 31))
        number >>= 5
    characters.append(48 + (number & 31))
    return bytes(characters)


def read_short(raw: bytes) -> NDArray[np.int64] | None:
    """Reads a string number by number; None where something is wrong with it."""
    counts: list[int] = []
    number = shift = 0
    for octet in raw:
        group = octet - 48
        if not 0 <= group < 64 or shift == 5 * LONGEST:
            return None
        number |= (group & 31) << shift
        shift += 5
        if group < 32:
            if group & 16:
                number -= 1 << shift
            if len(counts) > 2:
                number += counts[-2]
            counts.append(number)
            number = shift = 0
    return None if shift else np.array(counts, np.int64)


def long_words(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Writes numbers of four to six characters."""
    low = numbers & 0x7FFF
    low = (low & 31 | (low & 0x3E0) << 3 | (low & 0x7C00) << 6) + 0x505050
    high = table().take((numbers >> 15) + ZERO)
    words: NDArray[np.uint64] = low.astype(np.uint64) | high.astype(np.uint64) << np.uint64(24)
    return words


@functools.cache
def table() -> NDArray[np.uint32]:
    """The characters of the numbers from -_REACH on as a word each, and a word of 0 at each end.

    So a number too large or too small is a word of 0 with take's mode "clip".
    """
    numbers = np.arange(-_REACH, _REACH)
    characters = np.zeros((numbers.size, 4), np.uint8)
    characters[:, 0] = (numbers & 31) + 48
    for index, reach in ((1, 16), (2, 512)):
        longer = (numbers < -reach) | (numbers >= reach)
        characters[:, index - 1] += np.where(longer, 32, 0).astype(np.uint8)
        characters[:, index] = np.where(longer, (numbers >> 5 * index & 31) + 48, 0)
    return np.pad(characters.view("<u4").reshape(-1), 1)


@functools.cache
def singles() -> NDArray[np.uint8]:
    """The same with the numbers that have one character, and 0 for all others."""
    words = table()
    return np.where(words < 256, words, 0).astype(np.uint8)
