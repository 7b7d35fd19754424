"""Garbage of every kind: nothing but an RleError comes of it, and no memory is taken."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import rle
from rle import cvat
from rle.exceptions import RleError

HUGE = 10**400

NUMBERS = (
    st.integers(-3, 30)
    | st.integers()
    | st.floats()
    | st.integers(0, 30).map(float)
    | st.booleans()
    | st.integers(-3, 30).map(np.int16)
    | st.floats(width=32).map(np.float32)
    | st.just(HUGE)
)
GARBAGE = st.recursive(
    NUMBERS | st.none() | st.text(max_size=3) | st.binary(max_size=3) | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)


@settings(deadline=None, max_examples=1500)
@given(
    points=st.lists(NUMBERS, max_size=12)
    | st.lists(st.integers(-1, 9), min_size=5, max_size=9)
    | st.lists(GARBAGE, max_size=8)
    | st.lists(st.integers(-(2**63), 2**63 - 1), max_size=9).map(lambda v: np.array(v, np.int64))
    | GARBAGE,
    height=st.integers(-2, 9) | GARBAGE,
    width=st.integers(-2, 9) | GARBAGE,
)
@example(points=[3, 6, 5, 7, 3, 0, 0, 11, 1], height=2, width=12)
def test_no_garbage_raises_anything_but_an_rle_error(points, height, width):
    try:
        mask = cvat.decode(points, height=height, width=width)
    except RleError:
        with pytest.raises(RleError):
            cvat.validate(points, height=height, width=width)
    else:
        assert mask.shape == (height, width)
        assert mask.sum() == sum(map(int, points[1:-4:2]))
        cvat.validate(points, height=height, width=width)


@settings(deadline=None, max_examples=500)
@given(
    st.dictionaries(
        st.sampled_from(("rle", "left", "top", "width", "height", "size")),
        GARBAGE | st.lists(st.integers(0, 5), max_size=4),
    )
    | st.fixed_dictionaries(
        {
            "rle": st.lists(NUMBERS, max_size=4) | GARBAGE,
            **dict.fromkeys(("left", "top", "width", "height"), NUMBERS),
        }
    )
    | GARBAGE
)
def test_no_garbage_for_the_published_inverse_raises_anything_but_an_rle_error(crop):
    try:
        mask = rle.cvat_rle_to_binary_image_mask(crop, height=4, width=6)
    except RleError:
        return
    assert mask.shape == (4, 6)
    assert mask.sum() == sum(map(int, crop["rle"][1::2]))


def test_what_is_refused_is_refused_before_anything_large_is_allocated():
    tracemalloc.start()
    try:
        for points in (
            [1, 0, 0, 2**14 - 1, 2**14 - 1],
            [2**28, 0, 0, 0, 0],
            [2**62, 2**62, 0, 0, 9, 9],
        ):
            with pytest.raises(RleError):
                cvat.decode(points, height=2**14, width=2**14)
        with pytest.raises(RleError):
            cvat.decode([1, 0, 0, 0, 0], height=2**20, width=2**20)
        with pytest.raises(RleError):
            cvat.encode(np.broadcast_to(np.uint8(1), (2**20, 2**20)))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200_000
