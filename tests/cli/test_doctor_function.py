"""What doctor says of a function: a real one, and those that answer wrongly or not at all."""

import base64
import json
import signal
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
from doctor_case import about, as_detector, as_interactor, doctor, environment, in_short
from doctor_case import told_function as hosted

import rle
from cvat_sam.doctor import function_url
from cvat_sam.doctor.function_url import look
from cvat_sam.doctor.picture import CLICKS, HEIGHT, RADIUS, WIDTH, draw
from cvat_sam.models.backends import gpu

DISC = draw().disc
OURS = {"X-Cvat-Sam-Model": "vit_t", "X-Cvat-Sam-Device": "cpu"}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A function that answers what a test tells it."""
    with hosted(tmp_path_factory.mktemp("told")) as function:
        yield function


@pytest.fixture(scope="module")
def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}"


# Real functions.


def test_our_interactor_is_well(serve):
    seen = doctor("--function", serve("interactor"), SAM_DEVICE="cpu")
    assert seen.code == 0, seen.out
    assert seen.next_step == "Nothing is wrong."
    assert "an interactor" in seen.sentence("kind")
    assert seen.sentence("model") == "vit_t on cpu"
    assert float(seen.sentence("mask").rpartition("IoU ")[2].rstrip(")")) > 0.9
    assert "found in the function's memory" in seen.sentence("embedding")
    assert seen.level("large body") == "ok"
    assert {level for level, *_ in seen.lines} <= {"ok", "note"}


@pytest.mark.parametrize(
    ("kind", "what"), [("detector", "a detector"), ("embedder", "an embedder")]
)
def test_our_other_kinds_are_told_by_their_replies(serve, kind, what):
    findings = list(look(serve(kind)))
    assert about(findings, "kind").sentence.startswith(what)
    assert {finding.level for finding in findings} == {"ok"}, findings
    assert "large body" in in_short(findings)
    assert ("mask" in in_short(findings)) == (kind == "detector")
    assert ("embedding" in in_short(findings)) == (kind == "embedder")


def test_each_picture_is_a_new_one_whose_disc_is_under_the_clicks():
    one, other = draw(), draw()
    assert one.png != other.png
    assert abs(one.disc.sum() - np.pi * RADIUS**2) < 0.03 * one.disc.sum()
    assert all(one.disc[y, x] for x, y in CLICKS)


def test_a_padded_picture_is_the_same_picture():
    from cvat_sam.images.decoding import decode

    picture = draw()
    padded = picture.padded(3_600_000)
    assert len(padded.png) > 3_600_000
    assert len(padded.base64) > 4 << 20
    assert np.array_equal(decode(padded.png), decode(picture.png))


# Nobody answers.


def test_a_closed_port_is_said_and_where_to_find_the_right_one(closed_port):
    seen = doctor("--function", closed_port)
    assert seen.code == 2
    assert seen.level("listening") == "wrong"
    assert "the connection is refused" in seen.sentence("listening")
    assert seen.next_step.startswith(
        "Next: see whether the function runs, and find the function's own port"
    )
    assert "Traceback" not in seen.out + seen.err


def test_a_name_that_nobody_knows():
    [finding] = look("http://no-such-host.invalid:8070")
    assert (finding.level, finding.what) == ("wrong", "listening")
    assert "nobody here knows the name" in finding.sentence


def test_one_that_takes_too_long(told):
    findings = list(look(told.tell({"body": "{}", "seconds": 3}), timeout=0.5))
    assert in_short(findings) == {"listening": "ok", "click": "wrong"}
    assert "nothing was received for 0.5 s" in findings[-1].sentence
    assert "--timeout" in findings[-1].next_step


def test_one_that_sends_byte_by_byte_is_not_waited_for_longer():
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip():
            connection, _ = listener.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                stop.wait(0.2)
                for _ in range(500):
                    if stop.wait(0.05):
                        return
                    connection.sendall(b" ")

        stop = threading.Event()
        thread = threading.Thread(target=drip)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        findings = list(look(url, timeout=0.6))
        stop.set()
        thread.join()
    assert "not complete after 0.6 s" in about(findings, "click").sentence


@pytest.mark.parametrize(("hangs", "words"), [(True, "for 0.5 s"), (False, "in the middle")])
def test_one_that_stops_in_the_middle_of_its_answer(hangs, words):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def half():
            connection, _ = listener.accept()
            with connection:
                while not connection.recv(1 << 20).endswith(b"}"):
                    pass
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[")
                stop.wait(30 if hangs else 0)

        stop = threading.Event()
        thread = threading.Thread(target=half)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        findings = list(look(url, timeout=0.5))
        stop.set()
        thread.join()
    assert words in about(findings, "click").sentence


def test_one_that_ends_without_an_answer(tmp_path):
    with hosted(tmp_path) as function:
        findings = list(look(function.tell({"ends": True})))
    assert in_short(findings) == {"listening": "ok", "click": "wrong"}
    assert "closed the connection" in findings[-1].sentence


def test_tls_where_there_is_none(told):
    findings = list(look(told.url.replace("http:", "https:")))
    assert "give http://" in findings[-1].next_step


# Statuses.


@pytest.mark.parametrize(
    ("status", "body", "words", "step"),
    [
        (302, "", "redirects elsewhere", "NODE PORT"),
        (400, "Error when parsing request", "Nuclio could not read", "maxRequestBodySize"),
        (400, '{"error": "image: is missing"}', "says: image: is missing", "log"),
        (401, "", "asks who we are", "NODE PORT"),
        (404, "<html>Not Found</html>", "nothing at this path", "NODE PORT"),
        (405, "", "takes no POST", "NODE PORT"),
        (408, "handler timed out", "event timeout was up", "eventTimeout"),
        (413, "<html>too large</html>", "takes no body of this size", "client_max_body_size"),
        (422, '{"error": "no object"}', "finds nothing on a bright disc", "SAM_CHECKPOINT"),
        (500, '{"error": "the function failed"}', "says: the function failed", "traceback"),
        (500, "Processor not ready", "starts its worker again", "in a minute"),
        (502, "<html>Bad Gateway</html>", "a proxy gets no answer", "restarted"),
        (503, "", "no worker was free", "workerAvailabilityTimeoutMilliseconds"),
        (503, '{"error": "out of GPU memory"}', "out of GPU memory", "smaller model"),
        (504, "", "did not wait long enough", "120 s"),
        (418, "", "418: no function of CVAT's", "NODE PORT"),
    ],
)
def test_each_status_has_its_meaning_and_its_step(told, status, body, words, step):
    findings = list(look(told.tell({"status": status, "body": body, "type": "text/plain"})))
    assert in_short(findings) == {"listening": "ok", "click": "wrong"}
    click = about(findings, "click")
    assert click.sentence.startswith(f"{status}: ")
    assert words in click.sentence
    assert step in click.next_step
    assert len(told.seen()) == 1


def test_of_a_traceback_only_its_last_line_is_shown(told):
    body = "Exception\nTraceback (most recent call last):\n  File \"main.py\"\nKeyError: 'image'\n"
    told.tell({"status": 500, "body": body, "type": "text/plain"})
    seen = doctor("--function", told.url)
    assert seen.code == 2
    assert seen.sentence("click").endswith("it says: KeyError: 'image'")
    assert "Traceback" not in seen.out


def test_what_a_server_says_cannot_write_on_the_terminal(told):
    told.tell({"status": 500, "body": json.dumps({"error": "a\x1b[31m\nb"})})
    sentence = doctor("--function", told.url).sentence("click")
    assert sentence.endswith("it says: a?[31m b")


# Replies of others.


def test_another_functions_right_reply_is_right(told):
    findings = list(look(told.tell(as_interactor(DISC))))
    assert about(findings, "mask").level == "ok"
    assert about(findings, "model").level == "note"
    assert {f.level for f in findings if f.what != "model"} == {"ok"}


def test_a_click_is_sent_as_cvat_sends_it(told):
    list(look(told.tell(as_interactor(DISC))))
    first, second, large = told.seen()
    assert first["keys"] == ["image", "neg_points", "obj_bbox", "pos_points"]
    assert first["points"] == [list(CLICKS[0])]
    assert second["points"] == [list(click) for click in CLICKS]
    assert second["image"] == first["image"] < 4 << 20 < large["image"]


def test_run_lengths_in_the_mask_are_known_as_such(told):
    runs = rle.cvat.encode(DISC)
    for reply in (as_interactor(DISC, mask=runs), as_detector(DISC, mask=runs)):
        finding = about(list(look(told.tell(reply))), "reply")
        assert finding.level == "wrong"
        assert "run lengths are where pixels should be" in finding.sentence
        assert "CVAT makes run lengths of them itself" in finding.next_step


def moved(mask, right, down):
    return np.roll(mask, (down, right), (0, 1))


def exchanged(mask):
    square = np.zeros((WIDTH, WIDTH), bool)
    square[:HEIGHT] = mask
    return square.T[:HEIGHT]


@pytest.mark.parametrize(
    ("mask", "step"),
    [
        (moved(DISC, -150, 60), "bounds should be those of its crop"),
        (exchanged(DISC), "takes x for y"),
        (~DISC, "SAM_MODEL"),
    ],
)
def test_a_mask_at_the_wrong_place(told, mask, step):
    finding = about(list(look(told.tell(as_interactor(mask)))), "mask")
    assert finding.level == "wrong"
    assert "not where the object is" in finding.sentence
    assert step in finding.next_step


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (as_interactor(DISC, bounds=[0, 0, WIDTH, HEIGHT]), "last column is 399"),
        (as_interactor(DISC, confidence=float("nan")), "NaN"),
        (as_interactor(DISC, mask=[[0, 7]]), "mask: "),
        (as_detector(DISC, mask=None), "[0].mask"),
        (as_detector(DISC, confidence="high"), "[0].confidence"),
        ({"body": json.dumps({"blob": base64.b64encode(bytes(8)).decode()})}, "blob: has 8 bytes"),
    ],
)
def test_what_cvat_would_take_wrongly(told, reply, words):
    finding = about(list(look(told.tell(reply))), "reply")
    assert finding.level == "wrong"
    assert words in finding.sentence


@pytest.mark.parametrize("body", ["<html>Welcome</html>", "", "[3]", "{}", "null", '"ok"'])
def test_another_server_that_says_200(told, body):
    findings = list(look(told.tell({"body": body})))
    assert in_short(findings) == {"listening": "ok", "kind": "wrong"}
    assert "NODE PORT" in findings[-1].next_step


def test_a_detector_that_looks_for_something_else(told):
    findings = list(look(told.tell(as_detector())))
    assert about(findings, "mask").level == "note"
    mixed = json.loads(as_detector(DISC)["body"])
    mixed.append({"label": "car", "type": "rectangle", "points": [1, 2, 3, 4], "confidence": "1"})
    findings = list(look(told.tell({"body": json.dumps(mixed)})))
    assert about(findings, "reply").level == "ok"
    assert "1 object of another type" in about(findings, "objects").sentence


def test_a_detector_of_ours_that_finds_nothing(told):
    findings = list(look(told.tell({**as_detector(), "headers": OURS})))
    assert about(findings, "mask").level == "wrong"


def test_a_detector_whose_time_was_up(told):
    timing = {"Server-Timing": 'total;dur=1, points;desc="64/1024"'}
    reply = as_detector(DISC)
    findings = list(look(told.tell({**reply, "headers": OURS | timing})))
    finding = about(findings, "deadline")
    assert (finding.level, finding.sentence) == ("note", "its time was up after 64 of 1,024 points")
    # Ours is asked for everything once alone.
    assert [seen["keys"] for seen in told.seen()][1:] == [["image", "points"]]


@pytest.mark.parametrize(("device", "level"), [("cpu", "note"), ("cuda:0", "ok")])
def test_a_gpu_here_that_the_function_does_not_use(told, monkeypatch, device, level):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    # A device file that every machine has stands for a card's.
    monkeypatch.setattr(gpu, "CARDS", "null")
    headers = {**OURS, "X-Cvat-Sam-Device": device}
    finding = about(list(look(told.tell({**as_interactor(DISC), "headers": headers}))), "model")
    assert finding.level == level
    assert ("deploy/*-gpu.yaml" in (finding.next_step or "")) == (level == "note")


@pytest.mark.parametrize(
    ("limit", "level"), [("OLD_DASHBOARD_SECONDS", "note"), ("CVAT_SECONDS", "wrong")]
)
def test_a_click_that_takes_longer_than_it_is_waited_for(told, monkeypatch, limit, level):
    monkeypatch.setattr(function_url, limit, 0.0)
    findings = list(look(told.tell(as_interactor(DISC)), timeout=60))
    assert about(findings, "time").level == level


# The second click, and the large one.


@pytest.mark.parametrize(("origin", "level"), [("memory", "ok"), ("folder", "ok"), ("new", "note")])
def test_whether_the_second_click_finds_the_embedding(told, origin, level):
    timing = {"Server-Timing": f"encode;dur=200.0, total;dur=210.0, embedding;desc={origin}"}
    findings = list(look(told.tell({**as_interactor(DISC), "headers": OURS | timing})))
    finding = about(findings, "embedding")
    assert finding.level == level
    assert ("SAM_EMBEDDINGS_DIR" in (finding.next_step or "")) == (origin == "new")


def test_a_second_click_that_finds_no_worker(told):
    busy = {"status": 503, "body": ""}
    findings = list(look(told.tell(as_interactor(DISC), busy, as_interactor(DISC))))
    assert about(findings, "click").sentence.startswith("503: no worker was free")
    assert about(findings, "large body").level == "ok"


def test_the_limit_on_bodies_that_nuclio_has_without_one_in_the_yaml(tmp_path):
    with hosted(tmp_path, max_request_body_size=4 << 20) as function:
        function.tell(as_interactor(DISC))
        seen = doctor("--function", function.url)
    assert seen.code == 2
    assert [what for level, what, _ in seen.lines if level == "wrong"] == ["large body"]
    assert "Nuclio's own, 4 MiB" in seen.sentence("large body")
    assert seen.next_step.startswith("Next: set maxRequestBodySize: 33554432")


def test_a_proxys_limit_on_bodies(told):
    refused = {"status": 413, "body": "<html>413</html>", "type": "text/html"}
    right = as_interactor(DISC)
    finding = about(list(look(told.tell(right, right, refused))), "large body")
    assert finding.level == "wrong"
    assert "client_max_body_size" in finding.next_step


# The command.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--function", "http://me:hidden@127.0.0.1:1"], "without a user in it"),
        (["--function", "127.0.0.1:8070"], "http://host:port"),
        (["--function", "http://127.0.0.1:1", "--timeout", "0"], "--timeout"),
        (["--token-file", "token"], "which server?"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_looked_at(arguments, words):
    wrong = doctor(*arguments)
    assert wrong.code == 2
    assert wrong.out == ""
    assert words in wrong.err
    assert "hidden" not in wrong.err
    assert "Traceback" not in wrong.err


def test_ctrl_c_ends_it_in_one_line(told):
    told.tell({"body": "{}", "seconds": 100})
    words = [sys.executable, "-m", "cvat_sam", "doctor", "--function", told.url]
    with subprocess.Popen(
        words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while not process.stdout.readline().startswith("The function"):
            pass
        while not (told.folder / "seen.jsonl").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "cvat-sam: interrupted\n"
