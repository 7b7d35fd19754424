"""What rle.coco refuses, in which words."""

import numpy as np
import pytest

import rle
from rle import coco
from rle.exceptions import InvalidArgument, InvalidMask, InvalidRuns, InvalidSize

HUGE = 10**400
TOO_LONG_TO_WRITE = 10**5000  # str() of it is an error in Python


def named(value):
    """Names a case by its words: pytest would write out every value."""
    return value if isinstance(value, str) else type(value).__name__


# The image has 2 rows and 3 columns.
SUMS = "the counts add up to {}, but the image of 2×3 has 6 pixels"
LARGE = "count {} is {}, but the image of 2×3 has 6 pixels"
REFUSED_COUNTS = [
    # neither a text nor a flat list
    (None, "counts is of type NoneType; it must be a flat list"),
    (6, "counts is of type int; it must be a flat list"),
    ({0: 6}, "counts is of type dict; it must be a flat list"),
    (range(6, 7), "counts is of type range; it must be a flat list"),
    (iter([6]), "counts is of type list_iterator; it must be a flat list"),
    (bytearray(b"6"), "counts is of type bytearray; it must be a flat list"),
    ([[6]], "counts[0] is [6], which is no number"),
    ([[[[[[[[6]]]]]]]], "counts[0] is [[[[[[[...]]]]]]], which is no number"),
    ([2, (4,)], "counts[1] is (4,), which is no number"),
    (np.array([[2, 4]]), "counts is an array of shape (1, 2); it must be flat"),
    (np.array(6), "counts is an array of shape (); it must be flat"),
    (np.array([True] * 6), "counts is an array of bool; it must be of whole numbers"),
    (np.array(["6"]), "counts is an array of <U1; it must be of whole numbers"),
    (np.array([6j]), "counts is an array of complex128; it must be of whole numbers"),
    # no whole numbers
    (["6"], "counts[0] is '6', which is no number"),
    ([6, None], "counts[1] is None, which is no number"),
    ([5, np.True_], "counts[1] is True, which is no number"),
    ([2.5, 3.5], "counts[0] is 2.5, which is not a whole number"),
    ([6, float("nan")], "counts[1] is nan, which is not a whole number"),
    ([float("inf")], "counts[0] is inf, which is not a whole number"),
    (np.array([6, np.nan]), "counts[1] is nan, which is not a whole number"),
    ([6, HUGE], "counts[1] is an integer of 1329 bits, beyond the limit of 64 bits"),
    ([TOO_LONG_TO_WRITE], "counts[0] is an integer of 16610 bits, beyond the limit of 64 bits"),
    ([2**63], "counts[0] is 9223372036854775808, beyond the limit of 64 bits"),
    ([-(2**63) - 1], "counts[0] is -9223372036854775809, beyond the limit of 64 bits"),
    (np.array([2**63], np.uint64), "counts[0] is 9223372036854775808, beyond the limit of 64 bits"),
    ([1e300], "counts[0] is 1e+300, beyond the limit of 64 bits"),
    # no runs of the image
    ([], "the segmentation has no counts, but the image of 2×3 has 6 pixels"),
    ("", "the segmentation has no counts, but the image of 2×3 has 6 pixels"),
    (b"", "the segmentation has no counts, but the image of 2×3 has 6 pixels"),
    (np.array([]), "the segmentation has no counts, but the image of 2×3 has 6 pixels"),
    ([-1, 7], "count 0 is -1, below 0"),
    ([3, 4, -1], "count 2 is -1, below 0"),
    ([-(2**63), 6], "count 0 is -9223372036854775808, below 0"),
    ([2, 3], SUMS.format(5)),
    ([2, 5], SUMS.format(7)),
    ([0, 0], SUMS.format(0)),
    ([6] * 40, SUMS.format(240)),
    ([2**62] * 4, LARGE.format(0, 2**62)),
    ([0, 7], LARGE.format(1, 7)),
    ([2**63 - 1, 2**63 - 1, 8], LARGE.format(0, 2**63 - 1)),
    ("23", SUMS.format(5)),
    ("30301", SUMS.format(10)),
    ("211L", "count 3 is -3, below 0"),
    ("O", "count 0 is -1, below 0"),
    ("07", LARGE.format(1, 7)),
    ("PPPP0PPP0", SUMS.format(0)),
    # damaged texts
    ("P", "the counts end in the middle of a number"),
    ("33P", "the counts end in the middle of a number"),
    (b"3o", "the counts end in the middle of a number"),
    ("o" * 1000, "the counts end in the middle of a number"),
    ("3 3", "character 1 of the counts is ' '; only those from '0' to 'o' are used"),
    ("33p", "character 2 of the counts is 'p'; only those from '0' to 'o' are used"),
    ("/3", "character 0 of the counts is '/'; only those from '0' to 'o' are used"),
    ("33\0", "character 2 of the counts is '\\x00'; only those from '0' to 'o' are used"),
    ("33\n", "character 2 of the counts is '\\n'; only those from '0' to 'o' are used"),
    ("3é", "character 1 of the counts is 'é'; only those from '0' to 'o' are used"),
    ("33\U0001f600", "character 2 of the counts is '😀'; only those from '0' to 'o' are used"),
    ("3\ud800", "character 1 of the counts is '\\ud800'; only those from '0' to 'o' are used"),
    (b"33\xff", "character 2 of the counts is 'ÿ'; only those from '0' to 'o' are used"),
    (b"3\x80", "character 1 of the counts is '\\x80'; only those from '0' to 'o' are used"),
    ("33PPPPPPPP0", "number 2 of the counts has 9 characters; the limit is 8"),
    ("P03" + "o" * 5000 + "0", "number 2 of the counts has 5001 characters; the limit is 8"),
]


@pytest.mark.parametrize(("counts", "sentence"), REFUSED_COUNTS, ids=named)
def test_counts_that_decode_and_validate_refuse(counts, sentence):
    for refuse in (coco.validate, coco.decode):
        with pytest.raises(InvalidRuns) as caught:
            refuse({"size": [2, 3], "counts": counts})
        assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("segmentation", "sentence"),
    [
        (None, "the segmentation is of type NoneType; it must be a dict"),
        (
            [2, 4],
            "the segmentation is of type list; it must be a dict (rle.polygon.to_coco makes one of "
            "polygons)",
        ),
        (
            {"size": [1, 2], "values": [0, 7], "counts": [1, 1]},
            "the segmentation has a key 'values', so it is a multi-class rle: "
            "rle.convert.multiclass_to_coco takes it apart",
        ),
        (
            {"id": 1, "segmentation": {}},
            "the segmentation has no key 'size'; give its 'segmentation'",
        ),
        ("24", "the segmentation is of type str; it must be a dict"),
        ({}, "the segmentation has no key 'size'"),
        ({"size": [2, 3]}, "the segmentation has no key 'counts'"),
        ({"counts": "24"}, "the segmentation has no key 'size'"),
    ],
    ids=named,
)
def test_what_is_no_segmentation(segmentation, sentence):
    for refuse in (coco.decode, coco.validate):
        with pytest.raises(InvalidRuns) as caught:
            refuse(segmentation)
        assert str(caught.value) == sentence


PAIR = "the size is {}; it must be [height, width]"
ONE = "the {} is {}; it must be a whole number of at least 1"
ABOVE = "an image of {} rows and {} columns is above the limit of 268435456 pixels (rle.MAX_PIXELS)"


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        (None, PAIR.format("None")),
        (6, PAIR.format("6")),
        ("23", PAIR.format("'23'")),
        ([], PAIR.format("[]")),
        ([2], PAIR.format("[2]")),
        ([1, 2, 3], PAIR.format("[1, 2, 3]")),
        ({2: 3, 3: 2}, PAIR.format("{2: 3, 3: 2}")),
        (np.array([[2, 3]]), PAIR.format("array([[2, 3]])")),
        (np.array(2), PAIR.format("array(2)")),
        ([0, 3], ONE.format("height", 0)),
        ([2, 0], ONE.format("width", 0)),
        ([-2, -3], ONE.format("height", -2)),
        ([2, -HUGE], ONE.format("width", "an integer of 1329 bits")),
        ([2.0, 3], ONE.format("height", 2.0)),
        (np.array([2.0, 3.0]), ONE.format("height", 2.0)),
        ([2, "3"], ONE.format("width", "'3'")),
        ([True, 6], ONE.format("height", True)),
        ([6, np.True_], ONE.format("width", True)),
        ([float("nan"), 6], ONE.format("height", "nan")),
        ([[2], 3], ONE.format("height", [2])),
        ([None, None], ONE.format("height", None)),
        ([2**14, 2**14 + 1], ABOVE.format(16384, 16385)),
        ([HUGE, 1], ABOVE.format("an integer of 1329 bits", 1)),
        ([1, TOO_LONG_TO_WRITE], ABOVE.format(1, "an integer of 16610 bits")),
        (np.array([2**32, 2**32]), ABOVE.format(2**32, 2**32)),
    ],
    ids=named,
)
@pytest.mark.parametrize("counts", ["24", [6]], ids=named)
def test_sizes_that_no_image_has(size, counts, sentence):
    for refuse in (coco.decode, coco.validate):
        with pytest.raises(InvalidSize) as caught:
            refuse({"size": size, "counts": counts})
        assert str(caught.value) == sentence


def test_the_limit_is_looked_up_when_it_is_needed(monkeypatch):
    monkeypatch.setattr(rle, "MAX_PIXELS", 6)
    mask = coco.decode({"size": [2, 3], "counts": "24"})
    assert mask.sum() == 4
    with pytest.raises(InvalidSize, match="2 rows and 4 columns is above the limit of 6 pixels"):
        coco.validate({"size": [2, 4], "counts": "8"})
    with pytest.raises(InvalidMask, match="above the limit of 6 pixels"):
        coco.encode(np.ones((2, 4)))


@pytest.mark.parametrize("order", ["A", "f", "", None, 0, "CF", b"C", ["C"]], ids=repr)
def test_orders_that_are_none(order):
    with pytest.raises(InvalidArgument, match='order is .*; it must be "F" .columns. or "C"'):
        coco.decode({"size": [2, 3], "counts": "24"}, order=order)


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (
            np.zeros((0, 0)),
            "the mask has shape (0, 0), so no pixels; a mask has at least 1",
        ),
        (np.zeros((0, 5), bool), "the mask has shape (0, 5), so no pixels; a mask has at least 1"),
        (
            np.zeros((5, 0), bool, "F"),
            "the mask has shape (5, 0), so no pixels; a mask has at least 1",
        ),
        (np.zeros(5), "the mask has shape (5,), so 1 dimensions; a mask has 2: height, width"),
        (
            np.zeros((1, 4, 4), bool, "F"),
            "the mask has shape (1, 4, 4), so 3 dimensions; a mask has 2: height, width",
        ),
        (None, "the mask is of type NoneType; it must be rows of pixels"),
        ([], "the mask has shape (0,), so 1 dimensions; a mask has 2: height, width"),
        ([["0"]], "the mask is an array of <U1; it must be of bool, integers or floats"),
        (
            np.array([[1j, 0], [0, 0]], order="F"),
            "the mask is an array of complex128; it must be of bool, integers or floats",
        ),
        ([[HUGE]], "the mask is an array of object; it must be of bool, integers or floats"),
        ([[0, 1], [np.nan, 0]], "the mask holds NaN at row 1, column 0; it must hold numbers"),
        (
            np.array([[0, 1, 0], [1, 0, np.nan]], np.float32, order="F"),
            "the mask holds NaN at row 1, column 2; it must hold numbers",
        ),
        (
            np.broadcast_to(np.uint8(0), (2**14, 2**14 + 1)),
            "the mask has shape (16384, 16385), above the limit of 268435456 pixels "
            "(rle.MAX_PIXELS)",
        ),
    ],
    ids=named,
)
def test_masks_that_encode_refuses(mask, sentence):
    with pytest.raises(InvalidMask) as caught:
        coco.encode(mask)
    assert str(caught.value) == sentence


def test_lists_that_are_no_array():
    with pytest.raises(InvalidMask, match="the mask cannot be read as an array: "):
        coco.encode([[1, 2], [3]])


def test_every_refusal_is_a_value_error_of_one_short_line():
    for counts, _ in REFUSED_COUNTS:
        with pytest.raises(ValueError) as caught:
            coco.decode({"size": [2, 3], "counts": counts})
        assert len(str(caught.value)) < 200
        assert "\n" not in str(caught.value)
