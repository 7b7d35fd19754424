"""union, intersection, difference, complement: against pycocotools and dense arrays."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pycocotools import mask as api
from rle_ops_sets import FORMS, dense, expected, form_of, given_as, sets

import rle
from rle import ops
from rle.runs import Runs


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(masks=sets(least=1))
def test_union_and_intersection_are_those_of_the_pixels(form, masks):
    coded, size = given_as(masks, form)
    for found, right in (
        (ops.union(coded, **size), np.any(masks, axis=0)),
        (ops.intersection(coded, **size), np.all(masks, axis=0)),
    ):
        assert form_of(found) == expected(form)
        assert (dense(found, right.shape) == right).all()


@settings(deadline=None, max_examples=100)
@given(masks=sets(least=1))
def test_union_and_intersection_are_written_as_pycocotools_writes_them(masks):
    coded, _ = given_as(masks, "bytes")
    for found, right in (
        (ops.union(coded), api.merge(coded)),
        (ops.intersection(coded), api.merge(coded, intersect=True)),
    ):
        assert found == {"size": right["size"], "counts": right["counts"].decode()}


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(masks=sets(), split=st.integers(0, 6))
def test_difference_takes_away_all_of_b(form, masks, split):
    a, b = masks[:split], masks[split:]
    (first, size), (second, _) = given_as(a, form), given_as(b, form)
    size = size if a else given_as(b, form)[1]
    found = ops.difference(first, second, **size)
    assert len(found) == len(a)
    taken = np.any(b, axis=0) if b else np.False_
    for mask, rest in zip(a, found, strict=True):
        assert form_of(rest) == expected(form)
        assert (dense(rest, mask.shape) == (mask & ~taken)).all()


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(masks=sets())
def test_complement_is_every_other_pixel_and_its_own_inverse(form, masks):
    coded, size = given_as(masks, form)
    found = ops.complement(coded, **size)
    for mask, other in zip(masks, found, strict=True):
        assert form_of(other) == expected(form)
        assert (dense(other, mask.shape) == ~mask).all()
    again = ops.complement(found, **size)
    for mask, same in zip(masks, again, strict=True):
        assert (dense(same, mask.shape) == mask).all()


@settings(deadline=None, max_examples=100)
@given(masks=sets(least=1))
def test_de_morgan(masks):
    coded, _ = given_as(masks, "mixed")
    outside = ops.complement(coded)
    assert ops.complement([ops.union(coded)]) == [ops.intersection(outside)]
    assert ops.complement([ops.intersection(coded)]) == [ops.union(outside)]


@settings(deadline=None, max_examples=100)
@given(masks=sets(least=1))
def test_areas_add_up(masks):
    coded, _ = given_as(masks, "columns")
    whole = ops.area([ops.union(coded)])
    # One after another, each takes what is not taken yet.
    parts = [ops.difference([mask], coded[:i])[0] for i, mask in enumerate(coded)]
    assert ops.area(parts).sum() == whole
    assert ops.union(parts) == ops.union(coded)
    assert (np.triu(ops.intersections(parts, parts), 1) == 0).all()


@settings(deadline=None, max_examples=30)
@given(masks=sets(least=2), forms=st.tuples(st.sampled_from(FORMS), st.sampled_from(FORMS)))
def test_difference_has_the_form_of_a_whatever_that_of_b(masks, forms):
    assume(forms[0] != forms[1])
    (first, one), (second, other) = (
        given_as(some, form) for some, form in zip((masks[:1], masks[1:]), forms, strict=True)
    )
    (found,) = ops.difference(first, second, **(one | other))
    assert form_of(found) == expected(forms[0])
    assert (dense(found, masks[0].shape) == (masks[0] & ~np.any(masks[1:], axis=0))).all()


def test_runs_that_only_touch_are_one():
    left, right = ([begin, begin + 3] for begin in (0, 3))
    masks = [Runs(edges, height=2, width=3) for edges in (left, right)]
    assert ops.union(masks).edges.tolist() == [0, 6]
    assert ops.intersection(masks).edges.tolist() == []
    assert ops.difference(masks, masks[:1])[1].edges.tolist() == [3, 6]


def test_images_beyond_31_bits(monkeypatch):
    monkeypatch.setattr(rle, "MAX_PIXELS", 2**40)
    end = 2**40
    masks = [
        Runs(edges, height=2**20, width=2**20)
        for edges in ([end - 9, end], [5, 2**33], [2**33 - 1, 2**33 + 7])
    ]
    assert ops.union(masks).edges.tolist() == [5, 2**33 + 7, end - 9, end]
    assert ops.intersection(masks[1:]).edges.tolist() == [2**33 - 1, 2**33]
    assert ops.intersections(masks, masks).tolist() == [[9, 0, 0], [0, 2**33 - 5, 1], [0, 1, 8]]
    assert ops.shift(masks[:1], dx=0, dy=-2)[0].edges.tolist() == [end - 11, end - 2]


@pytest.mark.parametrize("function", [ops.union, ops.intersection])
def test_no_mask_has_no_union(function):
    with pytest.raises(rle.InvalidArgument, match="masks is empty; .* needs at least one mask"):
        function([])
