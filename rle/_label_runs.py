"""The dict of several classes, {"size": …, "values": …, "counts": …}: read, written and painted."""

import struct
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from rle._label_changes import Ints
from rle._labels import Labels, as_ints, transposed
from rle._limits import check_size, show
from rle._numbers import as_list, whole_numbers
from rle.exceptions import InvalidArgument, InvalidLabels, InvalidRuns, InvalidSize

# What numpy may be asked for where uint8 does not do, smallest first.
_TYPES = tuple(np.dtype(name) for name in ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"))


class LabelRuns(NamedTuple):
    """An image of labels as runs.

    Attributes:
        values: (N,) integers of any width; neighbours may be equal.
        counts: (N,) int64, each above 0; their sum is height × width.
        height: Rows.
        width: Columns.
    """

    values: Labels
    counts: Ints
    height: int
    width: int


def read(rle: Any) -> LabelRuns:
    """Reads a multi-class dict. Runs of length 0 are left out.

    Raises:
        InvalidSize: Its size is none, or above `rle.MAX_PIXELS`.
        InvalidRuns: It is no such dict, counts are no whole numbers, negative or do not add up.
        InvalidLabels: Its values are no whole numbers, or not as many as its counts.
    """
    if not isinstance(rle, Mapping):
        raise InvalidRuns(f"the multi-class rle is of type {type(rle).__name__}; it must be a dict")
    for key in ("size", "values", "counts"):
        if key not in rle:
            raise InvalidRuns(f"the multi-class rle has no key {key!r}")
    height, width = _size(rle["size"])
    values, counts = _values(rle["values"]), whole_numbers(rle["counts"], name="counts")
    if values.size != counts.size:
        raise InvalidLabels(f"there are {values.size} values for {counts.size} counts")
    _check_counts(counts, height, width)
    if counts.min() == 0:
        values, counts = values[counts > 0], counts[counts > 0]
    return LabelRuns(values, counts, height, width)


def write(runs: LabelRuns) -> dict[str, Any]:
    """Makes a multi-class dict of runs, known to be right."""
    return {
        "size": [runs.height, runs.width],
        "values": as_ints(runs.values),
        "counts": as_list(runs.counts),
    }


def paint(runs: LabelRuns, dtype: np.dtype[Any], order: str) -> NDArray[Any]:
    """Paints runs.

    Args:
        runs: Runs, known to be right.
        dtype: What holds all values.
        order: How the runs are counted, "F" or "C".

    Returns:
        (height, width) of that dtype, C-contiguous.
    """
    flat = np.repeat(runs.values.astype(dtype, copy=False), runs.counts)
    if order == "C":
        return flat.reshape(runs.height, runs.width)
    return transposed(flat.reshape(runs.width, runs.height))


def type_for(values: Labels, dtype: DTypeLike | None) -> np.dtype[Any]:
    """Finds what holds labels: the type asked for, or without one the smallest.

    Raises:
        InvalidArgument: The type asked for is none of integers or bool, or a value is beyond it.
    """
    if dtype is None:
        if values.dtype == np.uint8:
            return values.dtype
        low, high = int(values.min()), int(values.max())
        return next(fitting for fitting in _TYPES if _beyond(fitting, low, high) is None)
    wanted = _as_type(dtype)
    beyond = _beyond(wanted, int(values.min()), int(values.max()))
    if beyond is not None:
        raise InvalidArgument(f"the value {beyond} does not fit into {wanted}, the dtype asked for")
    return wanted


def _as_type(dtype: DTypeLike) -> np.dtype[Any]:
    try:
        wanted = np.dtype(dtype)
    except Exception:  # numpy has many kinds of errors for what is no type
        wanted = np.dtype(object)
    if wanted.kind not in "biu":
        raise InvalidArgument(f"dtype is {show(dtype)}; it must be an integer type or bool")
    return wanted


def _beyond(dtype: np.dtype[Any], low: int, high: int) -> int | None:
    """Finds which of a smallest and a largest value a type does not hold (None: it holds both)."""
    first, last = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    if low < first:
        return low
    return high if high > last else None


def _size(size: Any) -> tuple[int, int]:
    if isinstance(size, np.ndarray):
        size = size.tolist()
    if not isinstance(size, list | tuple) or len(size) != 2:
        raise InvalidSize(f"size is {show(size)}; it must be [height, width]")
    return check_size(*size)


def _values(values: Any) -> Labels:
    if isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype.kind in "iu":
        return values
    listed = isinstance(values, list | tuple)
    try:
        if listed:
            return np.frombuffer(bytes(values), np.uint8)
    except (TypeError, ValueError):
        pass  # not all of them are ints from 0 to 255
    try:
        return whole_numbers(values, name="values")
    except InvalidRuns as fault:
        try:
            if listed:
                return np.frombuffer(struct.pack(f"={len(values)}Q", *values), np.uint64)
        except (struct.error, TypeError):  # arrays among the items are TypeErrors
            pass
        raise InvalidLabels(str(fault)) from None


def _check_counts(counts: Ints, height: int, width: int) -> None:
    area = height * width
    unsigned = counts.view(np.uint64)  # in which negative ones are large ones
    largest = int(unsigned.max(initial=0))
    if largest > area:
        index = int((unsigned > area).argmax())
        limit = "below 0" if counts[index] < 0 else f"but the image has {area} pixels"
        raise InvalidRuns(f"counts[{index}] is {counts[index]}, {limit}")
    exact = largest * counts.size < 2**63
    if (total := int(counts.sum()) if exact else sum(counts.tolist())) != area:
        raise InvalidRuns(
            f"the counts add up to {total}, but the image of {height}×{width} has {area} pixels"
        )
