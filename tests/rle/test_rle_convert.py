"""rle.convert against cvat_sdk.masks, pycocotools and itself: every path gives the same mask."""

import json
import random
import tracemalloc

import cv2
import cvat_sdk.masks as sdk
import numpy as np
import pycocotools.mask as pycoco
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rle_oracles import blobs, masks, naive_decode, naive_encode

import rle
from rle import _columns, _convert_many, _crop, _placing, _turn, _turn_many, convert, cvat
from rle.exceptions import InvalidBox, InvalidRuns, InvalidSize, RleError
from rle.runs import Runs, decode, encode

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def coco_of(mask):
    """A mask's segmentation, by pycocotools."""
    found = pycoco.encode(np.asfortranarray(mask.astype(np.uint8)))
    return {"size": list(mask.shape), "counts": found["counts"].decode()}


def pixels_of(segmentation):
    height, width = segmentation["size"]
    if isinstance(segmentation["counts"], list):
        segmentation = pycoco.frPyObjects(segmentation, height, width)
    return pycoco.decode(segmentation).astype(bool)


@st.composite
def images_and_points(draw):
    """Points of any legal kind: loose boxes, runs of length 0 anywhere, many runs or few."""
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 80))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left, width - 1)), draw(st.integers(top, height - 1))
    rest = (right - left + 1) * (bottom - top + 1)
    lengths = []
    for longest in draw(st.lists(st.sampled_from((0, 1, 2, 10, 100)), max_size=40)):
        lengths.append(draw(st.integers(0, min(longest, rest))))
        rest -= lengths[-1]
    zeros = [0] * draw(st.integers(0, 3))
    return height, width, [*lengths, rest, *zeros, left, top, right, bottom]


@st.composite
def images_and_counts(draw):
    """COCO's counts of any legal kind: runs of length 0 anywhere."""
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 40))
    rest, counts = height * width, []
    for longest in draw(st.lists(st.sampled_from((0, 1, 2, 10, 100)), max_size=40)):
        counts.append(draw(st.integers(0, min(longest, rest))))
        rest -= counts[-1]
    return height, width, [*counts, rest, *([0] * draw(st.integers(0, 3)))]


# --- what others say -----------------------------------------------------------------------------


@settings(deadline=None, max_examples=150)
@given(masks())
def test_cvat_and_coco_agree_with_cvat_sdk_and_pycocotools(mask):
    height, width = mask.shape
    points, segmentation = sdk.encode_mask(mask), coco_of(mask)
    assert convert.cvat_to_coco(points, height=height, width=width) == segmentation
    assert convert.coco_to_cvat(segmentation) == points


@settings(deadline=None, max_examples=200)
@given(images_and_points())
def test_points_of_any_legal_kind_are_turned_into_what_they_paint(drawn):
    height, width, points = drawn
    mask = naive_decode(points, height, width)
    assert convert.cvat_to_coco(points, height=height, width=width) == coco_of(mask)
    found = convert.cvat_to_runs(points, height=height, width=width)
    assert found.edges.tolist() == encode(mask, order="C").edges.tolist()
    assert np.array_equal(decode(found), mask)


@settings(deadline=None, max_examples=200)
@given(images_and_counts())
def test_counts_of_any_legal_kind_are_turned_into_what_they_paint(drawn):
    height, width, counts = drawn
    mask = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(width, height).T
    segmentation = {"size": [height, width], "counts": counts}
    assert convert.coco_to_cvat(segmentation) == naive_encode(mask)
    found = convert.coco_to_runs(segmentation)
    assert found.edges.tolist() == encode(mask, order="F").edges.tolist()
    assert np.array_equal(decode(found), mask)


@settings(deadline=None, max_examples=150)
@given(masks(), st.sampled_from("FC"))
def test_runs_are_written_from_either_order(mask, order):
    found = encode(mask, order=order)
    assert convert.runs_to_cvat(found) == naive_encode(mask)
    assert convert.runs_to_coco(found) == coco_of(mask)
    plain = convert.runs_to_coco(found, compressed=False)
    assert type(plain["counts"]) is list
    assert np.array_equal(pixels_of(plain), mask)


LARGE = {
    "smooth": np.kron(blobs(90, 120, seed=2, share=0.5), np.ones((10, 10), bool)),
    "rough": blobs(700, 900, seed=2, share=0.5),
    "noise": np.random.default_rng(2).random((500, 700)) < 0.5,
    "noise inside": np.pad(np.random.default_rng(2).random((300, 300)) < 0.5, 100),
    "noise on all rows": np.pad(
        np.random.default_rng(2).random((300, 300)) < 0.5, ((0, 0), (50, 60))
    ),
    "noise on all columns": np.pad(
        np.random.default_rng(2).random((300, 300)) < 0.5, ((50, 60), (0, 0))
    ),
    "noise in a few rows": np.pad(
        np.random.default_rng(2).random((40, 2000)) < 0.5, ((300, 300), (0, 0))
    ),
    "noise in a few columns": np.pad(
        np.random.default_rng(2).random((2000, 40)) < 0.5, ((0, 0), (300, 300))
    ),
    "full": np.ones((300, 400), bool),
    "a line": np.eye(400, 500, 30, dtype=bool),
    "columns": np.tile([True, False], (300, 200)),
    "rows": np.tile([[True], [False]], (200, 300)),
    "one row": np.random.default_rng(2).random((1, 5000)) < 0.5,
    "one column": np.random.default_rng(2).random((5000, 1)) < 0.5,
}


@pytest.mark.parametrize("kind", LARGE)
def test_large_masks(kind):
    mask = LARGE[kind]
    height, width = mask.shape
    points, segmentation = sdk.encode_mask(mask), coco_of(mask)
    assert convert.cvat_to_coco(points, height=height, width=width) == segmentation
    assert convert.coco_to_cvat(segmentation) == points
    rows = convert.cvat_to_runs(points, height=height, width=width)
    assert rows.edges.tolist() == encode(mask, order="C").edges.tolist()
    assert convert.runs_to_cvat(rows) == points
    assert convert.runs_to_cvat(convert.coco_to_runs(segmentation)) == points
    assert convert.runs_to_coco(rows) == segmentation
    assert convert.cvat_to_coco_batch([points] * 2, height=height, width=width) == [
        segmentation,
        segmentation,
    ]
    assert convert.coco_to_cvat_batch([segmentation] * 2) == [points, points]


@pytest.mark.parametrize("row", [0, 2])
def test_a_run_that_goes_on_by_one_pixel_takes_the_whole_width(row):
    mask = np.zeros((4, 5), bool)
    mask[row, 4] = mask[row + 1, 0] = True
    points = naive_encode(mask)
    assert convert.runs_to_cvat(encode(mask, order="C")) == points
    assert convert.runs_to_cvat(encode(mask, order="F")) == points
    assert convert.coco_to_cvat(coco_of(mask)) == points
    assert convert.cvat_to_coco(points, height=4, width=5) == coco_of(mask)


@pytest.mark.parametrize("count", [0, 2, 999, 5000, 5001])
@pytest.mark.parametrize("before", [0, 1, 30, 59, 60])
def test_thousands_of_runs_of_length_0_are_no_run(before, count):
    lengths = [before, *[0] * count, 60 - before]
    mask = np.zeros(60, bool)
    if count % 2 == 0:
        mask[before:] = True
    points, found = [*lengths, 1, 1, 6, 10], {"size": [10, 6], "counts": lengths}
    image = np.zeros((12, 9), bool)
    image[1:11, 1:7] = mask.reshape(10, 6)
    assert convert.cvat_to_coco(points, height=12, width=9) == coco_of(image)
    assert convert.cvat_to_coco_batch([points], height=12, width=9) == [coco_of(image)]
    assert decode(convert.cvat_to_runs(points, height=12, width=9)).tolist() == image.tolist()
    expected = naive_encode(mask.reshape(6, 10).T)
    assert convert.coco_to_cvat(found) == expected
    assert convert.coco_to_cvat_batch([found]) == [expected]
    assert convert.runs_to_cvat(convert.coco_to_runs(found)) == expected


@pytest.mark.parametrize("count", [10, 4000])
def test_runs_that_come_to_nothing_in_many_places_are_no_run(count):
    # Unset ones, and between them set ones of length 0.
    lengths = [*[1, 0] * count, 0, 0]
    found = {"size": [count, 1], "counts": lengths}
    assert convert.coco_to_cvat(found) == [1, 0, 0, 0, 0]
    wide = {"size": [2, count // 2], "counts": lengths}
    assert convert.coco_to_cvat(wide) == [1, 0, 0, 0, 0]
    points = [*lengths, 0, 0, 1, count // 2 - 1]
    assert convert.cvat_to_coco(points, height=count, width=3, compressed=False) == {
        "size": [count, 3],
        "counts": [3 * count],
    }


# --- every path through every format -------------------------------------------------------------

STEPS = {
    "mask": {
        "cvat": cvat.encode,
        "coco": coco_of,
        "rows": lambda mask: encode(mask, order="C"),
        "columns": lambda mask: encode(mask, order="F"),
    },
    "cvat": {
        "mask": lambda points, **size: cvat.decode(points, **size),
        "coco": lambda points, **size: convert.cvat_to_coco(points, **size),
        "counts": lambda points, **size: convert.cvat_to_coco(points, compressed=False, **size),
        "rows": lambda points, **size: convert.cvat_to_runs(points, **size),
        "batch": lambda points, **size: convert.cvat_to_coco_batch([points], **size)[0],
    },
    "coco": {
        "mask": pixels_of,
        "cvat": convert.coco_to_cvat,
        "columns": convert.coco_to_runs,
        "batch": lambda found: convert.coco_to_cvat_batch([found])[0],
    },
    "rows": {
        "mask": decode,
        "cvat": convert.runs_to_cvat,
        "coco": convert.runs_to_coco,
        "columns": lambda found: found.in_order("F"),
    },
}
STEPS["counts"] = STEPS["coco"]
STEPS["columns"] = {**STEPS["rows"], "rows": lambda found: found.in_order("C")}
# What a batch gives is what its source's other form is.
GIVES = {("cvat", "batch"): "coco", ("coco", "batch"): "cvat", ("counts", "batch"): "cvat"}


@settings(deadline=None, max_examples=150)
@given(masks(), st.lists(st.integers(0, 59), min_size=2, max_size=12))
def test_every_path_leads_to_the_same_mask(mask, turns):
    size = dict(zip(("height", "width"), mask.shape, strict=True))
    form, value = "mask", mask
    for number in turns:
        ways = sorted(STEPS[form])
        chosen = ways[number % len(ways)]
        value = STEPS[form][chosen](value, **(size if form == "cvat" else {}))
        form = GIVES.get((form, chosen), chosen)
    if form != "mask":
        assert (
            value
            == {
                "cvat": naive_encode(mask),
                "coco": coco_of(mask),
                "counts": convert.runs_to_coco(encode(mask), compressed=False),
                "rows": encode(mask, order="C"),
                "columns": encode(mask, order="F"),
            }[form]
        )
        value = STEPS[form]["mask"](value, **(size if form == "cvat" else {}))
    assert np.array_equal(value, mask)


# --- no image ------------------------------------------------------------------------------------


def test_ordinary_masks_are_converted_without_an_image(monkeypatch):
    def refuse(*arguments, **named):
        raise AssertionError("an image was built")

    drawn = [LARGE["smooth"], LARGE["full"], LARGE["a line"], np.zeros((9, 9), bool)]
    expected = [(sdk.encode_mask(mask), coco_of(mask), mask.shape) for mask in drawn]
    for module in (_turn, _placing, _crop, _columns):
        for name in ("paint", "painted", "changes", "image_of", "runs_and_box", "image_of_columns"):
            monkeypatch.setattr(module, name, refuse, raising=False)
    monkeypatch.setattr(cv2, "transpose", refuse)
    for points, segmentation, (height, width) in expected:
        assert convert.cvat_to_coco(points, height=height, width=width) == segmentation
        assert convert.coco_to_cvat(segmentation) == points
        rows = convert.cvat_to_runs(points, height=height, width=width)
        assert convert.runs_to_coco(rows) == segmentation
        assert convert.runs_to_cvat(convert.coco_to_runs(segmentation)) == points
        assert convert.cvat_to_coco_batch([points], height=height, width=width) == [segmentation]
        assert convert.coco_to_cvat_batch([segmentation]) == [points]


# --- many ----------------------------------------------------------------------------------------


def assorted(count, height, width, *, seed=0):
    """Masks small and large, empty and full, in any order."""
    chance = random.Random(seed)
    drawn = []
    for index in range(count):
        mask = np.zeros((height, width), bool)
        kind = chance.choice(("empty", "full", "pixel", "rectangle", "blob", "noise"))
        top, left = chance.randrange(height), chance.randrange(width)
        high, wide = chance.randint(1, height), chance.randint(1, width)
        part = mask[top : top + high, left : left + wide]
        if kind == "full":
            mask[:] = True
        elif kind == "pixel":
            mask[top, left] = True
        elif kind == "rectangle":
            part[:] = True
        elif kind == "blob":
            part[:] = blobs(*part.shape, seed=index, share=0.5)
        elif kind == "noise":
            part[:] = np.random.default_rng(index).random(part.shape) < 0.5
        drawn.append(mask)
    return drawn


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 70), (70, 1), (50, 70), (120, 90)])
@pytest.mark.parametrize("small", [0, 40, _turn_many.SMALL])
def test_many_are_converted_as_each_alone(height, width, small, monkeypatch):
    monkeypatch.setattr(_turn_many, "SMALL", small)
    drawn = assorted(2 * _convert_many._AT_ONCE + 7, height, width)
    points = [cvat.encode(mask) for mask in drawn]
    found = [convert.cvat_to_coco(one, height=height, width=width) for one in points]
    assert convert.cvat_to_coco_batch(points, height=height, width=width) == found
    assert convert.coco_to_cvat_batch(found) == points
    plain = convert.cvat_to_coco_batch(points, height=height, width=width, compressed=False)
    assert plain == [
        convert.cvat_to_coco(one, height=height, width=width, compressed=False) for one in points
    ]
    assert convert.coco_to_cvat_batch(plain) == points


@settings(deadline=None, max_examples=80)
@given(st.lists(masks(), max_size=6))
def test_segmentations_of_many_sizes_are_converted_together(drawn):
    found = [coco_of(mask) for mask in drawn]
    assert convert.coco_to_cvat_batch(found) == [naive_encode(mask) for mask in drawn]


@settings(deadline=None, max_examples=80)
@given(st.lists(images_and_points(), max_size=6))
def test_points_of_any_legal_kind_are_converted_together(drawn):
    height, width = 12, 80
    points = [one[2] for one in drawn]
    assert convert.cvat_to_coco_batch(points, height=height, width=width) == [
        coco_of(naive_decode(one, height, width)) for one in points
    ]


@settings(deadline=None, max_examples=80)
@given(st.lists(images_and_counts(), max_size=6))
def test_counts_of_any_legal_kind_are_converted_together(drawn):
    found = [{"size": [height, width], "counts": counts} for height, width, counts in drawn]
    assert convert.coco_to_cvat_batch(found) == [convert.coco_to_cvat(one) for one in found]


def test_none_are_none():
    assert convert.cvat_to_coco_batch([], height=3, width=4) == []
    assert convert.coco_to_cvat_batch([]) == []
    with pytest.raises(InvalidSize, match="the height is 0"):
        convert.cvat_to_coco_batch([], height=0, width=4)


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        np.array,
        lambda points: [float(item) for item in points],
        lambda points: [*map(float, points[:5]), *points[5:]],
        lambda points: np.array(points, float),
        lambda points: np.array(points, ">i4"),
        lambda points: [np.int16(item) for item in points],
    ],
)
def test_points_may_be_any_whole_numbers(form):
    drawn = assorted(20, 20, 30, seed=1)
    points = [cvat.encode(mask) for mask in drawn]
    expected = [coco_of(mask) for mask in drawn]
    given_points = [form(one) for one in points]
    kept = [list(one) for one in given_points]
    assert [convert.cvat_to_coco(one, height=20, width=30) for one in given_points] == expected
    assert convert.cvat_to_coco_batch(given_points, height=20, width=30) == expected
    mixed = [*points[:10], *given_points[10:]]
    assert convert.cvat_to_coco_batch(tuple(mixed), height=20, width=30) == expected
    for one, found in zip(given_points, drawn, strict=True):
        assert np.array_equal(decode(convert.cvat_to_runs(one, height=20, width=30)), found)
    assert [list(one) for one in given_points] == kept


def test_a_block_of_points_is_many_masks():
    block = np.array([[1, 3, 0, 0, 1, 1], [2, 2, 1, 1, 2, 2]])
    expected = [convert.cvat_to_coco(row.tolist(), height=4, width=5) for row in block]
    assert convert.cvat_to_coco_batch(block, height=4, width=5) == expected


WRONG = [
    ([1, 0, 0, 0], InvalidRuns, "points has 4 items"),
    ([2, 0, 0, 0, 0], InvalidRuns, "run 0 is 2, but"),
    ([0, 0, 0, 0, 0, 0], InvalidRuns, "add up to 0"),
    ([-1, 2, 0, 0, 0, 0], InvalidRuns, "run 0 is -1, below 0"),
    ([1, 5, 0, 5, 0], InvalidBox, "the box's right is 5, but the image's last column is 4"),
    ([1, 0, 4, 0, 4], InvalidBox, "the box's bottom is 4, but the image's last row is 3"),
    ([1, -1, 0, 0, 0], InvalidBox, "the box's left is -1, below 0"),
    ([1, 1, 0, 0, 0], InvalidBox, "the box's left is 1, beyond its right, 0"),
    ([1, 0, 1, 0, 0], InvalidBox, "the box's top is 1, beyond its bottom, 0"),
    ([1, 0, 0, 0, 2**63], InvalidRuns, "beyond the limit of 64 bits"),
    ([2**62] * 4 + [1, 0, 0, 0, 0], InvalidRuns, "run 0 is 4611686018427387904, but"),
    ([1, 0, 0, 0, 0.5], InvalidRuns, "which is not a whole number"),
    ([1, 0, 0, 0, None], InvalidRuns, "which is no number"),
    (np.ones((1, 5), int), InvalidRuns, "it must be flat"),
    ("10000", InvalidRuns, "points is of type str"),
    (None, InvalidRuns, "points is of type NoneType"),
    (5, InvalidRuns, "points is of type int"),
]


@pytest.mark.parametrize(("points", "error", "sentence"), WRONG)
def test_wrong_points_are_refused_alone_and_by_number_among_many(points, error, sentence):
    right = [1, 3, 0, 0, 1, 1]
    with pytest.raises(error, match=sentence):
        convert.cvat_to_coco(points, height=4, width=5)
    with pytest.raises(error, match=sentence):
        convert.cvat_to_runs(points, height=4, width=5)
    with pytest.raises(error, match=f"^mask 2: .*{sentence}"):
        convert.cvat_to_coco_batch([right, right, points, right], height=4, width=5)


@pytest.mark.parametrize(
    "segmentation",
    [
        {"size": [4, 5], "counts": [19]},
        {"size": [4, 5], "counts": [-1, 21]},
        {"size": [4, 5], "counts": "d"},
        {"size": [4, 5], "counts": "\n"},
        {"size": [4, 5]},
        {"counts": [20]},
        {"size": [0, 5], "counts": []},
        {"size": [2**20, 2**20], "counts": [2**40]},
        [4, 5],
        None,
    ],
)
def test_wrong_segmentations_are_refused_alone_and_by_number_among_many(segmentation):
    right = {"size": [4, 5], "counts": [20]}
    for convert_one in (convert.coco_to_cvat, convert.coco_to_runs):
        with pytest.raises(RleError):
            convert_one(segmentation)
    with pytest.raises(RleError, match="^mask 2: "):
        convert.coco_to_cvat_batch([right, right, segmentation, right])


@pytest.mark.parametrize("many", [None, 5, "abc", {}, {"size": [1, 1]}, iter([]), np.array(5)])
def test_what_is_no_list_of_masks_is_refused(many):
    sentence = f"of type {type(many).__name__}; they must be a list"
    with pytest.raises(InvalidRuns, match=sentence):
        convert.cvat_to_coco_batch(many, height=4, width=5)
    with pytest.raises(InvalidRuns, match=sentence):
        convert.coco_to_cvat_batch(many)


@pytest.mark.parametrize("other", [None, [1, 0, 0, 0, 0], {"size": [1, 1], "counts": [1]}, Runs])
def test_what_is_no_runs_is_refused(other):
    sentence = f"of type {type(other).__name__}; they must be rle.Runs"
    with pytest.raises(InvalidRuns, match=sentence):
        convert.runs_to_cvat(other)
    with pytest.raises(InvalidRuns, match=sentence):
        convert.runs_to_coco(other)


def test_sizes_above_the_limit_are_refused(monkeypatch):
    points, found = [1, 3, 0, 0, 1, 1], {"size": [3, 4], "counts": [11, 1]}
    monkeypatch.setattr(rle, "MAX_PIXELS", 12)
    assert convert.coco_to_cvat(convert.cvat_to_coco(points, height=3, width=4)) == points
    assert convert.coco_to_cvat_batch([found]) == [[0, 1, 3, 2, 3, 2]]
    monkeypatch.setattr(rle, "MAX_PIXELS", 11)
    for call in (
        lambda: convert.cvat_to_coco(points, height=3, width=4),
        lambda: convert.cvat_to_runs(points, height=3, width=4),
        lambda: convert.cvat_to_coco_batch([points], height=3, width=4),
        lambda: convert.coco_to_cvat(found),
        lambda: convert.coco_to_runs(found),
        lambda: convert.coco_to_cvat_batch([found]),
    ):
        with pytest.raises(InvalidSize, match="above the limit of 11 pixels"):
            call()


def test_runs_that_add_up_only_beyond_64_bits_are_refused(monkeypatch):
    monkeypatch.setattr(rle, "MAX_PIXELS", 2**62)
    one = [1, 0, 0, 0, 0]
    for points in ([*[2**62] * 4, 1, 0, 0, 0, 0], [*[2**61] * 8, 4, 0, 0, 1, 1]):
        with pytest.raises(InvalidRuns, match="^mask 1: "):
            convert.cvat_to_coco_batch([one, points], height=2**31, width=2**31)


# --- what comes out ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["rough", "noise", "full"])
def test_results_are_plain_and_json_takes_them(kind):
    mask = LARGE[kind]
    height, width = mask.shape
    for points in (
        convert.coco_to_cvat(coco_of(mask)),
        convert.coco_to_cvat_batch([coco_of(mask)])[0],
        convert.runs_to_cvat(encode(mask)),
        convert.runs_to_cvat(encode(mask, order="C")),
    ):
        assert type(points) is list
        assert {type(item) for item in points} == {int}
        for compressed in (False, True):
            size = {"height": height, "width": width, "compressed": compressed}
            for found in (
                convert.cvat_to_coco(points, **size),
                convert.cvat_to_coco_batch([points], **size)[0],
            ):
                assert json.loads(json.dumps(found)) == found
                assert found["size"] == [height, width]
                assert type(found["counts"]) is (str if compressed else list)


def test_each_mask_of_a_batch_has_a_list_of_its_own():
    empty = {"size": [2, 2], "counts": [4]}
    first, second = convert.coco_to_cvat_batch([empty, empty])
    first.append(7)
    assert second == [1, 0, 0, 0, 0] == convert.coco_to_cvat(empty)


# --- hostile -------------------------------------------------------------------------------------

NUMBERS = (
    st.integers(-3, 30)
    | st.integers()
    | st.floats()
    | st.integers(0, 30).map(float)
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1).map(np.int64)
    | st.just(10**400)
)
GARBAGE = st.recursive(
    NUMBERS | st.none() | st.text(max_size=3) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)
POINTS = (
    st.lists(NUMBERS, max_size=12)
    | st.lists(st.integers(0, 9), min_size=5, max_size=9)
    | st.lists(GARBAGE, max_size=8)
    | st.lists(st.integers(-(2**63), 2**63 - 1), max_size=9).map(lambda v: np.array(v, np.int64))
    | GARBAGE
)
SEGMENTATIONS = (
    st.fixed_dictionaries(
        {
            "size": st.lists(st.integers(1, 5), min_size=2, max_size=2) | GARBAGE,
            "counts": st.text("0123456789?@ABCPQabcdo", max_size=8)
            | st.lists(st.integers(0, 9), max_size=6)
            | GARBAGE,
        }
    )
    | GARBAGE
)


@settings(deadline=None, max_examples=350)
@given(POINTS, st.integers(-1, 9) | GARBAGE, st.integers(-1, 9) | GARBAGE)
@example([3, 6, 5, 7, 3, 0, 0, 11, 1], 2, 12)
def test_no_points_raise_anything_but_an_rle_error(points, height, width):
    size = {"height": height, "width": width}
    try:
        found = convert.cvat_to_coco(points, **size)
    except RleError:
        for refused in (
            lambda: convert.cvat_to_runs(points, **size),
            lambda: convert.cvat_to_coco_batch([points], **size),
        ):
            with pytest.raises(RleError):
                refused()
    else:
        mask = cvat.decode(points, **size)
        assert np.array_equal(pixels_of(found), mask)
        assert np.array_equal(decode(convert.cvat_to_runs(points, **size)), mask)
        assert convert.cvat_to_coco_batch([points], **size) == [found]


@settings(deadline=None, max_examples=350)
@given(SEGMENTATIONS)
@example({"size": [2, 12], "counts": "5=6"})
def test_no_segmentation_raises_anything_but_an_rle_error(segmentation):
    try:
        points = convert.coco_to_cvat(segmentation)
    except RleError:
        for refused in (
            lambda: convert.coco_to_runs(segmentation),
            lambda: convert.coco_to_cvat_batch([segmentation]),
        ):
            with pytest.raises(RleError):
                refused()
    else:
        assert convert.runs_to_cvat(convert.coco_to_runs(segmentation)) == points
        assert convert.coco_to_cvat_batch([segmentation]) == [points]


@settings(deadline=None, max_examples=150)
@given(st.lists(POINTS, max_size=4) | GARBAGE, st.lists(SEGMENTATIONS, max_size=4) | GARBAGE)
def test_no_lists_raise_anything_but_an_rle_error(points, segmentations):
    for many, call in (
        (points, lambda: convert.cvat_to_coco_batch(points, height=4, width=6)),
        (segmentations, lambda: convert.coco_to_cvat_batch(segmentations)),
    ):
        try:
            found = call()
        except RleError:
            continue
        assert len(found) == len(many)


# A few numbers may stand for a large image with as many runs as pixels, each of several bytes.
@pytest.mark.parametrize(
    ("points", "height", "width"),
    [
        ([0, 2**20, 0, 0, 2**10 - 1, 2**10 - 1], 2**10, 2**10),
        ([0, 2**20, 0, 0, 2**20 - 1, 0], 1, 2**20),
        ([0, 2**20, 0, 0, 0, 2**20 - 1], 2**20, 1),
        ([0, 2**19, 0, 0, 2**19 - 1, 0], 2, 2**19),
        ([0, 2**19, 0, 0, 0, 2**19 - 1], 2**19, 2),
        ([2**19, 2**19, 0, 0, 2**19 - 1, 1], 2, 2**19),
        ([0, *[1, 1] * 2**19, 0, 0, 2**10 - 1, 2**10 - 1], 2**10, 2**10),
    ],
    ids=["all", "one row", "one column", "upper row", "left column", "lower row", "noise"],
)
def test_the_worst_points_take_a_few_bytes_for_each_pixel(points, height, width):
    mask = cvat.decode(points, height=height, width=width)
    found = coco_of(mask)
    size = {"height": height, "width": width}
    for call, expected, most in (
        (lambda: convert.cvat_to_coco(points, **size), found, 44),
        (lambda: convert.cvat_to_coco_batch([points], **size), [found], 44),
        (lambda: convert.coco_to_cvat(found), cvat.encode(mask), 44),
        (lambda: convert.coco_to_cvat_batch([found]), [cvat.encode(mask)], 44),
        (lambda: convert.cvat_to_runs(points, **size), encode(mask, order="C"), 12),
        (lambda: convert.coco_to_runs(found), encode(mask, order="F"), 20),
    ):
        tracemalloc.start()
        try:
            result = call()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert result == expected
        assert peak < most * mask.size + 16 * len(points)
