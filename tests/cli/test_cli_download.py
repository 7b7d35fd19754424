"""`cvat-sam download` as people run it: what it says, what it writes, how it ends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fake_cvat.process import FakeCvat
from pycocotools.coco import COCO

ROOT = Path(__file__).parents[2]

# The command alone; the real one has the others beside it.
PROGRAM = """
import sys, typer
from cvat_sam.cli import app as frame
from cvat_sam.cli.download import download
if "download" not in {command.name for command in frame.app.registered_commands}:
    frame.app.command("download")(download)
frame.main()
"""


@pytest.fixture(scope="module")
def cvat_process():
    with FakeCvat() as cvat:
        yield cvat


@pytest.fixture
def cvat(cvat_process):
    cvat_process.reset()
    return cvat_process


@pytest.fixture
def task(cvat):
    task = cvat.add_task([("a.png", 8, 6), ("b.png", 8, 6)], labels=["car"])
    cvat.edit(task=task, shapes=[mask(cvat, task), mask(cvat, task, frame=1)])
    return task


def mask(cvat, task, **more):
    shape = {"type": "mask", "frame": 0, "label_id": cvat.labels(task)["car"], "attributes": []}
    return shape | {"points": [0, 1, 2, 3, 2, 3]} | more


def run(cvat, *arguments, **environment):
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PASS", "CVAT_ACCESS_TOKEN")
    }
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, "download", "--server-host", cvat.url]
        + [str(argument) for argument in arguments],
        env=clean | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"} | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_a_task_is_written_and_counted(cvat, task, tmp_path):
    to = tmp_path / "coco.json"
    done = run(cvat, "--task", task, "--to", to, CVAT_ACCESS_TOKEN=cvat.token)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{to}: 2 masks on 2 images\n"
    assert len(COCO(to).anns) == 2


@pytest.mark.parametrize("way", ["token-file", "auth", "auth with password", "bearer"])
def test_every_way_to_say_who_you_are(cvat, task, tmp_path, way):
    path = tmp_path / "token"
    path.write_text(cvat.token)
    path.chmod(0o600)
    arguments, environment = {
        "token-file": (["--token-file", path], {}),
        "auth": (["--auth", cvat.user], {"PASS": cvat.password}),
        "auth with password": (["--auth", f"{cvat.user}:{cvat.password}"], {}),
        "bearer": ([], {"CVAT_ACCESS_TOKEN": cvat.bearer}),
    }[way]
    done = run(cvat, "--task", task, "--to", tmp_path / "coco.json", *arguments, **environment)
    assert done.returncode == 0, done.stderr
    assert ("can be read by others" in done.stderr) == (way == "auth with password")
    for secret in (cvat.token, cvat.password, cvat.bearer):
        assert secret not in done.stdout + done.stderr


def test_nobody_is_asked_without_a_terminal(cvat, task, tmp_path):
    done = run(cvat, "--task", task, "--to", tmp_path / "coco.json")
    assert done.returncode == 2
    assert "no token and no password" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_token_is_a_sentence(cvat, task, tmp_path):
    to = tmp_path / "coco.json"
    wrong = "f" * 40
    done = run(cvat, "--task", task, "--to", to, CVAT_ACCESS_TOKEN=wrong)
    assert done.returncode == 2
    assert "it does not know us (401)" in done.stderr
    assert wrong not in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not to.exists()


def test_an_organization_and_a_port_are_passed_on(cvat, task, tmp_path):
    arguments = ["--server-host", "http://127.0.0.1", "--server-port", cvat.port]
    arguments += ["--org", cvat.organization, "--task", task, "--to", tmp_path / "coco.json"]
    run(cvat, *arguments, CVAT_ACCESS_TOKEN=cvat.token)
    log = cvat.log("GET tasks")
    assert log
    assert {entry["organization"] for entry in log if entry["authorization"]} <= {
        cvat.organization,
        None,
    }
    assert log[-1]["organization"] == cvat.organization


def test_damaged_masks_are_listed_and_end_it(cvat, task, tmp_path):
    cvat.edit(task=task, shapes=[mask(cvat, task, points=[0, 9, 2, 3, 2, 3])] * 25)
    to = tmp_path / "coco.json"
    done = run(cvat, "--task", task, "--to", to, CVAT_ACCESS_TOKEN=cvat.token)
    assert done.returncode == 2
    number = cvat.shapes(task)[2]["id"]
    assert f"task {task}, shape {number}: " in done.stderr
    assert len(done.stderr.splitlines()) == 26
    assert "25 of the masks" in done.stderr.splitlines()[-1]
    assert not to.exists()


def test_damaged_masks_can_be_put_aside_to_be_mended(cvat, task, tmp_path):
    cvat.edit(task=task, shapes=[mask(cvat, task, points=[0, 9, 2, 3, 2, 3])])
    to, bad = tmp_path / "coco.json", tmp_path / "bad.json"
    arguments = ["--task", task, "--to", to, "--skip-bad", bad]
    done = run(cvat, *arguments, CVAT_ACCESS_TOKEN=cvat.token)
    assert done.returncode == 0, done.stderr
    assert "left out" in done.stdout
    [item] = json.loads(bad.read_text())
    assert (item["image"], item["label"], item["points"]) == ("a.png", "car", [0, 9, 2, 3, 2, 3])
    assert len(COCO(to).anns) == 2


def test_what_is_no_mask_is_said(cvat, task, tmp_path):
    box = mask(cvat, task, type="rectangle", points=[1, 1, 3, 3])
    cvat.edit(task=task, shapes=[box, box])
    to = tmp_path / "coco.json"
    done = run(cvat, "--task", task, "--to", to, CVAT_ACCESS_TOKEN=cvat.token)
    assert "left out, no masks: 2 rectangles" in done.stdout


def test_trouble_on_the_way_is_said_on_standard_error(cvat, task, tmp_path):
    cvat.faults([{"kind": "cut_before", "match": "GET annotations"}])
    to = tmp_path / "coco.json"
    done = run(cvat, "--task", task, "--to", to, CVAT_ACCESS_TOKEN=cvat.token)
    assert done.returncode == 0
    assert "the connection was cut; trying again" in done.stderr
