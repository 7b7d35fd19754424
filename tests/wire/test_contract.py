import base64
import copy
import json

import numpy as np
import pytest

from cvat_sam.models.found_mask import FoundMask
from cvat_sam.wire import replies
from cvat_sam.wire.contract import MOST, error_faults, faults, shapes_faults

HEIGHT, WIDTH = 40, 60


@pytest.fixture
def found():
    crop = np.zeros((9, 12), bool)
    crop[2:7, 1:11] = True
    crop[0, 5] = crop[8, 3] = crop[4, 0] = crop[4, 11] = True
    return FoundMask.from_crop(crop, left=20, top=10, height=HEIGHT, width=WIDTH, confidence=0.9)


def of(reply, kind):
    text = reply if isinstance(reply, str) else json.dumps(reply)
    return faults(text, kind=kind, height=HEIGHT, width=WIDTH)


def test_our_own_replies_have_no_fault(found):
    assert of(replies.interactor(found), "interactor") == []
    assert of(replies.detector([found, found]), "detector") == []
    assert of(replies.detector([]), "detector") == []
    embedding = np.full((1, 256, 64, 64), 0.1, np.float32)
    assert of(replies.embedder(embedding), "embedder") == []
    text = replies.shapes([found, None])
    assert shapes_faults(text, height=HEIGHT, width=WIDTH) == []
    assert error_faults(replies.error("the body is empty")) == []


def changed(reply, path, value):
    """The reply with one value changed; `...` takes the key away."""
    reply = copy.deepcopy(reply)
    *way, last = path
    target = reply
    for step in way:
        target = target[step]
    if value is ...:
        del target[last]
    else:
        target[last] = value
    return reply


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (["mask"], ..., "mask: should be a list of rows"),
        (["mask"], None, "mask: should be a list of rows"),
        (["mask"], [], "mask: should be a list of rows"),
        (["mask"], [3, 5, 4, 20, 10, 31, 18], "look like run lengths"),
        (["mask", 0], [0], "rows are not of one length"),
        (["mask", 2, 3], 2, "values other than 0 and 1"),
        (["mask", 2, 3], 1.0, "no whole numbers"),
        (["mask", 2, 3], "1", "no whole numbers"),
        (["mask", 2, 3], None, "no whole numbers"),
        (["mask", 0], ..., "is 12 × 8 pixels, but its box 12 × 9"),
        (["bounds"], ..., "is 12 × 9 pixels, but its box 60 × 40"),
        (["bounds", 0], -1, "its left is -1"),
        (["bounds", 3], 40, "its bottom is 40, but the image's last row is 39"),
        (["bounds", 2], 60, "its right is 60, but the image's last column is 59"),
        (["bounds", 2], 31.0, "whole numbers"),
        (["bounds", 2], 3, "ends before it begins"),
        (["bounds"], [20, 10, 31], "[left, top, right, bottom]"),
        (["points"], [[1, 2], [3, 4]], "three corners"),
        (["points", 0], [1], "list of [x, y]"),
        (["points", 0, 0], 61, "(61, "),
        (["points", 0, 0], "5", "no numbers"),
        (["points"], {}, "list of [x, y]"),
        (["rle", 0], 4, "rle: "),
        (["rle"], [0, 108, 20, 10, 31, 18], "not the same mask"),
        (["rle"], "1, 2", "rle: "),
        (["confidence"], 1.5, "confidence: should be a number from 0 to 1"),
        (["confidence"], [], "confidence"),
    ],
)
def test_an_interactors_faults_are_seen(found, path, value, sentence):
    reply = changed(json.loads(replies.interactor(found)), path, value)
    assert any(sentence in one for one in of(reply, "interactor")), of(reply, "interactor")


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ([0, "label"], ..., "[0].label"),
        ([0, "type"], ..., "[0].type"),
        ([1, "type"], "polygon", "[1].type"),
        ([0, "mask"], ..., "pixels and then a box"),
        ([0, "mask"], [20, 10, 31, 18], "pixels and then a box"),
        ([0, "mask"], "0, 1", "pixels and then a box"),
        ([0, "mask", 0], ..., "has 107 values before the box, which has 108 pixels"),
        ([0, "mask", 5], 7, "values other than 0 and 1"),
        ([0, "mask", -1], 18.0, "whole numbers"),
        ([0, "mask"], [0] * 108 + [20, 10, 31, 18], "no pixel"),
        ([0, "points"], ..., "three corners"),
        ([0, "points"], [1, 2, 3, 4, 5, 6, 7], "three corners"),
        ([0, "points", 0], -1, "outside the image"),
        ([0, "group_id"], 3, "leave it out"),
        ([0, "attributes"], None, "attributes: should be a list, not null"),
        ([0, "confidence"], "x", "confidence"),
        ([0, "rle", 1], 2, "rle"),
        ([0], None, "[0]: should be an object"),
    ],
)
def test_a_detectors_faults_are_seen(found, path, value, sentence):
    reply = changed(json.loads(replies.detector([found, found])), path, value)
    assert any(sentence in one for one in of(reply, "detector")), of(reply, "detector")


def test_runs_in_place_of_pixels_are_seen(found):
    item = json.loads(replies.detector([found]))[0]
    [sentence] = of([{**item, "mask": item["rle"]}], "detector")
    assert "run lengths there are stored as garbage" in sentence


@pytest.mark.parametrize("kind", ["interactor", "detector", "embedder"])
@pytest.mark.parametrize("reply", ["null", '"oops"', "5", "[3]", '{"a": 1}', "", "[" * 100_000])
def test_no_reply_of_another_form_passes(kind, reply):
    assert of(reply, kind)


def test_what_is_no_json_to_cvat_is_seen(found):
    text = replies.interactor(found)
    for number in ("NaN", "Infinity", "-Infinity"):
        [sentence] = of(text.replace("0.9", number), "interactor")
        assert number in sentence


def test_pixels_may_be_what_cvat_takes_for_them(found):
    [item] = json.loads(replies.detector([found]))
    for pixel in (True, 255):
        mask = [pixel if value else 0 for value in item["mask"][:-4]] + item["mask"][-4:]
        assert of([{**item, "mask": mask}], "detector") == []


def test_a_whole_mask_needs_no_bounds(found):
    rows = found.mask().astype(int).tolist()
    assert of({"mask": rows}, "interactor") == []


def test_an_embedders_faults_are_seen():
    values = np.full(256 * 64 * 64, 0.1, "<f4")

    def blob(data):
        return {"blob": base64.b64encode(data).decode()}

    assert of(blob(values.tobytes()), "embedder") == []
    assert "bytes" in of(blob(values[1:].tobytes()), "embedder")[0]
    assert "zeros" in of(blob(0 * values), "embedder")[0]
    values[7] = np.nan
    assert "no numbers" in of(blob(values), "embedder")[0]
    assert "base64" in of({"blob": "?"}, "embedder")[0]


def test_shapes_faults_are_seen(found):
    reply = json.loads(replies.shapes([found]))

    def of_shapes(reply):
        return shapes_faults(json.dumps(reply), height=HEIGHT, width=WIDTH)

    assert of_shapes(reply) == []
    assert of_shapes([]) and of_shapes({"shapes": None})
    assert of_shapes(changed(reply, ["shapes", 0, "type"], "polygon"))
    assert of_shapes(changed(reply, ["shapes", 0, "points", 0], 77))
    assert of_shapes(changed(reply, ["shapes", 0, "points"], [108, 20, 10, 31, 18]))
    assert of_shapes(changed(reply, ["shapes", 0, "confidence"], 2))


@pytest.mark.parametrize(
    "text",
    [
        '{"error": ""}',
        '{"error": "a", "more": 1}',
        '{"error": "a\\nb"}',
        '{"error": "Traceback (most recent call last):"}',
        '{"error": 5}',
        "sentence",
        json.dumps({"error": "word " * 200}),
    ],
)
def test_a_refusal_is_one_sentence(text):
    assert error_faults(text)


def test_a_reply_of_thousands_of_faults_is_cut():
    assert len(of([None] * 5000, "detector")) == MOST
