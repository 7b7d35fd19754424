"""What `rle.ops` takes and what it refuses, with a sentence; and that it never builds an image."""

import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rle_ops_sets import FORMS, given_as
from rle_oracles import blobs

import rle
from rle import ops
from rle.runs import Runs

BLOBS = [blobs(60, 80, seed=seed, share=0.3) for seed in range(4)]
TEXT = {"size": [2, 3], "counts": "06"}
LIST = {"size": [2, 3], "counts": [0, 6]}
POINTS = [0, 6, 0, 0, 2, 1]
RUNS = Runs([0, 6], height=2, width=3)

# Every function, of one set of masks.
ONE = {
    "area": ops.area,
    "bbox": ops.bbox,
    "centroid": ops.centroid,
    "contains": lambda masks, **size: ops.contains(masks, [(1, 1)], **size),
    "union": ops.union,
    "intersection": ops.intersection,
    "complement": ops.complement,
    "crop": lambda masks, **size: ops.crop(masks, (0, 0, 1, 1), **size),
    "shift": lambda masks, **size: ops.shift(masks, dx=1, dy=-1, **size),
}
TWO = {
    "iou": ops.iou,
    "overlap": ops.overlap,
    "intersections": ops.intersections,
    "difference": ops.difference,
}
EVERY = ONE | {
    name: lambda masks, f=function, **size: f(masks, masks[::-1], **size)
    for name, function in TWO.items()
}


def test_every_function_is_tried_here():
    assert sorted(EVERY) == ops.__all__


@pytest.fixture
def no_image(monkeypatch):
    """Makes whatever paints, or looks at pixels, raise, wherever it has been imported to."""
    names = ("paint", "changes", "column_changes", "image_of", "image_of_columns", "painted")
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "rle"]
    found = {
        id(vars(module)[name]): name for module in modules for name in names if name in vars(module)
    }

    def refuse(*_, **__):
        raise AssertionError("an image was built")

    assert set(found.values()) == set(names)
    for module in modules:
        for name, value in list(vars(module).items()):
            coder = name in ("encode", "decode", "encode_batch", "decode_batch")
            if id(value) in found or (coder and module is not rle._text):  # text is no image
                monkeypatch.setattr(module, name, refuse)
    with pytest.raises(AssertionError, match="an image was built"):
        rle.coco.decode(TEXT)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", EVERY)
def test_no_image_is_built(name, form, request):
    coded, size = given_as(BLOBS, form)
    right = EVERY[name](coded, **size)
    request.getfixturevalue("no_image")
    again = EVERY[name](coded, **size)
    assert np.array_equal(right, again) if isinstance(right, np.ndarray) else right == again


@pytest.mark.parametrize("form", ["list", "points", "columns", "rows"])
@pytest.mark.parametrize("name", EVERY)
def test_memory_goes_with_runs_not_with_pixels(name, form):
    side = 2**14  # 2**28 pixels, the most that is allowed
    squares = [[(1000 + 9 * i, 1100 + 9 * i) for i in range(5)], [(0, 3)], [(side - 40, side)]]
    if form == "list":
        masks = [
            {"size": [side, side], "counts": counts(rows, side)} for rows in squares
        ]  # squares on the diagonal, as their edges are the same in both orders
    elif form == "points":
        masks = [
            [0, (rows[0][1] - rows[0][0]) ** 2, rows[0][0], rows[0][0], *[rows[0][1] - 1] * 2]
            for rows in squares
        ]
    else:
        order = "F" if form == "columns" else "C"
        masks = [Runs(edges(r, side), height=side, width=side, order=order) for r in squares]
    size = {"height": side, "width": side}
    EVERY[name](masks, **size)  # what is made once is made
    tracemalloc.start()
    try:
        EVERY[name](masks, **size)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


def edges(rows, side):
    toggles = {
        y * side + x for begin, end in rows[:1] for y in range(begin, end) for x in (begin, end)
    }
    return sorted(toggles)


def counts(rows, side):
    return np.diff([0, *edges(rows, side), side**2]).tolist()


@pytest.mark.parametrize("masks", [[TEXT], [LIST], [RUNS], (RUNS,)])
def test_a_size_may_be_said_again_but_not_another(masks):
    assert ops.area(masks, height=2, width=3).tolist() == [6]
    with pytest.raises(
        rle.InvalidSize, match=r"masks\[0\] is 2×3, but height= and width= are 3×2; all must be"
    ):
        ops.area(masks, height=3, width=2)
    with pytest.raises(rle.InvalidSize, match="only one of height= and width= is given"):
        ops.area(masks, height=2)
    with pytest.raises(rle.InvalidSize, match="the height is 2.5; it must be a whole number"):
        ops.area(masks, height=2.5, width=3)


@pytest.mark.parametrize(
    ("masks", "error", "sentence"),
    [
        (TEXT, rle.InvalidArgument, r"masks is of type dict; give a list of masks: \[mask\]"),
        (RUNS, rle.InvalidArgument, r"masks is of type Runs; give a list of masks: \[mask\]"),
        (POINTS, rle.InvalidArgument, r"masks\[0\] is a number; give a list of masks, each of"),
        (np.array(POINTS), rle.InvalidArgument, r"masks is of type ndarray; give a list of masks"),
        (
            np.zeros((2, 3), bool),
            rle.InvalidArgument,
            r"masks is an array of shape \(2, 3\); rle.coco.encode_batch makes runs of pixels",
        ),
        ([TEXT, np.zeros((2, 3))], rle.InvalidArgument, r"masks\[1\] is an array of shape"),
        ("06", rle.InvalidArgument, "masks is of type str; it must be a list of masks"),
        (None, rle.InvalidArgument, "masks is of type NoneType"),
        (iter([TEXT]), rle.InvalidArgument, "masks is of type list_iterator"),
        ([TEXT, None], rle.InvalidArgument, r"masks\[1\] is of type NoneType; a mask is a COCO"),
        (["06"], rle.InvalidArgument, r"masks\[0\] is of type str"),
        ([TEXT, RUNS], rle.InvalidArgument, r"masks\[1\] is Runs, but masks\[0\] is a COCO dict"),
        ([RUNS, POINTS], rle.InvalidArgument, r"masks\[1\] is CVAT's points, but masks\[0\] is"),
        ([POINTS], rle.InvalidSize, "masks are CVAT's points, .* give height= and width="),
        (
            [TEXT, {"size": [3, 2], "counts": [0, 6]}],
            rle.InvalidSize,
            r"masks\[1\] is 3×2, but masks\[0\] is 2×3; all must be of one size",
        ),
        ([RUNS, Runs([], height=2, width=4)], rle.InvalidSize, r"masks\[1\] is 2×4"),
        ([TEXT, {"size": [2, 3]}], rle.InvalidRuns, "masks: segmentation 1: .* 'counts'"),
        ([LIST, {"size": [2, 3], "counts": [7]}], rle.InvalidRuns, "masks: segmentation 1: "),
        ([{"size": [2**20, 2**20], "counts": "0"}], rle.InvalidSize, "masks: segmentation 0: "),
    ],
)
@pytest.mark.parametrize("name", ONE)
def test_what_is_no_list_of_masks(name, masks, error, sentence):
    with pytest.raises(error, match=sentence):
        ONE[name](masks)


@pytest.mark.parametrize("name", TWO)
def test_the_sentence_says_whether_it_is_a_or_b(name):
    for wrong, error, sentence in (
        (TEXT, rle.InvalidArgument, "is of type dict; give a list"),
        ([TEXT, RUNS], rle.InvalidArgument, r"\[1\] is Runs, but"),
        ([POINTS], rle.InvalidSize, " are CVAT's points"),
        ([{"size": [2, 3], "counts": [9]}], rle.InvalidRuns, ": segmentation 0: "),
    ):
        with pytest.raises(error, match=f"^a {sentence}|^a{sentence}"):
            TWO[name](wrong, [TEXT])
        with pytest.raises(error, match=f"^b {sentence}|^b{sentence}"):
            TWO[name]([TEXT], wrong)
    with pytest.raises(
        rle.InvalidSize, match="the masks of a are 2×3, those of b 3×2; they must be of one size"
    ):
        TWO[name]([TEXT], [{"size": [3, 2], "counts": [0, 6]}])
    with pytest.raises(rle.InvalidRuns, match="^b: mask 1: "):
        TWO[name]([POINTS], [POINTS, [0, 7, 0, 0, 2, 1]], height=2, width=3)


def test_no_masks_at_all():
    for size in ({}, {"height": 2, "width": 3}):
        assert ops.area([], **size).shape == (0,)
        assert ops.bbox([], **size).shape == (0, 4)
        assert ops.centroid((), **size).shape == (0, 2)
        assert ops.contains([], [(1, 2)], **size).shape == (0, 1)
        assert ops.contains([], [], **size).shape == (0, 0)
        for function in (ops.iou, ops.overlap, ops.intersections):
            assert function([], [], **size).shape == (0, 0)
            assert function([], [TEXT, TEXT], **size).shape == (0, 2)
            assert function([RUNS], [], **size).shape == (1, 0)
        assert ops.complement([], **size) == ops.difference([], [RUNS], **size) == []
        assert ops.difference([TEXT], [], **size) == [TEXT]


def test_masks_given_are_left_alone():
    for form in FORMS:
        coded, size = given_as(BLOBS, form)
        before = (
            [mask.edges.copy() for mask in coded] if form in ("columns", "rows") else repr(coded)
        )
        for function in EVERY.values():
            function(coded, **size)
        if isinstance(before, str):
            assert repr(coded) == before
        else:
            assert all((a.edges == b).all() for a, b in zip(coded, before, strict=True))


def test_the_limit_is_read_when_it_is_needed(monkeypatch):
    monkeypatch.setattr(rle, "MAX_PIXELS", 5)
    for masks, size in (([TEXT], {}), ([POINTS], {"height": 2, "width": 3})):
        with pytest.raises(rle.InvalidSize, match="above the limit of 5 pixels"):
            ops.area(masks, **size)


NUMBERS = st.integers(-2, 9) | st.integers() | st.floats() | st.booleans() | st.just(10**400)
GARBAGE = st.recursive(
    NUMBERS | st.none() | st.text(max_size=3) | st.binary(max_size=3) | st.just(RUNS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=5,
)
DICTS = st.fixed_dictionaries(
    {
        "size": st.just([2, 3]) | st.lists(NUMBERS, max_size=3) | GARBAGE,
        "counts": st.lists(st.integers(0, 4), max_size=4)
        | st.lists(NUMBERS, max_size=4)
        | st.text("0123456PQoz", max_size=4)
        | st.binary(max_size=3)
        | GARBAGE,
    }
)
MASKS = (
    st.lists(DICTS | st.just(LIST), max_size=3)
    | st.lists(st.lists(NUMBERS, max_size=7) | st.just(POINTS), max_size=3)
    | st.lists(GARBAGE, max_size=3)
    | GARBAGE
)
SIZES = st.none() | st.sampled_from((2, 3)) | GARBAGE


@settings(deadline=None, max_examples=500)
@given(a=MASKS, b=MASKS, extra=GARBAGE, height=SIZES, width=SIZES)
@example(a=[LIST], b=[LIST], extra=[0, 0, 1, 1], height=2, width=3)
def test_no_garbage_raises_anything_but_an_rle_error(a, b, extra, height, width):
    size = {"height": height, "width": width}
    for call in (
        lambda: ops.area(a, **size),
        lambda: ops.bbox(a, **size),
        lambda: ops.centroid(a, **size),
        lambda: ops.contains(a, extra, **size),
        lambda: ops.iou(a, b, extra, **size),
        lambda: ops.overlap(a, b, **size),
        lambda: ops.union(a, **size),
        lambda: ops.intersection(a, **size),
        lambda: ops.difference(a, b, **size),
        lambda: ops.complement(a, **size),
        lambda: ops.crop(a, extra, **size),
        lambda: ops.shift(a, dx=extra, dy=1, **size),
    ):
        try:
            call()
        except rle.RleError as fault:
            assert str(fault)
