"""What batches in COCO's and in CVAT's form refuse: the sentence begins with the index."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rle import _batch, _batch_masks, coco, cvat
from rle.exceptions import (
    InvalidArgument,
    InvalidBox,
    InvalidMask,
    InvalidRuns,
    InvalidSize,
    RleError,
)

GOOD = np.eye(3, 4)
HOLE = np.where(np.eye(3, 4), np.nan, 0)[:, ::-1]
NOT_A_NUMBER = "the mask holds NaN at row 0, column 3; it must hold numbers"


def named(value):
    """Names a case by its words: pytest would write out every value."""
    return value if isinstance(value, str) else type(value).__name__


# --- encoding ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("masks", "sentence"),
    [
        ([GOOD, GOOD, HOLE], f"mask 2: {NOT_A_NUMBER}"),
        ((HOLE, GOOD), f"mask 0: {NOT_A_NUMBER}"),
        (np.stack([GOOD, HOLE, HOLE]), f"mask 1: {NOT_A_NUMBER}"),
        (np.asfortranarray(np.stack([GOOD, HOLE, HOLE])), f"mask 1: {NOT_A_NUMBER}"),
        (np.stack([GOOD] * 9 + [HOLE]).astype(">f2"), f"mask 9: {NOT_A_NUMBER}"),
        (
            [GOOD, GOOD[np.newaxis]],
            "mask 1: the mask has shape (1, 3, 4), so 3 dimensions; a mask has 2: height, width",
        ),
        (
            [GOOD, None],
            "mask 1: the mask is of type NoneType; it must be rows of pixels",
        ),
        (
            [GOOD, GOOD[:0]],
            "mask 1: the mask has shape (0, 4), so no pixels; a mask has at least 1",
        ),
        (
            np.zeros((2, 0, 4)),
            "mask 0: the mask has shape (0, 4), so no pixels; a mask has at least 1",
        ),
        (
            np.zeros((2, 4, 0)),
            "mask 0: the mask has shape (4, 0), so no pixels; a mask has at least 1",
        ),
        (
            [GOOD, [["1"]]],
            "mask 1: the mask is an array of <U1; it must be of bool, integers or floats",
        ),
        (
            np.full((2, 3, 4), 1j),
            "mask 0: the mask is an array of complex128; it must be of bool, integers or floats",
        ),
        (
            [GOOD, np.broadcast_to(np.uint8(0), (2**14, 2**14 + 1))],
            "mask 1: the mask has shape (16384, 16385), above the limit of 268435456 pixels "
            "(rle.MAX_PIXELS)",
        ),
        (
            np.broadcast_to(np.uint8(0), (2**10, 2**14, 2**14 + 1)),
            "mask 0: the mask has shape (16384, 16385), above the limit of 268435456 pixels "
            "(rle.MAX_PIXELS)",
        ),
    ],
    ids=named,
)
@pytest.mark.parametrize("at_once", [12, 1 << 22], ids=["many stacks", "one"])
def test_the_sentence_names_the_mask(monkeypatch, masks, sentence, at_once):
    monkeypatch.setattr(_batch_masks, "AT_ONCE", at_once)
    for encode in (coco.encode_batch, cvat.encode_batch):
        with pytest.raises(InvalidMask) as caught:
            encode(masks)
        assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("masks", "shape"),
    [
        (None, ()),
        (5, ()),
        ("masks", ()),
        ({0: GOOD}, ()),
        (iter([GOOD]), ()),
        (GOOD, (3, 4)),
        (np.zeros((1, 2, 3, 4)), (1, 2, 3, 4)),
        (np.zeros(0), (0,)),
    ],
    ids=named,
)
def test_an_array_of_masks_has_three_dimensions(masks, shape):
    for encode in (coco.encode_batch, cvat.encode_batch):
        with pytest.raises(InvalidMask) as caught:
            encode(masks)
        assert str(caught.value) == (
            f"the masks have shape {shape}, so {len(shape)} dimensions; an array of masks has 3: "
            "mask, height, width"
        )


# --- decoding ------------------------------------------------------------------------------------


@pytest.mark.parametrize("masks", [None, 5, "24", b"24", {}, {"size": [2, 3]}, iter([]), range(3)])
def test_a_batch_is_a_list(masks):
    kind = f"is of type {type(masks).__name__}; it must be a list, an item for each mask"
    with pytest.raises(InvalidRuns) as caught:
        coco.decode_batch(masks)
    assert str(caught.value) == f"segmentations {kind}"
    with pytest.raises(InvalidRuns) as caught:
        cvat.decode_batch(masks, height=2, width=3)
    assert str(caught.value) == f"points {kind}"


def test_masks_of_one_array_have_one_size():
    sizes = ([2, 3], [2, 3], [3, 2], [6, 1])
    for counts in ("24", [2, 4]):
        with pytest.raises(InvalidSize) as caught:
            coco.decode_batch([{"size": size, "counts": counts} for size in sizes])
        assert str(caught.value) == (
            "segmentation 2 is of 3×2 and segmentation 0 of 2×3; masks of one array need one size"
        )


@pytest.mark.parametrize("at_once", [6, 1 << 22], ids=["in parts", "at once"])
def test_the_first_that_is_wrong_is_named_whatever_is_wrong_with_others(monkeypatch, at_once):
    monkeypatch.setattr(_batch, "AT_ONCE", at_once)
    good, short, odd = ({"size": [2, 3], "counts": text} for text in ("24", "23", "2P"))
    for several, words in (
        ([good, short, odd], "segmentation 1: the counts add up to 5, but the image"),
        ([good, odd, short], "segmentation 1: the counts end in the middle of a number"),
        ([good, good, {}], "segmentation 2: the segmentation has no key 'size'"),
        ([good, {"size": [0, 3], "counts": "0"}], "segmentation 1: the height is 0; it must be"),
        ([good, {"size": [2, 3], "counts": "7O"}], "segmentation 1: count 1 is -1, below 0"),
        ([good, {"size": [2, 3], "counts": "3O4"}], "segmentation 1: count 1 is -1, below 0"),
        # Joined they would be 6 and, with a needless character, 0 and 6.
        ([{**good, "counts": "6P"}, {**good, "counts": "06"}], "segmentation 0: the counts end in"),
    ):
        with pytest.raises(RleError, match=f"^{words}"):
            coco.decode_batch(several)
    box = [6, 0, 0, 3, 1]
    for several, error, words in (
        ([[6, 0, 0, 2, 1], [5, 0, 0, 2, 1], box], InvalidRuns, "points.1.: .*runs add up to 5"),
        ([[6, 0, 0, 2, 1], box, None], InvalidBox, "points.1.: the box's right is 3"),
        ([None, box], InvalidRuns, "points.0.: points is of type NoneType"),
        (np.array([[6, 0, 0, 2, 1], [6, 0, 0, 2, 2]]), InvalidBox, "points.1.: the box's bottom"),
    ):
        with pytest.raises(error, match=f"^{words}"):
            cvat.decode_batch(several, height=2, width=3)


def test_sizes_and_orders_that_are_none(monkeypatch):
    for height, width in ((0, 3), (2.0, 3), (2, True), (2**14, 2**14 + 1)):
        with pytest.raises(InvalidSize):
            cvat.decode_batch([], height=height, width=width)
    with pytest.raises(InvalidArgument, match="order is 'A'"):
        coco.decode_batch([], order="A")
    monkeypatch.setattr("rle.MAX_PIXELS", 5)
    for counts in ("24", [2, 4]):
        with pytest.raises(
            InvalidSize, match="^segmentation 0: an image of 2 rows and 3 columns is"
        ):
            coco.decode_batch([{"size": [2, 3], "counts": counts}])


def test_more_masks_than_any_memory_holds():
    with pytest.raises(InvalidSize, match="^1048576 masks of 16384×16384 do not fit into this"):
        cvat.decode_batch([[1, 0, 0, 0, 0]] * 2**20, height=2**14, width=2**14)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rle.MAX_PIXELS", 2**45)
        segmentation = {"size": [2**22, 2**23], "counts": [2**45]}
        with pytest.raises(InvalidSize, match="^8 masks of 4194304×8388608 do not fit into this"):
            coco.decode_batch([segmentation] * 8)


NUMBERS = st.integers(-1, 6) | st.floats() | st.booleans() | st.integers() | st.none()
POINTS = (
    st.lists(st.integers(-1, 4), min_size=4, max_size=9)
    | st.lists(NUMBERS, max_size=8)
    | st.integers(0, 6).map(lambda first: [first, 6 - first, 0, 0, 2, 1])
    | st.integers(0, 4).map(lambda first: [first, 0, 0, 4 - first, 0, 1, 0, 2, 1])
    | NUMBERS
)


@settings(deadline=None, max_examples=250)
@given(st.lists(POINTS, max_size=4))
def test_a_batch_of_points_takes_and_refuses_what_decode_does(several):
    masks = []
    for index, points in enumerate(several):
        try:
            masks.append(cvat.decode(points, height=2, width=3))
        except RleError as fault:
            with pytest.raises(type(fault)) as caught:
                cvat.decode_batch(several, height=2, width=3)
            assert str(caught.value) == f"points[{index}]: {fault}"
            return
    batch = cvat.decode_batch(several, height=2, width=3)
    assert batch.shape == (len(several), 2, 3)
    assert all(np.array_equal(*pair) for pair in zip(batch, masks, strict=True))


@settings(deadline=None, max_examples=250)
@given(st.lists(NUMBERS | st.lists(NUMBERS | st.lists(NUMBERS, max_size=3), max_size=3)) | NUMBERS)
def test_garbage_raises_nothing_but_an_rle_error(masks):
    try:
        encoded = coco.encode_batch(masks)
    except RleError:
        with pytest.raises(RleError):
            cvat.encode_batch(masks)
    else:
        assert encoded == [coco.encode(mask) for mask in masks]
        assert len(cvat.encode_batch(masks)) == len(masks)


def test_what_is_refused_is_refused_before_anything_large_is_allocated():
    large = np.broadcast_to(np.uint8(1), (100, 2**14, 2**14 + 1))
    tracemalloc.start()
    try:
        for encode in (coco.encode_batch, cvat.encode_batch):
            for several in (large, [*large], large.transpose(0, 2, 1)):
                with pytest.raises(RleError):
                    encode(several)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200_000
