"""Values of every type, and numbers at which code breaks."""

import math
from random import Random
from typing import Any

import numpy as np

EDGES = (
    *(0, 1, -1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 47, 48, 63, 64, 65, 127, 128, 255, 256),
    *(2**14, 2**15 - 1, 2**15, 2**16, 2**20 - 1, 2**20, 2**20 + 1, 2**24, 2**28, 2**29),
    *(2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**40, 2**53, 2**53 + 1, 2**62, 2**63 - 1, 2**63),
    *(2**64 - 1, 2**64, -(2**31), -(2**62), -(2**63), -(2**63) - 1, 10**30, -(10**400), 10**5000),
)
FLOATS = (0.0, -0.0, 1.0, 2.0, 0.5, -1.0, 1e-320, 2.0**53, 1e18, 1e19, 1e308, math.inf, -math.inf)
TEXTS = ("", "0", "1", "-1", " ", "\0", "1 1", "1,2", "é", "\ud800", "o" * 40, "٣", "1" * 6000, "F")
DTYPES = ("?", "i1", "u1", "<i2", ">i2", "i4", "u4", "<i8", ">i8", "u8", "f2", "f4", ">f8", "c8")
ODD_DTYPES = ("O", "S3", "U2", "M8[s]", "m8[s]", "V4")


def number(rng: Random) -> Any:
    """A number of some type, mostly a Python int."""
    kind = rng.random()
    if kind < 0.4:
        return rng.choice(EDGES)
    if kind < 0.7:
        return rng.randrange(-3, 40)
    if kind < 0.8:
        return rng.choice((*FLOATS, math.nan, float(rng.randrange(40))))
    if kind < 0.9:
        return rng.random() < 0.5
    small = rng.randrange(40)
    return rng.choice((np.int64(small), np.uint8(small), np.float32(small), np.bool_(small % 2)))


def value(rng: Random, depth: int = 0) -> Any:
    """Anything."""
    kind = rng.random()
    if kind < 0.35:
        return number(rng)
    if kind < 0.5:
        return rng.choice(TEXTS)
    if kind < 0.6:
        return rng.choice((None, b"", b"\xff", b"0", 1j, ..., object, {1}, range(3), slice(2)))
    if kind < 0.7:
        return array(rng)
    if depth > 3:
        return []
    inner = [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    if kind < 0.9:
        return rng.choice((list, tuple))(inner)
    keys = ("size", "counts", "values", "rle", "left", "x", 0, None)
    return {rng.choice(keys): item for item in inner}


def array(rng: Random) -> Any:
    """An array of some type, shape and strides."""
    if rng.random() < 0.1:
        return np.empty(rng.randrange(3), rng.choice(ODD_DTYPES))
    shape = [rng.randrange(7) for _ in range(rng.choice((0, 1, 1, 2, 2, 2, 3)))]
    raw = np.frombuffer(rng.randbytes(16 * math.prod(shape)), rng.choice(DTYPES))
    made = np.resize(raw, shape) if raw.size else np.zeros(shape, raw.dtype)
    if made.ndim and rng.random() < 0.2:
        made = made[::-1] if rng.random() < 0.5 else made[::2]
    return made.T if rng.random() < 0.2 else made


def nested(rng: Random) -> Any:
    """Lists in lists, deeper than Python's own recursion goes."""
    made: Any = rng.randrange(3)
    for _ in range(rng.choice((2, 40, 3000))):
        made = [made]
    return made
