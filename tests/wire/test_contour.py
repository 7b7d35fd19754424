import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra import numpy as arrays

from cvat_sam.models.found_mask import FoundMask
from cvat_sam.wire.contour import outline

masks = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12)).filter(np.any)


def outline_of(mask):
    return outline(FoundMask.from_mask(mask, confidence=0.5))


@given(masks)
def test_every_outline_has_three_corners_inside_the_image(mask):
    corners = outline_of(mask)
    height, width = mask.shape
    assert len(corners) >= 3
    assert all(0 <= x <= width and 0 <= y <= height for x, y in corners)
    assert all(isinstance(number, int) for corner in corners for number in corner)


@given(masks)
def test_outline_filled_in_covers_the_largest_part_within_the_tolerance(mask):
    filled = np.zeros(mask.shape, np.uint8)
    cv2.fillPoly(filled, [np.array(outline_of(mask), np.int32)], 1)
    _, parts, statistics, _ = cv2.connectedComponentsWithStats(
        mask.astype(np.uint8), connectivity=8
    )
    grown = cv2.dilate(filled, np.ones((3, 3), np.uint8))
    covered = [number for number in range(1, parts.max() + 1) if grown[parts == number].all()]
    assert covered, "no part of the mask is inside its own outline"
    assert len(statistics) > 1


def test_outline_is_that_of_the_largest_part():
    mask = np.zeros((40, 40), bool)
    mask[1:4, 1:4] = True
    mask[10:30, 12:35] = True
    assert sorted(outline_of(mask)) == [(12, 10), (12, 29), (34, 10), (34, 29)]


@pytest.mark.parametrize(
    ("rows", "columns", "corners"),
    [
        (slice(3, 4), slice(5, 6), [(5, 3), (6, 3), (6, 4), (5, 4)]),  # one pixel
        (slice(3, 4), slice(5, 9), [(5, 3), (9, 3), (9, 4), (5, 4)]),  # a line
    ],
)
def test_part_without_an_inside_gets_the_rectangle_of_its_pixels(rows, columns, corners):
    mask = np.zeros((12, 12), bool)
    mask[rows, columns] = True
    assert outline_of(mask) == corners


def test_outline_of_a_disc_is_close_and_short():
    mask = np.zeros((400, 400), np.uint8)
    cv2.circle(mask, (200, 200), 150, 1, -1)
    corners = outline_of(mask)
    assert len(corners) < 120
    assert all(abs(np.hypot(x - 200, y - 200) - 150) < 2 for x, y in corners)
