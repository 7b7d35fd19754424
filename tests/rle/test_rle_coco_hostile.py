"""Garbage for rle.coco: nothing but an RleError comes of it, and no memory is taken."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fuzz import naive
from rle import coco
from rle.exceptions import RleError

HUGE = 10**400

NUMBERS = (
    st.integers(-3, 9)
    | st.integers()
    | st.floats()
    | st.integers(0, 9).map(float)
    | st.booleans()
    | st.integers(-3, 9).map(np.int16)
    | st.floats(width=32).map(np.float32)
    | st.just(HUGE)
)
GARBAGE = st.recursive(
    NUMBERS | st.none() | st.text(max_size=3) | st.binary(max_size=3) | st.complex_numbers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)
SIZES = st.tuples(st.integers(1, 6), st.integers(1, 6)).map(list)
ALPHABET = st.characters(min_codepoint=48, max_codepoint=111)
COUNTS = (
    st.text(ALPHABET, max_size=6)
    | st.text(ALPHABET | st.characters(min_codepoint=32, max_codepoint=255), max_size=6)
    | st.text(max_size=6)
    | st.binary(max_size=6)
    | st.lists(st.integers(-1, 9), max_size=6)
    | st.lists(NUMBERS, max_size=6)
    | st.lists(st.integers(-(2**63), 2**63 - 1), max_size=6).map(lambda v: np.array(v, np.int64))
    | GARBAGE
)


@st.composite
def damaged(draw):
    """Segmentations that were right before something in their text or list was changed."""
    height, width = draw(SIZES)
    pixels = draw(st.binary(min_size=height * width, max_size=height * width))
    mask = np.frombuffer(pixels, np.uint8).reshape(height, width) % 2
    segmentation = coco.encode(mask, compressed=draw(st.booleans()))
    counts = segmentation["counts"]
    place = draw(st.integers(0, len(counts)))
    other = draw(st.lists(st.integers(-1, 63), max_size=2))
    if isinstance(counts, str):
        other = "".join(chr(48 + number) for number in other)
    segmentation["counts"] = counts[:place] + other + counts[place + draw(st.integers(0, 2)) :]
    return segmentation


@settings(deadline=None, max_examples=500)
@given(
    damaged()
    | st.fixed_dictionaries({"size": SIZES, "counts": COUNTS})
    | st.fixed_dictionaries({"size": st.lists(NUMBERS, max_size=3) | GARBAGE, "counts": COUNTS})
    | st.dictionaries(st.sampled_from(("size", "counts", "Size")), SIZES | COUNTS)
    | GARBAGE
)
@example({"size": [1, 1], "counts": "PPPPPPPP0"})
@example({"size": [1, 3], "counts": [1, True, 1]})
def test_decode_and_validate_agree_and_raise_nothing_but_an_rle_error(segmentation):
    expected = naive.segmentation(segmentation)
    try:
        mask = coco.decode(segmentation)
    except RleError as fault:
        with pytest.raises(type(fault)) as caught:
            coco.validate(segmentation)
        assert str(caught.value) == str(fault)
        assert isinstance(expected, str) or naive.is_drawn_out(segmentation)
    else:
        coco.validate(segmentation)
        assert mask.dtype == bool
        assert mask.shape == tuple(segmentation["size"])
        assert expected is naive.UNCLEAR or np.array_equal(mask, expected)


@pytest.mark.parametrize("cut", range(14))
@pytest.mark.parametrize("batch", [False, True], ids=["one", "batch"])
def test_a_text_that_is_cut_anywhere_is_refused(cut, batch):
    flat = np.zeros(900 * 70, bool)
    flat[700:60_000] = True
    flat[5000:5002] = False
    segmentation = coco.encode(flat.reshape(70, 900).T)
    assert len(segmentation["counts"]) == 14
    segmentation["counts"] = segmentation["counts"][:cut]
    with pytest.raises(RleError):
        coco.decode_batch([segmentation] * 3) if batch else coco.decode(segmentation)


@settings(deadline=None, max_examples=250)
@given(st.lists(damaged(), max_size=4))
def test_batches_take_and_refuse_what_decode_does(segmentations):
    for segmentation in segmentations[1:]:
        segmentation["size"] = segmentations[0]["size"]
    masks = []
    for index, segmentation in enumerate(segmentations):
        try:
            masks.append(coco.decode(segmentation))
        except RleError as fault:
            with pytest.raises(type(fault)) as caught:
                coco.decode_batch(segmentations)
            assert str(caught.value) == f"segmentation {index}: {fault}"
            return
    batch = coco.decode_batch(segmentations)
    assert len(batch) == len(masks)
    assert all(np.array_equal(image, mask) for image, mask in zip(batch, masks, strict=True))


def test_what_is_refused_is_refused_before_anything_large_is_allocated():
    side = 2**14
    refused = [
        {"size": [side, side], "counts": counts}
        for counts in ("1", [1], [2**28, 1], [2**62, 2**62], "oooooo1" * 9, [-1, 2**28 + 1])
    ]
    refused.append({"size": [2**20, 2**20], "counts": [2**40]})
    refused.append({"size": [2**20, 2**20], "counts": "PPPPPPPP1"})
    mask = np.broadcast_to(np.uint8(1), (2**20, 2**20))
    tracemalloc.start()
    try:
        for segmentation in refused:
            for refuse in (coco.decode, coco.validate):
                with pytest.raises(RleError):
                    refuse(segmentation)
            with pytest.raises(RleError):
                coco.decode_batch([segmentation] * 100)
        with pytest.raises(RleError):
            coco.encode(mask)
        with pytest.raises(RleError):
            coco.encode(mask.T)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200_000
