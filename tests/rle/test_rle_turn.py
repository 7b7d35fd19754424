"""Scans turned by a quarter, alone and many at once: against the image turned over."""

import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rle_oracles import blobs, masks

from rle import _turn, _turn_many
from rle._turn import turn


def edges_of(mask):
    """Starts and ends of set runs, row by row: the plainest way."""
    flat = np.zeros(mask.size + 2, int)
    flat[1:-1] = mask.reshape(-1)
    return np.flatnonzero(np.diff(flat))


@contextmanager
def way(sparse, few):
    """Makes every mask, or none, go through an image."""
    kept = _turn._SPARSE, _turn._FEW
    _turn._SPARSE, _turn._FEW = sparse, few
    try:
        yield
    finally:
        _turn._SPARSE, _turn._FEW = kept


def every_way(test):
    return pytest.mark.parametrize(
        ("sparse", "few"),
        [
            pytest.param(_turn._SPARSE, _turn._FEW, id="as measured"),
            pytest.param(1, 10**9, id="in runs"),
            pytest.param(10**9, 0, id="through an image"),
        ],
    )(test)


@st.composite
def toggles(draw, mask):
    """The mask's edges and pairs among them that change nothing."""
    pairs = draw(st.lists(st.integers(0, mask.size), max_size=4))
    return np.sort(np.concatenate([edges_of(mask), np.repeat(pairs, 2).astype(np.int64)]))


@every_way
@settings(deadline=None, max_examples=120)
@given(masks())
def test_a_turned_scan_is_the_scan_of_the_image_turned_over(sparse, few, mask):
    height, width = mask.shape
    with way(sparse, few):
        turned = turn(edges_of(mask), width, height)
        assert turned.dtype == np.int64
        assert np.array_equal(turned, edges_of(mask.T))
        assert np.array_equal(turn(turned, height, width), edges_of(mask))


@every_way
@settings(deadline=None, max_examples=120)
@given(masks(), st.data())
def test_a_box_is_turned_and_placed_in_its_image(sparse, few, mask, data):
    height, width = mask.shape
    top, left, bottom, right = (data.draw(st.integers(0, 3)) for _ in range(4))
    image = np.pad(mask, ((top, bottom), (left, right)))
    given_toggles = data.draw(toggles(mask))
    before = given_toggles.copy()
    with way(sparse, few):
        placed = _turn.turn_box(
            given_toggles, width, height, stride=len(image), origin=left * len(image) + top
        )
    assert np.array_equal(placed, edges_of(image.T))
    assert np.array_equal(given_toggles, before)


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99, 1])
@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 9), (9, 1), (2, 65), (65, 2), (300, 400), (400, 300)]
)
def test_noise_of_any_shape(height, width, share):
    mask = np.random.default_rng(3).random((height, width)) < share
    assert np.array_equal(turn(edges_of(mask), width, height), edges_of(mask.T))


@pytest.mark.parametrize("frame", [0, 1, 50])
def test_dense_runs_go_through_an_image_of_the_lines_that_hold_something(frame):
    mask = np.pad(np.random.default_rng(3).random((300, 400)) < 0.5, ((frame, frame), (0, 0)))
    edges = edges_of(mask)
    assert _turn.crossings(edges, 400, len(mask)) is None
    image, first = _turn.painted(edges, 400)
    assert first == frame
    assert np.array_equal(image, mask[frame : frame + 300])
    assert np.array_equal(turn(edges, 400, len(mask)), edges_of(mask.T))


def test_ordinary_masks_are_turned_without_an_image(monkeypatch):
    def refuse(*arguments, **named):
        raise AssertionError("an image was built")

    monkeypatch.setattr(_turn, "painted", refuse)
    monkeypatch.setattr(_turn, "changes", refuse)
    squares = np.zeros((1000, 1000), bool)
    for begin in (100, 300, 700):
        squares[begin : begin + 100, begin : begin + 100] = True
    smooth = np.kron(blobs(60, 90, seed=1, share=0.4), np.ones((12, 12), bool))
    for mask in (squares, smooth, np.ones((700, 900), bool), np.eye(500, dtype=bool)):
        assert np.array_equal(turn(edges_of(mask), *mask.shape[::-1]), edges_of(mask.T))


@pytest.mark.parametrize("length", [1, 2, 1000])
def test_a_single_line_is_scanned_alike_both_ways(length):
    edges = edges_of(np.arange(length) % 3 == 0)
    assert turn(edges, 1, length) is edges
    assert turn(edges, length, 1) is edges


def striped(height, width, kind):
    mask = np.zeros((height, width), bool)
    if kind == "one row":
        mask[height // 2] = True
    elif kind == "one column":
        mask[:, width // 2] = True
    elif kind == "rows":
        mask[::2] = True
    elif kind == "columns":
        mask[:, ::2] = True
    elif kind == "checkerboard":
        mask[::2, ::2] = mask[1::2, 1::2] = True
    elif kind == "all":
        mask[:] = True
    return mask


@pytest.mark.parametrize(
    "kind", ["one row", "one column", "rows", "columns", "checkerboard", "all"]
)
@pytest.mark.parametrize(("height", "width"), [(2, 2**19), (2**19, 2), (1024, 1024)])
def test_the_worst_masks_take_a_few_bytes_for_each_pixel_and_edge(kind, height, width):
    mask = striped(height, width, kind)
    edges, expected = edges_of(mask), edges_of(mask.T)
    tracemalloc.start()
    try:
        turned = turn(edges, width, height)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.array_equal(turned, expected)
    assert peak < 6 * mask.size + 4 * (edges.nbytes + turned.nbytes) + 300_000


# --- many at once --------------------------------------------------------------------------------


@st.composite
def many_boxes(draw):
    """Boxes in images of one height: masks, offsets and sizes."""
    drawn = draw(st.lists(masks(), min_size=1, max_size=5))
    stride = max(map(len, drawn)) + draw(st.integers(0, 3))
    origins = [draw(st.integers(0, 3)) * stride + draw(st.integers(0, stride)) for _ in drawn]
    return drawn, stride, origins


def crossed(toggles, line):
    """Counts the pixels that differ from those a line before, one by one."""
    inside = np.zeros(int(toggles.max(initial=0)) + 1 + int(line), bool)
    for begin, end in toggles.reshape(-1, 2):
        inside[begin:end] = True
    return int(inside.sum() + inside[:-line].sum() - 2 * (inside[line:] & inside[:-line]).sum())


@pytest.mark.parametrize("small", [0, 4, 100, _turn_many.SMALL])
@settings(deadline=None, max_examples=50)
@given(many_boxes(), st.data())
def test_many_boxes_are_turned_as_each_alone(small, boxes, data):
    drawn, stride, origins = boxes
    parts = [data.draw(toggles(mask)) for mask in drawn]
    line = np.array([mask.shape[1] for mask in drawn], np.int64)
    lines = np.array([mask.shape[0] for mask in drawn], np.int64)
    kept, _turn_many.SMALL = _turn_many.SMALL, small
    try:
        edges, splits, is_small = _turn_many.turn_boxes(
            np.concatenate(parts),
            np.cumsum([0, *(part.size for part in parts)]),
            line,
            lines,
            stride=stride,
            origin=np.array(origins, np.int64),
        )
    finally:
        _turn_many.SMALL = kept
    assert len(splits) == len(drawn) + 1
    for i, part in enumerate(parts):
        alone = _turn.turn_box(part, int(line[i]), int(lines[i]), stride=stride, origin=origins[i])
        assert is_small[i] == (part.size <= small and crossed(part, line[i]) <= small)
        assert np.array_equal(edges[splits[i] : splits[i + 1]], alone if is_small[i] else [])


def test_masks_that_turn_into_many_runs_are_left_out():
    width, count = 2**22, 50
    tracemalloc.start()
    try:
        edges, splits, small = _turn_many.turn_boxes(
            np.array([0, 1, *[0, width] * count, 1, 2]),
            np.arange(count + 3) * 2,
            np.full(count + 2, width),
            np.full(count + 2, 2),
            stride=2,
            origin=np.full(count + 2, 5),
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert small.tolist() == [True, *[False] * count, True]
    assert edges.tolist() == [5, 6, 7, 8]
    assert splits.tolist() == [0, *[2] * (count + 1), 4]
    assert peak < 50_000
