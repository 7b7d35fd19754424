"""Everything mode as a request: asked of `main.py`'s hooks with the real model, and over HTTP."""

import json
import re

import function_requests
import nuclio_sdk
import pytest
import requests
from function_requests import CAT_AND_NOSE

import main
from cvat_sam.client.annotating import function as client
from cvat_sam.function import Function
from cvat_sam.models import load
from cvat_sam.models.everything.everything import everything
from cvat_sam.serve.process import ServeProcess
from cvat_sam.settings import Settings

# Longer than any machine takes, however busy: these tests are not about the time.
TIME_ENOUGH = 100_000.0

BODY = {"image": function_requests.IMAGE}


class Log:
    """A logger with Nuclio's methods, which remembers."""

    def __init__(self):
        self.answered = []
        self.warnings = []

    def info_with(self, message, **values):
        self.answered.append(values)

    def warn(self, sentence):
        self.warnings.append(sentence)


class Worker:
    """A detector with the real model; `ask` gives the reply's JSON and its `Server-Timing`."""

    def __init__(self, model, *, deadline=TIME_ENOUGH, **grid):
        settings = Settings(function="detector", deadline=deadline, **grid)
        self.log = Log()
        self.context = nuclio_sdk.Context(logger=self.log)
        self.context.user_data.function = Function(settings, model)

    def ask(self, **keys):
        response = main.handler(self.context, nuclio_sdk.Event(body={**BODY, **keys}))
        assert response.status_code == 200, response.body[:300]
        return json.loads(response.body), response.headers["Server-Timing"]


@pytest.fixture(scope="module")
def model(exported):
    """What a detector has on a CPU."""
    return load("vit_t", device="cpu", backend="openvino")


@pytest.fixture
def worker(model):
    return lambda **settings: Worker(model, **settings)


def visited(header):
    """Points that were asked and points there were, out of a `Server-Timing` header."""
    [(asked, points)] = re.findall(r', points;desc="(\d+)/(\d+)"', header)
    return int(asked), int(points)


def areas(reply):
    return [sum(item["rle"][1:-4:2]) for item in reply]


def test_when_the_time_is_up_what_was_found_by_then_is_returned_and_the_log_says_how_far(worker):
    detector = worker(points_per_side=32, deadline=0.01)
    reply, header = detector.ask()
    asked, points = visited(header)
    # Four on a side are asked in any case, so that the whole image was looked at.
    assert 16 <= asked < points == 1024
    assert reply
    assert function_requests.as_cvat_stores_it(reply[0]) == reply[0]["rle"]
    assert areas(reply) == sorted(areas(reply), reverse=True)
    assert detector.log.answered[0]["points"] == f"{asked}/1024"
    assert detector.log.warnings == [
        f"the time was up: {asked} of 1,024 points were asked in 0.01 s (SAM_DEADLINE); "
        "the reply has what they found"
    ]


def test_the_time_counts_from_when_the_request_came(worker, monkeypatch):
    detector = worker(points_per_side=3, deadline=40)
    given = []

    def watched(*arguments, until, **options):
        given.append(until)
        return everything(*arguments, until=until, **options)

    monkeypatch.setattr("cvat_sam.models.everything.everything.everything", watched)
    monkeypatch.setattr("cvat_sam.function.timing.time.monotonic", lambda: 1000.0)
    detector.ask()
    assert given == [1040.0]


def test_with_time_enough_all_points_are_asked_and_nobody_is_warned(worker):
    detector = worker(points_per_side=4)
    reply, header = detector.ask()
    assert visited(header) == (16, 16)
    assert detector.log.answered[0]["points"] == "16/16"
    assert detector.log.warnings == []
    assert areas(reply) == sorted(areas(reply), reverse=True)
    assert len({*areas(reply)}) > 2


def test_a_threshold_leaves_the_order_alone(worker):
    detector = worker(points_per_side=4)
    everything_there, _ = detector.ask()
    confidences = sorted({float(item["confidence"]) for item in everything_there})
    # Between two, because what the reply says is rounded.
    threshold = sum(confidences[len(confidences) // 2 :][:2]) / 2
    sure, _ = detector.ask(threshold=threshold)
    assert sure == [item for item in everything_there if float(item["confidence"]) >= threshold]
    assert 0 < len(sure) < len(everything_there)


def test_crops_find_more_and_a_known_image_is_decoded_for_them_alone(worker, tmp_path):
    grid = {"points_per_side": 3, "crop_n_points_downscale_factor": 2}
    detector = worker(**grid, crop_n_layers=1, embeddings_dir=tmp_path)
    first, header = detector.ask()
    assert visited(header) == (9 + 4, 9 + 4)
    assert parts(header) >= {"image", "encode", "keep", "mask"}
    again, header = detector.ask()
    assert again == first
    assert "embedding;desc=memory" in header
    assert parts(header) >= {"image", "encode", "mask"}
    assert "keep" not in parts(header)
    assert len(list(tmp_path.glob("*.embedding"))) == 1
    for line in detector.log.answered:
        assert line["milliseconds"] >= sum(line[name] for name in line if name.endswith("_ms")) - 1
    whole, header = worker(**grid).ask()
    assert visited(header) == (9, 9)
    assert {tuple(item["rle"]) for item in first} - {tuple(item["rle"]) for item in whole}


def parts(header):
    return {metric.partition(";")[0] for metric in header.split(", ") if ";dur=" in metric}


def test_crops_are_looked_at_as_long_as_there_is_time(worker):
    detector = worker(points_per_side=4, crop_n_layers=1, deadline=0.01)
    reply, header = detector.ask()
    asked, points = visited(header)
    assert 16 <= asked < points == 16 + 4 * 16
    assert reply


def test_small_regions_go_when_that_is_asked_for(worker):
    whole, _ = worker(points_per_side=3).ask()
    smooth, _ = worker(points_per_side=3, min_mask_region_area=400).ask()
    assert smooth
    assert {tuple(item["rle"]) for item in smooth} != {tuple(item["rle"]) for item in whole}
    assert max(len(item["rle"]) for item in smooth) <= max(len(item["rle"]) for item in whole)


def test_boxes_are_answered_without_a_word_of_points(worker):
    detector = worker(points_per_side=32, deadline=0.01)
    reply, header = detector.ask(boxes=CAT_AND_NOSE)
    function_requests.are_the_cat_and_the_nose(reply)
    assert "points" not in header
    assert "points" not in detector.log.answered[0]
    assert detector.log.warnings == []


def test_over_http_the_reply_comes_in_time_and_header_and_log_say_how_far_it_got(tmp_path):
    log_path = tmp_path / "detector.log"
    settings = {"SAM_DEADLINE": "0.01", "SAM_DEVICE": "cpu"}
    heard = []
    with ServeProcess("--function", "detector", settings=settings, log_path=log_path) as process:
        url = process.wait_until_ready()
        reply = requests.post(url, json=BODY, timeout=120)
        with client.Function(url, report=heard.append) as asker:
            assert asker.everything(function_requests.CAT_PNG)
    assert reply.status_code == 200
    # The client says it too: a frame with half of its masks is not taken for done without a word.
    [sentence] = heard
    assert re.search(r"after [0-9]+ of 1,024 points, so this frame may have more objects", sentence)
    asked, points = visited(reply.headers["Server-Timing"])
    assert 16 <= asked < points == 1024
    assert reply.json()
    log = log_path.read_text()
    assert "'SAM_DEADLINE': '0.01'" in log
    assert f"the time was up: {asked} of 1,024 points were asked in 0.01 s (SAM_DEADLINE)" in log
    assert f"'points': '{asked}/1024'" in log


def test_over_http_the_points_are_in_the_header(serve):
    reply = requests.post(serve("detector"), json=BODY, timeout=120)
    asked, points = visited(reply.headers["Server-Timing"])
    assert asked == points == 64
    function_requests.is_a_list_of_objects(reply.json())
