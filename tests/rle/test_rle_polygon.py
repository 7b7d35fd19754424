import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from rle_oracles import masks

from rle import _simplify, polygon, runs

# pycocotools' decode is not yet used to numpy 2.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def by_pycocotools(polygons, height, width):
    lists = [[float(number) for number in ring] for ring in polygons]
    return coco_mask.merge(coco_mask.frPyObjects(lists, height, width))


@st.composite
def drawings(draw):
    """Polygons and an image: corners inside and outside, on every kind of fraction, repeated."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 40))
    low, high = draw(st.sampled_from(((0, 1), (-1, 2), (0.2, 0.8), (-30, 30))))
    step = draw(st.sampled_from((None, 1, 0.5, 0.2, 0.1)))

    def number(size):
        value = draw(st.floats(low * size, high * size))
        return value if step is None else round(value / step) * step

    def ring():
        corners = [(number(width), number(height)) for _ in range(draw(st.integers(3, 9)))]
        if draw(st.booleans()):
            corners += draw(st.lists(st.sampled_from(corners), max_size=4))
        return [value for corner in corners for value in corner]

    return [ring() for _ in range(draw(st.integers(1, 4)))], height, width


@settings(max_examples=500, deadline=None)
@given(drawings())
@example(([[0, 0, 5, 5, 5, 0, 0, 5]], 5, 5))  # crosses itself
@example(([[2, 2, 2, 2, 2, 2]], 4, 4))  # a point
@example(([[1, 1, 1, 3, 1, 3, 1, 1]], 4, 4))  # a line, upright
@example(([[0, 0, 9, 0, 9, 4, 0, 4], [3, 1, 3, 3, 6, 3]], 4, 9))  # one within the other
@example(([[0.1, 0.3, 2.5, 0.3, 2.5, 1.7, 0.1, 1.7]], 2, 1))  # on the border between fifths
@example(([[-0.3, -0.3, 2.7, -0.1, 1, 9]], 4, 3))  # rounded towards zero, not downwards
@example(([[0, 0, 3, 1, 0, 6]], 6, 3))  # steep, the points exactly between two columns
@example(([[-7, 1, -5, 2, -6, 4]], 5, 5))  # beside the image
def test_polygons_are_filled_as_pycocotools_fills_them(drawing):
    polygons, height, width = drawing
    expected = by_pycocotools(polygons, height, width)
    mask = polygon.to_mask(polygons, height=height, width=width)
    assert mask.dtype == bool
    assert mask.flags.c_contiguous
    assert mask.shape == (height, width)
    assert np.array_equal(mask, coco_mask.decode(expected).astype(bool))
    written = polygon.to_coco(polygons, height=height, width=width)
    assert written == {"size": [height, width], "counts": expected["counts"].decode()}
    counts = polygon.to_coco(polygons, height=height, width=width, compressed=False)
    assert coco_mask.frPyObjects(counts, height, width) == expected
    found = polygon.to_runs(polygons, height=height, width=width)
    assert found.edges.tolist() == runs.encode(mask).edges.tolist()
    assert found.order == "F"


@pytest.mark.parametrize("seed", range(8))
def test_large_polygons_are_filled_as_pycocotools_fills_them(seed):
    rng = np.random.default_rng(seed)
    height, width = int(rng.integers(100, 1500)), int(rng.integers(100, 2250))
    size = np.array([width, height])
    polygons = [
        (rng.uniform(-0.5, 1.5, (int(rng.integers(3, 200)), 2)) * size).reshape(-1).tolist()
        for _ in range(int(rng.integers(1, 4)))
    ]
    polygons.append((rng.uniform(-90, 90, (5, 2)) * size).reshape(-1).tolist())
    written = polygon.to_coco(polygons, height=height, width=width)
    expected = by_pycocotools(polygons, height, width)
    assert written["counts"].encode() == expected["counts"]


def test_more_crossings_than_are_worked_on_at_a_time_make_the_same_mask():
    rng = np.random.default_rng(0)
    height, width = 30, 900
    zigzag = np.stack((np.arange(3000) % 2 * width, rng.uniform(0, height, 3000)), 1)
    few = rng.uniform(-0.2, 1.2, (50, 7, 2)) * (width, height)
    polygons = [zigzag.reshape(-1).tolist(), *few.reshape(50, -1).tolist()]
    for drawn in (polygons, polygons[::-1], polygons[:1]):
        written = polygon.to_coco(drawn, height=height, width=width)
        expected = by_pycocotools(drawn, height, width)
        assert written["counts"].encode() == expected["counts"]


def test_one_flat_list_is_one_polygon():
    ring = [1, 1, 8.5, 2, 4, 7]
    expected = polygon.to_mask([ring], height=9, width=9)
    assert expected.any()
    for same in (ring, tuple(ring), np.array(ring), np.array([ring]), (np.float32(ring),)):
        assert np.array_equal(polygon.to_mask(same, height=9, width=9), expected)


def test_numbers_of_numpy_and_whole_numbers_are_numbers():
    expected = polygon.to_mask([1, 1, 8, 2, 4, 7], height=9, width=9)
    for kind in (np.uint8, np.int64, np.float16, np.float32, np.longdouble, int, float):
        ring = [kind(number) for number in (1, 1, 8, 2, 4, 7)]
        assert np.array_equal(polygon.to_mask([ring], height=9, width=9), expected)
        assert np.array_equal(
            polygon.to_mask([*[ring], [1, 1, 8, 2, 4, 7]], height=9, width=9), expected
        )


def test_no_polygon_is_a_mask_without_a_set_pixel():
    assert polygon.to_mask([], height=2, width=3).tolist() == [[False] * 3] * 2
    assert polygon.to_coco([], height=2, width=3, compressed=False)["counts"] == [6]


@settings(max_examples=300, deadline=None)
@given(masks())
def test_outlines_are_filled_to_the_very_mask_they_are_of(mask):
    height, width = mask.shape
    outlines = polygon.from_mask(mask)
    assert np.array_equal(polygon.to_mask(outlines, height=height, width=width), mask)
    if outlines:
        filled = coco_mask.decode(by_pycocotools(outlines, height, width))
        assert np.array_equal(filled.astype(bool), mask)


@settings(max_examples=200, deadline=None)
@given(masks())
def test_each_outline_is_one_part_and_the_largest_comes_first(mask):
    height, width = mask.shape
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    outlines = polygon.from_mask(mask)
    assert len(outlines) == count - 1
    sizes, seen = [], set()
    for outline in outlines:
        part = polygon.to_mask(outline, height=height, width=width)
        (label,) = np.unique(labels[part]).tolist()
        assert np.array_equal(part, labels == label)
        sizes.append(int(part.sum()))
        seen.add(label)
    assert seen == set(range(1, count))
    assert sizes == sorted(sizes, reverse=True)


@settings(max_examples=200, deadline=None)
@given(masks())
def test_outlines_go_round_pixels_corner_by_corner(mask):
    height, width = mask.shape
    for outline in polygon.from_mask(mask):
        assert all(type(number) is int for number in outline)
        corners = np.array(outline).reshape(-1, 2)
        assert (corners >= 0).all()
        assert (corners <= [width, height]).all()
        steps = np.diff(corners, axis=0, append=corners[:1])
        assert ((steps != 0).sum(axis=1) == 1).all()  # along one axis, never on the spot


@settings(max_examples=200, deadline=None)
@given(masks())
def test_without_holes_the_outline_is_the_part_with_its_holes_filled(mask):
    around = np.pad(mask, 1)
    _, labels = cv2.connectedComponents((~around).astype(np.uint8), connectivity=4)
    expected = (labels != labels[0, 0])[1:-1, 1:-1]
    outlines = polygon.from_mask(mask, holes=False)
    height, width = mask.shape
    assert np.array_equal(polygon.to_mask(outlines, height=height, width=width), expected)
    # Every second step is upright: no bridges, no corner to spare.
    for outline in outlines:
        steps = np.diff(np.array([*outline, *outline[:2]]).reshape(-1, 2), axis=0)
        assert (steps[0::2, 0] == 0).all()
        assert (steps[1::2, 1] == 0).all()


def test_a_hole_is_joined_by_a_line_there_and_back():
    mask = np.ones((4, 5), bool)
    mask[1:3, 2] = False
    around, hole, bridgehead = [0, 4, 5, 4, 5, 0], [2, 3, 2, 1, 3, 1, 3, 3, 2, 3], [0, 3]
    assert polygon.from_mask(mask) == [[0, 0, *bridgehead, *hole, *bridgehead, *around]]


def test_outlines_turn_left_and_holes_right():
    # So that filling by the nonzero rule gives the mask too.
    mask = np.ones((5, 5), bool)
    mask[2, 2] = False
    (outline,) = polygon.from_mask(mask)
    x, y = np.array(outline).reshape(-1, 2).T
    assert (np.roll(x, -1) * y - x * np.roll(y, -1)).sum() == 2 * mask.sum()


def test_a_chain_of_holes_of_any_length_is_joined():
    mask = np.ones((3, 6001), bool)
    mask[1, 1::2] = False
    (outline,) = polygon.from_mask(mask)
    assert np.array_equal(polygon.to_mask(outline, height=3, width=6001), mask)


def test_a_mask_without_a_set_pixel_has_no_outline():
    assert polygon.from_mask(np.zeros((3, 4))) == []
    assert polygon.from_mask(np.zeros((3, 4)), tolerance=2) == []


def test_every_form_of_mask_has_the_same_outlines():
    mask = np.random.default_rng(0).random((40, 70)) < 0.6
    expected = polygon.from_mask(mask)
    for same in (mask * np.uint8(255), mask * -0.5, np.asfortranarray(mask), mask.tolist()):
        assert polygon.from_mask(same) == expected
    for order in ("C", "F"):
        assert polygon.from_runs(runs.encode(mask, order=order)) == expected


def distances(points, outline):
    """Of points (N, 2) from the nearest point of a closed outline."""
    low = np.array(outline, float).reshape(-1, 2)
    way = np.roll(low, -1, axis=0) - low
    from_low = points[:, np.newaxis] - low
    square = np.maximum((way**2).sum(1), 1e-12)
    share = np.clip((from_low * way).sum(2) / square, 0, 1)
    return np.linalg.norm(from_low - share[..., np.newaxis] * way, axis=2).min(1)


def along(outline):
    """Points all along an outline, its corners among them."""
    low = np.array(outline, float).reshape(-1, 2)
    shares = np.linspace(0, 0.8, 5)[:, np.newaxis, np.newaxis]
    return (low + shares * (np.roll(low, -1, axis=0) - low)).reshape(-1, 2)


tolerances = st.floats(0.05, 12)


@settings(max_examples=200, deadline=None)
@given(masks(), tolerances, st.booleans())
def test_a_simplified_outline_strays_no_further_than_the_tolerance(mask, tolerance, holes):
    mask = mask[:25, :25]
    exact = polygon.from_mask(mask, holes=holes)
    simplified = polygon.from_mask(mask, tolerance=tolerance, holes=holes)
    assert len(simplified) == len(exact)
    for before, after in list(zip(exact, simplified, strict=True))[:9]:
        assert len(after) <= len(before)
        assert distances(along(before), after).max() <= tolerance + 1e-9
        assert distances(along(after), before).max() <= tolerance + 1e-9


@pytest.mark.parametrize("depth", [0, 2])
def test_outlines_divided_in_the_middle_stray_no_further_either(monkeypatch, depth):
    # As happens where there is no end to dividing at the corner furthest away.
    monkeypatch.setattr(_simplify, "_DEPTH", depth)
    mask = cv2.circle(np.zeros((60, 80), np.uint8), (40, 30), 25, 1, -1).astype(bool)
    mask[:, 40::2] ^= True
    for tolerance in (0.8, 3):
        exact, simplified = polygon.from_mask(mask), polygon.from_mask(mask, tolerance=tolerance)
        assert sum(map(len, simplified)) < sum(map(len, exact))
        for before, after in zip(exact, simplified, strict=True):
            assert distances(along(before), after).max() <= tolerance + 1e-9
            assert distances(along(after), before).max() <= tolerance + 1e-9


@settings(max_examples=200, deadline=None)
@given(masks(), tolerances | st.sampled_from((1e9, 1e300, 10**400)), st.booleans())
def test_no_part_vanishes_at_any_tolerance(mask, tolerance, holes):
    height, width = mask.shape
    parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)[0] - 1
    outlines = polygon.from_mask(mask, tolerance=tolerance, holes=holes)
    assert len(outlines) == parts
    for outline in outlines:
        assert len(outline) >= 6
        assert polygon.to_mask(outline, height=height, width=width).any()


@pytest.mark.parametrize(
    ("mask", "tolerance"),
    [
        (np.eye(9, 12, 3, dtype=bool), 3),  # pixels in a line that hang together over corners
        (np.pad([[True]], 4), 100),
    ],
)
def test_what_is_too_thin_for_the_tolerance_keeps_its_outline(mask, tolerance):
    assert polygon.from_mask(mask, tolerance=tolerance) == polygon.from_mask(mask)


def test_a_hole_too_small_for_the_tolerance_is_kept_while_the_part_is_simplified():
    mask = cv2.circle(np.zeros((60, 60), np.uint8), (30, 30), 25, 1, -1).astype(bool)
    mask[30, 30] = False
    exact, (simplified,) = polygon.from_mask(mask)[0], polygon.from_mask(mask, tolerance=1.5)
    assert len(simplified) < len(exact) / 3
    assert not polygon.to_mask(simplified, height=60, width=60)[30, 30]


def test_a_simplified_disc_has_few_corners_and_nearly_the_same_pixels():
    mask = cv2.circle(np.zeros((400, 400), np.uint8), (200, 200), 150, 1, -1).astype(bool)
    (exact,), (simplified,) = polygon.from_mask(mask), polygon.from_mask(mask, tolerance=1)
    assert len(simplified) < len(exact) / 6
    filled = polygon.to_mask(simplified, height=400, width=400)
    assert (filled & mask).sum() / (filled | mask).sum() > 0.98


def test_a_comb_is_simplified_though_all_its_teeth_are_equally_long():
    mask = np.zeros((100, 4001), bool)
    mask[:, ::2] = mask[-1] = True
    (outline,) = polygon.from_mask(mask, tolerance=0.9)
    assert np.array_equal(polygon.to_mask(outline, height=100, width=4001), mask)
    (outline,) = polygon.from_mask(mask, tolerance=99)
    assert len(outline) < 2000
