"""What is refused, and in which words."""

import re

import numpy as np
import pytest

import rle
from rle import cvat
from rle.exceptions import InvalidBox, InvalidMask, InvalidRuns, InvalidSize, RleError

HUGE = 10**400
TOO_LONG_TO_WRITE = 10**5000  # str() of it is an error in Python


def named(value):
    """Names a case by its words: pytest would write out every value."""
    return value if isinstance(value, str) else type(value).__name__


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.zeros((0, 0)), "shape (0, 0), so no pixels; a mask has at least 1"),
        (np.zeros((0, 5), bool), "shape (0, 5), so no pixels"),
        (np.zeros((5, 0), np.uint8), "shape (5, 0), so no pixels"),
        (np.zeros(5), "shape (5,), so 1 dimensions; a mask has 2"),
        (np.zeros((1, 4, 4), bool), "shape (1, 4, 4), so 3 dimensions; a mask has 2"),
        (np.float64(1), "of type float64; it must be rows of pixels"),
        (None, "of type NoneType; it must be rows of pixels"),
        ([], "shape (0,), so 1 dimensions"),
        ([[]], "shape (1, 0), so no pixels"),
        ([[1, 2], [3]], "the mask cannot be read as an array"),
        ("0110", "of type str; it must be rows of pixels"),
        ([["0", "1"]], "array of <U1; it must be of bool, integers or floats"),
        (np.array([[b"1"]]), "array of |S1"),
        (np.array([[1j, 0]]), "array of complex128"),
        (np.array([[None, 1]]), "array of object"),
        ([[HUGE, 0]], "array of object"),
        (np.array([["2020-01-01"]], "M8[D]"), "array of datetime64[D]"),
        (np.array([[5]], "m8[s]"), "array of timedelta64[s]"),
        (np.zeros((2, 2), "V3"), "array of |V3"),
        (np.array([[0, 1], [np.nan, 0]]), "NaN at row 1, column 0"),
        (np.array([[0, 1, -np.nan]], np.float16), "NaN at row 0, column 2"),
        (np.array([[np.inf, np.nan]], ">f4"), "NaN at row 0, column 1"),
        (np.array([[-np.inf], [np.nan]], np.longdouble), "NaN at row 1, column 0"),
        (np.full((3, 3), np.nan).T[::-1], "NaN at row 0, column 0"),
        (
            np.broadcast_to(np.uint8(0), (2**14, 2**14 + 1)),
            "shape (16384, 16385), above the limit of 268435456 pixels",
        ),
        (np.broadcast_to(np.uint8(0), (2**40, 2**20)), "above the limit of 268435456 pixels"),
    ],
)
def test_masks_that_encode_refuses(mask, words):
    with pytest.raises(InvalidMask, match=re.escape(words)):
        cvat.encode(mask)
    with pytest.raises(InvalidMask, match=re.escape(words)):
        rle.binary_image_mask_to_cvat_rle(mask)


REFUSED_POINTS = [
    # not a flat list
    (None, InvalidRuns, "points is of type NoneType; it must be a flat list"),
    ("1,0,0,0,0", InvalidRuns, "points is of type str"),
    (b"\x01\0\0\0\0", InvalidRuns, "points is of type bytes"),
    ({1: 0}, InvalidRuns, "points is of type dict"),
    (range(5), InvalidRuns, "points is of type range"),
    (iter([1, 0, 0, 0, 0]), InvalidRuns, "points is of type list_iterator"),
    (5, InvalidRuns, "points is of type int"),
    ([[1, 0, 0, 0, 0]], InvalidRuns, "points[0] is [1, 0, 0, 0, 0], which is no number"),
    ([1, [0], 0, 0, 0], InvalidRuns, "points[1] is [0], which is no number"),
    (np.array([[1, 0, 0, 0, 0]]), InvalidRuns, "points is an array of shape (1, 5)"),
    (np.array(5), InvalidRuns, "points is an array of shape ()"),
    (np.array([True] * 5), InvalidRuns, "points is an array of bool"),
    (np.array(["1"] * 5), InvalidRuns, "points is an array of <U1"),
    (np.array([1j] * 5), InvalidRuns, "points is an array of complex128"),
    (np.array([0] * 5, "m8[ns]"), InvalidRuns, "points is an array of timedelta64[ns]"),
    # items that are no whole numbers
    ([1, 0, 0, 0, "0"], InvalidRuns, "points[4] is '0', which is no number"),
    ([None, 0, 0, 0, 0], InvalidRuns, "points[0] is None, which is no number"),
    ([1j, 0, 0, 0, 0], InvalidRuns, "points[0] is 1j, which is no number"),
    ([1.0, np.True_, 0, 0, 0, 0], InvalidRuns, "points[1] is True, which is no number"),
    ([1, np.zeros(2), 0, 0, 0], InvalidRuns, "which is no number"),
    ([2.5, 0, 0, 0, 0], InvalidRuns, "points[0] is 2.5, which is not a whole number"),
    ([1, 0, 0.5, 0, 0], InvalidRuns, "points[2] is 0.5, which is not a whole number"),
    (np.array([1, 0, 0, 0.25, 0]), InvalidRuns, "points[3] is 0.25, which is not a whole number"),
    ([np.float32(0.5), 0, 0, 0, 0], InvalidRuns, "points[0] is 0.5, which is not a whole number"),
    ([float("nan"), 0, 0, 0, 0], InvalidRuns, "points[0] is nan, which is not a whole number"),
    ([1, 0, 0, 0, float("inf")], InvalidRuns, "points[4] is inf, which is not a whole number"),
    ([1, 0, 0, float("-inf"), 0], InvalidRuns, "points[3] is -inf, which is not a whole number"),
    (np.array([np.nan] * 5), InvalidRuns, "points[0] is nan, which is not a whole number"),
    # items too large for any image
    ([1, HUGE, 0, 0, 0, 0], InvalidRuns, "points[1] is an integer of 1329 bits, beyond the limit"),
    ([1, -HUGE, 0, 0, 0, 0], InvalidRuns, "points[1] is an integer of 1329 bits"),
    ([1, 0, 0, 0, TOO_LONG_TO_WRITE], InvalidRuns, "points[4] is an integer of 16610 bits"),
    ([1.0, HUGE, 0, 0, 0, 0], InvalidRuns, "points[1] is an integer of 1329 bits"),
    ([2**63, 0, 0, 0, 0], InvalidRuns, "points[0] is 9223372036854775808, beyond the limit of 64"),
    (np.array([2**63, 0, 0, 0, 0], np.uint64), InvalidRuns, "points[0] is 9223372036854775808"),
    (np.array([HUGE, 0, 0, 0, 0]), InvalidRuns, "points[0] is an integer of 1329 bits"),
    ([1e300, 0, 0, 0, 0], InvalidRuns, "points[0] is 1e+300, beyond the limit of 64 bits"),
    # too short
    ([], InvalidRuns, "points has 0 items; it needs at least 5: one run, left, top, right, bottom"),
    ((), InvalidRuns, "points has 0 items"),
    (np.array([]), InvalidRuns, "points has 0 items"),
    ([0, 0, 1, 1], InvalidRuns, "points has 4 items"),
    # runs
    ([-1, 2, 0, 0, 0, 0], InvalidRuns, "run 0 is -1, below 0"),
    ([3, 4, -1, 6, 1, 1, 4, 3], InvalidRuns, "run 2 is -1, below 0"),
    ([3.0, -4.0, 13, 1, 1, 4, 3], InvalidRuns, "run 1 is -4, below 0"),
    ([-(2**63), 0, 0, 0, 0], InvalidRuns, "run 0 is -9223372036854775808, below 0"),
    ([3, 8, 1, 1, 4, 3], InvalidRuns, "runs add up to 11, but its box of 4×3 has 12 pixels"),
    ([3, 10, 1, 1, 4, 3], InvalidRuns, "runs add up to 13, but its box of 4×3 has 12 pixels"),
    ([0, 1, 1, 4, 3], InvalidRuns, "runs add up to 0, but its box of 4×3 has 12 pixels"),
    ([0, 13, 1, 1, 4, 3], InvalidRuns, "run 1 is 13, but its box of 4×3 has 12 pixels"),
    ([2**63 - 1] * 3 + [1, 1, 4, 3], InvalidRuns, "run 0 is 9223372036854775807, but its box"),
    # boxes; the image has 6 rows and 8 columns
    ([12, -1, 0, 4, 3], InvalidBox, "the box's left is -1, below 0"),
    ([12, 0, -2, 4, 3], InvalidBox, "the box's top is -2, below 0"),
    ([12, 5, 1, 8, 3], InvalidBox, "the box's right is 8, but the image's last column is 7"),
    ([12, 1, 4, 4, 6], InvalidBox, "the box's bottom is 6, but the image's last row is 5"),
    ([12, 4, 1, 1, 3], InvalidBox, "the box's left is 4, beyond its right, 1"),
    ([0, 2, 1, 1, 3], InvalidBox, "the box's left is 2, beyond its right, 1"),
    ([0, 1, 3, 4, 2], InvalidBox, "the box's top is 3, beyond its bottom, 2"),
    ([12, 1, 3, 4, 1], InvalidBox, "the box's top is 3, beyond its bottom, 1"),
    ([6, 4, 3, 2, 1], InvalidBox, "the box's left is 4, beyond its right, 2"),
    ([1, 0, 0, 2**63 - 1, 2**63 - 1], InvalidBox, "the box's right is 9223372036854775807, but"),
    ([1, 0, 0, 0, -1], InvalidBox, "the box's top is 0, beyond its bottom, -1"),
]


@pytest.mark.parametrize(("points", "error", "words"), REFUSED_POINTS, ids=named)
def test_points_that_decode_and_validate_refuse(points, error, words):
    with pytest.raises(error, match=re.escape(words)):
        cvat.validate(points, height=6, width=8)
    with pytest.raises(RleError):
        cvat.decode(points, height=6, width=8)


@pytest.mark.parametrize(
    ("height", "width", "words"),
    [
        (0, 8, "the height is 0; it must be a whole number of at least 1"),
        (6, 0, "the width is 0; it must be a whole number of at least 1"),
        (-6, 8, "the height is -6"),
        (6, -HUGE, "the width is an integer of 1329 bits; it must be"),
        (6.0, 8, "the height is 6.0"),
        (6, "8", "the width is '8'"),
        (None, 8, "the height is None"),
        (6, True, "the width is True"),
        (6, np.True_, "the width is True"),
        (float("nan"), 8, "the height is nan"),
        ([6], 8, "the height is [6]"),
        (2**14, 2**14 + 1, "16384 rows and 16385 columns is above the limit of 268435456 pixels"),
        (2**32, 2**32, "above the limit of 268435456 pixels (rle.MAX_PIXELS)"),
        (HUGE, 1, "an integer of 1329 bits rows and 1 columns is above the limit"),
        (1, TOO_LONG_TO_WRITE, "an integer of 16610 bits columns is above the limit"),
    ],
    ids=named,
)
def test_sizes_that_no_image_has(height, width, words):
    for refuse in (cvat.decode, cvat.validate):
        with pytest.raises(InvalidSize, match=re.escape(words)):
            refuse([1, 0, 0, 0, 0], height=height, width=width)
    with pytest.raises(InvalidSize, match=re.escape(words)):
        rle.cvat_rle_to_binary_image_mask(
            {"rle": [1], "left": 0, "top": 0, "width": 1, "height": 1}, height=height, width=width
        )


def test_sizes_may_be_numpy_integers():
    mask = cvat.decode([0, 1, 1, 1, 1, 1], height=np.int64(2), width=np.uint8(3))
    assert mask.tolist() == [[False, False, False], [False, True, False]]


def test_every_refusal_is_a_value_error_of_one_short_sentence():
    for points, _, _ in REFUSED_POINTS:
        with pytest.raises(ValueError) as caught:
            cvat.decode(points, height=6, width=8)
        sentence = str(caught.value)
        assert len(sentence) < 200
        assert "\n" not in sentence
