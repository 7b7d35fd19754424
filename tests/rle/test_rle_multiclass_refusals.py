"""What the multi-class codec refuses, in which words; and that garbage does no harm."""

import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import rle
from rle import multiclass
from rle.exceptions import InvalidArgument, InvalidLabels, InvalidRuns, InvalidSize, RleError

HUGE = 10**400
GOOD = {"size": [2, 3], "values": [1, 2, 1], "counts": [2, 3, 1]}


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (np.zeros((0, 0), int), "shape (0, 0), so no pixels; they have at least 1"),
        (np.zeros((0, 5), bool), "shape (0, 5), so no pixels"),
        (np.zeros((5, 0), np.uint8), "shape (5, 0), so no pixels"),
        (np.zeros(5, int), "shape (5,), so 1 dimensions; an image of labels has 2"),
        (np.zeros((1, 4, 4), bool), "shape (1, 4, 4), so 3 dimensions"),
        (np.int8(1), "shape (), so 0 dimensions"),
        (None, "shape (), so 0 dimensions"),
        ([], "shape (0,), so 1 dimensions"),
        ([[]], "shape (1, 0), so no pixels"),
        ([[1, 2], [3]], "the labels cannot be read as an array"),
        (np.zeros((2, 2)), "array of float64; it must be of integers or bool; labels are whole"),
        (np.zeros((2, 2), ">f4"), "array of >f4"),
        ([[1.0, 2]], "array of float64"),
        ([[1, None]], "array of object"),
        ([[HUGE, 0]], "array of object"),
        ([["0", "1"]], "array of <U1; it must be of integers or bool"),
        (np.array([[b"1"]]), "array of |S1"),
        (np.array([[1j, 0]]), "array of complex128"),
        (np.array([["2020-01-01"]], "M8[D]"), "array of datetime64[D]"),
        (np.array([[5]], "m8[s]"), "array of timedelta64[s]"),
        (np.zeros((2, 2), "V3"), "array of |V3"),
        (np.zeros((2, 2), [("r", "u1")]), "array of [('r', 'u1')]"),
        (
            np.broadcast_to(np.uint8(0), (2**14, 2**14 + 1)),
            "shape (16384, 16385), above the limit of 268435456 pixels (rle.MAX_PIXELS)",
        ),
        (np.broadcast_to(np.uint8(0), (2**40, 2**20)), "above the limit of 268435456 pixels"),
    ],
)
def test_labels_that_encode_refuses(labels, words):
    with pytest.raises(InvalidLabels, match=re.escape(words)):
        multiclass.encode(labels)
    with pytest.raises(InvalidLabels, match="^image 1: .*" + re.escape(words)):
        multiclass.encode_batch([[[1]], labels])


@pytest.mark.parametrize(
    "items", [None, 5, "0110", b"01", {}, iter([[[1]]]), np.uint8(3)], ids=type
)
def test_what_is_no_list_of_images(items):
    with pytest.raises(InvalidLabels, match="the images are of type"):
        multiclass.encode_batch(items)
    with pytest.raises(InvalidRuns, match="the images are of type"):
        multiclass.decode_batch(items)


@pytest.mark.parametrize("order", ["A", "f", "", None, 1, ["F"], "FC"])
def test_orders(order):
    words = 'it must be "F" (columns) or "C" (rows)'
    for call in (
        lambda: multiclass.encode([[1]], order=order),
        lambda: multiclass.decode(GOOD, order=order),
        lambda: multiclass.encode_batch([], order=order),
        lambda: multiclass.decode_batch([], order=order),
    ):
        with pytest.raises(InvalidArgument, match=re.escape(words)):
            call()


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"size": None}, InvalidSize, "size is None; it must be [height, width]"),
        ({"size": 6}, InvalidSize, "size is 6"),
        ({"size": "23"}, InvalidSize, "size is '23'"),
        ({"size": [6]}, InvalidSize, "size is [6]"),
        ({"size": [2, 3, 1]}, InvalidSize, "size is [2, 3, 1]"),
        ({"size": np.zeros((2, 2), int)}, InvalidSize, "the height is [0, 0]"),
        ({"size": {2: 0, 3: 0}}, InvalidSize, "size is {2: 0, 3: 0}"),
        ({"size": [0, 3]}, InvalidSize, "the height is 0; it must be a whole number of at least 1"),
        ({"size": [2, -3]}, InvalidSize, "the width is -3"),
        ({"size": [2.0, 3]}, InvalidSize, "the height is 2.0"),
        ({"size": [True, 3]}, InvalidSize, "the height is True"),
        ({"size": [2, HUGE]}, InvalidSize, "2 rows and an integer of 1329 bits columns is above"),
        ({"size": [2**14, 2**14 + 1]}, InvalidSize, "above the limit of 268435456 pixels"),
        ({"counts": None}, InvalidRuns, "counts is of type NoneType; it must be a flat list"),
        ({"counts": "231"}, InvalidRuns, "counts is of type str"),
        ({"counts": [2, "3", 1]}, InvalidRuns, "counts[1] is '3', which is no number"),
        ({"counts": [2, 2.5, 1]}, InvalidRuns, "counts[1] is 2.5, which is not a whole number"),
        ({"counts": [2, float("nan"), 1]}, InvalidRuns, "counts[1] is nan"),
        ({"counts": [2, HUGE, 1]}, InvalidRuns, "counts[1] is an integer of 1329 bits, beyond"),
        ({"counts": [2, 5, -1]}, InvalidRuns, "counts[2] is -1, below 0"),
        ({"counts": [7, -2, 1]}, InvalidRuns, "counts[0] is 7, but the image has 6 pixels"),
        ({"counts": [-(2**63), 5, 1]}, InvalidRuns, "counts[0] is -9223372036854775808, below 0"),
        ({"counts": [2**62] * 3}, InvalidRuns, "counts[0] is 4611686018427387904, but the image"),
        ({"counts": [2, 3, 0]}, InvalidRuns, "add up to 5, but the image of 2×3 has 6 pixels"),
        ({"counts": [2, 3, 2]}, InvalidRuns, "add up to 7, but the image of 2×3 has 6 pixels"),
        ({"counts": [0, 0, 0]}, InvalidRuns, "add up to 0, but the image of 2×3 has 6 pixels"),
        ({"counts": [], "values": []}, InvalidRuns, "add up to 0, but the image of 2×3"),
        ({"counts": [2, 4]}, InvalidLabels, "there are 3 values for 2 counts"),
        ({"values": [1, 2]}, InvalidLabels, "there are 2 values for 3 counts"),
        ({"values": None}, InvalidLabels, "values is of type NoneType; it must be a flat list"),
        ({"values": "121"}, InvalidLabels, "values is of type str"),
        ({"values": b"\1\2\1"}, InvalidLabels, "values is of type bytes"),
        ({"values": 3}, InvalidLabels, "values is of type int"),
        ({"values": {1, 2, 3}}, InvalidLabels, "values is of type set"),
        ({"values": [1, "2", 1]}, InvalidLabels, "values[1] is '2', which is no number"),
        ({"values": [1, [2], 1]}, InvalidLabels, "values[1] is [2], which is no number"),
        ({"values": [1, 2.5, 1]}, InvalidLabels, "values[1] is 2.5, which is not a whole number"),
        ({"values": [1, None, 1]}, InvalidLabels, "values[1] is None, which is no number"),
        ({"values": [1, HUGE, 1]}, InvalidLabels, "values[1] is an integer of 1329 bits, beyond"),
        ({"values": [1, 2**64, 1]}, InvalidLabels, "values[1] is an integer of 65 bits, beyond"),
        ({"values": [-1, 2**63, 1]}, InvalidLabels, "values[1] is 9223372036854775808, beyond"),
        ({"values": np.ones((1, 3), int)}, InvalidLabels, "values is an array of shape (1, 3)"),
        ({"values": np.ones(3, bool)}, InvalidLabels, "values is an array of bool"),
        ({"values": np.array(["1"] * 3)}, InvalidLabels, "values is an array of <U1"),
    ],
)
def test_dicts_that_decode_refuses(changed, error, words):
    with pytest.raises(error, match=re.escape(words)) as caught:
        multiclass.decode({**GOOD, **changed})
    assert len(str(caught.value)) < 200
    with pytest.raises(error, match="^image 1: .*" + re.escape(words)):
        multiclass.decode_batch([GOOD, {**GOOD, **changed}])


@pytest.mark.parametrize("key", list(GOOD))
def test_a_missing_key_is_named(key):
    with pytest.raises(InvalidRuns, match=f"the multi-class rle has no key '{key}'"):
        multiclass.decode({name: part for name, part in GOOD.items() if name != key})


@pytest.mark.parametrize("thing", [None, [2, 3], "GOOD", 7], ids=type)
def test_what_is_no_dict(thing):
    with pytest.raises(InvalidRuns, match=f"is of type {type(thing).__name__}; it must be a dict"):
        multiclass.decode(thing)


@pytest.mark.parametrize(
    ("values", "dtype", "words"),
    [
        ([0, 256], np.uint8, "the value 256 does not fit into uint8, the dtype asked for"),
        ([-1, 0], "uint64", "the value -1 does not fit into uint64"),
        ([0, 128], ">i1", "the value 128 does not fit into int8"),
        ([0, 2], bool, "the value 2 does not fit into bool"),
        ([0, 2**63], int, "the value 9223372036854775808 does not fit into int64"),
        ([0, 1], float, "dtype is <class 'float'>; it must be an integer type or bool"),
        ([0, 1], "f4", "dtype is 'f4'"),
        ([0, 1], object, "dtype is <class 'object'>"),
        ([0, 1], "M8[s]", "dtype is 'M8[s]'"),
        ([0, 1], "nonsense", "dtype is 'nonsense'"),
        ([0, 1], "i4,(", "dtype is 'i4,('"),
        ([0, 1], [("a", "u1")], "dtype is [('a', 'u1')]"),
        ([0, 1], "3u1", "dtype is '3u1'"),
        ([0, 1], 5, "dtype is 5"),
    ],
)
def test_types_that_decode_refuses(values, dtype, words):
    with pytest.raises(InvalidArgument, match=re.escape(words)):
        multiclass.decode({"size": [1, 2], "values": values, "counts": [1, 1]}, dtype)


def test_the_limit_can_be_set(monkeypatch):
    labels = np.ones((3, 4), int)
    encoded = multiclass.encode(labels)
    monkeypatch.setattr(rle, "MAX_PIXELS", 12)
    assert multiclass.decode(multiclass.encode(labels)).all()
    monkeypatch.setattr(rle, "MAX_PIXELS", 11)
    with pytest.raises(InvalidLabels, match="above the limit of 11 pixels"):
        multiclass.encode(labels)
    with pytest.raises(InvalidSize, match="above the limit of 11 pixels"):
        multiclass.decode(encoded)


def test_a_sum_beyond_64_bits_does_not_pass_for_a_small_one(monkeypatch):
    monkeypatch.setattr(rle, "MAX_PIXELS", 2**62)
    runs = {"size": [1, 2**62], "values": [1] * 5, "counts": [2**62] * 5}
    with pytest.raises(InvalidRuns, match=f"the counts add up to {5 * 2**62}, but the image"):
        multiclass.decode(runs)


# garbage

NUMBERS = (
    st.integers(-3, 12)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.integers(-3, 30).map(np.int16)
    | st.just(HUGE)
    | st.just(2**63)
)
GARBAGE = st.recursive(
    NUMBERS | st.none() | st.text(max_size=3) | st.binary(max_size=3) | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)
LISTS = st.lists(NUMBERS, max_size=4) | st.lists(st.integers(0, 6), min_size=1, max_size=3)
ARRAYS = LISTS.map(lambda numbers: np.array(numbers, object)) | st.lists(
    st.integers(-(2**63), 2**63 - 1), max_size=3
).map(lambda numbers: np.array(numbers, np.int64))


@settings(deadline=None, max_examples=1000)
@given(
    thing=GARBAGE
    | st.fixed_dictionaries(
        {
            "size": st.lists(st.integers(1, 3), min_size=2, max_size=2) | LISTS | GARBAGE,
            "values": LISTS | ARRAYS | GARBAGE,
            "counts": LISTS | ARRAYS | GARBAGE,
        }
    )
)
@example(GOOD)
def test_no_garbage_raises_anything_but_an_rle_error(thing):
    try:
        image = multiclass.decode(thing)
    except RleError:
        return
    assert image.shape == tuple(thing["size"])
    runs = zip(thing["values"], thing["counts"], strict=True)
    flat = [int(value) for value, count in runs for _ in range(int(count))]
    assert image.flatten("F").tolist() == flat


@settings(deadline=None, max_examples=300)
@given(GARBAGE | st.lists(st.lists(NUMBERS, min_size=2, max_size=2), min_size=1, max_size=3))
def test_no_garbage_for_encode_raises_anything_but_an_rle_error(thing):
    try:
        encoded = multiclass.encode(thing)
    except RleError:
        return
    assert multiclass.decode(encoded).tolist() == np.asarray(thing).astype(object).tolist()


def test_what_is_refused_is_refused_before_anything_large_is_allocated():
    tracemalloc.start()
    try:
        for size, counts in (
            ([2**14, 2**14], [1]),
            ([2**14, 2**14], [2**28, 2**28]),
            ([2**14, 2**14], [2**62, 2**62, 2**62, 2**62]),
            ([2**20, 2**20], [2**40]),
        ):
            with pytest.raises(RleError):
                multiclass.decode({"size": size, "values": [1] * len(counts), "counts": counts})
        with pytest.raises(RleError):
            multiclass.encode(np.broadcast_to(np.uint8(1), (2**20, 2**20)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200_000
