"""Damages what was right: lists of numbers, texts, dicts and sizes."""

import warnings
from random import Random
from typing import Any

import numpy as np

from fuzz import garbage

ALPHABET = "".join(map(chr, range(48, 112)))


def numbers(right: list[int], rng: Random) -> Any:
    """A list of numbers with some of them changed, taken away or put in; at times another type."""
    damaged: list[Any] = list(right)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 4))):
        _change(damaged, rng)
    kind = rng.random()
    if kind < 0.8:
        return damaged
    if kind < 0.85:
        return tuple(damaged)
    if kind < 0.93:
        return [
            float(item) if type(item) is int and abs(item) < 2**60 else item for item in damaged
        ]
    try:
        with warnings.catch_warnings(action="ignore"):
            return np.array(damaged, rng.choice(garbage.DTYPES))
    except (TypeError, ValueError, OverflowError):
        return damaged


def _change(damaged: list[Any], rng: Random) -> None:
    place = rng.randrange(len(damaged) + 1)
    kind = rng.randrange(11)
    if kind == 0:
        damaged.insert(place, garbage.number(rng))
    elif kind == 1:  # sums that wrap around in 64 bits
        damaged[place:place] = [2**62] * 4
    elif kind == 2:
        damaged[place:place] = damaged[: rng.randrange(len(damaged) + 1)]
    elif kind == 3:
        del damaged[place : place + rng.choice((1, 1, 2, 5))]
    elif kind == 4:
        damaged.append(rng.choice((0, 1)))
    elif kind == 5:  # a run cut in two, which means the same
        if place < len(damaged) and type(damaged[place]) is int and damaged[place] > 0:
            part = rng.randrange(min(damaged[place], 1000) + 1)
            damaged[place : place + 1] = [part, 0, damaged[place] - part]
    elif place < len(damaged):
        if kind == 6:
            damaged[place] = garbage.number(rng)
        elif kind == 7:
            damaged[place] = garbage.value(rng)
        elif type(damaged[place]) is int:
            damaged[place] += rng.choice((1, -1, 2, -2, 2**32, -(2**64)))
            if kind == 8 and place + 1 < len(damaged) and type(damaged[place + 1]) is int:
                damaged[place + 1] += rng.choice((1, -1, 2, -2))


def text(right: str, rng: Random) -> str | bytes:
    """A text with characters changed, taken away or put in."""
    damaged = right
    for _ in range(rng.choice((0, 1, 1, 1, 2, 4))):
        place = rng.randrange(len(damaged) + 1)
        kind = rng.randrange(8)
        if kind == 0:
            damaged = damaged[:place]
        elif kind == 1:
            damaged = damaged[:place] + damaged[place + 1 :]
        elif kind == 2:
            damaged = damaged[:place] + rng.choice(garbage.TEXTS) + damaged[place:]
        elif kind == 3:
            character = chr(rng.choice((rng.randrange(128), rng.randrange(0x10FFFF))))
            damaged = damaged[:place] + character + damaged[place + 1 :]
        elif kind == 4:
            damaged = damaged[:place] + rng.choice(ALPHABET) * rng.randrange(12) + damaged[place:]
        elif kind == 5:
            damaged = damaged[:place] + str(rng.choice(garbage.EDGES[:-1])) + damaged[place:]
        else:
            damaged = damaged[:place] + rng.choice(ALPHABET) + damaged[place + 1 :]
    return damaged.encode("utf-8", "surrogatepass") if rng.random() < 0.2 else damaged


def side(right: int, rng: Random) -> Any:
    """A height or a width: mostly the right one."""
    kind = rng.random()
    if kind < 0.85:
        return right
    if kind < 0.93:
        return right + rng.choice((-1, 1, 2))
    return garbage.number(rng) if kind < 0.98 else garbage.value(rng)


def size(right: tuple[int, ...], rng: Random) -> Any:
    """[height, width]: mostly the right ones."""
    if rng.random() < 0.03:
        return garbage.value(rng)
    sides = [side(length, rng) for length in right]
    kind = rng.random()
    if kind < 0.9:
        return sides
    return rng.choice((tuple(sides), sides[::-1], sides[:1], [*sides, 1]))


def mapping(right: dict[str, Any], rng: Random) -> Any:
    """A dict: rarely without a key, with another, or no dict at all."""
    kind = rng.random()
    if kind < 0.94:
        return right
    if kind < 0.96:
        return {key: item for key, item in right.items() if rng.random() < 0.7}
    if kind < 0.98:
        return {**right, rng.choice((*right, "x")): garbage.value(rng)}
    return garbage.value(rng)


def several(right: list[Any], rng: Random) -> Any:
    """A list of inputs: rarely another type or with garbage in it."""
    kind = rng.random()
    if kind < 0.94:
        return right
    if kind < 0.96:
        return tuple(right)
    return [*right, garbage.value(rng)] if kind < 0.98 else garbage.value(rng)
