"""Functions asked over HTTP, and a model in this process."""

import socket
import subprocess
import sys
import threading

import pytest
from stub_function import png, stub_function
from urllib3.connection import HTTPConnection

from cvat_sam.client.annotating.found import Found, read_shapes
from cvat_sam.client.annotating.function import DashboardFunction, Function
from cvat_sam.client.annotating.local_model import LocalModel
from cvat_sam.exceptions import (
    InvalidImage,
    InvalidSetting,
    NotAllowed,
    ServerRefused,
    ServerUnreachable,
)

GRAY = png(20, 10)


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with stub_function(tmp_path_factory.mktemp("stub")) as function:
        yield function


@pytest.fixture
def stub(host):
    host.forget()
    return host


@pytest.fixture
def said():
    return []


@pytest.fixture
def function(stub, said):
    with Function(stub.url, report=said.append, pause=0.01) as function:
        yield function


def test_boxes_are_asked_in_one_request_and_answered_in_order(function, stub):
    found = function.boxes(GRAY, [(0, 0, 5, 5), (3, 3, 5, 9), (10, 2, 20, 4.5)])
    assert found[1] is None
    assert found[0] == Found([0, 25, 0, 0, 4, 4], 0.9)
    assert found[2] == Found([0, 20, 10, 2, 19, 3], 0.9)
    [seen] = stub.seen()
    assert seen["keys"]["boxes"] == [[0, 0, 5, 5], [3, 3, 5, 9], [10, 2, 20, 4.5]]
    assert seen["headers"]["Content-Type"] == "application/json"
    assert "Authorization" not in seen["headers"]


def test_very_many_boxes_are_asked_in_several_requests(function, stub):
    boxes = [(x % 10, 0, x % 10 + 4, 4) for x in range(450)]
    found = function.boxes(GRAY, boxes)
    assert [one.points[-4] for one in found] == [box[0] for box in boxes]
    assert [len(seen["keys"]["boxes"]) for seen in stub.seen()] == [200, 200, 50]


def test_no_boxes_need_no_answer(function, stub):
    assert function.boxes(GRAY, []) == []
    assert stub.seen() == []


def test_everything(function, stub):
    left, dot = function.everything(GRAY)
    assert left.points == [0, 100, 0, 0, 9, 9]
    assert dot.points == [0, 1, 1, 1, 1, 1]
    [seen] = stub.seen()
    assert seen["keys"] == {"reply": "shapes"}
    assert seen["size"] == len(GRAY)
    assert function.everything(png(20, 10, (0, 0, 0))) == []


def test_through_the_dashboard_the_headers_are_cvats(stub):
    with DashboardFunction(f"{stub.url}/", "cvat-sam") as function:
        assert len(function.everything(GRAY)) == 2
    [seen] = stub.seen()
    assert seen["path"] == "/api/function_invocations"
    headers = {name.lower(): value for name, value in seen["headers"].items()}
    assert headers["x-nuclio-function-name"] == "cvat-sam"
    assert headers["x-nuclio-path"] == "/"
    assert headers["x-nuclio-function-namespace"] == "nuclio"
    assert headers["x-nuclio-project-name"] == "cvat"
    assert headers["x-nuclio-invoke-via"] == "domain-name"
    assert headers["x-nuclio-invoke-timeout"] == "300s"


def test_no_answer_is_asked_for_again(function, stub, said):
    stub.script(503, 502, 504, 200)
    assert len(function.everything(GRAY)) == 2
    assert len(stub.seen()) == 4
    assert said[0] == (f"the function at {stub.url}: it answers 503: as told: 503; asking again")


def test_one_connection_serves_all_requests(function, stub, monkeypatch):
    made = []
    connect = HTTPConnection.connect

    def counted(connection):
        made.append(connection)
        connect(connection)

    monkeypatch.setattr(HTTPConnection, "connect", counted)
    for _ in range(3):
        function.everything(GRAY)
    assert len(made) == 1


def test_after_the_last_try_it_is_unreachable(stub, said):
    stub.script(503, 503, 503)
    with (
        Function(stub.url, report=said.append, pause=0, tries=2) as function,
        pytest.raises(ServerUnreachable, match="as told: 503, 2 times"),
    ):
        function.everything(GRAY)
    assert len(said) == 1


def test_a_cut_connection_and_no_connection_are_tried_again(said):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

        def cut():
            for _ in range(3):
                connection, _ = listener.accept()
                connection.recv(10)
                connection.close()

        thread = threading.Thread(target=cut)
        thread.start()
        with (
            Function(url, report=said.append, pause=0, tries=3) as function,
            pytest.raises(ServerUnreachable, match="the connection was cut, 3 times"),
        ):
            function.everything(GRAY)
        thread.join()
    with (
        Function(url, pause=0, tries=2) as function,
        pytest.raises(ServerUnreachable, match="the connection is refused, 2 times"),
    ):
        function.everything(GRAY)


def test_a_function_that_hangs_is_asked_twice_and_no_more():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with (
            Function(url, pause=0, read_seconds=0.1) as function,
            pytest.raises(ServerUnreachable, match="nothing was received for 0.1 s, 2 times"),
        ):
            function.everything(GRAY)


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, ServerRefused), (404, ServerRefused), (500, ServerRefused), (401, NotAllowed)],
)
def test_a_refusal_is_passed_on_in_the_functions_own_words(function, stub, status, error):
    stub.script(status)
    with pytest.raises(error) as raised:
        function.everything(GRAY)
    assert str(raised.value) == (f"the function at {stub.url} answers {status}: as told: {status}")
    assert raised.value.status == status
    assert len(stub.seen()) == 1


def test_what_is_no_image_is_not_sent(function, stub):
    with pytest.raises(InvalidImage, match="5 bytes"):
        function.everything(b"GIF89")
    assert stub.seen() == []


def test_a_mask_that_does_not_fit_is_never_taken(function):
    with pytest.raises(ServerUnreachable, match="a mask that cannot be used: shapes\\[0\\]"):
        function.everything(png(20, 10, (0, 0, 255)))


def test_another_server_is_known_as_one(fake_cvat):
    with (
        Function(fake_cvat.url, pause=0) as function,
        pytest.raises((ServerRefused, ServerUnreachable)),
    ):
        function.everything(GRAY)


SHAPE = {"type": "mask", "points": [0, 1, 0, 0, 0, 0], "confidence": 1}


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (None, "without shapes"),
        ([], "without shapes"),
        ({"mask": []}, "without shapes"),
        ({"shapes": {}}, "without shapes"),
        ({"shapes": [SHAPE, 3]}, "shapes[1]: it should be an object"),
        ({"shapes": [{**SHAPE, "type": "polygon"}]}, "whose type is mask"),
        ({"shapes": [{**SHAPE, "points": None}]}, "points should be a list"),
        ({"shapes": [{**SHAPE, "points": [0, 1.0, 0, 0, 0, 0]}]}, "points should be a list"),
        ({"shapes": [{**SHAPE, "points": [0, True, 0, 0, 0, 0]}]}, "points should be a list"),
        ({"shapes": [{**SHAPE, "points": [0, 2, 0, 0, 0, 0]}]}, "shapes[0]: "),
        ({"shapes": [{**SHAPE, "points": [0, 1, 9, 0, 9, 0]}]}, "last column"),
        ({"shapes": [{**SHAPE, "points": [1, 0, 0, 0, 0]}]}, "no pixel is set"),
        ({"shapes": [{**SHAPE, "confidence": "high"}]}, "confidence should be a number"),
        ({"shapes": [{**SHAPE, "confidence": float("nan")}]}, "a finite number"),
    ],
)
def test_every_reply_is_checked(reply, sentence):
    with pytest.raises(ServerUnreachable) as raised:
        read_shapes(reply, who="the function", height=2, width=3)
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("localhost:8070", "should be http://host:port, not 'localhost:8070'"),
        ("ftp://host", "should be http://host:port"),
        ("http://", "should be http://host:port"),
        ("http://host:99999", "should be http://host:port"),
        ("http://host/?a=1", "should be http://host:port"),
        ("http://ho st", "should be http://host:port"),
        ("http://me:hidden@host", "without a user in it"),
    ],
)
def test_address(url, sentence):
    with pytest.raises(InvalidSetting) as raised:
        Function(url)
    assert sentence in str(raised.value)
    assert "hidden" not in str(raised.value)
    with pytest.raises(InvalidSetting, match="--dashboard should be"):
        DashboardFunction(url, "f")


@pytest.mark.parametrize("name", ["", "a b", "a\r\nX-Evil: 1", "ü"])
def test_a_functions_name_is_one(name):
    with pytest.raises(InvalidSetting, match="the function's name should be Nuclio's"):
        DashboardFunction("http://localhost:8070", name)


@pytest.mark.parametrize(
    "module",
    [
        "cvat_sam.client.annotating.annotate",
        "cvat_sam.client.annotating.refine_boxes",
        "cvat_sam.client.annotating.function",
        "cvat_sam.client.annotating.local_model",
        "cvat_sam.client.annotating.journal_sink",
        "cvat_sam.cli.annotate",
        "cvat_sam.cli.refine_boxes",
    ],
)
def test_nothing_of_torch_is_imported_before_a_model_runs_here(module):
    program = (
        f"import sys, {module}; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'timm', 'segment_anything')))"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


def test_a_model_that_is_not_there():
    with pytest.raises(InvalidSetting, match="vit_x"):
        LocalModel("vit_x")
