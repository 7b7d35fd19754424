"""rle.coco against pycocotools and a pixel loop."""

import itertools
import json

import numpy as np
import pycocotools.mask as theirs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rle_oracles import blobs, masks

from benchmarks.rle import plain
from rle import _text, coco

# pycocotools hands its masks to numpy in a way that numpy 2 warns about.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

PATTERN = blobs(37, 70, seed=1, share=0.4)


def their_text(mask):
    return theirs.encode(np.asfortranarray(mask != 0, np.uint8))["counts"].decode("ascii")


def naive_counts(mask):
    runs = [(pixel, len([*run])) for pixel, run in itertools.groupby(mask.T.reshape(-1) != 0)]
    return [0] * bool(runs[0][0]) + [length for _, length in runs]


def naive_mask(counts, height, width):
    pixels = [place % 2 == 1 for place, count in enumerate(counts) for _ in range(count)]
    return np.array(pixels).reshape(width, height).T


def check(mask):
    listed, packed = coco.encode(mask, compressed=False), coco.encode(mask)
    assert packed == {"size": [*mask.shape], "counts": their_text(mask)}
    for segmentation in (listed, packed):
        assert np.array_equal(coco.decode(segmentation), mask)
        assert np.array_equal(coco.decode(segmentation, order="F"), mask)
        coco.validate(segmentation)
    return listed["counts"]


# --- what others say -----------------------------------------------------------------------------


@settings(deadline=None, max_examples=250)
@given(masks())
def test_encode_agrees_with_pycocotools_and_with_the_pixel_loop(mask):
    assert check(mask) == naive_counts(mask)


@st.composite
def images_and_counts(draw):
    """Counts of any legal kind: runs of length 0 anywhere, many or few."""
    height, width = draw(st.integers(1, 40)), draw(st.integers(1, 70))
    counts, rest = [], height * width
    for longest in draw(st.lists(st.sampled_from((0, 1, 2, 17, 100, 1000)), max_size=60)):
        counts.append(draw(st.integers(0, min(longest, rest))))
        rest -= counts[-1]
    return height, width, [*counts, rest, *([0] * draw(st.integers(0, 3)))]


@settings(deadline=None, max_examples=250)
@given(images_and_counts())
@example((2, 3, [1, 1, 0, 3, 0, 1]))
def test_counts_with_runs_of_length_0_are_read_as_the_pixel_loop_and_pycocotools_read_them(drawn):
    height, width, counts = drawn
    listed = {"size": [height, width], "counts": counts}
    packed = theirs.frPyObjects(listed, height, width)
    expected = naive_mask(counts, height, width)
    assert np.array_equal(theirs.decode(packed), expected)
    for segmentation in (listed, packed):
        assert np.array_equal(coco.decode(segmentation), expected)
        assert np.array_equal(coco.decode(segmentation, order="F"), expected)


# Where a number takes one character more, and on both sides of zero.
STEPS = [(1 << bits) + near for bits in (4, 9, 14, 19, 24, 29) for near in (-1, 0, 1)]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(STEPS) | st.integers(0, 100) | st.integers(0, 2**31), min_size=1))
def test_long_numbers_are_written_and_read(counts):
    text = plain.text_of(counts)
    assert _text.encode(np.array(counts)) == text
    assert _text.decode(text).tolist() == counts
    splits = np.array([0, len(counts), 2 * len(counts)])
    assert _text.encode_many(np.array(counts * 2), splits) == [text, text]
    both, places = _text.decode_many([text, text])
    assert (both.tolist(), places.tolist()) == (counts * 2, splits.tolist())
    # pycocotools writes beyond its memory where numbers have more than six characters.
    if max(counts) < 2**24:
        packed = theirs.frPyObjects({"size": [1, 1], "counts": counts}, 1, 1)
        assert packed["counts"].decode("ascii") == text


@pytest.mark.parametrize("gap", [15, 16, 511, 512, 16383, 16384, 524287, 524288, 2_000_000])
def test_gaps_whose_number_takes_one_character_more(gap):
    line = np.zeros((1, 3 * gap + 9), bool)
    line[0, [0, 3, gap + 3, gap + 8]] = True
    line[0, 2 * gap + 8 : -1] = True
    assert check(line) == [0, 1, 2, 1, gap - 1, 1, 4, 1, gap - 1, gap, 1]
    check(~line)
    check(line.T)


# --- shapes and places ---------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 2, 7, 8, 63, 64, 65, 127, 128, 129, 4097])
@pytest.mark.parametrize("column", [False, True], ids=["one row", "one column"])
@pytest.mark.parametrize(
    "pixels",
    [[0], [-1], [0, -1], slice(None), slice(None, None, 2), slice(1, None), slice(None, -1), []],
    ids=["first", "last", "both ends", "all", "every other", "but first", "but last", "none"],
)
def test_lines_of_any_length(length, column, pixels):
    line = np.zeros(length, bool)
    line[pixels] = True
    mask = line[:, np.newaxis] if column else line[np.newaxis, :]
    assert check(mask) == naive_counts(mask)


@pytest.mark.parametrize("shape", [(80, 100), (400, 700)])
@pytest.mark.parametrize(("y", "x"), [(0, 0), (0, -1), (-1, 0), (-1, -1), (40, 63), (40, 64)])
def test_a_single_pixel_anywhere(shape, y, x):
    mask = np.zeros(shape, bool)
    mask[y, x] = True
    assert check(mask) == naive_counts(mask)
    check(~mask)


def test_full_and_empty_masks_have_one_run_that_counts():
    for shape in ((30, 50), (1, 1), (400, 500)):
        assert check(np.ones(shape, bool)) == [0, shape[0] * shape[1]]
        assert check(np.zeros(shape, bool)) == [shape[0] * shape[1]]


@pytest.mark.parametrize("share", [0.001, 0.02, 0.3, 0.5, 0.98])
@pytest.mark.parametrize("long", [0, 16, 600, 20_000])
def test_noise_with_a_few_long_runs(share, long):
    flat = np.random.default_rng(7).random(400 * 601) < share
    for place in (0, 65_530, 131_000, flat.size - long):
        flat[place : place + long] = True
    check(flat.reshape(601, 400).T)


def test_twelve_megapixels():
    mask = np.zeros((3000, 4000), bool)
    mask[900:2100, 1100:3300] = blobs(120, 220, seed=3, share=0.6).repeat(10, 0).repeat(10, 1)
    check(mask)


# --- what goes in --------------------------------------------------------------------------------


NOISE, SPARSE = (np.random.default_rng(2).random((300, 333)) < share for share in (0.5, 0.001))

LAYOUTS = {
    "rows": np.ascontiguousarray,
    "columns": np.asfortranarray,
    "reversed": lambda mask: np.ascontiguousarray(mask[::-1])[::-1],
    "reversed columns": lambda mask: np.asfortranarray(mask[::-1, ::-1])[::-1, ::-1],
    "every third": lambda mask: np.repeat(np.repeat(mask, 2, axis=0), 3, axis=1)[::2, ::3],
    "inside": lambda mask: np.pad(mask, 9, constant_values=1)[9:-9, 9:-9],
    "inside columns": lambda mask: np.pad(mask.T, 9, constant_values=1)[9:-9, 9:-9].T,
    "channel": lambda mask: np.stack([mask == 0, mask, mask], axis=2)[..., 1],
}


@pytest.mark.parametrize(
    "dtype",
    [bool, "u1", "i1", "u2", "i2", "u4", "i8", "u8", ">i2", ">u4", ">i8", "f2", "f4", "f8", ">f4"],
)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("pattern", [PATTERN, NOISE, SPARSE], ids=["blobs", "noise", "sparse"])
def test_any_dtype_and_strides(pattern, layout, dtype):
    labels = np.arange(pattern.size).reshape(pattern.shape) % 120 + 1
    mask = LAYOUTS[layout](np.where(pattern, labels, 0).astype(dtype))
    before = mask.copy()
    assert coco.encode(mask)["counts"] == their_text(pattern)
    assert np.array_equal(mask, before)


@pytest.mark.parametrize(
    "value", [255, 1.5, -0.25, np.inf, -np.inf, 5e-324, -1, 2**63, -(2**63), 2**32, 256]
)
def test_whatever_is_not_zero_is_the_object(value):
    mask = np.where(PATTERN, value, -0.0 if isinstance(value, float) else 0)
    assert coco.encode(mask)["counts"] == their_text(PATTERN)
    assert coco.encode(mask.tolist())["counts"] == their_text(PATTERN)


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        lambda counts: [float(item) for item in counts],
        lambda counts: [np.uint8(item) for item in counts],
        lambda counts: np.array(counts, ">i4"),
        lambda counts: np.array(counts, float),
        lambda counts: np.array(counts, object),
        lambda counts: np.repeat(counts, 2)[::2],
    ],
)
@pytest.mark.parametrize("size", [[37, 70], (37, 70), np.array([37, 70]), [np.uint8(37), 70]])
def test_counts_and_sizes_may_be_any_whole_numbers(form, size):
    counts = coco.encode(PATTERN, compressed=False)["counts"]
    assert max(counts) < 256
    assert np.array_equal(coco.decode({"size": size, "counts": form(counts)}), PATTERN)


def test_strings_may_be_bytes_and_dicts_may_hold_more():
    text = their_text(PATTERN)
    for counts in (text, text.encode(), np.str_(text), np.bytes_(text.encode())):
        assert np.array_equal(coco.decode({"size": [37, 70], "counts": counts, "id": 7}), PATTERN)


@pytest.mark.parametrize("one", ["1", "Q0", "QP0", "QPPPPPP0"])
@pytest.mark.parametrize("minus_one", ["O", "oO", "ooooooO"])
def test_numbers_drawn_out_with_needless_characters_are_read(one, minus_one):
    mask = coco.decode({"size": [1, 5], "counts": f"{one}2{one}{minus_one}"})
    assert mask.tolist() == [[False, True, True, False, True]]


# --- what comes out ------------------------------------------------------------------------------


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("mask", [PATTERN, np.zeros((2, 2)), np.eye(150) > 0, np.eye(400) > 0])
def test_a_segmentation_is_plain_and_json_takes_it(mask, compressed):
    segmentation = coco.encode(mask, compressed=compressed)
    assert json.loads(json.dumps(segmentation)) == segmentation
    assert [type(item) for item in segmentation["size"]] == [int, int]
    assert type(segmentation["counts"]) is (str if compressed else list)
    assert {type(item) for item in segmentation["counts"]} == {str if compressed else int}


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("counts", [[2590], [0, 2590], coco.encode(PATTERN)["counts"]])
def test_a_decoded_mask_is_an_ordinary_bool_array_of_the_order_asked_for(counts, order):
    mask = coco.decode({"size": [37, 70], "counts": counts}, order=order)
    assert (mask.dtype, mask.shape) == (bool, (37, 70))
    assert mask.flags[f"{order}_CONTIGUOUS"]
    assert mask.flags.writeable
    assert set(np.unique(mask.view(np.uint8))) <= {0, 1}
