"""COCO's compressed counts: run lengths as a string of printable characters, and back.

Each number is cut into groups of five bits, the lowest first, and each group is a character from
"0" on: chr(48 + group), and 32 more where another group follows. The highest bit of the last group
is the sign. From the fourth count on, what is written is the difference to the count two before.

Source of the format: pycocotools (rleToString and rleFrString in the COCO API's maskApi.c).

What comes from or goes into many strings is worked on as one.
"""

import itertools
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rle._characters import (
    LONGEST,
    SIX,
    ZERO,
    characters_of,
    long_words,
    read_short,
    singles,
    table,
)
from rle._limits import show
from rle.exceptions import InvalidRuns

Ints = NDArray[np.int64]
Word = TypeVar("Word", np.uint8, np.uint32)

# The characters that others follow; the 32 before are the last of their numbers.
_CONTINUED = bytes(range(80, 112))

# What a number's last character stands for, as a byte: its group, which has a sign.
_SIGNED = bytes((octet - 48 ^ 16) - 16 & 255 for octet in range(256))

_MIDDLE = "the counts end in the middle of a number"

# Fewer than so many numbers of the longest kind add up to less than 2**63.
_FEW = 1 << 23

# Strings of up to so many characters are read faster one by one.
_SHORT = 192

# Steps that move groups of 5, then 10, then 20 bits next to one another.
_GATHER = tuple(
    (np.uint64(shift), np.uint64(mask), np.uint64(mask << bits))
    for shift, mask, bits in (
        (3, 0x001F001F001F001F, 5),
        (6, 0x000003FF000003FF, 10),
        (12, 0x00000000000FFFFF, 20),
    )
)

# Counts that are worked on at once, so that what is made of them stays in the processor's cache.
_BLOCK = 1 << 16

# Noise: so many numbers, and for each long one so many of a single character.
_MANY = 1 << 14
_SINGLE = 1 << 10


def encode(counts: Ints) -> str:
    """Writes counts, none negative, as a string."""
    if counts.size > _MANY:
        words = _looked_up(counts, singles())
        if (counts.size - np.count_nonzero(words)) * _SINGLE < counts.size:
            return _joined(words, counts)
    return _joined(_looked_up(counts, table()), counts)


def encode_many(counts: Ints, splits: Ints) -> list[str]:
    """Writes many masks' counts.

    Args:
        counts: All counts, one after another.
        splits: (N + 1,): those of mask i are counts[splits[i]:splits[i + 1]], at least one.
    """
    starts, stops = splits[:-1], splits[1:]
    if counts.size and counts.max() >= SIX:
        return [encode(part) for part in np.split(counts, stops[:-1])]
    places = counts + ZERO
    places[2:] -= counts[:-2]
    for index in range(3):  # the first three counts are written as they are
        those = starts[starts + index < stops] + index
        places[those] = counts[those] + ZERO
    words = table().take(places, mode="clip").astype("<u8")
    long = (words == 0).nonzero()[0]
    words[long] = long_words(places[long] - ZERO)
    words[stops - 1] |= np.uint64(ord("\n") << 56)
    return words.tobytes().translate(None, b"\0").decode("ascii").split("\n")[:-1]


def decode(text: str | bytes) -> Ints:
    """Reads a string.

    Returns:
        (N,) int64; signs and sums are unchecked.

    Raises:
        InvalidRuns: A character outside the alphabet, an end in the middle of a number, or a number
            of more than 40 bits.
    """
    raw = _octets(text)
    if len(raw) <= _SHORT and (short := read_short(raw)) is not None:
        return short
    values, _ = _numbers(raw)
    values[1::2].cumsum(out=values[1::2])
    values[2::2].cumsum(out=values[2::2])
    return values


def decode_many(texts: Sequence[str | bytes]) -> tuple[Ints, Ints]:
    """Reads many strings.

    Returns:
        All counts, one after another, signs and sums unchecked, and splits, (N + 1,): those of
        string i are counts[splits[i]:splits[i + 1]].

    Raises:
        InvalidRuns: See `decode`.
    """
    parts = [_octets(text) for text in texts]
    if any(part[-1:] >= b"P" for part in parts):
        raise InvalidRuns(_MIDDLE)
    values, continued = _numbers(b"".join(parts))
    stops = np.array([0, *itertools.accumulate(map(len, parts))])
    splits = stops - continued.searchsorted(stops)
    return _sums(values, splits), splits


def _octets(text: str | bytes) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        return text.encode("ascii")
    except UnicodeEncodeError as fault:
        raise _foreign(fault.start, text[fault.start]) from None


def _foreign(place: int, character: str) -> InvalidRuns:
    return InvalidRuns(
        f"character {place} of the counts is {show(character)}; only those from '0' to 'o' are used"
    )


def _numbers(raw: bytes) -> tuple[Ints, Ints]:
    """Reads the numbers as they are written, and where characters are that others follow."""
    # Before the first character, so many others that the words of eight below can begin there.
    octets = np.frombuffer(b"0000000" + raw, np.uint8) - np.uint8(48)
    if octets.max() > 63:
        place = int((octets > 63).argmax()) - 7
        raise _foreign(place, chr(raw[place]))
    values = np.frombuffer(raw.translate(_SIGNED, _CONTINUED), np.int8).astype(np.int64)
    continued = (octets[7:] > 31).nonzero()[0]
    if not continued.size:
        return values, continued
    if continued[-1] == len(raw) - 1:
        raise InvalidRuns(_MIDDLE)
    which = continued - np.arange(continued.size)  # the number that each belongs to
    final = np.ones(which.size, np.bool_)
    np.not_equal(which[1:], which[:-1], out=final[:-1])
    last = final.nonzero()[0]
    characters = last + 1
    characters[1:] -= last[:-1]
    characters[0] += 1
    which = which[last]
    if characters.max() > LONGEST:
        index = int(characters.argmax())
        raise InvalidRuns(
            f"number {which[index]} of the counts has {characters[index]} characters; the limit "
            f"is {LONGEST}"
        )
    eights = np.ndarray((len(raw),), "<u8", octets, strides=(1,))
    values[which] = _long_numbers(eights.take(continued[last] + 1), characters)
    if values.size >= _FEW and (most := int(np.abs(values).max())) * values.size >= 2**63:
        raise InvalidRuns(
            f"the counts are {values.size} numbers of up to {most}; their sums may be beyond the "
            "limit of 64 bits"
        )
    return values, continued


def _long_numbers(words: NDArray[np.uint64], characters: Ints) -> Ints:
    """Puts numbers together, up to eight groups each, the last the highest byte of a word."""
    for shift, low, high in _GATHER:
        words = (words & low) | ((words >> shift) & high)
    # The groups of the number before stand lower and are shifted out, the sign is shifted in.
    numbers: Ints = (words << np.uint64(24)).view(np.int64) >> (64 - 5 * characters)
    return numbers


def _sums(values: Ints, splits: Ints) -> Ints:
    """Adds up every other number of each mask, from its second and from its third on."""
    sums = np.zeros(values.size + 3, np.int64)  # two before the first, one after the last
    values[0::2].cumsum(out=sums[2:-1:2])
    values[1::2].cumsum(out=sums[3:-1:2])
    # So far they go on from mask to mask. What is too much is, for every other one from a mask's
    # second on, the sum just before the mask, and for the rest the sum at its first.
    starts = splits[:-1]
    excess = np.stack((sums[starts + 1], sums[starts + 2]), axis=1)
    even = starts % 2 == 0
    excess[even] = excess[even, ::-1]
    for parity in (0, 1):
        places = (splits + 1 - parity) // 2
        sums[2 + parity : -1 : 2] -= excess[:, parity].repeat(places[1:] - places[:-1])
    counts = sums[2:-1]
    firsts = starts[starts < splits[1:]]
    counts[firsts] = values[firsts]
    return counts


def _looked_up(counts: Ints, entries: NDArray[Word]) -> NDArray[Word]:
    """Finds what is to be written for each count, 0 for what is not in that table."""
    words = np.empty(counts.size, entries.dtype)
    for start in range(0, counts.size, _BLOCK):
        places = counts[start : start + _BLOCK] + ZERO
        whole = max(3 - start, 0)  # the first three counts are written as they are
        places[whole:] -= counts[start + whole - 2 : start + places.size - 2]
        entries.take(places, mode="clip", out=words[start : start + _BLOCK])
    return words


def _joined(words: NDArray[Word], counts: Ints) -> str:
    """Puts words of characters together, and where there is none the characters of the count."""
    raw, width = words.tobytes(), words.itemsize
    pieces: list[bytes] = []
    done = 0
    for index in (words == 0).nonzero()[0].tolist():
        before = int(counts[index - 2]) if index > 2 else 0
        pieces += (raw[done : index * width], characters_of(int(counts[index]) - before))
        done = (index + 1) * width
    pieces.append(raw[done:])
    joined = b"".join(pieces)
    return (joined.translate(None, b"\0") if width > 1 else joined).decode("ascii")
