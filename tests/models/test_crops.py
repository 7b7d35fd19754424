"""Crops and their edges against segment-anything's own functions."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from segment_anything.utils import amg

from cvat_sam.models.everything.crops import Crop, crops, is_near_edge
from cvat_sam.models.everything.grid import Grid

DEFAULT_RATIO = Grid().crop_overlap_ratio

sides = st.one_of(st.integers(1, 20), st.integers(1, 5000))
ratios = st.one_of(st.just(DEFAULT_RATIO), st.floats(0, 1))


@settings(deadline=None)
@given(sides, sides, st.integers(0, 3), ratios)
def test_crops_are_segment_anythings_but_for_those_without_a_pixel(height, width, layers, ratio):
    boxes, numbers = amg.generate_crop_boxes((height, width), layers, ratio)
    expected = [
        Crop(*box, layer)
        for box, layer in zip(boxes, numbers, strict=True)
        if box[2] > box[0] and box[3] > box[1]
    ]
    found = crops(height, width, layers, ratio)
    assert found == expected
    assert found[0] == Crop(0, 0, width, height, 0)
    assert all(crop.width > 0 and crop.height > 0 for crop in found)


@pytest.mark.parametrize(("layers", "count"), [(0, 1), (1, 5), (2, 21), (3, 85)])
def test_a_photo_is_cut_into_four_times_as_many_crops_in_each_layer(layers, count):
    found = crops(3000, 4000, layers, DEFAULT_RATIO)
    assert len(found) == count
    assert max(crop.layer for crop in found) == layers


def test_an_image_of_one_row_is_cut_across_alone():
    boxes = [crop.box_xyxy for crop in crops(1, 4, 1, DEFAULT_RATIO)]
    assert boxes == [(0, 0, 4, 1), (0, 0, 2, 1), (2, 0, 4, 1)]


def test_a_crop_has_a_size():
    crop = Crop(10, 20, 110, 60, 2)
    assert (crop.width, crop.height) == (100, 40)
    assert crop.box_xyxy == (10, 20, 110, 60)


@st.composite
def boxes_in_crops(draw):
    height, width = draw(st.integers(1, 300)), draw(st.integers(1, 300))
    crop = draw(st.sampled_from(crops(height, width, 2, DEFAULT_RATIO)))
    left, right = sorted(draw(st.tuples(*[st.integers(0, crop.width - 1)] * 2)))
    top, bottom = sorted(draw(st.tuples(*[st.integers(0, crop.height - 1)] * 2)))
    return (left, top, right, bottom), crop, height, width


@settings(deadline=None)
@given(boxes_in_crops())
def test_what_is_near_an_edge_is_what_segment_anything_says(drawn):
    box, crop, height, width = drawn
    official = amg.is_box_near_crop_edge(
        torch.tensor([box]), list(crop.box_xyxy), [0, 0, width, height]
    )
    assert is_near_edge(box, crop, height, width) == official.item()


# Columns 100 to 199 of 1000, all rows of 500.
STRIP = Crop(100, 0, 200, 500, 1)


@pytest.mark.parametrize(
    ("box_xyxy", "near"),
    [
        ((21, 0, 78, 499), False),  # at the image's own border above and below
        ((20, 50, 78, 60), True),
        ((21, 50, 79, 60), False),  # column 179 of the image, 21 before the crop's end
        ((21, 50, 80, 60), True),
        ((21, 400, 50, 470), False),  # 30 before the image's border, and so before the crop's
    ],
)
def test_twenty_pixels_are_near(box_xyxy, near):
    assert is_near_edge(box_xyxy, STRIP, 500, 1000) is near


def test_a_mask_of_the_whole_image_is_near_no_edge():
    assert not is_near_edge((0, 0, 999, 499), Crop(0, 0, 1000, 500, 0), 500, 1000)
