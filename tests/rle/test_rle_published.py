"""The article's function and its inverse."""

import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from rle_oracles import masks

import rle
from rle import (
    InvalidBox,
    InvalidRuns,
    binary_image_mask_to_cvat_rle,
    cvat_rle_to_binary_image_mask,
)

FIGURE = np.array([[0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]])
CROP = {"rle": [1, 13], "left": 2, "top": 0, "width": 7, "height": 2}


def test_the_figure_of_the_article():
    assert binary_image_mask_to_cvat_rle(FIGURE) == CROP
    assert list(binary_image_mask_to_cvat_rle(FIGURE)) == ["rle", "left", "top", "width", "height"]
    for values in (FIGURE.astype(np.uint8), FIGURE.astype(np.uint8) * 255, FIGURE.astype(bool)):
        assert binary_image_mask_to_cvat_rle(values) == CROP


def test_the_whole_figure_need_not_be_tight():
    whole = {"rle": [3, 6, 5, 7, 3], "left": 0, "top": 0, "width": 12, "height": 2}
    mask = cvat_rle_to_binary_image_mask(whole, height=2, width=12)
    assert mask.dtype == np.uint8
    assert np.array_equal(mask, FIGURE)
    assert np.array_equal(cvat_rle_to_binary_image_mask(CROP, height=2, width=12), FIGURE)


def test_an_empty_mask():
    empty = binary_image_mask_to_cvat_rle(np.zeros((4, 5), np.uint8))
    assert empty == {"rle": [1], "left": 0, "top": 0, "width": 1, "height": 1}
    assert not cvat_rle_to_binary_image_mask(empty, height=4, width=5).any()


@settings(deadline=None, max_examples=200)
@given(masks())
def test_the_same_runs_as_cvat_points_and_back_through_json(mask):
    crop = binary_image_mask_to_cvat_rle(mask)
    *runs, left, top, right, bottom = rle.cvat.encode(mask)
    assert list(crop.values()) == [runs, left, top, right - left + 1, bottom - top + 1]
    height, width = mask.shape
    crop = json.loads(json.dumps(crop))
    assert np.array_equal(cvat_rle_to_binary_image_mask(crop, height=height, width=width), mask)


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"rle": [1, 12]}, InvalidRuns, "runs add up to 13, but its box of 7×2 has 14 pixels"),
        ({"rle": []}, InvalidRuns, "the mask has no runs, but its box of 7×2 has 14 pixels"),
        ({"rle": "1, 13"}, InvalidRuns, "rle is of type str; it must be a flat list"),
        ({"rle": [1, "13"]}, InvalidRuns, "rle[1] is '13', which is no number"),
        ({"rle": [-1, 15]}, InvalidRuns, "run 0 is -1, below 0"),
        ({"left": 2.5}, InvalidRuns, "left is 2.5, which is not a whole number"),
        ({"left": "2"}, InvalidRuns, "left is '2', which is no number"),
        ({"top": 10**400}, InvalidRuns, "top is an integer of 1329 bits, beyond the limit"),
        ({"left": -1}, InvalidBox, "the box's left is -1, below 0"),
        ({"left": 6}, InvalidBox, "the box's right is 12, but the image's last column is 11"),
        ({"top": 1}, InvalidBox, "the box's bottom is 2, but the image's last row is 1"),
        ({"width": 0}, InvalidBox, "the box's width is 0; it must be at least 1"),
        ({"height": -2}, InvalidBox, "the box's height is -2; it must be at least 1"),
        ({"left": 2**62, "width": 2**62}, InvalidBox, "the image's last column is 11"),
    ],
)
def test_crops_that_are_refused(changed, error, words):
    with pytest.raises(error, match=re.escape(words)):
        cvat_rle_to_binary_image_mask({**CROP, **changed}, height=2, width=12)


@pytest.mark.parametrize("key", list(CROP))
def test_a_missing_key_is_named(key):
    crop = {name: value for name, value in CROP.items() if name != key}
    with pytest.raises(InvalidRuns, match=f"has no key '{key}'"):
        cvat_rle_to_binary_image_mask(crop, height=2, width=12)


def test_a_list_is_no_crop():
    with pytest.raises(InvalidRuns, match="the rle is of type list; it must be a dict"):
        cvat_rle_to_binary_image_mask([1, 13, 2, 0, 8, 1], height=2, width=12)
