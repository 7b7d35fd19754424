"""What a mask may be: any numbers, any memory layout."""

import tracemalloc

import numpy as np
import pytest
from rle_oracles import blobs, naive_encode

from rle import cvat

PATTERN = blobs(37, 70, seed=1, share=0.4)

INTEGERS = [np.dtype(f"{kind}{size}") for kind in "iu" for size in (1, 2, 4, 8)]
FLOATS = [np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64), np.dtype(np.longdouble)]


def extremes(dtype):
    if dtype.kind == "b":
        return [True]
    if dtype.kind == "f":
        info = np.finfo(dtype)
        values = [1, -1, info.max, info.min, info.tiny, info.smallest_subnormal, np.inf, -np.inf]
        return [0.5, *values]
    info = np.iinfo(dtype)
    return [1, info.max, info.min or 2, 2, info.max // 2 + 1]


@pytest.mark.parametrize("order", ["=", "S"], ids=["native", "swapped"])
@pytest.mark.parametrize("dtype", [np.dtype(bool), *INTEGERS, *FLOATS], ids=str)
def test_whatever_is_not_zero_is_the_object(dtype, order):
    values = np.array(extremes(dtype), dtype)
    labels = values[np.arange(PATTERN.size).reshape(PATTERN.shape) % values.size]
    mask = np.where(PATTERN, labels, np.zeros((), dtype)).astype(dtype.newbyteorder(order))
    assert cvat.encode(mask) == naive_encode(PATTERN)


@pytest.mark.parametrize("dtype", FLOATS, ids=str)
def test_minus_zero_is_zero(dtype):
    assert cvat.encode(np.array([[-0.0, 1.0, -0.0]], dtype)) == [0, 1, 1, 0, 1, 0]


def test_0_and_255_is_0_and_1():
    assert cvat.encode(PATTERN.astype(np.uint8) * 255) == cvat.encode(PATTERN)


def test_bools_whose_bytes_are_not_0_and_1_are_set():
    odd = np.where(PATTERN, np.arange(PATTERN.size).reshape(PATTERN.shape) % 255 + 1, 0)
    assert cvat.encode(odd.astype(np.uint8).view(bool)) == naive_encode(PATTERN)


def reversed_rows(mask):
    return np.ascontiguousarray(mask[::-1])[::-1]


def reversed_both(mask):
    return np.ascontiguousarray(mask[::-1, ::-1])[::-1, ::-1]


def every_third(mask):
    return np.repeat(np.repeat(mask, 2, axis=0), 3, axis=1)[::2, ::3]


def of_a_larger(mask):
    return np.pad(mask, 9, constant_values=True)[9:-9, 9:-9]


def of_a_larger_fortran(mask):
    return np.asfortranarray(np.pad(mask, 9, constant_values=True))[9:-9, 9:-9]


def channel(mask):
    return np.stack([~mask.astype(bool), mask, mask], axis=2)[..., 1]


def field(mask):
    record = np.zeros(mask.shape, [("before", "u1"), ("mask", mask.dtype), ("after", "u1")])
    record["mask"] = mask
    return record["mask"]


def read_only(mask):
    frozen = mask.copy()
    frozen.setflags(write=False)
    return frozen


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int16, np.float32, ">f8"])
@pytest.mark.parametrize(
    "layout",
    [
        np.asfortranarray,
        reversed_rows,
        reversed_both,
        every_third,
        of_a_larger,
        of_a_larger_fortran,
        channel,
        field,
        read_only,
        np.asmatrix,
    ],
    ids=lambda layout: layout.__name__,
)
# numpy itself advises against np.matrix; people still have some.
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_any_strides(layout, dtype):
    mask = layout(PATTERN.astype(dtype))
    before = np.array(mask)
    assert cvat.encode(mask) == naive_encode(PATTERN)
    assert np.array_equal(mask, before)


def test_a_view_that_repeats_one_row():
    mask = np.broadcast_to(np.array([0, 1, 1, 0], np.uint8), (5, 4))
    assert cvat.encode(mask) == [0, 10, 1, 0, 2, 4]


def test_nested_lists():
    assert cvat.encode([[0, 0, 1, 1], [0, 1, 1, 1]]) == [1, 5, 1, 0, 3, 1]


def test_encode_needs_little_memory_beside_the_mask():
    for mask in (
        np.random.default_rng(0).random((2000, 2000)) < 0.0005,
        np.ones((2000, 2000), bool),
    ):
        for array in (mask, np.asfortranarray(mask), mask[:, ::-1], mask.astype(np.float32)):
            tracemalloc.start()
            try:
                cvat.encode(array)
                peak = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            assert peak < 1.3 * array.nbytes
