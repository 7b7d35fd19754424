"""`main.py`'s hooks, called with nuclio_sdk's own classes."""

import json

import function_requests
import nuclio_sdk
import pytest
from function_requests import clicked

import main
from cvat_sam.exceptions import InvalidSetting
from cvat_sam.function import Function
from cvat_sam.settings import Settings


class Log:
    """A logger with Nuclio's methods, which remembers."""

    def __init__(self):
        self.lines = []

    def info_with(self, message, **values):
        self.lines.append((message, values))

    error_with = info_with


@pytest.fixture
def context():
    return nuclio_sdk.Context(logger=Log())


@pytest.fixture
def ready(context, vit_t):
    """A context whose worker has started, with the model that the other tests have loaded."""
    context.user_data.function = Function(Settings(), vit_t)
    return context


def test_start_loads_the_model_and_prints_its_settings(context, monkeypatch):
    monkeypatch.setenv("SAM_FUNCTION", "detector")
    monkeypatch.setenv("SAM_DEVICE", "cpu")
    monkeypatch.setenv("SAM_POINTS_PER_SIDE", "2")
    main.init_context(context)
    [(_, settings), (_, ready)] = context.logger.lines
    assert settings["SAM_FUNCTION"] == "detector"
    assert settings["SAM_MODEL"] == "vit_t"
    assert settings["SAM_POINTS_PER_SIDE"] == "2"
    assert ready["device"] == "cpu"
    event = nuclio_sdk.Event(body={"image": function_requests.IMAGE})
    response = main.handler(context, event)
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert isinstance(json.loads(response.body), list)


def test_bad_setting_stops_the_start(context, monkeypatch):
    monkeypatch.setenv("SAM_MODEL", "vit_x")
    with pytest.raises(InvalidSetting, match="SAM_MODEL: must be one of vit_t"):
        main.init_context(context)


def test_reply_is_json_text_that_nuclio_passes_on(ready):
    response = main.handler(ready, nuclio_sdk.Event(body=clicked()))
    assert isinstance(response, nuclio_sdk.Response)
    assert isinstance(response.body, str)
    sent = nuclio_sdk.Response.from_entrypoint_output(json.dumps, response)
    assert sent["content_type"] == "application/json"
    function_requests.is_the_cat(json.loads(sent["body"]))


def test_one_line_is_logged_for_each_request_without_its_contents(ready):
    main.handler(ready, nuclio_sdk.Event(body=clicked()))
    main.handler(ready, nuclio_sdk.Event(body=clicked(pos_points=[])))
    (_, good), (_, bad) = ready.logger.lines
    assert good["status"] == 200
    assert bad["status"] == 400
    assert good["milliseconds"] > 0
    assert function_requests.IMAGE[:40] not in str(ready.logger.lines)


def test_fault_of_ours_is_500_with_a_sentence_and_the_traceback_in_the_log(ready, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(ready.user_data.function, "_answer", broken)
    response = main.handler(ready, nuclio_sdk.Event(body=clicked()))
    assert response.status_code == 500
    assert list(json.loads(response.body)) == ["error"]
    assert "ZeroDivisionError" not in response.body
    assert "ZeroDivisionError: a fault of ours" in ready.logger.lines[0][1]["traceback"]


def test_nothing_found_is_422_with_a_sentence(ready, monkeypatch):
    monkeypatch.setattr("cvat_sam.models.encoded_image.EncodedImage.segment", lambda *_: None)
    response = main.handler(ready, nuclio_sdk.Event(body=clicked()))
    assert response.status_code == 422
    assert "no object at this place" in json.loads(response.body)["error"]


def test_bad_prompt_is_refused_before_the_image_is_encoded(ready, monkeypatch):
    def encode(*_):
        raise AssertionError("encoded for nothing")

    monkeypatch.setattr("cvat_sam.models.encoded_image.Model.encode", encode)
    for prompt in ({"pos_points": []}, {"pos_points": [[999, 1]]}):
        response = main.handler(ready, nuclio_sdk.Event(body=clicked(**prompt)))
        assert response.status_code == 400


def test_threshold_drops_what_is_less_sure(ready, monkeypatch):
    ready.user_data.function = Function(
        Settings(function="detector", points_per_side=6), ready.user_data.function.model
    )
    bodies = [{"image": function_requests.IMAGE, "threshold": threshold} for threshold in (0, 0.97)]
    replies = [main.handler(ready, nuclio_sdk.Event(body=body)).body for body in bodies]
    everything, sure = (json.loads(reply) for reply in replies)
    assert sure == [item for item in everything if float(item["confidence"]) >= 0.97]
    assert 0 < len(sure) < len(everything)
