"""What the two ways answered, kept in files and compared."""

import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np

# The article adds 1e-6 to what it divides by.
CLOSE = 1e-6


def keep(path: Path, answer: Any) -> None:
    """Write an answer down; masks as a checksum each."""
    if not isinstance(answer, dict):
        answer = {"answer": answer}
    np.savez(path, **{name: _small(value) for name, value in answer.items()})


def same(one: Path, other: Path) -> bool:
    """Whether two answers are the same, give or take `CLOSE` where they are fractions."""
    with np.load(one) as first, np.load(other) as second:
        if set(first) != set(second):
            return False
        return all(_alike(first[name], second[name]) for name in first)


def _alike(one: Any, other: Any) -> bool:
    if one.shape != other.shape:
        return False
    if one.dtype.kind == "f" or other.dtype.kind == "f":
        return bool(np.allclose(one, other, rtol=0, atol=CLOSE))
    return bool(np.array_equal(one, other))


def _small(value: Any) -> Any:
    if isinstance(value, list):  # encoded masks
        return np.array([zlib.crc32(json.dumps(one, sort_keys=True).encode()) for one in value])
    array = np.asarray(value)
    if array.ndim == 3:
        return np.array(
            [zlib.crc32(np.ascontiguousarray(mask, np.uint8).tobytes()) for mask in array]
        )
    return array.astype(np.uint8) if array.dtype == bool else array
