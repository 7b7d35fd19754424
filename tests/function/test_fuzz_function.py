"""A few hundred of the fuzzer's requests, and that it finds what it looks for."""

import os
import pty
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import function_without_model
import pytest

from fuzz.function import hosts, requests
from fuzz.function.running import Run

ROOT = Path(__file__).parents[2]
OF_THE_INTERACTOR = [n for n in range(100) if requests.kind_of(0, n) == "interactor"]


def fuzz(*words):
    command = [sys.executable, "-m", "fuzz.function", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_two_hundred_requests_bring_nothing_to_light(exported):
    run = fuzz("--count", "200")
    assert run.returncode == 0, run.stdout + run.stderr
    *memory, summary = run.stdout.splitlines()
    assert [line.partition(":")[0] for line in memory] == ["interactor", "detector", "embedder"]
    assert summary.startswith("200 requests of seed 0 in ")
    assert summary.endswith(": 0 findings of 0 kinds")
    assert run.stderr == ""  # no progress where there is no terminal


def test_one_request_can_be_had_again(tmp_path):
    folder = function_without_model.write(tmp_path / "f", "if number == 2: status = 500")
    number = str(OF_THE_INTERACTOR[5])
    run = fuzz("--case", number, "--path", str(folder))
    assert run.returncode == 1
    assert "answered 500, not " in run.stdout
    assert f"again: python -m fuzz.function --seed 0 --case {number}\n" in run.stdout
    assert "1 requests of seed 0" in run.stdout


def test_the_same_numbers_are_the_same_requests():
    made = [requests.make(7, number) for number in range(99)]
    assert [requests.make(7, number) for number in range(99)] == made
    assert [requests.make(8, number) for number in range(99)] != made


@pytest.fixture
def findings(tmp_path):
    """What is found in a function without a model that has faults."""

    def found(plant, *, is_measured=False):
        folder = function_without_model.write(tmp_path / "f", plant)
        start = partial(hosts.served, path=folder)
        run = Run(0, OF_THE_INTERACTOR, start=start, is_measured=is_measured)
        return [(one.name, one.what) for one in run.findings()]

    return found


def test_in_a_right_function_nothing_is_found(findings):
    assert findings("pass") == []


# Each spoils some requests; the good ones at both ends are among the others.
SPOILT_REPLIES = """
if 5 < number < 70:
    which = number % 8
    if which == 0: raise ValueError(7)
    if which == 1: status = 503
    if which == 2: status = 200
    if which == 3: text = text.replace("0.9", "NaN")
    if which == 4: text = text.replace("[[1,", "[[2,")
    if which == 5: text = text.replace("error", "detail")
    if which == 6 and status == 400: text = replies.error("one line\\nand another")
    if which == 7 and status == 400: text = replies.error("not in " + __file__)
"""


def test_what_is_wrong_with_replies_is_found(findings):
    found = findings(SPOILT_REPLIES)
    for what in (
        "answered 500, not ",
        "a traceback in the reply: ",
        "the log has a traceback: ",
        "answered 503, not ",
        "answered 200, not 400: ",
        "it is not JSON: NaN is no number",
        "mask: ",
        'it should be {"error": "one sentence"}',
        "error: should be one sentence, and has lines",
        "the reply has /",
    ):
        assert any(what in one for _, one in found), what


LEAKS = """
image = body.get("image") if isinstance(body, dict) else None
if isinstance(image, str) and len(image) > 200:
    log = context.logger.info
    if number % 3 == 0: log(image[:40])
    if number % 3 == 1: log("as bytes: " + repr(image.encode()[-60:]))
    if number % 3 == 2: log("at length: " + "0" * 5000)
if b"kanarienvogel" in str(body).encode(): context.logger.info_with("got", body=body)
"""


def test_what_is_wrong_with_the_log_is_found(findings):
    found = {what for _, what in findings(LEAKS)}
    for what in ("piece of an image: '", "word of a request: ", "line of 5,"):
        assert any(f"the log has a {what}" in one for one in found), what
    assert any("as bytes: " in one for one in found)


def test_a_good_click_that_is_answered_otherwise_is_found(findings):
    found = findings("text = text.replace('0.9', str(number / 1000))")
    assert [what for _, what in found] == ["is answered otherwise at the end than at the beginning"]


def test_memory_that_grows_and_memory_that_one_request_takes_are_found(findings):
    plant = """
KEPT.append(b"x" * (3 << 20))
if len(KEPT) == 200: memory = b"x" * (1 << 30)
"""
    found = [what for _, what in findings(plant, is_measured=True)]
    assert [what.partition(" went")[0] for what in found] == ["memory", "the peak of memory"]


def test_after_a_death_the_rest_is_asked_of_another(findings, tmp_path):
    # A file says that it was: the next process has other memory.
    dies = f"if number == 9 and not os.path.exists({str(tmp_path / 'died')!r}):\n"
    dies += f"    open({str(tmp_path / 'died')!r}, 'w').close(); os._exit(3)\n"
    found = [what for _, what in findings(dies)]
    assert found.count("the process is dead") == 1
    assert found.count("RemoteDisconnected: Remote end closed connection without response") == 1
    assert len(found) == 2


def test_an_interrupt_ends_it_with_what_it_has(tmp_path):
    folder = function_without_model.write(tmp_path / "f")
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "fuzz.function", "--path", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    while b" of 10,000" not in shown:
        shown += os.read(terminal, 1000)
    # As a terminal does it: everybody in the group hears of it.
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate()
    os.close(terminal)
    assert process.returncode == 130
    assert " requests of seed 0 in " in out.splitlines()[-1]
    assert "Traceback" not in out + shown.decode()


def test_a_function_that_does_not_start_is_said_in_a_sentence(tmp_path):
    (tmp_path / "main.py").write_text("raise SystemExit('no model today')")
    run = fuzz("--count", "1", "--path", str(tmp_path))
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.endswith(": no model today\n")
    assert len(run.stderr.splitlines()) == 1


def test_what_is_sent_is_of_every_kind():
    names = " ".join(requests.make(0, number).name for number in range(1500))
    for word in ("zip bomb", "60,000", " deep", "cut at", "gone after", "chunks", "charset", "utf"):
        assert word in names
