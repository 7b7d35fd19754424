"""rle.kaggle against a pixel loop, and what it refuses, in which words."""

import itertools
import random
import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rle_oracles import blobs, masks

from rle import kaggle
from rle.exceptions import InvalidArgument, InvalidMask, InvalidRuns, InvalidSize, RleError

PATTERN = blobs(37, 70, seed=1, share=0.4)


def naive_text(mask):
    words, start = [], 1
    for pixel, run in itertools.groupby(mask.T.reshape(-1) != 0):
        length = len([*run])
        words += [f"{start} {length}"] if pixel else []
        start += length
    return " ".join(words)


def naive_mask(text, height, width):
    """The mask, or None where the text is none."""
    numbers = [int(word) for word in text.split()] if not re.search(r"[^0-9 \t\r\n]", text) else [0]
    if len(numbers) % 2:
        return None
    times = np.zeros(height * width, int)
    for start, length in zip(numbers[0::2], numbers[1::2], strict=True):
        if not 1 <= start <= start + length - 1 <= times.size:
            return None
        times[start - 1 : start - 1 + length] += 1
    return None if times.max() > 1 else times.reshape(width, height).T == 1


def decoded(text, mask, **options):
    return kaggle.decode(text, height=mask.shape[0], width=mask.shape[1], **options)


# --- what is written and read --------------------------------------------------------------------


@settings(deadline=None, max_examples=200)
@given(masks())
def test_encode_agrees_with_the_pixel_loop_and_decode_gives_back_what_was_encoded(mask):
    text = kaggle.encode(mask)
    assert text == naive_text(mask)
    assert np.array_equal(naive_mask(text, *mask.shape), mask)
    assert np.array_equal(decoded(text, mask), mask)
    assert np.array_equal(decoded(text, mask, order="F"), mask)


def test_the_example_of_the_data_science_bowl():
    # "'1 3 10 5' implies pixels 1,2,3,10,11,12,13,14 are to be included in the mask."
    mask = kaggle.decode("1 3 10 5", height=4, width=4)
    places = np.flatnonzero(mask.T.reshape(-1)) + 1
    assert places.tolist() == [1, 2, 3, 10, 11, 12, 13, 14]
    assert kaggle.encode(mask) == "1 3 10 5"
    # "1 is pixel (1,1), 2 is pixel (2,1), etc."
    assert kaggle.encode([[0, 0], [1, 0]]) == "2 1"


@settings(deadline=None, max_examples=120)
@given(masks(), st.randoms(use_true_random=False))
def test_stretches_in_any_order_and_in_pieces(mask, rng):
    words = kaggle.encode(mask).split()
    pairs = []
    for start, length in zip(map(int, words[0::2]), map(int, words[1::2]), strict=True):
        cut = rng.randrange(length)
        pairs += [(start, cut), (start + cut, length - cut)] if cut else [(start, length)]
    rng.shuffle(pairs)
    text = " ".join(f"{start} {length}" for start, length in pairs)
    assert np.array_equal(decoded(text, mask), mask)


def test_noise_in_any_order():
    mask = np.random.default_rng(0).random((300, 333)) < 0.4
    text = kaggle.encode(mask)
    assert text == naive_text(mask)
    words = text.split()
    pairs = [*zip(words[0::2], words[1::2], strict=True)]
    random.Random(0).shuffle(pairs)
    assert np.array_equal(decoded(" ".join(itertools.chain(*pairs)), mask), mask)


@pytest.mark.parametrize("shape", [(1, 1), (1, 65), (65, 1), (5, 7), (300, 400)])
def test_full_and_empty_masks_and_single_pixels(shape):
    area = shape[0] * shape[1]
    assert kaggle.encode(np.ones(shape)) == f"1 {area}"
    assert kaggle.encode(np.zeros(shape)) == ""
    assert decoded("", np.zeros(shape)).sum() == 0
    assert decoded(f"1 {area}", np.zeros(shape)).all()
    for y, x in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        mask = np.zeros(shape, bool)
        mask[y, x] = True
        assert kaggle.encode(mask) == naive_text(mask)
        assert np.array_equal(decoded(kaggle.encode(mask), mask), mask)


@pytest.mark.parametrize("none", [float("nan"), np.nan, np.float32("nan"), "", " ", " \t\r\n "])
def test_an_empty_cell_is_a_mask_without_a_set_pixel(none):
    mask = kaggle.decode(none, height=2, width=3)
    assert mask.tolist() == [[False] * 3] * 2


@pytest.mark.parametrize("text", ["3 1 5 2", " 3  1\t5\n2\r\n", "03 001 5 000000000000000002"])
def test_any_white_space_and_leading_zeros(text):
    assert kaggle.decode(text, height=2, width=3).tolist() == [[0, 1, 1], [0, 0, 1]]


@pytest.mark.parametrize("dtype", [bool, "u1", ">i2", "u8", "f2", ">f8"])
@pytest.mark.parametrize("layout", [np.ascontiguousarray, np.asfortranarray, np.flip])
def test_any_dtype_and_strides(layout, dtype):
    labels = np.arange(PATTERN.size).reshape(PATTERN.shape) % 120 + 1
    mask = layout(np.where(PATTERN, labels, 0).astype(dtype))
    assert kaggle.encode(mask) == naive_text(layout(PATTERN))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("text", ["", "1 2590", kaggle.encode(PATTERN)])
def test_a_decoded_mask_is_an_ordinary_bool_array_of_the_order_asked_for(text, order):
    mask = decoded(text, PATTERN, order=order)
    assert mask.dtype == bool
    assert mask.shape == (37, 70)
    assert mask.flags[f"{order}_CONTIGUOUS"]
    assert mask.flags.writeable


# --- what is refused -----------------------------------------------------------------------------


TYPED = "the text is {}, of type {}; give a str"
OTHER = "character {} of the text is {}; it must be digits and spaces"
BEYOND = "the stretch at {} of length {} ends at pixel {}, but the image of 2×3 has 6 pixels"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, TYPED.format("None", "NoneType")),
        (b"1 1", TYPED.format("b'1 1'", "bytes")),
        ([1, 1], TYPED.format("[1, 1]", "list")),
        (1.0, TYPED.format("1.0", "float")),
        (float("inf"), TYPED.format("inf", "float")),
        (10**400, TYPED.format("an integer of 1329 bits", "int")),
        ("1,1", OTHER.format(1, "','")),
        ("1 -1", OTHER.format(2, "'-'")),
        ("+1 1", OTHER.format(0, "'+'")),
        ("1 1.0", OTHER.format(3, "'.'")),
        ("1 1e0", OTHER.format(3, "'e'")),
        ("1_1 1", OTHER.format(1, "'_'")),
        ("nan", OTHER.format(0, "'n'")),
        ("1 ١", OTHER.format(2, "'١'")),  # a digit to Python, and not to anybody else
        ("1\u00a01", OTHER.format(1, "'\\xa0'")),
        ("1\x0b1", OTHER.format(1, "'\\x0b'")),
        ("1 1\0", OTHER.format(3, "'\\x00'")),
        ("1 \ud800", OTHER.format(2, "'\\ud800'")),
        ("1", "the text has an odd number of numbers, 1; each start needs a length"),
        ("1 1 4", "the text has an odd number of numbers, 3; each start needs a length"),
        ("1 1 0 1", "start 2 of the text is 0; it must be at least 1"),
        ("1 1 3 0", "length 2 of the text is 0; it must be at least 1"),
        ("7 1", BEYOND.format(7, 1, 7)),
        ("5 2 6 2", BEYOND.format(6, 2, 7)),
        ("9" * 18 + " " + "9" * 18, BEYOND.format("9" * 18, "9" * 18, 2 * 10**18 - 3)),
        (
            "1 1 3 " + "9" * 10**6,
            "the text has the number '999999999999...9999999999999' of 1000000 digits; the limit "
            "is 18",
        ),
        ("1 3 3 2", "the stretches at 1 and 3 overlap"),
        ("3 2 1 3", "the stretches at 1 and 3 overlap"),
        ("4 1 1 1 4 1", "the stretches at 4 and 4 overlap"),
        ("5 1 1 6 2 1", "the stretches at 1 and 2 overlap"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else type(value).__name__,
)
def test_texts_that_decode_refuses(text, sentence):
    with pytest.raises(InvalidRuns) as caught:
        kaggle.decode(text, height=2, width=3)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.zeros((0, 4)), "so no pixels; a mask has at least 1"),
        (np.zeros((2, 2, 2)), "so 3 dimensions; a mask has 2"),
        ([[0, np.nan]], "the mask holds NaN at row 0, column 1"),
        (np.broadcast_to(np.uint8(1), (2**20, 2**20)), "above the limit of 268435456 pixels"),
    ],
    ids=["empty", "3-D", "NaN", "large"],
)
def test_masks_that_encode_refuses(mask, words):
    with pytest.raises(InvalidMask, match=words):
        kaggle.encode(mask)


def test_sizes_and_orders_that_are_none(monkeypatch):
    for height, width in ((0, 3), (2, -1), (2.0, 3), (True, 3), (None, 3), (2**14, 2**14 + 1)):
        with pytest.raises(InvalidSize, match="the height is|the width is|above the limit"):
            kaggle.decode("1 1", height=height, width=width)
    with pytest.raises(InvalidArgument, match="order is 'A'"):
        kaggle.decode("1 1", height=2, width=3, order="A")
    monkeypatch.setattr("rle.MAX_PIXELS", 5)
    with pytest.raises(InvalidSize, match="above the limit of 5 pixels"):
        kaggle.decode("1 1", height=2, width=3)


ANY = st.integers(max_value=9) | st.floats() | st.none() | st.text(max_size=3) | st.lists(st.none())


@settings(deadline=None, max_examples=500)
@given(
    text=st.lists(st.integers(0, 12), max_size=6).map(lambda numbers: " ".join(map(str, numbers)))
    | st.text("0123456789 \t-+.eE_\n٣", max_size=12)
    | st.text(max_size=8)
    | st.binary(max_size=8)
    | ANY,
    height=st.integers(1, 5) | ANY,
    width=st.integers(1, 5) | ANY,
)
@example(text="1 1 2 1", height=1, width=2)
def test_garbage_raises_nothing_but_an_rle_error(text, height, width):
    try:
        mask = kaggle.decode(text, height=height, width=width)
    except RleError:
        whole = type(height) is int and type(width) is int and min(height, width) > 0
        assert not (isinstance(text, str) and whole) or naive_mask(text, height, width) is None
        return
    assert mask.shape == (height, width)
    expected = naive_mask(text if isinstance(text, str) else "", height, width)
    assert np.array_equal(mask, expected)


def test_what_is_refused_is_refused_before_anything_large_is_allocated():
    tracemalloc.start()
    try:
        for text in (f"1 {2**28 + 1}", f"1 2 1 {2**28}", f"{2**40} 1", "1 0"):
            with pytest.raises(InvalidRuns):
                kaggle.decode(text, height=2**14, width=2**14)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 200_000
