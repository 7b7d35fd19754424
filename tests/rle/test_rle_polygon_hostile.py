"""What polygons may not be, and how much of them there may be."""

import math
import tracemalloc
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rle
from rle import polygon
from rle.exceptions import InvalidArgument, InvalidMask, InvalidPolygon, InvalidRuns, InvalidSize

GOOD = [1, 1, 8, 2, 4, 7]


def deep(levels):
    nest = []
    for _ in range(levels):
        nest = [nest]
    return nest


@pytest.mark.parametrize(
    ("polygons", "sentence"),
    [
        (None, "polygons is of type NoneType; it must be a list of flat lists"),
        ("1,2,3,4,5,6", "polygons is of type str"),
        (b"123456", "polygons is of type bytes"),
        ({"size": [9, 9], "counts": "abc"}, "polygons is of type dict"),
        (iter([GOOD]), "polygons is of type list_iterator"),
        (7, "polygons is of type int"),
        (np.array(7), r"polygons is an array of int64 and shape \(\)"),
        (np.ones((9, 9), bool), r"polygons is an array of bool and shape \(9, 9\)"),
        (np.array(["1", "2"]), "polygons is an array of <U1"),
        ([[]], r"polygons\[0\] has 0 numbers; a polygon has at least 6, x and y"),
        (
            [GOOD, [1, 1, 8, 2]],
            r"polygons\[1\] has 4 numbers; a polygon has at least 6, .*; a box is no polygon",
        ),
        ([1, 1, 8, 2], r"polygons has 4 numbers; a polygon has at least 6, x and y"),
        ([[1, 1], [8, 2], [4, 7]], r"polygons\[0\] has 2 numbers; a polygon has at least 6"),
        (np.array(GOOD).reshape(3, 2), r"polygons\[0\] has 2 numbers; a polygon has at least 6"),
        ([[*GOOD, 3]], r"polygons\[0\] has 7 numbers; each x needs a y"),
        ([*GOOD, 3], "polygons has 7 numbers; each x needs a y"),
        ([[GOOD]], r"polygons\[0\]\[0\] is \[1, 1, 8, 2, 4, 7\], a list where a number is meant"),
        ([*GOOD, GOOD], r"polygons\[6\] is \[1, .*\], a list where a number is meant"),
        ([GOOD, 7], r"polygons\[1\] is 7, beside lists"),
        ([GOOD, None], r"polygons\[1\] is None, beside lists"),
        ([GOOD, "abc"], r"polygons\[1\] is 'abc', beside lists"),
        ([GOOD, np.ones(6, bool)], r"polygons\[1\] is an array of bool and shape \(6,\)"),
        (deep(10**4), r"polygons\[0\]\[0\] is \[\[.*, a list where a number is meant"),
        ([[1, 1, 8, True, 4, 7]], r"polygons\[0\]\[3\] is True, which is no number"),
        ([[1, 1, 8, np.True_, 4, 7]], r"polygons\[0\]\[3\] is True, which is no number"),
        ([1, 1, 8, "2", 4, 7], r"polygons\[3\] is '2', which is no number"),
        ([[1, 1, 8, None, 4, 7]], r"polygons\[0\]\[3\] is None, which is no number"),
        ([[1, 1, 8, 2j, 4, 7]], r"polygons\[0\]\[3\] is 2j, which is no number"),
        ([[1, 1, 8, Decimal(2), 4, 7]], r"polygons\[0\]\[3\] is Decimal\('2'\), which is no num"),
        ([GOOD, [1, 1, 8, math.nan, 4, 7]], r"polygons\[1\]\[3\] is nan; a coordinate must be"),
        ([1, 1, 8, math.inf, 4, 7], r"polygons\[3\] is inf; a coordinate must be a number from"),
        ([[1, 1, 8, -math.inf, 4, 7]], r"polygons\[0\]\[3\] is -inf; a coordinate must be"),
        ([[1, 1, 8, np.float32(math.nan), 4, 7]], r"polygons\[0\]\[3\] is nan; a coordinate must"),
        ([[1, 1, 8, np.longdouble("1e4000"), 4, 7]], r"polygons\[0\]\[3\] is .*; a coordinate m"),
        ([[1, 1, 8, 1e300, 4, 7]], r"polygons\[0\]\[3\] is 1e\+300; .* -134217728 to 134217728"),
        ([[1, 1, 8, 2**27 + 1, 4, 7]], r"polygons\[0\]\[3\] is 134217729"),
        ([GOOD, [-134217728.01, 1, 8, 2, 4, 7]], r"polygons\[1\]\[0\] is -134217728.01"),
        ([[1, 1, 8, 10**400, 4, 7]], r"polygons\[0\]\[3\] is an integer of 1329 bits; a coord"),
        ([1, 1, 8, 2, 4, -(10**5000)], r"polygons\[5\] is an integer of 16610 bits; a coordin"),
        (
            [np.array([1, 1, 8, 2**63, 4, 7], np.uint64)],
            r"polygons\[0\]\[3\] is 9.22\d+e\+18; a coord",
        ),
        (np.array([GOOD[:5], GOOD], object), r"polygons\[0\] has 5 numbers; each x needs a y"),
    ],
    ids=lambda value: None if isinstance(value, str) else "",
)
def test_what_is_no_list_of_polygons_is_refused_with_a_sentence(polygons, sentence):
    for fill in (polygon.to_mask, polygon.to_coco, polygon.to_runs):
        with pytest.raises(InvalidPolygon, match=sentence) as caught:
            fill(polygons, height=9, width=9)
        assert len(str(caught.value)) < 300


def test_the_furthest_corners_allowed_are_drawn():
    far = 2**27
    mask = polygon.to_mask([-far, -far, far, -far, far, far, -far, far], height=3, width=4)
    assert mask.all()
    mask = polygon.to_mask([-far, -far, far, far, -far, far], height=50, width=50)
    assert np.array_equal(mask, np.tril(np.ones((50, 50), bool)))


@pytest.mark.parametrize("size", [(0, 5), (5, -1), (5, 2.5), (2**20, 2**20), ("5", 5), (True, 5)])
def test_what_is_no_size_is_refused(size):
    for fill in (polygon.to_mask, polygon.to_coco, polygon.to_runs):
        with pytest.raises(InvalidSize):
            fill([GOOD], height=size[0], width=size[1])


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.floats(-9, 9)
    | st.text(max_size=5)
    | st.binary(max_size=5)
    | st.integers(-(10**400), 10**400),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=30,
)
coordinates = st.floats(-(2.0**28), 2.0**28) | st.integers(-(2**28), 2**28) | st.floats(-20, 40)


@settings(max_examples=500, deadline=None)
@given(
    junk | st.lists(st.lists(coordinates | st.floats(), max_size=12), max_size=4),
    st.integers(1, 30),
    st.integers(1, 30),
)
def test_anything_is_filled_or_refused(polygons, height, width):
    try:
        mask = polygon.to_mask(polygons, height=height, width=width)
    except InvalidPolygon:
        return
    assert mask.shape == (height, width)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(coordinates, min_size=6, max_size=12), min_size=1, max_size=4),
    st.integers(1, 30),
    st.integers(1, 30),
)
def test_far_corners_are_never_out_of_order_or_out_of_the_image(polygons, height, width):
    far = [[max(-(2**27), min(2**27, x)) for x in ring[: len(ring) // 2 * 2]] for ring in polygons]
    edges = polygon.to_runs(far, height=height, width=width).edges
    # As Runs checks what comes from outside.
    rle.Runs(edges, height=height, width=width)


def test_more_crossings_than_the_largest_image_has_pixels_are_refused(monkeypatch):
    zigzag = [number for i in range(100) for number in (i % 2 * 1000, i)]
    monkeypatch.setattr(rle, "MAX_PIXELS", 100_000)
    assert polygon.to_mask(zigzag, height=100, width=1000).any()
    monkeypatch.setattr(rle, "MAX_PIXELS", 99_999)
    sentence = r"cross 100000 columns of pixels in all, above the limit of 99999 \(rle.MAX_PIXELS\)"
    with pytest.raises(InvalidPolygon, match=sentence):
        polygon.to_mask([zigzag], height=99, width=1000)


def test_the_memory_taken_does_not_grow_with_the_crossings():
    width = 2**17
    polygons = [[0, 0, width, i % 7, width / 2, 9] for i in range(40)]
    crossings = 2 * width * len(polygons)
    tracemalloc.start()
    polygon.to_runs(polygons, height=8, width=width)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # To hold one number for each would take so much, and there are a dozen.
    assert peak < 2 * 8 * crossings


def test_the_memory_taken_does_not_grow_with_the_distance():
    far = 2**27
    tracemalloc.start()
    polygon.to_mask([[-far, -far, far, far, -far, far]] * 9, height=50, width=50)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10**6


@pytest.mark.parametrize(
    "tolerance",
    [
        -1,
        -1e-300,
        math.nan,
        math.inf,
        None,
        "1",
        True,
        np.True_,
        [1],
        1j,
        np.float32("nan"),
        -(10**400),
    ],
    ids=str,
)
def test_what_is_no_tolerance_is_refused(tolerance):
    sentence = "tolerance is .*; it must be a finite number of pixels, at least 0"
    for mask in (np.ones((2, 2)), np.zeros((2, 2))):
        with pytest.raises(InvalidArgument, match=sentence):
            polygon.from_mask(mask, tolerance=tolerance)
        with pytest.raises(InvalidArgument, match=sentence):
            polygon.from_runs(rle.runs.encode(mask), tolerance=tolerance)


@pytest.mark.parametrize("mask", [np.ones(5), np.ones((0, 5)), [[math.nan]], "mask", [[1], [1, 2]]])
def test_what_is_no_mask_is_refused(mask):
    with pytest.raises(InvalidMask):
        polygon.from_mask(mask)


@pytest.mark.parametrize("outlined", [np.eye(3, dtype=bool), {"size": [1, 1], "counts": [1]}, None])
def test_what_is_no_runs_is_not_outlined(outlined):
    kind = type(outlined).__name__
    with pytest.raises(InvalidRuns, match=f"the runs are of type {kind}; they must be rle.Runs"):
        polygon.from_runs(outlined)
