import base64
import json

import pytest

from cvat_sam.exceptions import InvalidRequest
from cvat_sam.models.prompt import Prompt
from cvat_sam.wire.requests import DetectorRequest, InteractorRequest, parse

IMAGE = base64.b64encode(b"pixels").decode()


def request(**keys):
    return {"image": IMAGE, "pos_points": [[1, 2.5]], "neg_points": [], "obj_bbox": None, **keys}


def test_request_as_cvat_sends_it():
    parsed = parse(request(obj_bbox=[[1, 2], [3, 4]]), InteractorRequest)
    assert parsed.image == b"pixels"
    assert parsed.prompt() == Prompt([(1.0, 2.5)], [], (1.0, 2.0, 3.0, 4.0))


@pytest.mark.parametrize("body", [bytes, bytearray, lambda data: data.decode()])
def test_body_that_nuclio_left_undecoded(body):
    text = body(json.dumps(request()).encode())
    assert parse(text, InteractorRequest).prompt().positive == [(1.0, 2.5)]


@pytest.mark.parametrize("key", ["pos_points", "neg_points", "obj_bbox"])
def test_lists_can_be_null_or_absent(key):
    absent = request()
    del absent[key]
    assert parse(request(**{key: None}), InteractorRequest) == parse(absent, InteractorRequest)


def test_empty_box_is_no_box():
    assert parse(request(obj_bbox=[]), InteractorRequest).prompt().box_xyxy is None


def test_keys_of_newer_versions_are_passed_over():
    assert parse(request(something_new={"a": 1}), InteractorRequest)


@pytest.mark.parametrize(("threshold", "read"), [(0.5, 0.5), (0, 0.0), (None, None)])
def test_threshold(threshold, read):
    assert parse({"threshold": threshold, "image": IMAGE}, DetectorRequest).threshold == read
    assert parse({"image": IMAGE}, DetectorRequest).threshold is None


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "the body is empty"),
        (b"{", "the body is not JSON"),
        (b"\xff\xfe\xfd", "the body is not JSON"),
        (b"[" * 100_000, "the body is not JSON"),
        ([], "should be a JSON object with an image, not a list"),
        (None, "the body is empty"),
        (b"3", "should be a JSON object with an image, not a number"),
        ({}, "image: is missing"),
        (request(image=None), "image: should be a base64 string, not null"),
        (request(image="§"), "image: is not base64"),
        (request(image="abc"), "image: is not base64"),
        (request(pos_points="1,2"), "pos_points: should be a list, not '1,2'"),
        (request(pos_points=[1, 2]), "pos_points[0]: should be a list, not 1"),
        (request(pos_points=[[1]]), "pos_points[0]: "),
        (request(pos_points=[[1, 2, 3]]), "pos_points[0]: "),
        (request(pos_points=[[1, "2"]]), "pos_points[0][1]: should be a number, not '2'"),
        (request(pos_points=[[1, True]]), "pos_points[0][1]: should be a number, not true"),
        (request(pos_points=[[1, None]]), "pos_points[0][1]: should be a number, not null"),
        (request(neg_points=[[1, float("nan")]]), "neg_points[0][1]: should be a finite number"),
        (request(neg_points=[[1, float("inf")]]), "neg_points[0][1]: should be a finite number"),
        (request(pos_points=[[1, 1]] * 1001), "pos_points: "),
        (request(obj_bbox=[[1, 2]]), "obj_bbox: should be two corners [[x1, y1], [x2, y2]]"),
        (request(obj_bbox=[1, 2, 3, 4]), "obj_bbox"),
        (request(obj_bbox={"a": 1}), "obj_bbox: should be a list"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(body, sentence):
    with pytest.raises(InvalidRequest) as raised:
        parse(body, InteractorRequest)
    said = str(raised.value)
    assert sentence in said
    assert "\n" not in said
    assert len(said) < 250


def test_image_is_never_repeated_in_a_sentence():
    with pytest.raises(InvalidRequest) as raised:
        parse(request(image="secret pixels"), InteractorRequest)
    assert "secret" not in str(raised.value)


def test_threshold_that_is_no_number():
    with pytest.raises(InvalidRequest, match="threshold: should be a number, not 'high'"):
        parse({"image": IMAGE, "threshold": "high"}, DetectorRequest)


def test_a_request_asks_for_shapes_or_for_nothing_special():
    assert parse(request(reply="shapes"), InteractorRequest).reply == "shapes"
    assert parse(request(reply=None), InteractorRequest) == parse(request(), InteractorRequest)
    assert parse({"image": IMAGE, "reply": "shapes"}, DetectorRequest).reply == "shapes"


@pytest.mark.parametrize("kind", [InteractorRequest, DetectorRequest])
def test_many_boxes_or_points_are_a_prompt_each_in_order(kind):
    boxes = parse({"image": IMAGE, "boxes": [[1, 2, 3, 4], [5.5, 6, 1, 2]]}, kind).prompts()
    assert (boxes.key, boxes.each) == (
        "boxes",
        [Prompt(box_xyxy=(1.0, 2.0, 3.0, 4.0)), Prompt(box_xyxy=(5.5, 6.0, 1.0, 2.0))],
    )
    points = parse({"image": IMAGE, "points": [[1, 2], [3, 4]]}, kind).prompts()
    assert points.each == [Prompt(positive=[(1.0, 2.0)]), Prompt(positive=[(3.0, 4.0)])]
    assert parse({"image": IMAGE}, kind).prompts() is None


def test_empty_keys_of_cvat_do_not_disturb_boxes():
    asked = request(pos_points=[], obj_bbox=None, boxes=[[1, 2, 3, 4]], points=None)
    assert len(parse(asked, InteractorRequest).prompts().each) == 1


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"reply": "rle"}, "reply: should be 'shapes', not 'rle'"),
        ({"reply": 1}, "reply: should be 'shapes', not 1"),
        ({"boxes": []}, "boxes: should have at least 1 item"),
        ({"points": []}, "points: should have at least 1 item"),
        ({"boxes": [[1, 2, 3]]}, "boxes[0]: should have at least 4 items"),
        ({"boxes": [[1, 2, 3, 4], [1, 2, 3, 4, 5]]}, "boxes[1]: should have at most 4 items"),
        ({"boxes": [[1, 2, 3, "4"]]}, "boxes[0][3]: should be a number, not '4'"),
        ({"boxes": [[1, 2, 3, float("nan")]]}, "boxes[0][3]: should be a finite number"),
        ({"boxes": [1, 2, 3, 4]}, "boxes[0]: should be a list, not 1"),
        ({"boxes": [[1, 2, 3, 4]] * 201}, "boxes: should have at most 200 items"),
        ({"points": [[1, 2]] * 201}, "points: should have at most 200 items"),
        ({"points": [[1]]}, "points[0]: should have at least 2 items"),
        ({"boxes": [[1, 2, 3, 4]], "points": [[1, 2]]}, "boxes or points, not both"),
        ({"boxes": [[1, 2, 3, 4]], "pos_points": [[1, 2]]}, "boxes can have no pos_points"),
        ({"points": [[1, 2]], "neg_points": [[1, 2]]}, "points can have no neg_points"),
        ({"points": [[1, 2]], "obj_bbox": [[1, 2], [3, 4]]}, "points can have no obj_bbox"),
    ],
)
def test_what_is_wrong_with_many_prompts_is_said_in_one_sentence(keys, sentence):
    with pytest.raises(InvalidRequest) as raised:
        parse({"image": IMAGE, **keys}, InteractorRequest).prompts()
    said = str(raised.value)
    assert sentence in said
    assert "\n" not in said
    assert len(said) < 250


def test_a_threshold_is_for_everything_mode():
    with pytest.raises(InvalidRequest, match="boxes can have no threshold"):
        parse(
            {"image": IMAGE, "boxes": [[1, 2, 3, 4]], "threshold": 0.5}, DetectorRequest
        ).prompts()
