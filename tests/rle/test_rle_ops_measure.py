"""area, bbox, centroid, contains: against pycocotools and against dense arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as api
from rle_ops_sets import FORMS, given_as, sets

import rle
from rle import ops
from rle.runs import Runs


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(masks=sets())
def test_area_and_bbox_are_those_of_pycocotools_in_every_form(form, masks):
    coded, size = given_as(masks, form)
    theirs = given_as(masks, "bytes")[0]
    area, bbox = ops.area(coded, **size), ops.bbox(coded, **size)
    assert area.dtype == bbox.dtype == np.int64
    assert area.shape == (len(masks),)
    assert bbox.shape == (len(masks), 4)
    if masks:
        assert area.tolist() == api.area(theirs).tolist()
        assert bbox.tolist() == api.toBbox(theirs).tolist()


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(masks=sets())
def test_centroid_is_the_mean_of_the_pixels(form, masks):
    coded, size = given_as(masks, form)
    found = ops.centroid(coded, **size)
    assert found.shape == (len(masks), 2)
    assert found.dtype == np.float64
    for mask, centroid in zip(masks, found.tolist(), strict=True):
        rows, columns = np.nonzero(mask)
        pixels = max(len(rows), 1)
        assert centroid == [columns.sum() / pixels, rows.sum() / pixels]


def test_a_centroid_is_exact_where_sums_do_not_fit_into_64_bits(monkeypatch):
    length = 2**40
    monkeypatch.setattr(rle, "MAX_PIXELS", length)
    for height, width in ((1, length), (length, 1), (2, length // 2)):
        for order in "FC":
            whole = [Runs([0, length], height=height, width=width, order=order)]
            assert ops.centroid(whole).tolist() == [[(width - 1) / 2, (height - 1) / 2]]
            assert ops.area(whole).tolist() == [length]
            assert ops.bbox(whole).tolist() == [[0, 0, width, height]]


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(
    masks=sets(),
    points=st.lists(st.tuples(st.floats(-3, 72), st.floats(-3, 42)), max_size=12),
)
def test_contains_looks_at_the_pixel_that_a_point_lies_in(form, masks, points):
    coded, size = given_as(masks, form)
    found = ops.contains(coded, points, **size)
    assert found.shape == (len(masks), len(points))
    assert found.dtype == bool
    for mask, row in zip(masks, found.tolist(), strict=True):
        height, width = mask.shape
        for (x, y), lies_in in zip(points, row, strict=True):
            column, line = int(np.floor(x)), int(np.floor(y))
            inside = 0 <= column < width and 0 <= line < height
            assert lies_in == (inside and bool(mask[line, column]))


@pytest.mark.parametrize("order", ["F", "C"])
def test_contains_at_every_edge_of_the_image(order):
    whole = [Runs([0, 6], height=2, width=3, order=order)]
    inside = [(0, 0), (2, 0), (0, 1), (2, 1), (2.999, 1.999), (-0.0, 0.0)]
    outside = [(-1, 0), (-1e-9, 0), (3, 0), (0, -1), (0, 2), (1e300, 0), (0, -1e300), (2**63, 0)]
    assert ops.contains(whole, inside).all()
    assert not ops.contains(whole, outside).any()
    assert not ops.contains(whole, [(10**30, 0), (0, -(10**30))]).any()


@pytest.mark.parametrize("kind", [np.int8, np.uint64, np.float16, np.float32, np.longdouble])
def test_contains_takes_numbers_of_every_kind(kind):
    mask = [Runs([2, 4], height=2, width=3, order="F")]
    assert ops.contains(mask, np.array([[0, 1], [1, 0]], kind)).tolist() == [[False, True]]


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([[1, 2, 3]], r"the points have shape \(1, 3\); it must be \(P, 2\): x and y"),
        ([1, 2], r"the points have shape \(2,\)"),
        (5, r"the points have shape \(\)"),
        ([[1, 2], [3]], "the points cannot be read as an array"),
        ([[1, float("nan")]], r"point 0 is \[1.0, nan\]; both must be finite numbers"),
        ([[1, 2], [float("-inf"), 0]], r"point 1 is \[-inf, 0.0\]"),
        ([[10**400, 0]], "the points cannot be read as an array: int too large"),
        ([["1", "2"]], "the points are an array of <U1; they must be numbers"),
        ([[True, False]], "the points are an array of bool"),
        ([[1j, 0]], "the points are an array of complex128"),
        ([[None, 0]], "the points are an array of object"),
    ],
)
def test_contains_says_what_is_wrong_with_points(points, sentence):
    with pytest.raises(rle.InvalidArgument, match=sentence):
        ops.contains([Runs([], height=2, width=3)], points)
