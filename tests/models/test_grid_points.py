"""The grid against segment-anything's own, and how evenly every beginning covers an image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from segment_anything.utils import amg

from cvat_sam.models.everything.grid_points import coarse_to_fine, per_side_of_layer, points


@pytest.mark.parametrize("per_side", [1, 2, 3, 16, 32, 57])
def test_the_grid_is_segment_anythings(per_side):
    grid = points(per_side)
    assert np.array_equal(grid, amg.build_point_grid(per_side))
    assert grid.dtype == np.float64


def test_no_points_is_no_points():
    assert points(0).shape == (0, 2)
    assert coarse_to_fine(0) == []


@settings(deadline=None)
@given(st.integers(1, 100), st.integers(0, 3), st.integers(1, 5))
def test_each_layer_has_as_many_points_as_segment_anythings(per_side, layer, factor):
    def ours(layer):
        return per_side_of_layer(per_side, layer, factor)

    if ours(layer) == 0:
        # What segment-anything makes of a layer without points.
        with pytest.raises(ZeroDivisionError):
            amg.build_all_layer_point_grids(per_side, layer, factor)
    else:
        grids = amg.build_all_layer_point_grids(per_side, layer, factor)
        assert [len(grid) for grid in grids] == [ours(each) ** 2 for each in range(layer + 1)]


@pytest.mark.parametrize("per_side", [1, 2, 3, 5, 12, 31, 32, 33, 64])
def test_every_point_comes_once(per_side):
    assert sorted(coarse_to_fine(per_side)) == list(range(per_side**2))


@pytest.mark.parametrize("per_side", [4, 32, 64])
def test_every_beginning_has_as_many_points_in_each_part_of_the_image_but_for_one(per_side):
    grid = points(per_side)[coarse_to_fine(per_side)]
    for parts in (2, 4, per_side):
        column, row = (grid * parts).astype(int).T
        counts = np.zeros(parts**2, int)
        for part in row * parts + column:
            counts[part] += 1
            assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("per_side", [32, 64])
@pytest.mark.parametrize("on_a_side", [1, 2, 4, 8])
def test_the_first_point_in_each_part_of_the_image_is_in_the_middle_third(per_side, on_a_side):
    first = points(per_side)[coarse_to_fine(per_side)[: on_a_side**2]]
    inside = first * on_a_side % 1
    # A point of the grid is the middle of its cell.
    half = on_a_side / per_side / 2
    assert inside.min() >= 1 / 3 - half
    assert inside.max() <= 2 / 3 + half


def test_after_a_quarter_comes_the_one_across():
    """Bayer's matrix of 2 × 2, over the whole image and within each quarter."""
    column, row = (points(32)[coarse_to_fine(32)[:16]] * 2).astype(int).T
    quarters = list(zip(column.tolist(), row.tolist(), strict=True))
    assert quarters == 4 * [(0, 0), (1, 1), (1, 0), (0, 1)]
    column, row = (points(32)[coarse_to_fine(32)[:16:4]] * 4).astype(int).T
    assert column.tolist() == [1, 0, 0, 1]
    assert row.tolist() == [1, 0, 1, 0]


def largest_empty_square(asked):
    """The side of the largest square without a point of `asked`, bool `(N, N)`; naively."""
    sides = range(1, len(asked) + 1)
    return max((side for side in sides if has_empty_square(asked, side)), default=0)


def has_empty_square(asked, side):
    windows = np.lib.stride_tricks.sliding_window_view(asked, (side, side))
    return not windows.any(axis=(2, 3)).all()


@pytest.mark.parametrize("per_side", [3, 5, 7, 12, 17, 24, 31, 32, 33, 48])
def test_no_square_of_the_grid_is_left_out_for_long(per_side):
    order = coarse_to_fine(per_side)
    asked = np.zeros((per_side, per_side), bool)
    for side in (1, 2, 4, 8, 16, 32):
        # As many as a lattice has whose points are `side` apart. Later beginnings have these too.
        asked[:] = False
        asked.flat[order[: (-(-per_side // side)) ** 2]] = True
        assert largest_empty_square(asked) < side


def test_row_by_row_leaves_out_far_more():
    """What the order is for: the first quarter of the points, asked row by row, is no survey."""
    asked = np.zeros((32, 32), bool)
    asked.flat[: 32 * 32 // 4] = True
    assert largest_empty_square(asked) == 24
    asked[:] = False
    asked.flat[coarse_to_fine(32)[: 32 * 32 // 4]] = True
    assert largest_empty_square(asked) == 1
