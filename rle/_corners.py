"""What a list of polygons may be, and the one form the rest works on."""

import struct
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rle._limits import show
from rle.exceptions import InvalidPolygon

# Five times as far, and from one end to the other, a coordinate still fits into pycocotools' 32
# bits: from 2**31 / 5 on, what it draws is anything.
FARTHEST = 2**27

_FORM = "it must be a list of flat lists [x1, y1, x2, y2, …] of numbers, or one flat list"


def read(polygons: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Reads polygons.

    Args:
        polygons: A list (tuple, array) of flat lists, or one flat list. Numbers are Python's or
            numpy's ints and floats.

    Returns:
        (N, 2) all corners, x and y, each from -`FARTHEST` to `FARTHEST`; then splits, (P + 1,):
        those of polygon i are corners[splits[i]:splits[i + 1]], three at least.

    Raises:
        InvalidPolygon: It is something else.
    """
    if isinstance(polygons, np.ndarray):
        polygons = _listed(polygons, "polygons")
    if not isinstance(polygons, list | tuple):
        raise InvalidPolygon(f"polygons is of type {type(polygons).__name__}; {_FORM}")
    if polygons and not isinstance(polygons[0], list | tuple | np.ndarray):
        numbers, lengths, nested = _numbers(polygons, "polygons"), [len(polygons)], False
    else:
        rings = [_ring(ring, f"polygons[{i}]") for i, ring in enumerate(polygons)]
        lengths, nested = [len(ring) for ring in rings], True
        packed = _packed(list(chain.from_iterable(rings)))
        numbers = (
            packed
            if packed is not None
            else np.concatenate([_numbers(ring, f"polygons[{i}]") for i, ring in enumerate(rings)])
        )
    for i, length in enumerate(lengths):
        if length % 2 or length < 6:
            _refuse_length(f"polygons[{i}]" if nested else "polygons", length)
    splits = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=splits[1:])
    inside = np.abs(numbers) <= FARTHEST
    if not inside.all():
        place = int(inside.argmin())
        index = int(np.searchsorted(splits, place, side="right")) - 1
        name = f"polygons[{index}][{place - splits[index]}]" if nested else f"polygons[{place}]"
        _refuse_number(name, float(numbers[place]))
    return numbers.reshape(-1, 2), splits // 2


def _ring(ring: Any, name: str) -> list[Any] | tuple[Any, ...]:
    if isinstance(ring, np.ndarray):
        ring = _listed(ring, name)
    if not isinstance(ring, list | tuple):
        raise InvalidPolygon(f"{name} is {show(ring)}, beside lists; {_FORM}")
    return ring


def _listed(array: NDArray[Any], name: str) -> list[Any]:
    if array.dtype.kind not in "iufO" or not array.ndim:
        raise InvalidPolygon(
            f"{name} is an array of {array.dtype} and shape {array.shape}; {_FORM}"
        )
    listed: list[Any] = array.tolist()
    return listed


def _packed(values: list[Any] | tuple[Any, ...]) -> NDArray[np.float64] | None:
    """Reads a list of Python's floats and ints (None for another); faster than np.array."""
    if not set(map(type, values)) <= {float, int}:
        return None
    try:
        return np.frombuffer(struct.pack(f"={len(values)}d", *values), np.float64)
    except (struct.error, OverflowError):  # an int beyond any float
        return None


def _numbers(values: list[Any] | tuple[Any, ...], name: str) -> NDArray[np.float64]:
    read = _packed(values)
    if read is None:
        read = np.array([_number(item, f"{name}[{i}]") for i, item in enumerate(values)], float)
    return read


def _number(item: Any, name: str) -> float:
    if isinstance(item, list | tuple | np.ndarray):
        raise InvalidPolygon(f"{name} is {show(item)}, a list where a number is meant; {_FORM}")
    if isinstance(item, bool) or not isinstance(item, int | float | np.integer | np.floating):
        raise InvalidPolygon(f"{name} is {show(item)}, which is no number")
    number = item if isinstance(item, int) else float(item)
    if not -FARTHEST <= number <= FARTHEST:
        _refuse_number(name, item)
    return float(number)


def _refuse_number(name: str, value: Any) -> None:
    raise InvalidPolygon(
        f"{name} is {show(value)}; a coordinate must be a number from {-FARTHEST} to {FARTHEST}"
    )


def _refuse_length(name: str, length: int) -> None:
    if length % 2:
        raise InvalidPolygon(f"{name} has {length} numbers; each x needs a y")
    box = "; a box is no polygon: write its four corners" if length == 4 else ""
    raise InvalidPolygon(
        f"{name} has {length} numbers; a polygon has at least 6, x and y of three corners{box}"
    )
