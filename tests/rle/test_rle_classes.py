"""From an image of labels to a mask of each class and back, against decoding and painting."""

import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as pycocotools_mask
from rle_label_oracles import label_images, naive_encode, regions
from rle_oracles import masks
from rle_oracles import naive_encode as naive_points

from rle import _layers, cvat, multiclass
from rle._classes import (
    coco_to_multiclass,
    cvat_to_multiclass,
    multiclass_to_coco,
    multiclass_to_cvat,
)
from rle.exceptions import (
    InvalidArgument,
    InvalidBox,
    InvalidLabels,
    InvalidRuns,
    InvalidSize,
    RleError,
)


def set_values(labels, background):
    return [value for value in np.unique(labels).tolist() if value != background]


@settings(deadline=None, max_examples=100)
@given(labels=label_images(), background=st.sampled_from((0, 1, None, 2**63, -(2**63))))
def test_each_class_is_the_mask_of_its_label(labels, background):
    rle = naive_encode(labels)
    values = set_values(labels, background)
    points = multiclass_to_cvat(rle, background=background)
    assert list(points) == values
    assert points == {value: naive_points(labels == value) for value in values}
    segmentations = multiclass_to_coco(rle, background=background)
    assert list(segmentations) == values
    for value, segmentation in segmentations.items():
        fortran = np.asfortranarray(labels == value, np.uint8)
        expected = pycocotools_mask.encode(fortran)
        assert segmentation["size"] == expected["size"]
        assert segmentation["counts"] == expected["counts"].decode()


@settings(deadline=None, max_examples=100)
@given(labels=label_images(), data=st.data())
def test_classes_make_the_same_image_again(labels, data):
    height, width = labels.shape
    rle = naive_encode(labels)
    background = data.draw(st.sampled_from([None, *rle["values"]]))
    filled = 5 if background is None else background
    classes = multiclass_to_cvat(rle, background=background)
    again = cvat_to_multiclass(classes, height=height, width=width, background=filled)
    assert again == rle
    segmentations = multiclass_to_coco(rle, background=background)
    if segmentations:
        pairs = data.draw(st.permutations(list(segmentations.items())))
        assert coco_to_multiclass(pairs, background=filled) == rle


@st.composite
def layers(draw):
    """Masks of one size, and the values they are to be painted with."""
    first = draw(masks())
    height, width = first.shape
    count = draw(st.integers(0, 6))
    values = draw(st.lists(st.integers(-2, 3) | st.just(70_000), min_size=count, max_size=count))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shifts = rng.integers(0, (height, width), (count, 2)).tolist()
    shifted = [np.roll(first, shift, (0, 1)) for shift in shifts]
    stacked = [mask ^ (rng.random(mask.shape) < 0.02) for mask in shifted]
    return list(zip(values, stacked, strict=True)), height, width


@settings(deadline=None, max_examples=100)
@given(painted=layers(), background=st.sampled_from((0, -1, 9)))
def test_later_masks_are_painted_over_earlier_ones(painted, background):
    pairs, height, width = painted
    image = np.full((height, width), background)
    for value, mask in pairs:
        image[mask] = value
    expected = naive_encode(image)
    points = [(value, cvat.encode(mask)) for value, mask in pairs]
    found = cvat_to_multiclass(points, height=height, width=width, background=background)
    assert found == expected
    segmentations = [
        (value, pycocotools_mask.encode(np.asfortranarray(mask, np.uint8))) for value, mask in pairs
    ]
    if segmentations:
        assert coco_to_multiclass(segmentations, background=background) == expected


def test_hundreds_of_masks_one_over_the_other():
    rng = np.random.default_rng(1)
    image = np.zeros((70, 90), int)
    pairs = []
    for value in range(1, 400):
        top, left = rng.integers(0, (60, 80)).tolist()
        mask = np.zeros(image.shape, bool)
        mask[top : top + 1 + value % 37, left : left + 1 + value % 23] = True
        image[mask] = value
        pairs.append((value, cvat.encode(mask)))
    assert cvat_to_multiclass(pairs, height=70, width=90) == naive_encode(image)


def test_runs_that_could_be_one_are_one_and_runs_of_0_are_none():
    rle = {"size": [2, 3], "values": [4, 4, 9, 0, 4], "counts": [1, 2, 0, 1, 2]}
    image = multiclass.decode(rle)
    assert multiclass_to_cvat(rle) == {4: naive_points(image == 4)}
    assert multiclass_to_coco(rle, compressed=False) == {
        4: {"size": [2, 3], "counts": [0, 3, 1, 2]}
    }


def test_an_image_of_background_alone_has_no_classes():
    rle = {"size": [3, 4], "values": [0], "counts": [12]}
    assert multiclass_to_cvat(rle) == {}
    assert multiclass_to_coco(rle) == {}
    assert multiclass_to_cvat(rle, background=None) == {0: [0, 12, 0, 0, 3, 2]}
    assert multiclass_to_cvat(rle, background=7) == {0: [0, 12, 0, 0, 3, 2]}


def test_no_masks_are_an_image_of_background_alone():
    for pairs in ([], {}, iter([])):
        found = cvat_to_multiclass(pairs, height=3, width=4, background=-5)
        assert found == {"size": [3, 4], "values": [-5], "counts": [12]}


def test_empty_masks_are_painted_without_a_trace():
    pairs = [(1, [1, 0, 0, 0, 0]), (2, [0, 2, 1, 0, 2, 0]), (3, [6, 1, 1, 3, 2])]
    found = cvat_to_multiclass(pairs, height=3, width=4)
    assert found == {"size": [3, 4], "values": [0, 2, 0, 2, 0], "counts": [3, 1, 2, 1, 5]}


def test_pairs_may_be_zipped_tuples_lists_or_a_dict():
    points = [[0, 4, 0, 0, 1, 1], [0, 2, 1, 0, 2, 0]]
    expected = cvat_to_multiclass([(7, points[0]), (2, points[1])], height=2, width=3)
    for pairs in (
        zip([7, 2], points, strict=True),
        [[7, points[0]], [2, points[1]]],
        {7: points[0], 2: points[1]},
        ((np.uint8(7), tuple(points[0])), (np.int64(2), np.array(points[1]))),
    ):
        assert cvat_to_multiclass(pairs, height=2, width=3) == expected


@pytest.mark.parametrize("values", [(2**63, 2**64 - 1), (-(2**63), 2**63 - 1), (-1, 300)])
def test_values_of_64_bits(values):
    pairs = [(values[0], [0, 1, 0, 0, 0, 0]), (values[1], [0, 1, 1, 0, 1, 0])]
    rle = cvat_to_multiclass(pairs, height=1, width=3, background=values[0])
    assert rle == {"size": [1, 3], "values": [*values, values[0]], "counts": [1, 1, 1]}
    assert list(multiclass_to_cvat(rle, background=None)) == sorted(values)
    assert list(multiclass_to_cvat(rle, background=values[0])) == [values[1]]


def test_no_image_is_built():
    columns = naive_encode(regions(60, 80, 9, seed=4).repeat(100, axis=1))
    rle = {
        "size": [6000, 8000],
        "values": columns["values"],
        "counts": [count * 100 for count in columns["counts"]],
    }
    tracemalloc.start()
    try:
        classes = multiclass_to_cvat(rle)
        again = cvat_to_multiclass(classes, height=6000, width=8000)
        multiclass_to_coco(rle)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert again == rle
    assert peak < 6000 * 8000 / 4


# what is refused

POINTS = [0, 4, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("pairs", "error", "words"),
    [
        (None, InvalidRuns, "the pairs are of type NoneType; they must be a list of value and"),
        (5, InvalidRuns, "the pairs are of type int"),
        ("ab", InvalidRuns, "the pairs are of type str"),
        ([5], InvalidRuns, "pair 0 is 5; it must be a value and a mask"),
        (["ab"], InvalidRuns, "pair 0 is 'ab'"),
        ([(1, POINTS), (1, POINTS, 2)], InvalidRuns, "pair 1 is (1, [0, 4, 0, 0, 1, 1], 2); it"),
        ([()], InvalidRuns, "pair 0 is ()"),
        ([(1, POINTS), ("2", POINTS)], InvalidLabels, "value 1 is '2'; it must be a whole number"),
        ([(2.0, POINTS)], InvalidLabels, "value 0 is 2.0"),
        ([(None, POINTS)], InvalidLabels, "value 0 is None"),
        ([([1], POINTS)], InvalidLabels, "value 0 is [1]"),
        ([(10**400, POINTS)], InvalidLabels, "value 0 is an integer of 1329 bits; it must be"),
        ([(2**64, POINTS)], InvalidLabels, "value 0 is an integer of 65 bits"),
        ([(-1, POINTS), (2**63, POINTS)], InvalidLabels, "holds both -1 and 9223372036854775808"),
        ({"1": POINTS}, InvalidLabels, "value 0 is '1'"),
        ([(1, POINTS), (1, [3, 0, 0, 1, 1])], InvalidRuns, "mask 1: the mask's runs add up to 3"),
        ([(1, None)], InvalidRuns, "mask 0: points is of type NoneType"),
        ([(1, [0, 4, 0, 0, 3, 0])], InvalidBox, "mask 0: the box's right is 3"),
    ],
)
def test_pairs_that_are_refused(pairs, error, words):
    with pytest.raises(error, match=re.escape(words)) as caught:
        cvat_to_multiclass(pairs, height=2, width=3)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("background", ["0", 1.5, 2**64, -(2**63) - 1, [0]])
def test_backgrounds_that_are_refused(background):
    rle = {"size": [1, 1], "values": [0], "counts": [1]}
    for call in (
        lambda: multiclass_to_cvat(rle, background=background),
        lambda: multiclass_to_coco(rle, background=background),
        lambda: cvat_to_multiclass([], height=1, width=1, background=background),
        lambda: coco_to_multiclass([], background=background),
    ):
        with pytest.raises(InvalidArgument, match="the background is .*; it must be a whole"):
            call()


def test_sizes_that_are_refused():
    with pytest.raises(InvalidSize, match="the height is 0"):
        cvat_to_multiclass([], height=0, width=3)
    with pytest.raises(InvalidSize, match="there are no masks, so the image has no size"):
        coco_to_multiclass([])
    segmentations = [{"size": [2, 3], "counts": [6]}, {"size": [3, 2], "counts": [6]}]
    with pytest.raises(
        InvalidSize, match=re.escape("mask 1 has size [3, 2], but mask 0 has [2, 3]")
    ):
        coco_to_multiclass(enumerate(segmentations))


def test_damaged_dicts_are_refused():
    damaged = {"size": [1, 2], "values": [0], "counts": [1]}
    for call in (multiclass_to_cvat, multiclass_to_coco):
        with pytest.raises(InvalidRuns, match="the counts add up to 1, but the image of 1×2 has 2"):
            call(damaged)
    with pytest.raises(RleError):
        coco_to_multiclass([(1, {"size": [1, 2], "counts": [1]})])


GARBAGE = st.recursive(
    st.integers(-3, 9) | st.integers() | st.floats() | st.none() | st.text(max_size=2),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 3), inner),
    max_leaves=9,
)


@settings(deadline=None, max_examples=300)
@given(
    pairs=GARBAGE | st.lists(st.tuples(st.integers(-1, 3), st.just([0, 1, 0, 0, 0, 0]) | GARBAGE)),
    background=st.integers(0, 2) | GARBAGE,
)
def test_no_garbage_raises_anything_but_an_rle_error(pairs, background):
    for call in (
        lambda: cvat_to_multiclass(pairs, height=2, width=3, background=background),
        lambda: coco_to_multiclass(pairs, background=background),
    ):
        try:
            rle = call()
        except RleError:
            continue
        assert sum(rle["counts"]) == 6
        assert set(rle["values"]) <= {background, *dict(pairs)}


# the sweep


@settings(deadline=None, max_examples=100)
@given(
    area=st.integers(1, 60),
    unit=st.sampled_from((1, 2**55)),
    data=st.data(),
)
def test_the_topmost_mask_is_seen_in_every_cell(area, unit, data):
    cells = st.lists(st.booleans(), min_size=area, max_size=area)
    drawn = data.draw(st.lists(cells, max_size=9))
    seen = [0] * area
    edges, splits = [], [0]
    for index, mask in enumerate(drawn):
        seen = [index + 1 if there else under for there, under in zip(mask, seen, strict=True)]
        padded = [False, *mask, False]
        edges += [i * unit for i in range(area + 1) if padded[i] != padded[i + 1]]
        splits.append(len(edges))
    found, lengths = _layers.painted(np.array(edges, np.int64), np.array(splits), area * unit)
    assert (lengths > 0).all()
    assert found.repeat(lengths // unit).tolist() == seen
