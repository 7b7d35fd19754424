"""The attributes of CVAT's XML: text from points, points from text, and nothing else gets in."""

import tracemalloc
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rle_oracles import masks, naive_decode

import rle
from rle import cvat
from rle.exceptions import InvalidBox, InvalidRuns, RleError

POINTS = [3, 6, 5, 7, 3, 0, 0, 11, 1]
TEXTS = {"rle": "3, 6, 5, 7, 3", "left": "0", "top": "0", "width": "12", "height": "2"}


def test_the_example():
    assert cvat.to_attributes(POINTS) == TEXTS
    assert list(cvat.to_attributes(POINTS)) == ["rle", "left", "top", "width", "height"]
    assert cvat.from_attributes(TEXTS) == POINTS


@settings(deadline=None)
@given(masks())
def test_round_trip(mask):
    points = cvat.encode(mask)
    texts = cvat.to_attributes(points)
    assert all(type(text) is str for text in texts.values())
    assert cvat.from_attributes(texts) == points
    assert [*map(int, texts["rle"].split(", "))] == points[:-4]
    left, top, right, bottom = points[-4:]
    sides = {"left": left, "top": top, "width": right - left + 1, "height": bottom - top + 1}
    assert {key: int(texts[key]) for key in sides} == sides
    assert np.array_equal(naive_decode(cvat.from_attributes(texts), *mask.shape), mask)


@settings(deadline=None, max_examples=30)
@given(masks())
def test_round_trip_through_xml(mask):
    points = cvat.encode(mask)
    element = ET.Element("mask", label="car", z_order="0", **cvat.to_attributes(points))
    again = ET.fromstring(ET.tostring(element))  # noqa: S314  it is our own
    assert cvat.from_attributes(again.attrib) == points


def test_a_file_of_cvat():
    image = ET.fromstring(  # noqa: S314  it is our own
        """<image id="0" name="a.jpg" width="640" height="480">
          <mask label="car" source="manual" occluded="0" z_order="0"
                rle="3, 6, 5,
                     7, 3" left="10" top="20" width="12" height="2">
            <attribute name="colour">red</attribute>
          </mask>
        </image>"""
    )
    (found,) = image.iter("mask")
    assert cvat.from_attributes(found.attrib) == [3, 6, 5, 7, 3, 10, 20, 21, 21]


@pytest.mark.parametrize(
    "points",
    [POINTS, tuple(POINTS), np.array(POINTS), np.array(POINTS, np.uint8), [*map(float, POINTS)]],
)
def test_points_of_every_kind(points):
    assert cvat.to_attributes(points) == TEXTS


def test_as_many_runs_as_noise_has():
    mask = np.random.default_rng(0).random((300, 300)) < 0.5
    points = cvat.encode(mask)
    assert cvat.from_attributes(cvat.to_attributes(points)) == points


@pytest.mark.parametrize(
    "text",
    [
        "3,6,5,7,3",
        " 3 ,\t6,\n5 ,\r\n7 , 3 ",
        "3, 06, 005, 7, 0000000000000000000000003",
        "03,6,5,7,3",
    ],
)
def test_spaces_and_zeros_in_front_are_passed_over(text):
    padded = {key: f"\n 00{value}\t" for key, value in TEXTS.items()}
    assert cvat.from_attributes(TEXTS | {"rle": text}) == POINTS
    assert cvat.from_attributes(padded | {"rle": text}) == POINTS


def test_runs_of_length_0_and_boxes_that_are_not_tight_stay_as_they_are():
    points = [0, 0, 3, 0, 0, 5, 0, 5, 5, 6, 8]
    texts = cvat.to_attributes(points)
    assert texts["rle"] == "0, 0, 3, 0, 0, 5, 0"
    assert cvat.from_attributes(texts) == points


@pytest.mark.parametrize(
    ("changed", "error", "sentence"),
    [
        ({"left": None}, InvalidRuns, "left is of type NoneType; it must be text"),
        ({"left": 0}, InvalidRuns, "left is of type int; it must be text"),
        ({"rle": [3, 6, 5, 7, 3]}, InvalidRuns, "rle is of type list; it must be text"),
        ({"rle": b"3, 6, 5, 7, 3"}, InvalidRuns, "rle is of type bytes; it must be text"),
        ({"rle": ""}, InvalidRuns, "mask has no runs, but its box of 12×2 has 24 pixels"),
        ({"rle": "3, 6.0, 15"}, InvalidRuns, r"rle\[1\] is ' 6.0'; it must be digits alone"),
        ({"rle": "3, 1e1, 11"}, InvalidRuns, r"rle\[1\] is ' 1e1'; it must be digits alone"),
        ({"rle": "3, -6, 27"}, InvalidRuns, r"rle\[1\] is ' -6'; it must be digits alone"),
        ({"rle": "3, +6, 15"}, InvalidRuns, r"rle\[1\] is ' \+6'; it must be digits alone"),
        ({"rle": "3, 6, 15,"}, InvalidRuns, r"rle\[3\] is ''; it must be digits alone"),
        ({"rle": "3,, 6, 15"}, InvalidRuns, r"rle\[1\] is ''; it must be digits alone"),
        ({"rle": "3 6 15"}, InvalidRuns, "rle is '3 6 15'; it must be digits alone"),
        ({"rle": "3, 1_5, 6"}, InvalidRuns, r"rle\[1\] is ' 1_5'; it must be digits alone"),
        ({"rle": "3, ٦, 15"}, InvalidRuns, r"rle\[1\] is ' ٦'; it must be digits alone"),
        ({"rle": "3, ², 19"}, InvalidRuns, r"rle\[1\] is ' ²'; it must be digits alone"),
        ({"rle": "3,\xa06, 15"}, InvalidRuns, r"rle\[1\] is .*; it must be digits alone"),
        ({"rle": "[3], 6, 15"}, InvalidRuns, r"rle\[0\] is '\[3\]'; it must be digits alone"),
        ({"rle": "3, true, 20"}, InvalidRuns, r"rle\[1\] is ' true'; it must be digits alone"),
        ({"rle": "3, 6, 14"}, InvalidRuns, "the mask's runs add up to 23, but its box of 12×2"),
        ({"rle": "3, 25"}, InvalidRuns, "run 1 is 25, but its box of 12×2 has 24 pixels"),
        ({"rle": "3, " + "9" * 19}, InvalidRuns, r"rle\[1\] is .*, beyond the limit of 64 bits"),
        ({"rle": "9" * 20}, InvalidRuns, "rle.* beyond the limit of 64 bits"),
        ({"rle": "03, " + "9" * 20}, InvalidRuns, r"rle\[1\] has 20 digits, beyond the limit of"),
        ({"left": "1, 2"}, InvalidRuns, "left is '1, 2'; it must be one whole number"),
        ({"top": ""}, InvalidRuns, "top is ''; it must be one whole number"),
        ({"top": "-1"}, InvalidRuns, "top is '-1'; it must be digits alone"),
        ({"width": "12.0"}, InvalidRuns, "width is '12.0'; it must be digits alone"),
        ({"width": "0"}, InvalidBox, "the box's width is 0; it must be at least 1"),
        ({"height": "0"}, InvalidBox, "the box's height is 0; it must be at least 1"),
        ({"height": str(2**26)}, InvalidBox, "the box of 12×67108864 is above the limit of 2684"),
        ({"width": str(2**62), "height": str(2**62)}, InvalidBox, "is above the limit of 26843"),
        ({"width": "9" * 30}, InvalidRuns, "width.* beyond the limit of 64 bits"),
    ],
)
def test_what_is_refused_in_attributes(changed, error, sentence):
    with pytest.raises(error, match=sentence):
        cvat.from_attributes(TEXTS | changed)


@pytest.mark.parametrize("key", TEXTS)
def test_what_is_missing_is_named(key):
    with pytest.raises(InvalidRuns, match=f"the attributes have no '{key}'"):
        cvat.from_attributes({k: text for k, text in TEXTS.items() if k != key})


@pytest.mark.parametrize(
    ("points", "error", "sentence"),
    [
        ("3, 6", InvalidRuns, "points is of type str; it must be a flat list"),
        ([0, 0, 0, 0], InvalidRuns, "points has 4 items; it needs at least 5: one run, left, top"),
        ([1.5, 0, 0, 0, 0], InvalidRuns, r"points\[0\] is 1.5, which is not a whole number"),
        ([2, 0, 0, 0, 0], InvalidRuns, "run 0 is 2, but its box of 1×1 has 1 pixels"),
        ([2, -1, 0, 0, 0, 0], InvalidRuns, "run 1 is -1, below 0"),
        ([1, -1, 0, -1, 0], InvalidBox, "the box's left is -1, below 0"),
        ([1, 0, -2, 0, -2], InvalidBox, "the box's top is -2, below 0"),
        ([1, 1, 0, 0, 0], InvalidBox, "the box's width is 0; it must be at least 1"),
        ([1, 0, 3, 0, 1], InvalidBox, "the box's height is -1; it must be at least 1"),
        ([2**40, 0, 0, 2**20 - 1, 2**20 - 1], InvalidBox, "1048576×1048576 is above the limit"),
    ],
)
def test_what_is_refused_in_points(points, error, sentence):
    with pytest.raises(error, match=sentence):
        cvat.to_attributes(points)


@pytest.mark.parametrize("attributes", [None, "rle", [("rle", "1")], 3, ET.Element("mask")])
def test_attributes_are_a_mapping(attributes):
    with pytest.raises(InvalidRuns, match=f"are of type {type(attributes).__name__}; they must be"):
        cvat.from_attributes(attributes)


def test_the_limit_is_read_when_it_is_needed(monkeypatch):
    monkeypatch.setattr(rle, "MAX_PIXELS", 23)
    for call in (lambda: cvat.from_attributes(TEXTS), lambda: cvat.to_attributes(POINTS)):
        with pytest.raises(InvalidBox, match="the box of 12×2 is above the limit of 23 pixels"):
            call()


TEXT = (
    st.text('0123456789, \t\n.-+eE[]{}"_²٦\xa0\0\ud800', max_size=8)
    | st.lists(st.integers(-1, 12), max_size=5).map(lambda runs: str(runs)[1:-1])
    | st.integers(-1, 4).map(str)
    | st.integers().map(str)
    | st.text(max_size=4)
)


@settings(deadline=None, max_examples=500)
@given(
    st.fixed_dictionaries(dict.fromkeys(TEXTS, TEXT))
    | st.dictionaries(st.sampled_from([*TEXTS]), TEXT | st.none() | st.integers() | st.binary())
)
@example(TEXTS)
def test_no_garbage_raises_anything_but_an_rle_error(attributes):
    try:
        points = cvat.from_attributes(attributes)
    except RleError as fault:
        assert str(fault)
        assert len(str(fault)) < 300
    else:
        *runs, left, top, right, bottom = points
        assert all(type(number) is int and number >= 0 for number in points)
        assert sum(runs) == (right - left + 1) * (bottom - top + 1)
        assert cvat.from_attributes(cvat.to_attributes(points)) == points


LONG = 100_000


@pytest.mark.parametrize("key", ["rle", "left"])
@pytest.mark.parametrize(
    "text",
    ["9", "1, 9", ",", "0,", "00,", "1 ", "[", "-", "1.", "٦", "\n", "1,x", "1" * 5000 + ","],
    ids=lambda text: repr(text[:4]),
)
def test_long_texts_are_refused_in_a_short_sentence_and_with_little_memory(key, text):
    text = (text * (LONG // len(text) + 1))[:LONG]
    tracemalloc.start()
    try:
        with pytest.raises(RleError) as caught:
            cvat.from_attributes(TEXTS | {key: text})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(str(caught.value)) < 300
    assert peak < 30 * LONG


def test_zeros_by_the_million_are_0():
    assert cvat.from_attributes(TEXTS | {"left": "0" * 1_000_000}) == POINTS
