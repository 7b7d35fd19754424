"""rle.cvat against a pixel loop, cvat_sdk.masks and pycocotools."""

import json

import cvat_sdk.masks as sdk
import numpy as np
import pycocotools.mask as coco
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rle_oracles import blobs, masks, naive_decode, naive_encode

from rle import cvat

FIGURE = np.array([[0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]])


PATTERN = blobs(37, 70, seed=1, share=0.4)


def decoded(points, mask):
    return cvat.decode(points, height=mask.shape[0], width=mask.shape[1])


# --- what others say -----------------------------------------------------------------------------


@settings(deadline=None, max_examples=400)
@given(masks())
def test_encode_agrees_with_the_pixel_loop_and_with_cvat_sdk(mask):
    points = cvat.encode(mask)
    assert points == naive_encode(mask)
    assert points == sdk.encode_mask(mask)


@settings(deadline=None, max_examples=300)
@given(masks())
def test_decode_gives_back_what_was_encoded(mask):
    assert np.array_equal(decoded(cvat.encode(mask), mask), mask)


@st.composite
def images_and_points(draw):
    """Points of any legal kind: loose boxes, runs of length 0 anywhere, many runs or few."""
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 80))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left, width - 1)), draw(st.integers(top, height - 1))
    rest = (right - left + 1) * (bottom - top + 1)
    runs = []
    for longest in draw(st.lists(st.sampled_from((0, 1, 2, 10, 100)), max_size=40)):
        runs.append(draw(st.integers(0, min(longest, rest))))
        rest -= runs[-1]
    return height, width, [*runs, rest, *([0] * draw(st.integers(0, 3))), left, top, right, bottom]


@settings(deadline=None, max_examples=400)
@given(images_and_points())
def test_decode_agrees_with_the_pixel_loop_and_with_cvat_sdk(drawn):
    height, width, points = drawn
    mask = cvat.decode(points, height=height, width=width)
    assert np.array_equal(mask, naive_decode(points, height, width))
    assert np.array_equal(mask, sdk.decode_mask(points, image_width=width, image_height=height))
    cvat.validate(points, height=height, width=width)


# pycocotools hands its masks to numpy in a way that numpy 2 warns about.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@settings(deadline=None, max_examples=200)
@given(masks())
def test_pycocotools_sees_the_same_area_box_and_pixels(mask):
    *runs, left, top, right, bottom = cvat.encode(mask)
    theirs = coco.encode(np.asfortranarray(mask.view(np.uint8)))
    assert sum(runs[1::2]) == coco.area(theirs)
    if mask.any():
        assert [left, top, right - left + 1, bottom - top + 1] == coco.toBbox(theirs).tolist()
    # COCO counts run down the columns, so ours are those of the crop turned over.
    size = [right - left + 1, bottom - top + 1]
    crop = coco.decode(coco.frPyObjects({"size": size, "counts": runs}, *size)).T
    assert np.array_equal(crop, mask[top : bottom + 1, left : right + 1])


def test_the_figure_of_the_article_and_its_loose_box_are_the_same_mask():
    assert cvat.encode(FIGURE) == [1, 13, 2, 0, 8, 1]
    loose = cvat.decode([3, 6, 5, 7, 3, 0, 0, 11, 1], height=2, width=12)
    assert np.array_equal(loose, FIGURE != 0)
    assert np.array_equal(decoded([1, 13, 2, 0, 8, 1], FIGURE), loose)


# --- shapes and places ---------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 2, 7, 8, 63, 64, 65, 127, 128, 129, 4095, 4096, 4097])
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
    points = cvat.encode(mask)
    assert points == naive_encode(mask)
    assert np.array_equal(decoded(points, mask), mask)


@pytest.mark.parametrize(("y", "x"), [(0, 0), (0, 99), (79, 0), (79, 99), (40, 63), (40, 64)])
def test_a_single_pixel_anywhere(y, x):
    mask = np.zeros((80, 100), bool)
    mask[y, x] = True
    assert cvat.encode(mask) == [0, 1, x, y, x, y]
    assert np.array_equal(decoded([0, 1, x, y, x, y], mask), mask)


def test_a_full_mask_is_an_unset_run_of_nothing_and_one_run():
    assert cvat.encode(np.ones((30, 50), bool)) == [0, 1500, 0, 0, 49, 29]
    assert cvat.decode([0, 1500, 0, 0, 49, 29], height=30, width=50).all()


def test_an_empty_mask_is_one_unset_pixel_as_in_cvat_sdk():
    empty = np.zeros((3, 4), bool)
    assert cvat.encode(empty) == sdk.encode_mask(empty) == [1, 0, 0, 0, 0]
    assert np.array_equal(decoded([1, 0, 0, 0, 0], empty), empty)


def test_a_crop_whose_rows_touch_joins_its_runs():
    mask = np.zeros((4, 9), bool)
    mask[1, 2:7] = mask[2, 2:5] = mask[3, 4:7] = True
    assert cvat.encode(mask) == [0, 8, 4, 3, 2, 1, 6, 3] == naive_encode(mask)


def test_a_run_that_goes_on_in_the_next_row_takes_the_whole_width():
    mask = np.zeros((4, 9), bool)
    mask.reshape(-1)[16:20] = True
    assert cvat.encode(mask) == [7, 4, 7, 0, 1, 8, 2] == naive_encode(mask)


@pytest.mark.parametrize("share", [0.001, 0.02, 0.3, 0.5, 0.98])
@pytest.mark.parametrize("frame", [0, 5], ids=["whole image", "inside"])
def test_noise_of_a_quarter_megapixel(share, frame):
    mask = np.pad(np.random.default_rng(7).random((400, 600)) < share, frame)
    points = cvat.encode(mask)
    assert points == sdk.encode_mask(mask)
    assert np.array_equal(decoded(points, mask), mask)


def test_noise_with_one_run_longer_than_a_byte_holds():
    mask = np.random.default_rng(7).random((400, 600)) < 0.5
    mask[200] = True
    points = cvat.encode(mask)
    assert points == sdk.encode_mask(mask)
    assert np.array_equal(decoded(points, mask), mask)


@pytest.mark.parametrize("mean", [2, 8, 30, 47, 49, 100])
def test_many_runs_of_length_0_among_others(mean):
    rng = np.random.default_rng(mean)
    runs = rng.integers(0, 2 * mean, 6000) * rng.integers(0, 2, 6000)
    points = [*runs.tolist(), *([0] * 5), 0, 0, int(runs.sum()) - 1, 0]
    expected = np.repeat(np.arange(6000) % 2 == 1, runs)
    assert np.array_equal(cvat.decode(points, height=1, width=expected.size)[0], expected)


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
@pytest.mark.parametrize("pixels", [8191, 8192, 8193])
def test_many_runs_may_end_in_runs_of_length_0(pixels, zeros):
    points = [*([1] * pixels), *([0] * zeros), 0, 0, pixels - 1, 0]
    mask = cvat.decode(points, height=1, width=pixels)
    assert np.array_equal(mask[0], np.arange(pixels) % 2 == 1)


def test_twelve_megapixels():
    mask = np.zeros((3000, 4000), bool)
    mask[900:2100, 1100:3300] = np.kron(blobs(120, 220, seed=3, share=0.6), np.ones((10, 10), bool))
    points = cvat.encode(mask)
    assert points == sdk.encode_mask(mask)
    assert np.array_equal(decoded(points, mask), mask)


def test_one_pixel_at_each_end_of_a_large_mask():
    mask = np.zeros((2000, 2000), bool)
    mask[0, 0] = mask[-1, -1] = True
    assert cvat.encode(mask) == [0, 1, 3_999_998, 1, 0, 0, 1999, 1999]


# --- what goes in and comes out ------------------------------------------------------------------


@pytest.mark.parametrize(
    "mask", [PATTERN, np.zeros((2, 2)), np.random.default_rng(0).random((300, 300)) < 0.5]
)
def test_points_are_plain_ints_that_json_takes(mask):
    points = cvat.encode(mask)
    assert type(points) is list
    assert {type(item) for item in points} == {int}
    assert json.loads(json.dumps(points)) == points


@pytest.mark.parametrize(
    "points", [cvat.encode(PATTERN), [0, PATTERN.size, 0, 0, 69, 36], [1, 0, 0, 0, 0]]
)
def test_a_decoded_mask_is_an_ordinary_bool_array(points):
    mask = decoded(points, PATTERN)
    assert mask.dtype == bool
    assert mask.shape == PATTERN.shape
    assert mask.flags.c_contiguous
    assert mask.flags.writeable
    assert set(np.unique(mask.view(np.uint8))) <= {0, 1}


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        np.array,
        lambda points: [float(item) for item in points],
        lambda points: [np.int32(item) for item in points],
        lambda points: [np.float32(item) for item in points],
        lambda points: [*map(float, points[:5]), *points[5:]],
        lambda points: [np.float64(points[0]), *points[1:]],
        lambda points: np.array(points, float),
        lambda points: np.array(points, np.longdouble),
        lambda points: np.array(points, np.uint64),
        lambda points: np.array(points, ">i4"),
        lambda points: np.array(points, np.uint8),
        lambda points: np.array(points, object),
        lambda points: np.repeat(points, 2)[::2],
    ],
)
def test_points_may_be_any_whole_numbers(form):
    points = cvat.encode(PATTERN)
    assert max(points) < 256
    assert np.array_equal(decoded(form(points), PATTERN), PATTERN)
    cvat.validate(form(points), height=37, width=70)
