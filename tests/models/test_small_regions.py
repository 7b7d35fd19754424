"""Small regions against segment-anything's own functions, which look at whole images."""

import cv2
import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from segment_anything import SamAutomaticMaskGenerator
from segment_anything.utils import amg

from cvat_sam.models.everything.small_regions import drop_small_regions, without_small_regions
from cvat_sam.models.found_mask import FoundMask

# Whole images; those with a margin have masks that begin at any row and column.
dense = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=14))
margins = st.one_of(st.just((0, 0, 0, 0)), st.tuples(*[st.integers(0, 6)] * 4))


@st.composite
def masks(draw):
    left, top, right, bottom = draw(margins)
    mask = np.pad(draw(dense), ((top, bottom), (left, right)))
    return np.repeat(mask, draw(st.integers(1, 3)), axis=draw(st.integers(0, 1)))


areas = st.one_of(st.integers(0, 12), st.integers(0, 500))


def found_of(mask, confidence=0.9):
    return FoundMask.from_mask(mask, confidence=confidence)


def official(mask, area):
    filled, holes = amg.remove_small_regions(mask, area, mode="holes")
    kept, islands = amg.remove_small_regions(filled, area, mode="islands")
    return kept, holes or islands


def drawn(*rows):
    return np.array([[character == "#" for character in row] for row in rows])


# Where OpenCV's numbering of regions, by blocks of 2 × 2, is not that by rows.
ONE_ROW_DOWN = drawn("......", "#.....", "#...#.", "....#.", "......", "......")


@settings(deadline=None)
@given(masks(), areas)
@example(ONE_ROW_DOWN, 5)
@example(np.roll(ONE_ROW_DOWN, (1, 1), (0, 1)), 5)
def test_what_is_filled_and_dropped_is_what_segment_anything_says(mask, area):
    cleaned, changed = without_small_regions(found_of(mask), area)
    expected, expected_changed = official(mask, area)
    assert cleaned == found_of(expected)
    assert changed == expected_changed


@settings(deadline=None)
@given(st.data())
def test_of_many_equally_large_islands_segment_anythings_stays(data):
    height, width = data.draw(st.tuples(*[st.integers(4, 30)] * 2))
    places = st.tuples(st.integers(0, height - 1), st.integers(0, width - 1))
    mask = np.zeros((height, width), bool)
    for row, column in data.draw(st.lists(places, min_size=2, max_size=6)):
        mask[row : row + 2, column : column + 2] = True
    # Nothing in the background is so small, every island is.
    area = mask.sum() + 1
    cleaned, _ = without_small_regions(found_of(mask), area)
    assert cleaned == found_of(official(mask, area)[0])


@pytest.mark.parametrize("seed", range(8))
def test_regions_as_large_as_an_objects_are_cleaned_alike(seed):
    random = np.random.default_rng(seed)
    noise = random.standard_normal((240, 320)).astype(np.float32)
    blots = cv2.GaussianBlur(noise, (0, 0), 3) > 0.05
    top, left, bottom, right = random.integers(0, 60, 4)
    mask = np.zeros((240, 320), bool)
    mask[top : 240 - bottom, left : 320 - right] = blots[top : 240 - bottom, left : 320 - right]
    cleaned, changed = without_small_regions(found_of(mask), 100)
    expected, _ = official(mask, 100)
    assert changed
    assert not np.array_equal(expected, mask)
    assert cleaned == found_of(expected)


BAND = np.zeros((7, 11), bool)
BAND[:, 4:6] = True


@pytest.mark.parametrize(
    ("area", "columns"),
    [
        (28, range(4, 6)),  # 28 pixels left of it, 35 to its right
        (29, range(6)),
        (35, range(6)),
        (36, range(11)),
    ],
)
def test_background_counts_to_the_images_border(area, columns):
    cleaned, _ = without_small_regions(found_of(BAND), area)
    expected = np.zeros_like(BAND)
    expected[:, columns] = True
    assert np.array_equal(cleaned.mask(), expected)


def test_background_around_a_mask_is_one_region():
    mask = np.zeros((20, 30), bool)
    mask[8:12, 10:20] = True
    assert without_small_regions(found_of(mask), 560)[0].area == 40
    assert without_small_regions(found_of(mask), 561)[0].area == 600


def test_holes_hang_together_over_corners():
    # The hole in the middle leaks through its corner, so it is as large as the outside.
    leaking = drawn(".###", "#.##", "####")
    assert without_small_regions(found_of(np.pad(leaking, 9)), 3)[1] is False
    closed = drawn("####", "#.##", "####")
    assert without_small_regions(found_of(np.pad(closed, 9)), 3)[0].area == 12


def test_holes_are_filled_before_islands_are_dropped():
    ring = np.pad(drawn("###", "#.#", "###"), 9)
    # Eight pixels are fewer than nine, but the hole makes them nine.
    assert without_small_regions(found_of(ring), 9)[0].area == 9


def test_a_mask_that_is_small_itself_stays_and_counts_as_changed():
    found = found_of(np.pad(drawn("##"), 9))
    assert without_small_regions(found, 3) == (found, True)


def test_a_mask_without_small_regions_is_the_same():
    found = found_of(np.pad(drawn("##"), 9))
    cleaned, changed = without_small_regions(found, 2)
    assert cleaned is found
    assert changed is False


def test_a_mask_keeps_its_confidence_and_its_images_size():
    cleaned, changed = without_small_regions(found_of(ONE_ROW_DOWN, 0.25), 5)
    assert changed
    assert (cleaned.confidence, cleaned.height, cleaned.width) == (0.25, 6, 6)


def test_a_small_mask_costs_the_same_in_an_image_of_any_size():
    """An image of ten thousand million pixels, of which not one is looked at."""
    crop = drawn("###...#", "#.#....", "###....")
    found = FoundMask.from_crop(
        crop, left=70_001, top=30_001, height=100_000, width=100_000, confidence=0.5
    )
    cleaned, changed = without_small_regions(found, 5)
    assert changed
    assert cleaned.box_xyxy == (70_001, 30_001, 70_003, 30_003)
    assert cleaned.area == 9


def official_postprocess(masks, area, nms_thresh):
    tensor = torch.from_numpy(np.array(masks))
    data = amg.MaskData(
        rles=amg.mask_to_rle_pytorch(tensor),
        boxes=amg.batched_mask_to_box(tensor),
        index=torch.arange(len(masks)),
    )
    data = SamAutomaticMaskGenerator.postprocess_small_regions(data, area, nms_thresh)
    kept = [amg.rle_to_mask(rle) for rle in data["rles"]]
    return kept, data["index"].tolist()


@st.composite
def masks_of_one_image(draw):
    """Few objects, each several times and never quite the same, as neighbouring points find them.

    Random noise would hardly ever have two boxes that are nearly the same.
    """
    height, width = draw(st.tuples(*[st.integers(8, 24)] * 2))
    objects = draw(
        st.lists(st.tuples(*[st.integers(0, 20) for _ in range(4)]), min_size=1, max_size=3)
    )
    found = []
    for left, top, columns, rows in draw(
        st.lists(st.sampled_from(objects), min_size=1, max_size=9)
    ):
        mask = np.zeros((height, width), bool)
        mask[top : top + rows + draw(st.integers(0, 2)), left : left + columns] = True
        for row, column in draw(
            st.lists(st.tuples(st.integers(0, height - 1), st.integers(0, width - 1)), max_size=3)
        ):
            mask[row, column] ^= True
        found.append(mask)
    return found


@settings(deadline=None)
@given(
    masks_of_one_image(),
    st.integers(1, 30),
    st.sampled_from([0.5, 0.7, 0.77, 1.0]),
)
def test_all_masks_are_cleaned_and_dropped_as_segment_anything_does_it(masks, area, nms_thresh):
    # The confidences say which mask is which.
    found = [found_of(mask, index / 10) for index, mask in enumerate(masks)]
    left = drop_small_regions(found, area, nms_thresh)
    expected, order = official_postprocess(masks, area, nms_thresh)
    assert left == [found_of(mask, index / 10) for mask, index in zip(expected, order, strict=True)]


def test_of_nearly_the_same_masks_the_one_that_needed_no_cleaning_stays():
    plain = np.zeros((40, 40), bool)
    plain[5:25, 5:25] = True
    holed = plain.copy()
    holed[10, 10] = False
    found = [found_of(holed, 0.9), found_of(plain, 0.8)]
    assert drop_small_regions(found, 5, 0.7) == [found[1]]
    assert drop_small_regions(found, 1, 0.7) == [found[0]]


def test_no_masks_are_no_masks():
    assert drop_small_regions([], 100, 0.7) == []
