"""iou, overlap, intersections: against pycocotools and against dense arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as api
from rle_ops_sets import FORMS, given_as, sets
from rle_oracles import blobs

import rle
from rle import ops, runs
from rle.ops import _compare, _dense, _forms, _tiles
from rle.runs import Runs


@st.composite
def two_sets(draw):
    masks = draw(sets(most=8))
    split = draw(st.integers(0, len(masks)))
    return masks[:split], masks[split:]


def pixels_shared(a, b):
    return np.array([[int((x & y).sum()) for y in b] for x in a], np.int64).reshape(len(a), len(b))


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(two=two_sets(), crowd=st.integers(0, 2**8 - 1))
def test_iou_is_that_of_pycocotools_bit_for_bit(form, two, crowd):
    a, b = two
    (first, size), (second, _) = given_as(a, form), given_as(b, form)
    size = size if a else given_as(b, form)[1]
    iscrowd = [crowd >> i & 1 for i in range(len(b))]
    plain, crowded = ops.iou(first, second, **size), ops.iou(first, second, iscrowd, **size)
    assert plain.shape == crowded.shape == (len(a), len(b))
    assert plain.dtype == np.float64
    if a and b:
        theirs = given_as(a, "bytes")[0], given_as(b, "bytes")[0]
        assert (plain == api.iou(*theirs, [0] * len(b))).all()
        assert (crowded == api.iou(*theirs, iscrowd)).all()


@pytest.mark.parametrize("form", FORMS)
@settings(deadline=None, max_examples=30)
@given(two=two_sets())
def test_intersections_and_overlap_are_those_of_the_pixels(form, two):
    a, b = two
    (first, size), (second, _) = given_as(a, form), given_as(b, form)
    size = size if a else given_as(b, form)[1]
    right = pixels_shared(a, b)
    found = ops.intersections(first, second, **size)
    assert found.dtype == np.int64
    assert (found == right).all()
    overlap = ops.overlap(first, second, **size)
    assert overlap.shape == right.shape
    for mask, row, shared in zip(a, overlap, right, strict=True):
        assert (row == shared / max(mask.sum(), 1)).all()


@settings(deadline=None, max_examples=100)
@given(two=two_sets(), forms=st.tuples(st.sampled_from(FORMS), st.sampled_from(FORMS)))
def test_a_and_b_may_differ_in_form(two, forms):
    a, b = two
    (first, one), (second, other) = (given_as(m, f) for m, f in zip(two, forms, strict=True))
    size = (one if a else {}) | (other if b else {})
    assert (ops.intersections(first, second, **size) == pixels_shared(a, b)).all()


@settings(deadline=None, max_examples=100)
@given(masks=sets())
def test_a_set_against_itself_is_a_set_against_its_copy(masks):
    coded, _ = given_as(masks, "text")
    assert (ops.iou(coded, coded) == ops.iou(coded, list(coded))).all()
    assert (ops.intersections(coded, coded) == pixels_shared(masks, masks)).all()


@settings(deadline=None, max_examples=200)
@given(two=two_sets())
def test_tiles_and_the_product_of_matrices_agree(two):
    a, b = two
    for first, second in ((a, b), (a, a)):
        if not any(mask.any() for mask in (*first, *second)):
            continue
        ours = given_as(first, "columns")[0]
        theirs = ours if second is first else given_as(second, "columns")[0]
        stack, one, other, _ = _forms.read_two(ours, theirs, None, None)
        right = pixels_shared(first, second)
        assert (_dense.shared(stack, one, other) == right).all()
        for line in (_tiles.line_of(stack), 1, 7, stack.area):
            assert (_tiles.shared(stack, one, other, line) == right).all()


def test_both_ways_take_many_steps_and_agree(monkeypatch):
    rng = np.random.default_rng(0)
    masks = [rng.random((200, 150)) < share for share in (0.5, 0.1, 0.9, 0.5, 0.02)]
    masks += [blobs(200, 150, seed=seed, share=0.3) for seed in range(5)]
    masks.insert(3, np.zeros((200, 150), bool))
    coded, _ = given_as(masks, "rows")
    right = pixels_shared(masks, masks)
    for module, name, value in (
        (_tiles, "_AT_ONCE", 300),
        (_tiles, "_LISTED", 50),
        (_tiles, "_COMPARED", 7),
        (_dense, "_STEP", 256),
    ):
        monkeypatch.setattr(module, name, value)
    for noise in (0, 10**9):
        monkeypatch.setattr(_compare, "_NOISE", noise)
        monkeypatch.setattr(_compare, "_PAIR", 10**9)
        assert (ops.intersections(coded, coded) == right).all()
        assert (ops.intersections(coded, coded[:4]) == right[:, :4]).all()


def test_noise_goes_to_the_product_and_blobs_to_tiles(monkeypatch):
    rng = np.random.default_rng(0)
    noise, _ = given_as([rng.random((300, 300)) < 0.5 for _ in range(12)], "columns")
    y, x = np.ogrid[:300, :300]
    discs = [(x - 100 - i) ** 2 + (y - 150) ** 2 < 8000 for i in range(12)]
    smooth, _ = given_as(discs, "columns")
    used = []
    for module in (_dense, _tiles):
        shared = module.shared
        monkeypatch.setattr(
            module, "shared", lambda *a, m=module, f=shared: used.append(m) or f(*a)
        )
    ops.iou(noise, noise)
    ops.iou(smooth, smooth)
    assert used == [_dense, _tiles]


@pytest.mark.parametrize("size", [(1, 180_000), (180_000, 1), (3, 90_000), (90_000, 3)])
@pytest.mark.parametrize("order", ["F", "C"])
def test_lines_beyond_16_bits(size, order):
    rng = np.random.default_rng(1)
    masks = [np.repeat(rng.random(size[0] * size[1] // 90) < 0.5, 90) for _ in range(3)]
    masks = [mask.reshape(size) for mask in masks] + [np.ones(size, bool)]
    coded = [runs.encode(mask, order=order) for mask in masks]
    assert (ops.intersections(coded, coded[1:]) == pixels_shared(masks, masks[1:])).all()


def test_the_largest_image():
    side = 2**14
    whole, upper, lower = (
        Runs(edges, height=side, width=side, order="C")
        for edges in ([0, side**2], [0, side**2 // 2 + 1], [side**2 // 2, side**2])
    )
    found = ops.intersections([whole, upper, lower], [upper, whole, lower])
    half = side**2 // 2
    assert found.tolist() == [[half + 1, side**2, half], [half + 1, half + 1, 1], [1, half, half]]


def test_iscrowd_of_every_kind():
    masks = [Runs([0, 4], height=4, width=4), Runs([2, 10], height=4, width=4)]
    right = api.iou(*[[runs_to_bytes(mask) for mask in masks]] * 2, [0, 1])
    for iscrowd in ([0, 1], (False, True), np.array([0, 1], np.uint8), [np.int64(0), True]):
        assert (ops.iou(masks, masks, iscrowd) == right).all()
    assert right[0, 1] != ops.iou(masks, masks)[0, 1]
    assert ops.iou([], [], []).shape == (0, 0)
    assert ops.iou(masks, [], []).shape == (2, 0)
    assert ops.iou([], masks, [1, 0]).shape == (0, 2)


def runs_to_bytes(mask):
    return given_as([runs.decode(mask)], "bytes")[0][0]


@pytest.mark.parametrize(
    ("iscrowd", "sentence"),
    [
        ([0], r"iscrowd has shape \(1,\); it must be flat, one for each of the 2 masks of b"),
        ([0, 1, 0], r"iscrowd has shape \(3,\)"),
        ([[0, 1]], r"iscrowd has shape \(1, 2\)"),
        (1, r"iscrowd has shape \(\)"),
        ([0, [1]], "iscrowd cannot be read as an array"),
        ([0, 2], r"iscrowd\[1\] is 2; it must be 0 or 1"),
        ([-1, 0], r"iscrowd\[0\] is -1"),
        ([0, 0.5], "iscrowd is an array of float64; it must be of 0 and 1"),
        (["0", "1"], "iscrowd is an array of <U1"),
        ([None, 1], "iscrowd is an array of object"),
        ([10**30, 1], "iscrowd is an array of object"),
    ],
)
def test_what_is_wrong_with_iscrowd(iscrowd, sentence):
    masks = [Runs([], height=2, width=3)] * 2
    with pytest.raises(rle.InvalidArgument, match=sentence):
        ops.iou(masks, masks, iscrowd)
