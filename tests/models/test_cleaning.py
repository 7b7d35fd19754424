"""Islands and holes on masks drawn by hand, and against naive flood fills."""

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cvat_sam.models.answering import cleaning
from cvat_sam.models.answering.cleaning import cleaned
from cvat_sam.models.answering.full_size import Placed, tight
from cvat_sam.models.answering.manner import Manner
from cvat_sam.models.prompt import Prompt

LEFT, TOP = 7, 5
ALL_AROUND = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy]
SIDES = [(-1, 0), (1, 0), (0, -1), (0, 1)]

masks = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=9)).filter(np.any)
shares = st.sampled_from([0, 0.05, 0.1, 0.2, 0.5, 1])


def drawn(*rows):
    return np.array([[character == "#" for character in row] for row in rows])


def clean(mask, *, positive=(), negative=(), min_island=0.0, max_hole=0.0):
    """Clean a mask that lies at LEFT, TOP of a larger image, clicks being pixels of the mask."""
    height, width = mask.shape
    prompt = Prompt(
        [(x + LEFT + 0.9, y + TOP + 0.1) for x, y in positive],
        [(x + LEFT + 0.5, y + TOP) for x, y in negative],
    )
    placed = cleaned(
        tight(mask, LEFT, TOP),
        prompt,
        Manner("object", min_island, max_hole),
        height=TOP + height,
        width=LEFT + width,
    )
    laid = np.zeros((TOP + height, LEFT + width), bool)
    rows, columns = placed.crop.shape
    laid[placed.top : placed.top + rows, placed.left : placed.left + columns] = placed.crop
    assert not laid[:TOP].any()
    assert not laid[:, :LEFT].any()
    return laid[TOP:, LEFT:]


def parts(mask, neighbours):
    """Sets of pixels that hang together, found one pixel at a time."""
    left, found = {(int(x), int(y)) for y, x in np.argwhere(mask)}, []
    while left:
        part, edge = set(), [left.pop()]
        while edge:
            x, y = edge.pop()
            part.add((x, y))
            for dx, dy in neighbours:
                if (x + dx, y + dy) in left:
                    left.remove((x + dx, y + dy))
                    edge.append((x + dx, y + dy))
        found.append(part)
    return found


def naive(mask, positive, negative, min_island, max_hole):
    mask, area = mask.copy(), mask.sum()
    if min_island:
        islands = parts(mask, ALL_AROUND)
        largest = max(len(island) for island in islands)
        for island in islands:
            small = len(island) < min_island * area and len(island) < largest
            if small and not island & set(positive):
                for x, y in island:
                    mask[y, x] = False
    if max_hole:
        # Background all around, so that what reaches the border hangs together.
        for hole in parts(~np.pad(mask, 1), SIDES):
            if (0, 0) in hole or len(hole) >= max_hole * area:
                continue
            if not {(x - 1, y - 1) for x, y in hole} & set(negative):
                for x, y in hole:
                    mask[y - 1, x - 1] = True
    return mask


@pytest.mark.parametrize("cost", [0, 2000], ids=["in windows", "at once"])
@given(masks, shares, shares, st.data())
def test_what_is_dropped_and_filled_is_what_a_naive_search_says(
    cost, mask, min_island, max_hole, data
):
    height, width = mask.shape
    pixels = st.tuples(st.integers(0, width - 1), st.integers(0, height - 1))
    positive = data.draw(st.lists(pixels, max_size=3))
    negative = data.draw(st.lists(pixels, max_size=3))
    with patch.object(cleaning, "WINDOW_COST", cost):
        found = clean(
            mask, positive=positive, negative=negative, min_island=min_island, max_hole=max_hole
        )
    assert np.array_equal(found, naive(mask, positive, negative, min_island, max_hole))


BLOT = drawn(
    "######....#",
    "#....#.....",
    "#.##.#.##..",
    "#.##.#.##..",
    "#....#.....",
    "######.....",
)


def test_nothing_is_looked_at_where_nothing_is_asked_for():
    placed = Placed(BLOT, 3, 4)
    assert cleaned(placed, Prompt([(0, 0)]), Manner(), height=20, width=20) is placed


@pytest.mark.parametrize(
    ("min_island", "positive", "kept"),
    [
        (0.03, [], 29),  # of 29 pixels, less than one is small
        (0.04, [], 28),
        (0.2, [], 20),
        (0.2, [(7, 3)], 24),  # the click's island stays
        (0.2, [(10, 0)], 21),
        (0.2, [(9, 0)], 20),  # a click beside an island keeps none
        (1.0, [], 20),  # the largest stays whatever was asked for
    ],
)
def test_islands_are_small_beside_the_whole_mask(min_island, positive, kept):
    assert clean(BLOT, min_island=min_island, positive=positive).sum() == kept


def test_an_island_at_the_edge_takes_the_crop_with_it():
    kept = cleaned(Placed(BLOT, 3, 4), Prompt([(0, 0)]), Manner("object", 0.2), height=20, width=20)
    assert kept.crop.shape == (6, 6)
    assert (kept.left, kept.top) == (3, 4)


@pytest.mark.parametrize(
    ("max_hole", "negative", "filled"),
    [
        (0.4, [], 0),  # the hole has 12 pixels: 12 / 29 = 0.41
        (0.42, [], 12),
        (1.0, [(1, 1)], 0),  # the click's hole stays
        (1.0, [(2, 2)], 12),  # a click on the island within keeps none
        (1.0, [(6, 1)], 12),  # outside is no hole
    ],
)
def test_holes_are_small_beside_the_whole_mask(max_hole, negative, filled):
    assert clean(BLOT, max_hole=max_hole, negative=negative).sum() == BLOT.sum() + filled


def test_islands_go_before_holes_so_a_hole_takes_its_island_with_it():
    found = clean(BLOT, min_island=0.2, max_hole=0.6)
    assert found[:6, :6].all()
    assert found.sum() == 36


def test_parts_hang_together_over_corners_and_holes_do_not():
    diagonal = drawn("#..", ".#.", "..#")
    assert np.array_equal(clean(diagonal, min_island=1.0), diagonal)
    ring = drawn(".#.", "#.#", ".#.")
    assert clean(ring, max_hole=1.0).sum() == 5


def test_a_bay_is_no_hole():
    bay = drawn("###", "#..", "###")
    assert np.array_equal(clean(bay, max_hole=1.0), bay)


def test_a_click_on_the_far_edge_is_on_the_last_pixel():
    mask = drawn("###..", "###.#")
    kept = cleaned(
        Placed(mask, 0, 0), Prompt([(5.0, 2.0)]), Manner("object", 0.5), height=2, width=5
    )
    assert kept.crop.sum() == 7
