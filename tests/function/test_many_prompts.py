"""Boxes and points in one request, asked of `main.py`'s hooks with the real model."""

import base64
import json

import function_requests
import nuclio_sdk
import numpy as np
import pytest
from function_requests import CAT_AND_NOSE, FACE, HEIGHT, WIDTH, clicked

import main
import rle
from cvat_sam.function import Function
from cvat_sam.settings import Settings


class Log:
    """A logger with Nuclio's methods."""

    def info_with(self, message, **values):
        pass

    error_with = info_with


@pytest.fixture(scope="module")
def ask(vit_t):
    """Asks an interactor, and gives status and JSON."""
    context = nuclio_sdk.Context(logger=Log())
    context.user_data.function = Function(Settings(), vit_t)

    def answered(body):
        response = main.handler(context, nuclio_sdk.Event(body=body))
        return response.status_code, json.loads(response.body)

    return answered


def many(**keys):
    return {"image": function_requests.IMAGE, **keys}


def test_each_box_has_the_mask_that_it_has_alone(ask):
    _, together = ask(many(boxes=CAT_AND_NOSE))
    alone = [ask(clicked(pos_points=[], obj_bbox=[box[:2], box[2:]]))[1] for box in CAT_AND_NOSE]
    assert [shape["points"] for shape in together["shapes"]] == [one["rle"] for one in alone]
    confidences = [shape["confidence"] for shape in together["shapes"]]
    assert confidences == [one["confidence"] for one in alone]


def test_each_point_has_the_mask_that_it_has_alone(ask):
    _, together = ask(many(points=[FACE, [430, 40]]))
    alone = [ask(clicked(pos_points=[point]))[1] for point in (FACE, [430, 40])]
    assert [shape["points"] for shape in together["shapes"]] == [one["rle"] for one in alone]


def test_of_many_points_each_has_the_mask_that_it_has_alone(ask):
    points = [[x, y] for y in (60, 150, 240) for x in (50, 140, 215, 300, 400)]
    _, together = ask(many(points=points))
    assert len(together["shapes"]) == len(points)
    for point, shape in zip(points, together["shapes"], strict=True):
        _, alone = ask(clicked(pos_points=[point]))
        # Decoded together, a pixel at a border may fall to the other side.
        assert iou(shape["points"], alone["rle"]) >= 0.999, point
        assert shape["confidence"] == pytest.approx(alone["confidence"], abs=2e-4)


def iou(one, other):
    masks = [rle.cvat.decode(points, height=HEIGHT, width=WIDTH) for points in (one, other)]
    return np.logical_and(*masks).sum() / np.logical_or(*masks).sum()


def test_a_shape_is_the_same_mask_as_the_reply_for_cvat(ask):
    _, usual = ask(clicked())
    _, shapes = ask(clicked(reply="shapes"))
    assert shapes == {
        "shapes": [{"type": "mask", "points": usual["rle"], "confidence": usual["confidence"]}]
    }


def test_where_the_model_finds_nothing_there_is_null_in_that_place(ask, monkeypatch):
    from cvat_sam.models.encoded_image import EncodedImage

    segment = EncodedImage.segment
    monkeypatch.setattr(
        EncodedImage,
        "segment",
        lambda self, prompt: segment(self, prompt) if prompt.box_xyxy[0] > 100 else None,
    )
    status, reply = ask(many(boxes=CAT_AND_NOSE))
    assert status == 200
    assert reply["shapes"][0] is None
    assert reply["shapes"][1]["type"] == "mask"


def test_one_look_at_the_image_is_enough(ask, monkeypatch):
    ask(clicked())

    def encode(*_):
        raise AssertionError("encoded again")

    monkeypatch.setattr("cvat_sam.models.model.Model.encode", encode)
    assert ask(many(boxes=CAT_AND_NOSE))[0] == 200
    assert ask(many(points=[FACE]))[0] == 200


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"boxes": [*CAT_AND_NOSE, [451, 0, 500, 9]]}, "boxes[2]: nothing of the box"),
        ({"points": [FACE, [0, 301]]}, "points[1]: is at (0, 301), outside the image"),
        ({"boxes": CAT_AND_NOSE, "points": [FACE]}, "boxes or points, not both"),
    ],
)
def test_what_does_not_fit_is_refused_before_the_image_is_encoded_or_decoded(
    ask, monkeypatch, keys, sentence
):
    def work(*_):
        raise AssertionError("worked for nothing")

    monkeypatch.setattr("cvat_sam.models.encoded_image.EncodedImage.segment", work)
    with monkeypatch.context() as patched:
        patched.setattr("cvat_sam.models.model.Model.encode", work)
        # A byte behind the image's end makes it one that was never seen.
        fresh = function_requests.CAT_PNG + b"!"
        image = base64.b64encode(fresh).decode()
        status, reply = ask({**keys, "image": image})
        assert status == 400
        assert sentence in reply["error"]
    status, reply = ask(many(**keys))
    assert status == 400
    assert sentence in reply["error"]
