"""The load test runs, loses nothing, and says so where something is lost or wrong."""

import contextlib
import doctest
import itertools
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import requests
from busy_case import BusyWorker, write_busy_main
from serving import served, served_with, write_main

from benchmarks.clicks.photos import enlarged
from benchmarks.load import cores, scripts, table, users, workers
from benchmarks.load import outcome as outcome_module
from benchmarks.load.__main__ import main, status
from benchmarks.load.dispatcher import Dispatcher
from benchmarks.load.outcome import ORIGINS, Click, Outcome, percentile
from benchmarks.load.plan import Plan
from benchmarks.load.policies import Free, NoWorker, RoundRobin
from benchmarks.load.run import measure
from benchmarks.load.scripts import Expected, Script, Step
from benchmarks.load.users import to_open
from benchmarks.load.workers import Worker
from benchmarks.table import markdown
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.wire import replies

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-m", "benchmarks.load", "--quick", "--divide", "8"]

HEIGHT, WIDTH = 60, 90
MASK = np.zeros((HEIGHT, WIDTH), bool)
MASK[20:40, 30:60] = True
TEXT = replies.interactor(FoundMask.from_mask(MASK, confidence=0.9))
SCRIPT = Script(
    "coffee",
    enlarged(WIDTH, HEIGHT),
    (Step(((45.5, 30.5),), (), Expected.of(TEXT, MASK)),),
)
# It answers what is beside it, dies where it is told to, and says who it is.
STUB = """
import os, signal
from pathlib import Path
FOLDER = Path(__file__).parent
def handler(context, event):
    if (FOLDER / "die").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    said = (FOLDER / "status").read_text() if (FOLDER / "status").exists() else "200"
    with (FOLDER / "answered").open("a") as file:
        file.write(said + "\\n")
    headers = {"Server-Timing": "mask;dur=2.5, total;dur=3.0, embedding;desc=memory"}
    body = (FOLDER / "reply.json").read_text()
    return context.Response(body=body, status_code=int(said), headers=headers)
"""


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """What a quick run on small images printed and wrote."""
    path = tmp_path_factory.mktemp("bench") / "folder" / "load.json"
    ended = subprocess.run(
        [*COMMAND, "--visits", "4", "--json", path], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    return ended.stdout, json.loads(path.read_text())


def test_two_users_at_two_workers_lose_nothing_and_get_what_one_worker_gives(quick):
    _, written = quick
    assert [(case["users"], case["folder"]) for case in written["cases"]] == [(2, False), (2, True)]
    for case in written["cases"]:
        clicks = case["clicks"]
        assert case["lost"] == case["wrong"] == 0
        assert sum(click["number"] == 1 for click in clicks) == written["visits"] == 4
        assert {click["user"] for click in clicks} == {1, 2}
        assert all(click["milliseconds"] > click["parts"]["total"] > 0 for click in clicks)
        assert case["clicks_per_second"] == pytest.approx(len(clicks) / case["seconds"])
        assert 0 < case["encoding"] < case["busy"] < 1


def test_with_a_folder_no_image_that_was_clicked_at_is_new_to_a_worker(quick):
    _, written = quick
    without, within = (case["clicks"] for case in written["cases"])
    assert {click["embedding"] for click in without} <= {"memory", "new"}
    assert {click["embedding"] for click in within if click["number"] > 1} <= {"memory", "folder"}
    for clicks in (without, within):
        assert any(click["embedding"] == "new" for click in clicks if click["number"] == 1)


def test_the_table_says_what_the_json_says(quick):
    text, written = quick
    lines = text.splitlines()
    for case in written["cases"]:
        name = f"2, {'shared' if case['folder'] else 'no'} folder"
        [line] = [line for line in lines if line.startswith(name)]
        _, rate, first, further, every, origins, busy, cpu, lost, wrong = re.split(r"  +", line)
        assert float(rate) == pytest.approx(case["clicks_per_second"], abs=0.051)
        for cell, kind in zip((first, further, every), ("first", "further", "all"), strict=True):
            told = [float(figure.replace(",", "")) for figure in cell.split(" / ")]
            assert told == pytest.approx(list(case["milliseconds"][kind].values()), abs=0.51)
        shares = [float(share.rstrip("%")) / 100 for share in origins.split(" / ")]
        assert shares == pytest.approx(list(case["embedding"].values()), abs=0.0051)
        assert busy == f"{case['busy']:.0%}, {case['encoding']:.0%}"
        of_workers, of_users = (float(figure.replace(",", "")) for figure in cpu.split(", "))
        spent = case["workers_cpu_seconds"] * 1000 / len(case["clicks"])
        assert of_workers == pytest.approx(spent, abs=0.51)
        assert of_workers > of_users > 0
        assert (lost, wrong) == ("0", "0")
    assert "images of 240 × 135" in text


def test_an_annotator_s_clicks_are_one_more_each_time_and_answered_alike_again(serve):
    plan = Plan(images=2, divide=8)
    told = []
    recorded = scripts.recorded(serve("interactor"), plan, told.append)
    assert len(told) == 2
    assert recorded[0].image != recorded[1].image
    for script in recorded:
        assert len(script.steps) == scripts.CLICKS
        before = set()
        for number, step in enumerate(script.steps, start=1):
            clicks = {(*point, True) for point in step.positive}
            clicks |= {(*point, False) for point in step.negative}
            assert before < clicks
            assert len(clicks) == number
            before = clicks
        body = script.steps[-1].request(script.image)
        assert list(json.loads(body)) == ["image", "pos_points", "neg_points", "obj_bbox"]
        again = requests.post(serve("interactor"), body, headers=scripts.JSON, timeout=120)
        assert script.steps[-1].expected.difference(again.text) == ""
        # Corrections are worth their clicks: these are not answers to one and the same.
        assert len({step.expected.digest for step in script.steps}) > 1


@contextlib.contextmanager
def two_stubs(path):
    """Two workers without a model: their folders and their URLs."""
    folders = [write_main(path / name, STUB) for name in ("one", "two")]
    for folder in folders:
        (folder / "reply.json").write_text(TEXT)
    with contextlib.ExitStack() as stack:
        hosts = [stack.enter_context(served(folder)) for folder in folders]
        yield folders, [Worker(host.url, host.process.pid) for host in hosts]


@pytest.fixture(scope="module")
def module_stubs(tmp_path_factory):
    with two_stubs(tmp_path_factory.mktemp("stubs")) as stubs:
        yield stubs


@pytest.fixture
def stubs(module_stubs):
    """The same, as new."""
    for folder in module_stubs[0]:
        (folder / "reply.json").write_text(TEXT)
        for name in ("answered", "status"):
            (folder / name).unlink(missing_ok=True)
    return module_stubs


def run(ready, *, visits=30, dispatch="free"):
    outcome = Outcome(3, folder=False, workers=len(ready))
    plan = Plan(images=1, shared=1, visits=visits)
    measure(ready, dispatch, [SCRIPT], plan, outcome, lambda words: None)
    assert len(outcome.clicks) == visits, "each is accounted for"
    return outcome


def lines(folder):
    path = folder / "answered"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize("dispatch", ["free", "round-robin"])
def test_all_workers_get_work(stubs, dispatch):
    folders, ready = stubs
    outcome = run(ready, dispatch=dispatch)
    assert not outcome.lost
    assert not outcome.wrong
    assert status([outcome]) == 0
    assert all(lines(folder) for folder in folders)
    assert sum(len(lines(folder)) for folder in folders) == 30
    assert {click.embedding for click in outcome.clicks} == {"memory"}
    assert outcome.clicks[0].parts == {"mask": 2.5, "total": 3.0}


@pytest.mark.parametrize("said", ["503", "500", "422", "201"])
def test_any_status_but_200_is_a_lost_request(stubs, said):
    folders, ready = stubs
    (folders[1] / "status").write_text(said)
    outcome = run(ready)
    assert len(outcome.lost) == len(lines(folders[1])) > 0
    assert len(outcome.answered) == len(lines(folders[0])) > 0
    assert all(click.lost.startswith(f"{said} ") for click in outcome.lost)
    assert status([outcome]) == 1


def test_of_a_worker_that_is_killed_one_request_is_lost_and_told(tmp_path):
    with two_stubs(tmp_path) as (folders, ready):
        (folders[1] / "die").touch()
        outcome = run(ready)
    [lost] = outcome.lost
    assert lost.lost.startswith("502 ")
    assert "worker 2 broke the connection" in lost.lost
    assert len(lines(folders[0])) == 29, "the other one does the rest"
    assert status([outcome]) == 1
    facts = {"processor": "", "cores": 2, "python": "", "versions": {}, "workers": 2, "visits": 30}
    facts |= {"cores_each": 1, "dispatch": "free", "device": "cpu", "divide": 1, "think": 0}
    assert any(
        line.startswith("lost, 3 users: 1 × 502 ") and "worker 2" in line
        for line in table.notes(facts, [outcome])
    )


@pytest.mark.parametrize("dispatch", ["free", "round-robin"])
def test_with_all_workers_dead_the_run_ends_all_the_same(dispatch):
    with socket.socket() as one, socket.socket() as other:
        for end in (one, other):
            end.bind(("127.0.0.1", 0))  # nobody listens, and nobody else can
        addresses = ["{}:{}".format(*end.getsockname()) for end in (one, other)]
        ready = [Worker(f"http://{address}", process=2**30) for address in addresses]
        outcome = run(ready, dispatch=dispatch)
    assert len(outcome.lost) == 30
    assert outcome.rate == 0
    said = [click.lost[:3] for click in outcome.lost]
    assert said.count("502") >= 2, "whoever finds out that one is dead"
    assert set(said) == {"502", "503"}
    assert table.cells([outcome])[1][:5] == ["3, no folder", "0.0", "–", "–", "–"]


def test_a_mask_that_one_worker_alone_would_not_have_given_is_wrong(stubs):
    folders, ready = stubs
    other = MASK.copy()
    other[20, 30:37] = False
    (folders[0] / "reply.json").write_text(
        replies.interactor(FoundMask.from_mask(other, confidence=0.9))
    )
    outcome = run(ready)
    assert len(outcome.wrong) == len(lines(folders[0])) > 0
    assert not outcome.lost
    assert {click.wrong for click in outcome.wrong} == {"7 pixels differ, IoU 0.988333"}
    assert status([outcome]) == 1


def test_how_replies_differ():
    expected = Expected.of(TEXT, MASK)
    assert expected.difference(TEXT) == ""
    surer = json.dumps({**json.loads(TEXT), "confidence": 0.91})
    assert surer != TEXT
    assert expected.difference(surer) == "", "the mask is the same"
    nothing = json.dumps({"mask": [[0]], "bounds": [5, 5, 5, 5]})
    assert expected.difference(nothing) == "600 pixels differ, IoU 0.000000"
    for broken in ("", "{}", "[]", "null"):
        assert expected.difference(broken).startswith("it has no such mask (")


def test_a_busy_worker_gets_no_more_unless_workers_take_turns(stubs, tmp_path):
    [other, *_], [(url, _), *_] = stubs
    (other / "reply.json").write_text("{}")
    with (
        served_with(write_busy_main(tmp_path), worker_availability_timeout=0.2) as busy,
        Dispatcher([busy.url, url], "free") as free,
        Dispatcher([busy.url, url], "round-robin") as in_turns,
        BusyWorker(free.url, tmp_path),
    ):
        assert [post(free.url) for _ in range(4)] == [(200, "{}")] * 4
        assert [post(in_turns.url) for _ in range(4)] == [(503, ""), (200, "{}")] * 2


def post(url):
    reply = requests.post(url, b"{}", headers=scripts.JSON, timeout=60)
    return reply.status_code, reply.text


def test_whoever_has_been_free_longest_is_next():
    policy = Free(3, patience=10)
    assert [policy.take() for _ in range(3)] == [0, 1, 2]
    for worker in (1, 2, 0):
        policy.give_back(worker)
    assert [policy.take() for _ in range(3)] == [1, 2, 0]


def test_whoever_waits_longest_is_served_first():
    policy = Free(1, patience=60)
    policy.take()
    served_in_order = []

    def wait(name):
        worker = policy.take()
        served_in_order.append(name)
        policy.give_back(worker)

    waiting = [threading.Thread(target=wait, args=(name,)) for name in range(5)]
    for number, thread in enumerate(waiting, start=1):
        thread.start()
        while len(policy._line) < number:
            time.sleep(0.001)
    policy.give_back(0)
    for thread in waiting:
        thread.join()
    assert served_in_order == [0, 1, 2, 3, 4]


def test_nobody_waits_longer_than_patience_lasts_or_for_the_dead():
    policy = Free(2, patience=0.05)
    policy.take(), policy.take()
    with pytest.raises(NoWorker):
        policy.take()
    policy.give_back(1)
    assert policy.take() == 1, "who gave up is no longer in the line"
    policy = Free(1, patience=3600)
    policy.take()
    threading.Timer(0.05, policy.drop, args=(0,)).start()
    with pytest.raises(NoWorker):
        policy.take()
    policy.give_back(0)
    with pytest.raises(NoWorker):
        policy.take()


def test_turns_pass_over_the_dead():
    policy = RoundRobin(3)
    assert [policy.take() for _ in range(4)] == [0, 1, 2, 0]
    policy.drop(1)
    assert [policy.take() for _ in range(3)] == [2, 0, 2]
    policy.drop(0)
    policy.drop(2)
    with pytest.raises(NoWorker):
        policy.take()


@pytest.mark.parametrize("module", [cores, outcome_module, users])
def test_examples_in_docstrings(module):
    done = doctest.testmod(module)
    assert done.attempted > 0
    assert done.failed == 0


@pytest.mark.parametrize("count", [1, 2, 3, 10, 101])
def test_percentiles_are_numpy_s(count):
    samples = np.random.default_rng(count).exponential(100, count)
    for percent in (0, 1, 50, 95, 99, 99.9, 100):
        assert percentile(samples.tolist(), percent) == pytest.approx(
            float(np.percentile(samples, percent))
        )


def test_a_row_of_the_table():
    click = Click(1, "a", 1, began=0, milliseconds=400, embedding="new")
    parts = {"encode": 300.0, "total": 380.0}
    clicks = [
        replace(click, parts=parts),
        *(replace(click, number=2, milliseconds=ms, embedding="folder") for ms in (10, 20, 30)),
        replace(click, milliseconds=9999, lost="503"),
        replace(click, number=3, milliseconds=1500, embedding="memory", wrong="7 pixels"),
    ]
    outcome = Outcome(4, folder=True, workers=2, seconds=0.5, clicks=clicks)
    outcome.workers_cpu, outcome.users_cpu = 0.9, 0.05
    assert list(markdown(table.cells([outcome])))[2] == (
        "| 4, shared folder | 10.0 | 400 / 400 / 400 | 25 / 1,280 / 1,456 | 30 / 1,280 / 1,456 "
        "| 20% / 60% / 20% | 38%, 30% | 150, 8 | 1 | 1 |"
    )
    written = json.loads(json.dumps(table.as_json({"visits": 1}, [outcome])))["cases"][0]
    assert written["milliseconds"]["all"]["50"] == 30
    assert list(written["embedding"]) == list(ORIGINS)
    assert written["clicks"][4]["lost"] == "503"


def test_a_user_opens_each_shared_file_once_and_beside_them_what_nobody_else_has():
    some = [replace(SCRIPT, name=str(n), image=enlarged(WIDTH + n, HEIGHT)) for n in range(4)]
    common = {script.image for script in some[:2]}
    opened = [
        list(itertools.islice(to_open(some, 2, np.random.default_rng(user)), 60)) for user in (1, 2)
    ]
    for images in opened:
        assert sorted(image in common for _, image in images) == [False] * 58 + [True] * 2
        assert {image for _, image in images} > common
        assert {script.name for script, _ in images} == set("0123")
    files = [image for images in opened for _, image in images]
    assert len(set(files)) == 2 * 58 + 2
    assert [s.name for s, _ in opened[0]] != [s.name for s, _ in opened[1]], "in their own order"


@pytest.mark.parametrize(("count", "among"), [(1, 1), (8, 3), (2, 2), (2, 5), (64, 7)])
def test_every_worker_has_cores_and_all_cores_have_work(count, among):
    found = cores.shares(range(count), among)
    assert len(found) == among
    assert {core for share in found for core in share} == set(range(count))
    sizes = [len(share) for share in found]
    assert min(sizes) == max(1, count // among)
    assert max(sizes) - min(sizes) <= 1


def test_workers_have_cores_of_their_own_and_no_settings_but_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("SAM_EMBEDDINGS_DIR", "/somebody/else's")
    text = (
        "import json, os\n"
        "def handler(context, event):\n"
        "    cores = sorted(os.sched_getaffinity(0))\n"
        "    sam = {name: os.environ[name] for name in os.environ if name[:4] == 'SAM_'}\n"
        "    return json.dumps([cores, os.environ['OMP_NUM_THREADS'], sam])\n"
    )
    function = write_main(tmp_path, text)
    settings = {"SAM_DEVICE": "cpu"}
    with workers.started(2, tmp_path, settings, function=function) as ready:
        answers = [requests.get(worker.url, timeout=60).json() for worker in ready]
    with workers.started(1, tmp_path, settings, of=2, function=function) as [worker]:
        alone = requests.get(worker.url, timeout=60).json()
    shares = cores.shares(cores.available(), 2)
    assert [found for found, _, _ in answers] == shares
    assert [threads for _, threads, _ in answers] == [str(len(share)) for share in shares]
    assert answers[0][2] == {"SAM_DEVICE": "cpu", "SAM_EMBEDDINGS_DIR": ""}
    assert alone == answers[0]


@pytest.mark.parametrize(("how", "workers_then"), [(signal.SIGINT, 2), (signal.SIGTERM, 1)])
def test_broken_off_it_leaves_no_process(tmp_path, how, workers_then):
    with subprocess.Popen(
        [*COMMAND, "--json", tmp_path / "load.json"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        while len(of_session(process.pid, b"\0serve\0")) < workers_then:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        # To it alone: at a terminal all of them hear of it.
        process.send_signal(how)
        out, err = process.communicate()
    assert process.returncode == 130
    assert out == ""
    assert err == "\ninterrupted; nothing is written\n"
    assert of_session(process.pid) == []
    assert list(tmp_path.glob("cvat-sam-load-*")) == [], "nor a folder"


def of_session(leader, word=b""):
    """The processes of a session that have not ended, and have this in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                state, _, _, session = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
                if (
                    int(session) == leader
                    and state != "Z"
                    and word in (entry / "cmdline").read_bytes()
                ):
                    found.append(int(entry.name))
    return found


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--workers", "0"], "--workers must be from 1 to 64, not 0"),
        (["--users", "1", "0"], "--users must be from 1 to 256, not 0"),
        (["--visits", "0"], "--visits must be from 1 to 100,000, not 0"),
        (["--think", "-1"], "--think must be from 0 to 3,600, not -1.0"),
        (["--think", "nan"], "--think must be from 0 to 3,600, not nan"),
        (["--divide", "51"], "--divide must be from 1 to 50, not 51"),
    ],
)
def test_options_that_cannot_be_used(words, sentence, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["load", *words])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 2
    assert capsys.readouterr().err.endswith(f"error: {sentence}\n")
