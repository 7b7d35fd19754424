"""`cvat-sam upload` as people run it: what it says, what it writes, how it ends."""

import json
import os
import pty
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-m", "cvat_sam.cli", "upload"]
GOOD = {"image": "a.png", "label": "car", "points": [0, 2, 1, 1, 2, 1]}
OUTSIDE = {**GOOD, "points": [0, 2, 7, 1, 8, 1]}
NOWHERE = {**GOOD, "image": "c.png"}


@pytest.fixture
def task(fake_cvat):
    return fake_cvat.add_task([("a.png", 8, 6), ("b.png", 8, 6)], labels=["car", "Person"])


@pytest.fixture
def run(fake_cvat, task, tmp_path):
    def run(items, *words, name="masks.json", **variables):
        (tmp_path / name).write_text(json.dumps(items))
        where = ["--task", str(task), "--server-host", fake_cvat.url]
        environment = os.environ | {
            "CVAT_ACCESS_TOKEN": fake_cvat.token,
            "XDG_STATE_HOME": str(tmp_path / "state"),
        }
        ended = subprocess.run(
            [*COMMAND, name, *where, *words],
            cwd=tmp_path,
            env=environment | variables,
            capture_output=True,
            text=True,
        )
        assert "Traceback" not in ended.stderr
        assert fake_cvat.token not in ended.stdout + ended.stderr
        return ended

    return run


def test_what_is_stored_is_said_and_nothing_else_in_a_pipe(run, task, fake_cvat):
    ended = run([GOOD, GOOD])
    assert ended.returncode == 0
    assert ended.stdout == f"task {task}: 2 masks stored, 0 stored before\n"
    assert ended.stderr == ""
    assert len(fake_cvat.shapes(task)) == 2
    assert run([GOOD, GOOD]).stdout == f"task {task}: 0 masks stored, 2 stored before\n"


def test_every_fault_is_listed_and_nothing_is_sent(run, task, fake_cvat):
    ended = run([GOOD, OUTSIDE, NOWHERE])
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [
        "masks.json, item 1: the box's right is 8, but the image's last column is 7",
        "masks.json, item 2: no frame of the task has the name of the image c.png",
        f"cvat-sam: 2 of 3 masks cannot go into task {task}, so nothing was sent; --skip-bad "
        "FILE uploads the rest",
    ]
    assert fake_cvat.log("PATCH") == []


def test_bad_ones_are_left_out_mended_and_uploaded_later(run, task, fake_cvat, tmp_path):
    ended = run([GOOD, OUTSIDE], "--skip-bad", "bad.json")
    assert ended.returncode == 0
    assert ended.stdout.splitlines() == [
        "left out, and written to bad.json: 1 mask",
        f"task {task}: 1 mask stored, 0 stored before",
    ]
    [bad] = json.loads((tmp_path / "bad.json").read_text())
    assert (bad["file"], bad["index"]) == ("masks.json", 1)
    assert bad["fault"] == "the box's right is 8, but the image's last column is 7"
    bad["points"] = [0, 2, 3, 3, 4, 3]
    assert run([bad], name="mended.json").returncode == 0
    assert len(fake_cvat.shapes(task)) == 2


def test_a_dry_run_sends_nothing(run, task, fake_cvat):
    ended = run([GOOD], "--dry-run")
    assert ended.stdout == f"task {task}: 1 mask would be sent, 0 stored already\n"
    assert fake_cvat.shapes(task) == []


def test_a_dry_run_says_what_would_be_done(run, task, fake_cvat, tmp_path):
    assert run([GOOD]).returncode == 0
    ended = run([GOOD, GOOD, OUTSIDE], "--dry-run", "--skip-bad", "bad.json")
    assert ended.returncode == 0
    assert ended.stdout.splitlines() == [
        f"task {task}: 1 mask would be sent, 1 stored already",
        "1 mask would be left out, and written to bad.json",
    ]
    assert "item 2: the box's right is 8" in ended.stderr
    assert not (tmp_path / "bad.json").exists()
    assert run([GOOD], "--replace-own", "--dry-run").stdout.splitlines() == [
        "1 mask of an earlier upload would be deleted first",
        f"task {task}: 1 mask would be sent, 0 stored already",
    ]
    assert len(fake_cvat.shapes(task)) == 1


def test_what_is_half_mended_is_not_written_over(run, task, fake_cvat, tmp_path):
    (tmp_path / "bad.json").write_text("half mended")
    ended = run([GOOD, OUTSIDE], "--skip-bad", "bad.json")
    assert ended.returncode == 2
    assert ended.stderr.startswith("cvat-sam: bad.json is there already, with something else in it")
    assert (tmp_path / "bad.json").read_text() == "half mended"
    assert fake_cvat.shapes(task) == []


def test_the_same_in_another_file_is_refused_unless_it_is_meant(run, task, fake_cvat):
    run([GOOD])
    ended = run([GOOD], name="copy.json")
    assert ended.returncode == 2
    assert ended.stderr == (
        f"cvat-sam: 1 of the masks is in task {task} already, from an earlier upload of "
        "masks.json; --only-new sends the others alone, --again all of them, so that these are "
        "there twice\n"
    )
    assert len(fake_cvat.shapes(task)) == 1
    assert run([GOOD], "--again", name="copy.json").returncode == 0
    assert len(fake_cvat.shapes(task)) == 2


def test_what_was_deleted_in_cvat_is_said(run, task, fake_cvat):
    run([GOOD])
    fake_cvat.edit(task=task, action="clear")
    assert run([GOOD]).stdout.splitlines() == [
        f"task {task}: 0 masks stored, 1 stored before",
        "of those, somebody has deleted or redrawn 1 since, which stays so (--replace-own brings "
        "all of it back)",
    ]
    assert run([GOOD], "--replace-own").returncode == 0
    assert len(fake_cvat.shapes(task)) == 1
    assert run([GOOD], "--again").stdout == f"task {task}: 1 mask stored, 0 stored before\n"


def test_labels_are_mapped(run, task, fake_cvat):
    assert run([GOOD], "--label", "car=Person").returncode == 0
    assert fake_cvat.shapes(task)[0]["label_id"] == fake_cvat.labels(task)["Person"]
    assert run([GOOD], "--label", "car=Bus").stderr.startswith(
        "cvat-sam: the task has no label Bus; it has car, Person"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--label", "car="], "--label car= names no label"),
        (["--label", "car=Person", "--label", "car=car"], "--label gives car two labels"),
        (["--job", "999999"], "has no job 999999"),
        (["--replace-own"], "knows of no earlier upload of these sources"),
        (["--format", "xyz"], "xyz"),
        (["--skip-bad", "masks.json"], "masks.json would be written over"),
        (["--replace-own", "--again"], "--again goes neither with --replace-own nor"),
        (["--task", "999999"], "has no task 999999, or not for this user and organization"),
        (["--server-host", "http://localhost/tasks/7"], "should be http://localhost alone"),
    ],
)
def test_what_is_wrong_with_options_is_one_sentence(run, task, fake_cvat, words, sentence):
    ended = run([GOOD], *words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert sentence in ended.stderr
    assert fake_cvat.shapes(task) == []


def test_a_token_that_is_not_known_is_said(run):
    ended = run([GOOD], **{"CVAT_ACCESS_TOKEN": "nobody-knows-this-one"})
    assert ended.returncode == 2
    assert "does not know us (401)" in ended.stderr
    assert "nobody-knows-this-one" not in ended.stderr


def test_a_server_that_is_not_there_is_said(run):
    ended = run([GOOD], "--server-host", "http://127.0.0.1:9")
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].startswith("cvat-sam: http://127.0.0.1:9, GET /api/")


def test_on_a_terminal_there_is_a_bar(task, fake_cvat, tmp_path):
    (tmp_path / "masks.json").write_text(json.dumps([GOOD] * 300))
    screen, terminal = pty.openpty()
    environment = os.environ | {
        "CVAT_ACCESS_TOKEN": fake_cvat.token,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "TERM": "xterm",
    }
    where = ["--task", str(task), "--server-host", fake_cvat.url]
    with subprocess.Popen(
        [*COMMAND, "masks.json", *where],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        shown = b""
        while True:
            try:
                part = os.read(screen, 4096)
            except OSError:  # the terminal's other end is closed
                break
            if not part:
                break
            shown += part
    os.close(screen)
    assert process.returncode == 0
    assert b"Sending" in shown
    assert b"300/300" in shown
