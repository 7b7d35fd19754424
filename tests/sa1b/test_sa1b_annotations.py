"""A JSON of SA-1B becomes arrays, or one sentence that says what is wrong with it."""

import json

import numpy as np
import pytest
from sa1b_checks import decoded
from sa1b_making import image

from cvat_sam.exceptions import InvalidSource
from cvat_sam.sa1b.annotations import parse


def small(seed=0, masks=6):
    return image(seed, height=60, width=90, masks=masks)


def parsed(read):
    return parse(json.dumps(read).encode())


def test_values_are_those_of_the_file():
    read = small()
    found = parsed(read)
    items = read["annotations"]
    assert (found.name, found.image_id) == (
        read["image"]["file_name"],
        read["image"]["image_id"],
    )
    assert (found.height, found.width) == (60, 90)
    assert found.ids.tolist() == [item["id"] for item in items]
    assert found.areas.tolist() == [item["area"] for item in items]
    assert found.bboxes.tolist() == [item["bbox"] for item in items]
    assert found.predicted_ious.tolist() == [item["predicted_iou"] for item in items]
    assert found.stability_scores.tolist() == [item["stability_score"] for item in items]
    assert found.point_coords.tolist() == [item["point_coords"][0] for item in items]
    assert found.crop_boxes.tolist() == [item["crop_box"] for item in items]


def test_masks_are_those_that_pycocotools_decodes():
    read = small()
    found = parsed(read)
    which = np.array([4, 1])
    for index, runs in zip(which, found.runs(which), strict=True):
        expected = decoded(read["annotations"][index]["segmentation"])
        edges = np.flatnonzero(np.diff(expected.ravel("F"), prepend=0, append=0))
        assert runs.edges.tolist() == edges.tolist()


def test_no_annotations_give_arrays_of_no_rows():
    read = {**small(), "annotations": []}
    found = parsed(read)
    assert found.bboxes.shape == (0, 4)
    assert found.point_coords.shape == (0, 2)
    assert found.areas.shape == found.predicted_ious.shape == (0,)
    assert found.areas.dtype == np.int64
    assert found.runs(np.arange(0)) == []


def test_what_need_not_be_there_is_not_a_number():
    read = small(masks=2)
    del read["image"]["image_id"]
    del read["annotations"][0]["id"], read["annotations"][0]["point_coords"]
    read["annotations"][1]["crop_box"] = None
    read["annotations"][1]["point_coords"] = []
    found = parsed(read)
    assert found.image_id is None
    assert found.ids.tolist() == [-1, read["annotations"][1]["id"]]
    assert np.isnan(found.point_coords).all()
    assert np.isnan(found.crop_boxes).all(axis=1).tolist() == [False, True]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"image"', "is not JSON: Expecting ':' delimiter"),
        (b"\xff\xfe\x00", "is not JSON: "),
        (b"[" * 200_000, "is nested too deep"),
        (b"[]", "is []; SA-1B's files hold an object"),
        (b"{}", "has no image and no annotations, but SA-1B's files do"),
        (b'{"image": {}}', "has no annotations, but SA-1B's files do"),
        (b'{"annotations": []}', "has no image, but SA-1B's files do"),
        (b'{"image": 3, "annotations": []}', "the image is 3; it should be an object"),
        (b'{"image": {}, "annotations": {}}', "annotations is {}; it should be a list"),
        (b'{"image": {}, "annotations": [3]}', "annotation 0 is 3; it should be an object"),
        (b'{"image": {}, "annotations": []}', "the image: height and width are missing"),
    ],
)
def test_what_is_no_such_json_is_said(data, sentence):
    with pytest.raises(InvalidSource) as raised:
        parse(data)
    assert str(raised.value).startswith(sentence)


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("area", None, "area is null; it should be a whole number from 0 to 2147483647"),
        ("area", -1, "area is -1; it should be a whole number from 0"),
        ("area", 2.5, "area is 2.5; it should be a whole number from 0"),
        ("area", True, "area is true; it should be a whole number from 0"),
        ("predicted_iou", None, "predicted_iou is null; it should be a number"),
        ("predicted_iou", float("nan"), "predicted_iou is nan; it should be a number"),
        ("predicted_iou", "0.9", "predicted_iou is '0.9'; it should be a number"),
        ("predicted_iou", True, "predicted_iou is true; it should be a number"),
        ("stability_score", 10**400, "stability_score is 1000"),
        ("bbox", None, "bbox is null; it should be [x, y, width, height]"),
        ("bbox", [1, 2, 3], "bbox is [1, 2, 3]; it should be [x, y, width, height]"),
        ("bbox", [1, 2, 3, "4"], "bbox has '4'; it should be numbers"),
        ("bbox", [1, 2, 3, float("inf")], "bbox has inf; it should be numbers"),
        ("bbox", [1, 2, 3, 10**400], "bbox has 1000"),
        ("crop_box", [1], "crop_box is [1]; it should be [x, y, width, height]"),
        ("point_coords", [[1, 2, 3]], "point_coords is [[1, 2, 3]]; it should be [[x, y]]"),
        ("point_coords", 7, "point_coords is 7; it should be [[x, y]]"),
        ("id", "a", "id is 'a'; it should be a whole number"),
        ("id", 2**63, "id is 9223372036854775808; it should be a whole number"),
    ],
)
def test_a_value_that_cannot_be_is_said(key, value, sentence):
    read = small(masks=3)
    read["annotations"][1][key] = value
    with pytest.raises(InvalidSource) as raised:
        parsed(read)
    assert str(raised.value).startswith(f"annotation 1: {sentence}")


@pytest.mark.parametrize(
    ("segmentation", "sentence"),
    [
        (None, "annotation 1: the segmentation is of type NoneType"),
        ({"size": [60, 90], "counts": "!"}, "annotation 1: "),
        ({"size": [60, 90], "counts": [5399]}, "annotation 1: the counts add up to 5399"),
        ({"size": [90, 60], "counts": [5400]}, "annotation 1: its mask is 90×60, but the image"),
    ],
)
def test_a_damaged_mask_is_said_when_it_is_parsed_and_not_before(segmentation, sentence):
    read = small(masks=3)
    read["annotations"][1]["segmentation"] = segmentation
    found = parsed(read)
    assert len(found.runs(np.array([0, 2]))) == 2
    with pytest.raises(InvalidSource) as raised:
        found.runs(np.arange(3))
    assert str(raised.value).startswith(sentence)
