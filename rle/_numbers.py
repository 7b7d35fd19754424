"""A list of numbers from outside, as whole numbers."""

import operator
import struct
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rle._limits import show
from rle.exceptions import InvalidRuns

# Whole floats up to here are exact.
_EXACT = 2.0**53

# Where noise begins, at which it pays to look for a faster way of making a list.
_MANY = 1 << 14


def whole_numbers(values: Any, *, name: str) -> NDArray[np.int64]:
    """Reads a flat list of whole numbers.

    Args:
        values: A list, a tuple or an array of one dimension. Items are ints, numpy's ints, or
            floats without a fraction (CVAT's API gives floats back). In a list True is 1, as
            everywhere in Python; an array of bool is a mask and refused.
        name: What the list is called in an error's sentence.

    Returns:
        (N,) int64, signs and sizes unchecked.

    Raises:
        InvalidRuns: It is something else, or an item does not fit into 64 bits.
    """
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            raise InvalidRuns(f"{name} is an array of shape {values.shape}; it must be flat")
        if values.dtype.kind not in "iufO":
            raise InvalidRuns(f"{name} is an array of {values.dtype}; it must be of whole numbers")
        if np.can_cast(values.dtype, np.int64):
            return values.astype(np.int64, copy=False)
        values = values.tolist()
    elif not isinstance(values, list | tuple):
        raise InvalidRuns(f"{name} is of type {type(values).__name__}; it must be a flat list")
    read = _of_floats(values) if values and type(values[0]) is float else _of_ints(values)
    if read is None:
        read = _of_both(values)
    if read is None:
        read = np.array(
            [whole_number(item, name=f"{name}[{i}]") for i, item in enumerate(values)], np.int64
        )
    return read


def whole_numbers_of_lists(lists: Sequence[list[Any]], *, name: str) -> NDArray[np.int64]:
    """Reads many flat lists as one; see `whole_numbers`.

    Raises:
        InvalidRuns: See `whole_numbers`; the sentence does not say which list it is.
    """
    try:
        # A list at a time stays in the processor's cache.
        packed = b"".join([struct.pack(f"={len(values)}q", *values) for values in lists])
    except (struct.error, TypeError, ValueError, OverflowError):
        return whole_numbers([*chain.from_iterable(lists)], name=name)
    return np.frombuffer(packed, np.int64)


def whole_number(item: Any, *, name: str) -> int:
    """Reads one whole number, as `whole_numbers` reads many, and says what is wrong with it.

    Raises:
        InvalidRuns: It is none, or does not fit into 64 bits.
    """
    if isinstance(item, np.bool_):  # numpy 1 still took it for an index
        raise InvalidRuns(f"{name} is {show(item)}, which is no number")
    try:
        number = operator.index(item)
    except TypeError:
        if not isinstance(item, float | np.floating):
            raise InvalidRuns(f"{name} is {show(item)}, which is no number") from None
        if not item.is_integer():
            raise InvalidRuns(f"{name} is {show(item)}, which is not a whole number") from None
        number = int(item)
    if not -(2**63) <= number < 2**63:
        raise InvalidRuns(f"{name} is {show(item)}, beyond the limit of 64 bits")
    return number


def as_list(numbers: NDArray[np.int64], *, then: tuple[int, ...] = ()) -> list[int]:
    """Makes Python ints of (N,) numbers that are not negative, and puts others after them."""
    if numbers.size > _MANY and numbers.max() < 256:
        # From bytes, Python takes ints that it has ready. The zeros keep room for the others.
        listed: list[int] = list(numbers.astype(np.uint8).tobytes() + bytes(len(then)))
        listed[numbers.size :] = then
        return listed
    listed = numbers.tolist()
    listed += then
    return listed


def _of_ints(values: list[Any] | tuple[Any, ...]) -> NDArray[np.int64] | None:
    """Reads a list of ints only (None for another); twice as fast as np.array."""
    # Of noise only the box after the runs needs more than a byte for a number.
    if len(values) > _MANY and (runs := _of_bytes(values[:-4])) is not None:
        box = _of_ints(values[-4:])
        return None if box is None else np.concatenate((runs, box))
    try:
        return np.frombuffer(struct.pack(f"={len(values)}q", *values), np.int64)
    except (struct.error, TypeError, ValueError, OverflowError):
        return None


def _of_bytes(values: list[Any] | tuple[Any, ...]) -> NDArray[np.uint8] | None:
    """Reads a list of ints from 0 to 255 only (None for another); three times as fast again."""
    try:
        return np.frombuffer(bytearray(values), np.uint8)
    except (TypeError, ValueError, OverflowError):
        return None


def _of_floats(values: list[Any] | tuple[Any, ...]) -> NDArray[np.int64] | None:
    """Reads a list of floats only, if all are whole (None for another)."""
    if [*map(type, values)].count(float) < len(values):
        return None
    read = np.frombuffer(struct.pack(f"={len(values)}d", *values), np.float64)
    return _whole(read)


def _of_both(values: list[Any] | tuple[Any, ...]) -> NDArray[np.int64] | None:
    """Reads a list of floats and ints, if all are whole and exact (None for another)."""
    if not set(map(type, values)) <= {int, float, bool}:
        return None
    try:
        read = np.frombuffer(struct.pack(f"={len(values)}d", *values), np.float64)
    except struct.error:  # an int beyond any float
        return None
    return _whole(read) if np.abs(read).max() <= _EXACT else None


def _whole(read: NDArray[np.float64]) -> NDArray[np.int64] | None:
    with np.errstate(invalid="ignore"):  # NaN, and what is too large, become another number
        whole = read.astype(np.int64)
    return whole if (whole == read).all() else None
