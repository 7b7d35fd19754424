"""Images of labels: what comes out is what a loop over the pixels says, and it comes back."""

import functools
import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rle_label_oracles import INTEGERS, label_images, naive_decode, naive_encode, regions

from rle import _label_changes, multiclass

# Thresholds under which small images take the ways of large ones.
ALWAYS = {
    "as they are": {},
    "sorting": {"_SMALL": 0, "_SPARSE": 0, "_FEW": 0},
    "transposing": {"_SMALL": 0, "_SPARSE": 10**9, "_FEW": 0},
    "in blocks": {"_SMALL": 10**9, "_BLOCK": 9},
}


@pytest.mark.parametrize("thresholds", ALWAYS.values(), ids=ALWAYS)
@settings(deadline=None, max_examples=80)
@given(labels=label_images(), order=st.sampled_from("FC"), transposed=st.booleans())
def test_the_same_runs_as_a_loop_and_back_through_json(thresholds, labels, order, transposed):
    labels = labels.T if transposed else labels
    with pytest.MonkeyPatch.context() as patch:
        for name, value in thresholds.items():
            patch.setattr(_label_changes, name, value)
        rle = multiclass.encode(labels, order=order)
    assert rle == naive_encode(labels, order)
    assert list(rle) == ["size", "values", "counts"]
    rle = json.loads(json.dumps(rle))
    image = multiclass.decode(rle, order=order)
    assert image.tolist() == labels.tolist() == naive_decode(rle, order)
    assert image.flags.c_contiguous
    assert image.dtype.isnative


@functools.cache
def large(size, noise):
    return regions(*size, 7, seed=5, noise=noise)


def quick_encode(labels, order):
    """Large images would take a loop too long."""
    flat = labels.flatten(order)
    starts = [0, *(np.flatnonzero(flat[1:] != flat[:-1]) + 1).tolist()]
    counts = np.diff([*starts, flat.size]).tolist()
    return {"size": list(labels.shape), "values": flat[starts].tolist(), "counts": counts}


@pytest.mark.parametrize("dtype", ["u1", ">i4", "u8"])
@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize("noise", [0, 0.003, 1])
@pytest.mark.parametrize(
    "size", [(701, 603), (1, 300_001), (300_001, 1), (2, 150_001), (150_001, 2), (3000, 405)]
)
def test_large_images(size, noise, order, dtype):
    labels = large(size, noise).astype(dtype)
    labels[labels == 6] = np.iinfo(dtype).max
    labels[0, 0], labels[-1, -1] = 5, 6
    rle = multiclass.encode(labels, order=order)
    assert rle == quick_encode(labels, order)
    assert rle == multiclass.encode(np.asfortranarray(labels), order=order)
    assert np.array_equal(multiclass.decode(rle, order=order), labels)


@pytest.mark.parametrize("change", [0, 1, 7, 8, 63, 499, 500, 249_999, 299_999])
@pytest.mark.parametrize("size", [(500, 600), (600, 500)])
def test_one_pixel_of_another_label_is_found_wherever_it_is(size, change):
    labels = np.full(size, 9, np.int16)
    labels.reshape(-1)[change] = -9
    for order in "FC":
        assert multiclass.encode(labels, order=order) == quick_encode(labels, order)


def test_the_example_of_the_format():
    labels = np.array([[0, 0, 1, 1, 0], [3, 0, 1, 1, 0], [3, 3, 1, 1, 0], [3, 3, 0, 0, 0]])
    rle = multiclass.encode(labels)
    assert rle["values"] == [0, 3, 0, 3, 1, 0, 1, 0]
    assert rle["counts"] == [1, 3, 2, 2, 3, 1, 3, 5]


@pytest.mark.parametrize("order", ["=", "S"], ids=["native", "swapped"])
@pytest.mark.parametrize("dtype", INTEGERS, ids=str)
def test_the_smallest_and_largest_labels_of_every_type_survive(dtype, order):
    info = np.iinfo(dtype)
    pixels = [[info.min, info.max, 0], [1, info.max - 1, info.min]]
    labels = np.array(pixels, dtype.newbyteorder(order))
    rle = multiclass.encode(labels)
    assert rle == naive_encode(labels)
    assert rle["values"][0] == info.min
    assert all(type(number) is int for number in [*rle["size"], *rle["values"], *rle["counts"]])
    assert multiclass.decode(rle).tolist() == labels.tolist()


def test_bool_gives_0_and_1():
    labels = np.array([[True, False], [True, True]])
    assert multiclass.encode(labels) == {"size": [2, 2], "values": [1, 0, 1], "counts": [2, 1, 1]}
    assert str(multiclass.encode(labels)["values"]) == "[1, 0, 1]"
    odd = np.array([[0, 7], [255, 1]], np.uint8).view(bool)
    assert multiclass.encode(odd) == {"size": [2, 2], "values": [0, 1], "counts": [1, 3]}


def test_hundreds_of_labels():
    labels = np.arange(700).reshape(20, 35)
    image = multiclass.decode(multiclass.encode(labels))
    assert image.dtype == np.uint16
    assert np.array_equal(image, labels)


@pytest.mark.parametrize("label", [-1, 255, 256])
def test_many_runs_with_one_label_at_the_edge_of_a_byte(label):
    labels = np.arange(600).reshape(20, 30) % 3
    labels[4, 5] = label
    assert multiclass.encode(labels) == naive_encode(labels)


@pytest.mark.parametrize("size", [(1, 1), (1, 6), (6, 1), (5, 4)])
@pytest.mark.parametrize("label", [0, 255, 256, -1])
def test_a_constant_image_is_one_run(size, label):
    rle = multiclass.encode(np.full(size, label))
    assert rle == {"size": list(size), "values": [label], "counts": [size[0] * size[1]]}
    assert multiclass.decode(rle).tolist() == np.full(size, label).tolist()


@pytest.mark.parametrize(
    "layout",
    [
        np.asfortranarray,
        lambda labels: np.ascontiguousarray(labels[::-1])[::-1],
        lambda labels: np.ascontiguousarray(labels[:, ::-1])[:, ::-1],
        lambda labels: np.repeat(np.repeat(labels, 2, axis=0), 3, axis=1)[::2, ::3],
        lambda labels: np.pad(labels, 9)[9:-9, 9:-9],
        lambda labels: np.asfortranarray(np.pad(labels, 9))[9:-9, 9:-9],
        lambda labels: np.stack([labels, labels], axis=2)[..., 1],
        lambda labels: np.frombuffer(b"x" + labels.tobytes(), labels.dtype.str, -1, 1).reshape(
            labels.shape
        ),
        lambda labels: labels.tolist(),
    ],
    ids=["F", "rows back", "columns back", "steps", "part", "part F", "channel", "odd", "lists"],
)
@pytest.mark.parametrize("dtype", ["u1", "i4", "i8"])
def test_any_strides(layout, dtype, monkeypatch):
    monkeypatch.setattr(_label_changes, "_SMALL", 0)
    labels = regions(37, 53, 9, seed=2).astype(dtype)
    laid_out = layout(labels)
    before = np.array(laid_out)
    for order in "FC":
        assert multiclass.encode(laid_out, order=order) == naive_encode(labels, order)
    assert np.array_equal(laid_out, before)


def test_one_row_repeated_in_memory():
    labels = np.broadcast_to(np.array([3, 3, 4], np.uint8), (600, 3))
    assert multiclass.encode(labels)["counts"] == [1200, 600]


# decode


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0, 255], "u1"),
        ([0, 256], "u2"),
        ([0, 2**16], "u4"),
        ([0, 2**32], "u8"),
        ([0, 2**64 - 1], "u8"),
        ([2**63, 2**63 + 1], "u8"),
        ([-1, 127], "i1"),
        ([-1, 128], "i2"),
        ([-(2**15), 2**15], "i4"),
        ([-(2**31) - 1, 0], "i8"),
        ([-(2**63), 2**63 - 1], "i8"),
    ],
)
def test_the_type_is_the_smallest_that_holds_all_values(values, dtype):
    rle = {"size": [2, 2], "values": values, "counts": [1, 3]}
    image = multiclass.decode(rle)
    assert image.dtype == np.dtype(dtype)
    assert image.tolist() == [[values[0], values[1]], [values[1], values[1]]]


@pytest.mark.parametrize("dtype", ["?", "u1", "i1", ">i2", np.uint32, np.int64, int, "uint64"])
def test_the_type_asked_for(dtype):
    image = multiclass.decode({"size": [2, 3], "values": [1, 0], "counts": [5, 1]}, dtype)
    assert image.dtype == np.dtype(dtype)
    assert image.tolist() == [[1, 1, 1], [1, 1, 0]]
    assert image.flags.c_contiguous


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        np.array,
        lambda numbers: np.array(numbers, np.uint16),
        lambda numbers: np.array(numbers, ">i8"),
        lambda numbers: np.array(numbers, np.float32),
        lambda numbers: np.repeat(numbers, 2)[::2],
        lambda numbers: [np.int32(number) for number in numbers],
        lambda numbers: [float(number) for number in numbers],
    ],
    ids=["list", "tuple", "array", "u2", ">i8", "f4", "steps", "numpy ints", "floats"],
)
def test_lists_tuples_and_arrays_are_equally_good(form):
    labels = regions(30, 20, 5, seed=1)
    rle = {key: form(numbers) for key, numbers in naive_encode(labels).items()}
    if isinstance(rle["size"][0], float | np.floating):
        rle["size"] = (30, 20)
    assert np.array_equal(multiclass.decode(rle), labels)


def test_counts_of_0_are_passed_over():
    rle = {"size": [1, 4], "values": [300, 1, 2, -1, 2, 9], "counts": [0, 1, 2, 0, 1, 0]}
    image = multiclass.decode(rle)
    assert image.tolist() == [[1, 2, 2, 2]]
    assert image.dtype == np.uint8


def test_neighbouring_runs_may_have_equal_values():
    rle = {"size": [2, 2], "values": [5, 5, 5], "counts": [1, 2, 1], "more": "is ignored"}
    assert multiclass.decode(rle).tolist() == [[5, 5], [5, 5]]


def test_the_order_is_what_was_counted():
    rle = {"size": [2, 3], "values": [1, 2], "counts": [3, 3]}
    assert multiclass.decode(rle).tolist() == [[1, 1, 2], [1, 2, 2]]
    assert multiclass.decode(rle, order="C").tolist() == [[1, 1, 1], [2, 2, 2]]


def test_what_comes_back_is_the_callers_own():
    values = np.array([7], np.uint8)
    image = multiclass.decode({"size": [1, 1], "values": values, "counts": [1]})
    image[0, 0] = 9
    assert values[0] == 7


# batches


def test_batches_are_as_many_single_ones():
    stack = np.stack([regions(20, 30, 4, seed=seed) for seed in range(5)])
    for order in "FC":
        rles = multiclass.encode_batch(stack, order=order)
        assert rles == [naive_encode(labels, order) for labels in stack]
        assert rles == multiclass.encode_batch(list(stack), order=order)
        images = multiclass.decode_batch(rles, order=order)
        assert np.array_equal(np.stack(images), stack)
    assert all(image.dtype == np.int32 for image in multiclass.decode_batch(rles, "i4", order="C"))


def test_batches_of_several_sizes_and_types():
    images = [np.array([[1, 300]]), np.array([[2], [3]], np.uint8), [[True]]]
    rles = multiclass.encode_batch(images)
    assert rles == [naive_encode(np.array(image)) for image in images]
    decoded = multiclass.decode_batch(tuple(rles))
    assert [image.dtype for image in decoded] == [np.uint16, np.uint8, np.uint8]
    assert [image.shape for image in decoded] == [(1, 2), (2, 1), (1, 1)]


def test_empty_batches():
    assert multiclass.encode_batch([]) == []
    assert multiclass.encode_batch(np.zeros((0, 4, 4), int)) == []
    assert multiclass.decode_batch([]) == []


# memory


@pytest.mark.parametrize("order", ["F", "C"])
@pytest.mark.parametrize("dtype", [np.uint8, np.int32])
def test_encode_needs_little_memory_beside_the_labels(dtype, order):
    labels = regions(500, 700, 5, seed=3).astype(dtype).repeat(5, axis=0).repeat(5, axis=1)
    for layout in (labels, np.asfortranarray(labels), labels[:, ::-1]):
        tracemalloc.start()
        try:
            multiclass.encode(layout, order=order)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 1.3 * labels.nbytes


def test_decode_needs_twice_the_result_at_most():
    labels = regions(1500, 2000, 5, seed=3)
    for order in "FC":
        rle = multiclass.encode(labels, order=order)
        tracemalloc.start()
        try:
            image = multiclass.decode(rle, order=order)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 2.1 * image.nbytes
