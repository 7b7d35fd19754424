import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from polygon_oracles import meets_itself

from cvat_sam.models import Prompt
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.wire.contour import outline
from cvat_sam.wire.crossings import is_simple

masks = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12)).filter(np.any)


def outline_of(mask, **options):
    return outline(FoundMask.from_mask(mask, confidence=0.5), **options)


def parts_of(mask):
    return cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)


def area(corners):
    """Of a polygon, by the shoelace formula, in doubled pixels."""
    return abs(
        sum(
            x1 * y2 - x2 * y1
            for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True)
        )
    )


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
    count, parts = parts_of(mask)
    grown = cv2.dilate(filled, np.ones((3, 3), np.uint8))
    covered = [number for number in range(1, count) if grown[parts == number].all()]
    assert covered, "no part of the mask is inside its own outline"


@given(masks, st.sampled_from([0, 0.4, 0.75, 1.5, 4, 50]))
def test_outline_never_meets_itself(mask, tolerance):
    corners = outline_of(mask, tolerance=tolerance)
    assert len(corners) >= 3
    assert not meets_itself(corners)


@given(st.integers(0, 2**32 - 1), st.floats(0.3, 3), st.sampled_from([0, 0.75, 2, 8]))
def test_outline_of_a_rough_mask_never_meets_itself(seed, smoothness, tolerance):
    noise = np.random.default_rng(seed).normal(size=(60, 80)).astype(np.float32)
    mask = cv2.GaussianBlur(noise, (0, 0), smoothness) > 0
    assert is_simple(np.array(outline_of(mask, tolerance=tolerance)))


@pytest.mark.parametrize("point", [(215, 110), (180, 110), (40, 280), (430, 40)])
def test_outline_of_a_real_mask_is_close_to_it_and_never_meets_itself(cat_encoded, point):
    found = cat_encoded.segment(Prompt([point]))
    corners = outline(found)
    assert not meets_itself(corners)
    filled = np.zeros((300, 451), np.uint8)
    cv2.fillPoly(filled, [np.array(corners, np.int32)], 1)
    _, parts = parts_of(found.mask())
    largest = parts == 1 + np.bincount(parts.ravel())[1:].argmax()
    assert cv2.dilate(filled, np.ones((3, 3), np.uint8))[largest].all()
    holes_filled = np.zeros((300, 451), np.uint8)
    borders, _ = cv2.findContours(
        largest.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    cv2.drawContours(holes_filled, borders, -1, 1, cv2.FILLED)
    assert not (
        filled.astype(bool) & ~cv2.dilate(holes_filled, np.ones((3, 3), np.uint8)).astype(bool)
    ).any()


def test_a_bridge_one_pixel_wide_holds_both_its_sides_together():
    mask = np.zeros((30, 60), bool)
    mask[5:25, 3:20] = True
    mask[14, 20:40] = True
    mask[5:25, 40:55] = True
    corners = outline_of(mask)
    assert not meets_itself(corners)
    xs, ys = zip(*corners, strict=True)
    assert (min(xs), min(ys), max(xs), max(ys)) == (3, 5, 54, 24)
    # Both sides, and a strip along the bridge.
    assert area(corners) == pytest.approx(2 * (16 * 19 + 14 * 19 + 21), abs=4)


def test_simplifying_stops_where_the_outline_would_cross_itself():
    # Two combs that reach between each other's teeth: straightened, they would cross.
    mask = np.zeros((60, 120), bool)
    mask[5:55, 5:10] = mask[50:55, 5:115] = True
    for tooth in range(14, 112, 4):
        mask[5 + tooth % 8 : 50, tooth : tooth + 2] = True
    for tolerance in (0.5, 2, 5, 20):
        assert not meets_itself(outline_of(mask, tolerance=tolerance))


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
    assert sorted(outline_of(mask)) == sorted(corners)


@pytest.mark.parametrize("slant", [1, -1])
def test_a_thin_line_aslant_gets_an_outline_along_it(slant):
    mask = np.eye(30, dtype=bool)[::slant]
    corners = outline_of(mask)
    assert not meets_itself(corners)
    assert area(corners) < 2 * 2 * 30


def test_outline_of_a_disc_is_close_and_short():
    mask = np.zeros((400, 400), np.uint8)
    cv2.circle(mask, (200, 200), 150, 1, -1)
    corners = outline_of(mask)
    assert len(corners) < 120
    assert all(abs(np.hypot(x - 200, y - 200) - 150) < 2 for x, y in corners)
