"""Batches in COCO's and in CVAT's form: the same as one by one, for whatever masks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rle_oracles import blobs, masks

from benchmarks.rle import plain
from rle import _batch, _batch_masks, coco, cvat

PATTERNS = [blobs(37, 70, seed=seed, share=share) for seed, share in enumerate((0.1, 0.4, 0.9))]
STACK = np.stack([*PATTERNS, np.ones((37, 70), bool), np.zeros((37, 70), bool), ~PATTERNS[1]])


def check(given):
    """Encodes and decodes all at once and one by one."""
    points = [cvat.encode(mask) for mask in given]
    assert cvat.encode_batch(given) == points
    packed = [coco.encode(mask) for mask in given]
    assert coco.encode_batch(given) == packed
    listed = [coco.encode(mask, compressed=False) for mask in given]
    assert coco.encode_batch(given, compressed=False) == listed
    if len({np.shape(mask) for mask in given}) != 1:
        return
    expected = np.stack([np.asarray(mask) != 0 for mask in given])
    height, width = expected.shape[1:]
    unlike = [packed[i] if i % 2 else listed[i] for i in range(len(listed))]
    for batch in (
        cvat.decode_batch(points, height=height, width=width),
        *(coco.decode_batch(all_of, order="C") for all_of in (packed, listed, unlike)),
    ):
        assert batch.dtype == bool
        assert batch.flags.c_contiguous
        assert batch.flags.writeable
        assert np.array_equal(batch, expected)
        assert set(np.unique(batch.view(np.uint8))) <= {0, 1}
    for batch in (coco.decode_batch(all_of, order="F") for all_of in (packed, listed)):
        assert batch.dtype == bool
        assert all(image.flags.f_contiguous for image in batch)
        assert np.array_equal(batch, expected)


@st.composite
def stacks(draw):
    """Masks of one size that touch one another where they are stored one after another."""
    height = draw(st.integers(1, 12))
    width = draw(st.integers(1, 20) | st.sampled_from((63, 64, 65, 72, 128, 130)))
    stack = np.zeros((draw(st.integers(1, 9)), height, width), bool)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    for mask in stack:
        kind = draw(st.sampled_from(("none", "all", "noise", "lines", "corners", "box", "but")))
        if kind == "all":
            mask[:] = True
        elif kind == "noise":
            mask[:] = rng.random(mask.shape) < draw(st.sampled_from((0.03, 0.5, 0.97)))
        elif kind == "lines":
            mask[draw(st.sampled_from((0, -1)))] = True
            mask[:, draw(st.sampled_from((0, -1)))] ^= True
        elif kind == "corners":
            mask[0, 0], mask[0, -1], mask[-1, 0], mask[-1, -1] = rng.random(4) < 0.5
        elif kind == "box":
            mask[rng.integers(height) :, rng.integers(width) :] = True
        elif kind == "but":
            mask[:] = True
            mask[rng.integers(height), rng.integers(width)] = False
    return stack


@settings(deadline=None, max_examples=150)
@given(
    stack=stacks(),
    at_once=st.sampled_from((1, 7, 300, 1 << 22)),
    large=st.sampled_from((0, 40, 1 << 19)),
    noise=st.sampled_from((0, 16)),
)
def test_masks_of_one_size_however_they_are_put_together(stack, at_once, large, noise):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_batch_masks, "AT_ONCE", at_once)
        patch.setattr(_batch, "AT_ONCE", at_once)
        patch.setattr(_batch_masks, "_LARGE", large)
        patch.setattr(_batch, "_NOISE", noise)  # with 0, none is
        check(stack)
        check([*stack])


@settings(deadline=None, max_examples=100)
@given(st.lists(masks() | stacks().map(lambda stack: stack[0]), max_size=6), st.integers(1, 3000))
def test_masks_of_any_sizes(several, at_once):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_batch_masks, "AT_ONCE", at_once)
        check(several)
        check([mask for mask in several for _ in range(3)])


@st.composite
def counts_of_one_size(draw):
    """Counts of any legal kind: runs of length 0 anywhere."""
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    several = []
    for longest in draw(st.lists(st.lists(st.sampled_from((0, 1, 9, 81)), max_size=9), max_size=6)):
        counts, rest = [], height * width
        for most in longest:
            counts.append(draw(st.integers(0, min(most, rest))))
            rest -= counts[-1]
        several.append({"size": [height, width], "counts": [*counts, rest]})
    return several


@settings(deadline=None, max_examples=200)
@given(counts_of_one_size(), st.sampled_from((1, 100, 1 << 22)))
def test_runs_of_length_0(several, at_once):
    expected = [coco.decode(segmentation) for segmentation in several]
    packed = [{**one, "counts": plain.text_of(one["counts"])} for one in several]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_batch, "AT_ONCE", at_once)
        for given_ in (several, packed):
            batch = coco.decode_batch(given_)
            assert len(batch) == len(expected)
            assert all(np.array_equal(*pair) for pair in zip(batch, expected, strict=True))


def test_masks_that_would_join_if_their_boxes_lay_one_after_another():
    one, two, three = np.zeros((3, 16, 16), bool)
    one[5, 5] = True
    two[3, 4] = two[4, 3] = True
    three[7] = three[8, :3] = True
    check([one, two, one, three, two, three, one])


@pytest.mark.parametrize(
    ("shapes", "at_once", "expected"),
    [
        ([(2, 3)] * 5, 12, [2, 2, 1]),
        ([(2, 3)] * 5, 17, [2, 2, 1]),
        ([(2, 3)] * 5, 30, [5]),
        ([(2, 3)] * 5, 5, [1] * 5),
        ([(2, 3)] * 2 + [(3, 2)] * 2 + [(2, 3)], 99, [2, 2, 1]),
        ([(2, 3)] * 2 + [(5, 5)] * 2 + [(2, 3)] * 2, 99, [2, 1, 1, 2]),
        ([], 99, []),
    ],
)
def test_a_stack_is_cut_at_other_sizes_large_masks_and_the_limit(
    monkeypatch, shapes, at_once, expected
):
    monkeypatch.setattr(_batch_masks, "AT_ONCE", at_once)
    monkeypatch.setattr(_batch_masks, "_LARGE", 20)
    several = [np.full(shape, index, np.uint8) for index, shape in enumerate(shapes)]
    found = [*_batch_masks.stacks(several)]
    assert [len(stack) for stack in found] == expected
    if len({*shapes}) == 1:
        assert [len(stack) for stack in _batch_masks.stacks(np.stack(several))] == expected
    images = [image.view(np.uint8) for stack in found for image in stack]
    assert all(np.array_equal(*pair) for pair in zip(images, several, strict=True))


def test_no_stack_has_more_than_the_largest_image(monkeypatch):
    monkeypatch.setattr("rle.MAX_PIXELS", 4 * 37 * 70)
    for given_ in (STACK, [*STACK]):
        assert [len(stack) for stack in _batch_masks.stacks(given_)] == [4, 2]


@pytest.mark.parametrize("share", [0.001, 0.05, 0.3, 0.999])
def test_noise_and_more_masks_than_are_looked_at_at_once(share):
    check(np.random.default_rng(5).random((65, 256, 257)) < share)


def test_large_masks_among_small_ones():
    large = blobs(80, 80, seed=4, share=0.5).repeat(10, 0).repeat(10, 1)
    check([*STACK, large, ~large, large[:, :700], *STACK])
    gaps = np.zeros((6, 400, 400), bool)
    gaps[1:4, 0, 0] = gaps[2:5, -1, -1] = gaps[3:, 200, 200] = True
    check(gaps)
    check(~gaps)
    check(np.stack([large, ~large, large.T]))


# --- what goes in --------------------------------------------------------------------------------


LAYOUTS = {
    "rows": np.ascontiguousarray,
    "fortran": np.asfortranarray,
    "columns": lambda stack: np.ascontiguousarray(stack.transpose(0, 2, 1)).transpose(0, 2, 1),
    "last axis": lambda stack: np.ascontiguousarray(stack.transpose(1, 2, 0)).transpose(2, 0, 1),
    "reversed": lambda stack: np.ascontiguousarray(stack[::-1, ::-1, ::-1])[::-1, ::-1, ::-1],
    "every other": lambda stack: np.repeat(np.repeat(stack, 2, axis=0), 3, axis=2)[::2, :, ::3],
    "inside": lambda stack: np.pad(stack, 2, constant_values=1)[2:-2, 2:-2, 2:-2],
    "list": list,
    "tuple": tuple,
    "nested lists": lambda stack: stack.tolist(),
    "array of arrays": lambda stack: np.array([*stack, None], object)[:-1],
}


@pytest.mark.parametrize("dtype", [bool, "u1", "i1", "u2", ">i2", "i4", ">u8", "f2", "f4", ">f8"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_dtype_and_strides(layout, dtype):
    labels = np.arange(STACK.size).reshape(STACK.shape) % 120 + 1
    several = LAYOUTS[layout](np.where(STACK, labels, 0).astype(dtype))
    assert cvat.encode_batch(several) == [cvat.encode(mask) for mask in STACK]
    assert coco.encode_batch(several) == [coco.encode(mask) for mask in STACK]


def test_masks_of_one_list_may_be_of_several_dtypes_and_0_255():
    forms = (bool, "u1", ">f4", "i8", "f8", "i1")
    several = [mask.astype(form) for mask, form in zip(STACK, forms, strict=True)]
    several[1] *= 255
    several[2] *= -0.5
    check(several)


def test_points_and_segmentations_come_in_what_decode_takes():
    points = [cvat.encode(mask) for mask in STACK]
    forms = (list, tuple, np.array, lambda p: [*map(float, p)], lambda p: np.array(p, ">i4"), list)
    several = [form(item) for form, item in zip(forms, points, strict=True)]
    for given_ in (several, tuple(several), [*map(forms[3], points)]):
        assert np.array_equal(cvat.decode_batch(given_, height=37, width=70), STACK)
    loose = np.array([[2, 1, 3, 0, 0, 2, 1], [0, 5, 1, 0, 0, 2, 1], [1, 0, 5, 0, 0, 2, 1]])
    expected = [cvat.decode(row, height=2, width=3) for row in loose]
    assert np.array_equal(cvat.decode_batch(loose, height=2, width=3), expected)
    segmentations = tuple(coco.encode(mask) for mask in STACK)
    segmentations[2]["size"] = (37, 70)
    segmentations[4]["counts"] = segmentations[4]["counts"].encode()
    assert np.array_equal(coco.decode_batch(segmentations), STACK)


def test_empty_batches():
    for none in ([], (), np.zeros((0, 5, 7))):
        assert cvat.encode_batch(none) == []
        assert coco.encode_batch(none) == []
    assert cvat.decode_batch([], height=5, width=7).shape == (0, 5, 7)
    for order in ("C", "F"):
        assert coco.decode_batch([], order=order).shape == (0, 0, 0)
