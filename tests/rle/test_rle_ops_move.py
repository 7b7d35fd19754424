"""crop and shift: against dense arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rle_ops_sets import FORMS, dense, expected, form_of, given_as, sets

import rle
from rle import ops
from rle.runs import Runs


@st.composite
def sets_and_boxes(draw):
    masks = draw(sets(least=1))
    height, width = masks[0].shape
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    # Whole lines, which need no counting, come often.
    columns = draw(st.integers(1, width - left) | st.just(width - left))
    rows = draw(st.integers(1, height - top) | st.just(height - top))
    return masks, (left, top, columns, rows)


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(case=sets_and_boxes())
def test_crop_cuts_the_box_out(form, case):
    masks, box = case
    left, top, columns, rows = box
    coded, size = given_as(masks, form)
    for mask, found in zip(masks, ops.crop(coded, box, **size), strict=True):
        assert form_of(found) == expected(form)
        cut = dense(found, (rows, columns))
        assert cut.shape == (rows, columns)
        assert (cut == mask[top : top + rows, left : left + columns]).all()


@settings(deadline=None, max_examples=100)
@given(masks=sets())
def test_a_crop_to_its_own_box_keeps_the_area(masks):
    coded, _ = given_as(masks, "text")
    for mask, box, area in zip(coded, ops.bbox(coded), ops.area(coded), strict=True):
        if area:
            (cropped,) = ops.crop([mask], box)
            assert ops.area([cropped]) == area
            assert ops.bbox([cropped]).tolist() == [[0, 0, *box[2:]]]


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(masks=sets(least=1), dx=st.integers(-75, 75), dy=st.integers(-45, 45) | st.just(0))
def test_shift_moves_pixels_and_drops_those_that_leave(form, masks, dx, dy):
    coded, size = given_as(masks, form)
    for mask, found in zip(masks, ops.shift(coded, dx=dx, dy=dy, **size), strict=True):
        assert form_of(found) == expected(form)
        right = np.zeros_like(mask)
        for row, column in np.argwhere(mask).tolist():
            if 0 <= row + dy < mask.shape[0] and 0 <= column + dx < mask.shape[1]:
                right[row + dy, column + dx] = True
        assert (dense(found, mask.shape) == right).all()


@settings(deadline=None, max_examples=100)
@given(masks=sets(least=1), dx=st.integers(-9, 9), dy=st.integers(-9, 9))
def test_shifted_back_it_is_what_had_not_left(masks, dx, dy):
    coded, _ = given_as(masks, "mixed")
    back = ops.shift(ops.shift(coded, dx=dx, dy=dy), dx=-dx, dy=-dy)
    height, width = masks[0].shape
    stays = np.zeros((height, width), bool)
    stays[max(0, -dy) : max(0, height - max(0, dy)), max(0, -dx) : max(0, width - max(0, dx))] = 1
    for mask, found in zip(masks, back, strict=True):
        assert (dense(found) == (mask & stays)).all()


def test_a_shift_may_be_numpys_and_of_any_size():
    masks = [Runs([0, 6], height=2, width=3)]
    assert ops.shift(masks, dx=np.int8(1), dy=np.uint64(0))[0].edges.tolist() == [2, 6]
    for far in (3, -3, 10**400, -(10**400)):
        assert ops.shift(masks, dx=far, dy=0)[0].edges.tolist() == []
        assert ops.shift(masks, dx=0, dy=far)[0].edges.tolist() == []


def test_nothing_is_cropped_and_shifted_to_nothing():
    assert ops.crop([], (0, 0, 1, 1)) == ops.shift([], dx=1, dy=1) == []


@pytest.mark.parametrize("value", [1.0, True, np.True_, "1", None, [1]])
def test_a_shift_is_a_whole_number(value):
    with pytest.raises(rle.InvalidArgument, match="dy is .*; it must be a whole number"):
        ops.shift([Runs([], height=2, width=3)], dx=0, dy=value)


@pytest.mark.parametrize(
    ("box", "sentence"),
    [
        ((0, 0, 1), "box_xywh has 3 items; it must have 4: x, y, width, height"),
        ((0, 0, 0, 1), "box_xywh has 0 columns; it must have at least 1"),
        ((0, 0, 1, -1), "box_xywh has -1 rows"),
        ((-1, 0, 2, 1), "box_xywh has 2 columns from -1 on, but the image's columns are 0 to 2"),
        ((2, 0, 2, 1), "box_xywh has 2 columns from 2 on"),
        ((0, 1, 1, 2), "box_xywh has 2 rows from 1 on, but the image's rows are 0 to 1"),
        ((0, 0, 2**62, 2**62), "box_xywh has 4611686018427387904 columns from 0 on"),
        ((0, 0, 1.5, 1), r"box_xywh\[2\] is 1.5, which is not a whole number"),
        ((0, 0, float("nan"), 1), r"box_xywh\[2\] is nan"),
        ((0, 0, 10**30, 1), r"box_xywh\[2\] is .*, beyond the limit of 64 bits"),
        ("0011", "box_xywh is of type str; it must be a flat list"),
        (None, "box_xywh is of type NoneType"),
        ([[0, 0, 1, 1]], r"box_xywh\[0\] is .*, which is no number"),
    ],
)
def test_what_is_wrong_with_a_box(box, sentence):
    with pytest.raises(rle.InvalidBox, match=sentence):
        ops.crop([Runs([], height=2, width=3)], box)


def test_boxes_of_every_kind():
    masks = [Runs([0, 6], height=2, width=3)]
    for box in ((1, 0, 2, 1), [1.0, 0, 2, 1.0], np.array([1, 0, 2, 1], np.uint8)):
        (found,) = ops.crop(masks, box)
        assert (found.size, found.edges.tolist()) == ([1, 2], [0, 2])
