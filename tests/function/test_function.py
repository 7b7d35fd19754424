"""`main.py`'s hooks, called with nuclio_sdk's own classes."""

import json

import function_requests
import nuclio_sdk
import pytest
from function_requests import clicked

import main
from cvat_sam.function import Function
from cvat_sam.function.log_reporter import LogReporter
from cvat_sam.settings import Settings


class Log:
    """A logger with Nuclio's methods, which remembers."""

    def __init__(self):
        self.lines = []

    def info_with(self, message, **values):
        self.lines.append((message, values))

    error_with = warn_with = info_with

    def info(self, sentence):
        self.lines.append((sentence, {}))

    warn = error = info


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
    (first, settings), *said, (last, ready) = context.logger.lines
    assert (first, last) == ("cvat-sam starts", "cvat-sam is ready")
    assert all(values == {} for _, values in said)
    assert settings["SAM_FUNCTION"] == "detector"
    assert settings["SAM_MODEL"] == "vit_t"
    assert settings["SAM_POINTS_PER_SIDE"] == "2"
    assert settings["SAM_MIN_ISLAND"] == "0.01"
    model = context.user_data.function.model
    assert (ready["device"], ready["backend"]) == ("cpu", model.backend.name)
    assert ready["load_seconds"] > 0
    assert ready["warm_up_seconds"] > 0
    assert 100 < ready["memory_mb"] < 10_000
    event = nuclio_sdk.Event(body={"image": function_requests.IMAGE})
    response = main.handler(context, event)
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert isinstance(json.loads(response.body), list)


def test_bad_setting_stops_the_start_with_a_sentence_and_no_traceback(context, monkeypatch):
    monkeypatch.setenv("SAM_MODEL", "vit_x")
    with pytest.raises(SystemExit) as ending:
        main.init_context(context)
    assert ending.value.code == 2
    assert ending.value.__suppress_context__
    [(sentence, _)] = context.logger.lines
    assert sentence.startswith("cvat-sam cannot start: SAM_MODEL: must be one of vit_t")


def test_misspelt_settings_are_warned_of(context, monkeypatch):
    monkeypatch.setenv("SAM_MODLE", "vit_b")
    monkeypatch.setenv("SAM_DEVICE", "cpu")
    main.init_context(context)
    assert ("SAM_MODLE is not a setting and is ignored; is SAM_MODEL meant?", {}) in (
        context.logger.lines
    )


def test_reply_is_json_text_that_nuclio_passes_on(ready):
    response = main.handler(ready, nuclio_sdk.Event(body=clicked()))
    assert isinstance(response, nuclio_sdk.Response)
    assert isinstance(response.body, str)
    sent = nuclio_sdk.Response.from_entrypoint_output(json.dumps, response)
    assert sent["content_type"] == "application/json"
    function_requests.is_the_cat(json.loads(sent["body"]))


def test_one_line_is_logged_for_each_request_without_its_contents(ready):
    for body in (clicked(), clicked(), clicked(pos_points=[[123.5, 999]]), clicked(pos_points=[])):
        main.handler(ready, nuclio_sdk.Event(body=body))
    (_, new), (_, known), (_, outside), (_, empty) = ready.logger.lines
    statuses = [line["status"] for line in (new, known, outside, empty)]
    assert statuses == [200, 200, 400, 400]
    assert [line.get("embedding") for line in (new, known, outside, empty)] == [
        "new",
        "memory",
        "memory",
        None,
    ]
    assert parts_of(new) == ["parse", "lookup", "image", "encode", "mask", "reply"]
    assert parts_of(known) == ["parse", "lookup", "mask", "reply"]
    assert parts_of(outside) == ["parse", "lookup"]
    assert parts_of(empty) == ["parse"]
    for line in (new, known, outside, empty):
        assert line["milliseconds"] >= sum(line[f"{part}_ms"] for part in parts_of(line)) - 1
        assert line["memory_mb"] > 100
    assert new["bytes"] == known["bytes"] > 10_000
    assert "refused" not in new
    assert outside["refused"] == "positive point 0 is outside the image of 451 × 300 pixels"
    assert "at least one positive point or a box" in empty["refused"]
    text = str(ready.logger.lines)
    assert function_requests.IMAGE[:40] not in text
    assert "123.5" not in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"pos_points": "canary"},
        {"pos_points": [["canary", 5]]},
        {"obj_bbox": {"canary": 1}},
        {"reply": "canary"},
        {"canary": "canary", "pos_points": None},
        {"image": "canary"},
        {"image": "data:image/png;base64,canary"},
        {"image": "Y2FuYXJ5"},
        {"boxes": [["canary"]]},
    ],
)
def test_why_a_request_was_refused_is_logged_without_what_was_sent(ready, wrong):
    reply = main.handler(ready, nuclio_sdk.Event(body=clicked(**wrong)))
    assert reply.status_code == 400
    [(_, line)] = ready.logger.lines
    assert len(line["refused"]) > 10
    assert "canary" not in str(line)


def parts_of(line):
    return [name.removesuffix("_ms") for name in line if name.endswith("_ms")]


def test_the_reply_says_where_the_time_went_an_error_too(ready):
    def timing(body):
        response = main.handler(ready, nuclio_sdk.Event(body=body))
        return response.headers["Server-Timing"], ready.logger.lines[-1][1]

    for body in (clicked(), clicked(), clicked(pos_points=[[0, 999]]), {"image": "?"}, b"{"):
        header, line = timing(body)
        metrics = dict(metric.split(";", 1) for metric in header.split(", "))
        assert metrics.pop("total") == f"dur={line['milliseconds']}"
        if "embedding" in line:
            assert metrics.pop("embedding") == f"desc={line['embedding']}"
        assert metrics == {part: f"dur={line[f'{part}_ms']}" for part in parts_of(line)}


def test_an_unusable_folder_for_embeddings_is_said_and_nobody_is_refused(context, vit_t, tmp_path):
    (tmp_path / "file").touch()
    settings = Settings(embeddings_dir=tmp_path / "file")
    report = LogReporter(context.logger)
    context.user_data.function = Function(settings, vit_t, report=report)
    for _ in range(2):
        response = main.handler(context, nuclio_sdk.Event(body=clicked()))
        assert response.status_code == 200
    said = [sentence for sentence, values in context.logger.lines if not values]
    assert len(said) == 1
    assert "file cannot be written" in said[0]


def test_fault_of_ours_is_500_with_a_sentence_and_the_traceback_in_the_log(ready, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("a fault of ours")

    monkeypatch.setattr(ready.user_data.function, "_answer", broken)
    response = main.handler(ready, nuclio_sdk.Event(body=clicked()))
    assert response.status_code == 500
    assert list(json.loads(response.body)) == ["error"]
    assert "ZeroDivisionError" not in response.body
    assert "ZeroDivisionError: a fault of ours" in ready.logger.lines[0][1]["traceback"]
    assert response.headers["Server-Timing"].startswith("total;dur=")


def test_nothing_found_is_422_with_a_sentence(ready, monkeypatch):
    monkeypatch.setattr("cvat_sam.models.encoded_image.EncodedImage.segment", lambda *_: None)
    response = main.handler(ready, nuclio_sdk.Event(body=clicked()))
    assert response.status_code == 422
    assert "no object at this place" in json.loads(response.body)["error"]


def test_bad_prompt_is_refused_before_the_image_is_encoded(ready, monkeypatch):
    def encode(*_):
        raise AssertionError("encoded for nothing")

    monkeypatch.setattr("cvat_sam.models.model.Model.encode", encode)
    for prompt in ({"pos_points": []}, {"pos_points": [[999, 1]]}):
        response = main.handler(ready, nuclio_sdk.Event(body=clicked(**prompt)))
        assert response.status_code == 400
