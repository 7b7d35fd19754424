"""Whether a polygon meets itself, against a look at every pair of edges."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from polygon_oracles import meets_itself

from cvat_sam.wire.crossings import is_simple


def polygons(side):
    corner = st.tuples(st.integers(0, side), st.integers(0, side))
    return st.lists(corner, min_size=3, max_size=9)


@given(polygons(3) | polygons(8) | polygons(40))
@example([(0, 0), (4, 0), (2, 0)])  # there and back
@example([(0, 0), (0, 0), (4, 0), (0, 4)])  # a corner twice in a row
@example([(0, 0), (4, 0), (4, 4), (2, 0)])  # a corner on an edge
@example([(0, 0), (6, 0), (6, 4), (4, 0), (2, 0), (0, 4)])  # an edge on an edge
@example([(0, 0), (4, 4), (4, 0), (2, 2), (0, 4)])  # a corner on an edge, from the other side
@example([(2, 2), (0, 0), (4, 0), (2, 2), (4, 4), (0, 4)])  # a corner twice
def test_as_a_look_at_every_pair_of_edges_says(corners):
    assert is_simple(np.array(corners)) == (not meets_itself(corners))


@pytest.mark.parametrize("corners", [[], [(1, 1)], [(0, 0), (5, 5)]])
def test_fewer_than_three_corners_are_no_polygon(corners):
    assert not is_simple(np.array(corners, np.int64).reshape(-1, 2))


@pytest.mark.parametrize("turned", [False, True])
def test_one_crossing_among_thousands_of_long_edges_is_found(turned):
    # A comb: more pairs of edges than are looked at together, whichever way it lies.
    teeth = np.arange(1500)
    there, back = (
        np.stack((teeth, teeth * 0), 1) * 4,
        np.stack((teeth * 4 + 2, teeth * 0 + 5000), 1),
    )
    comb = np.stack((there, back), axis=1).reshape(-1, 2)
    comb = np.concatenate((comb, [[6100, -10], [-10, -10]]))
    comb = comb[:, ::-1] if turned else comb
    assert is_simple(comb)
    assert is_simple(comb[::-1] + comb[:, ::-1][::-1] * 3)  # aslant
    crossed = comb.copy()
    crossed[1501] += (5, 0) if not turned else (0, 5)
    assert not is_simple(crossed)


def test_large_coordinates_are_exact():
    far = 2**29
    almost = [(-far, -far), (far, far - 1), (0, 0), (-far, far)]
    assert is_simple(np.array(almost)) == (not meets_itself(almost))
    through = [(-far, -far), (far, far), (far, 0), (0, 0), (-far, far)]
    assert is_simple(np.array(through)) == (not meets_itself(through))
