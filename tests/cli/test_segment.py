"""`cvat-sam segment` on real files."""

import dataclasses
import json
import os
import pty
import re
import signal
import subprocess
import sys

import cv2
import function_requests
import pytest

import rle
from cvat_sam.function import Function
from cvat_sam.settings import Settings


@pytest.fixture(scope="session")
def photos(tmp_path_factory, cat_png, coffee):
    folder = tmp_path_factory.mktemp("photos")
    (folder / "cat.png").write_bytes(cat_png)
    cv2.imwrite(str(folder / "cup of coffee.jpg"), coffee[..., ::-1])
    (folder / "broken.png").write_bytes(cat_png[:5000])
    return folder


@pytest.fixture
def segment(photos, tmp_path):
    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "cvat_sam", "segment", *map(str, arguments)],
            cwd=photos,
            capture_output=True,
            text=True,
        )

    return run


def test_click_prints_draws_and_writes_the_mask(segment, tmp_path):
    drawn, written = tmp_path / "drawn.png", tmp_path / "masks.json"
    run = segment("cat.png", "--point", "215,110", "-o", drawn, "--json", written)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    first, second, third = run.stdout.splitlines()
    assert first.startswith("cat.png: 1 mask in ")
    [record] = json.loads(written.read_text())
    mask = rle.cvat.decode(record["points"], height=record["height"], width=record["width"])
    assert mask.shape == (300, 451)
    assert mask[110, 215]
    assert f"area {mask.sum():,}" in second
    assert f"{len(record['points']) - 4:,} runs" in second
    assert third == f"  drawn: {drawn}"
    assert record["image"] == "cat.png"
    assert record["label"] == "object"
    picture = cv2.imread(str(drawn))
    assert picture.shape[1] / picture.shape[0] == pytest.approx(451 / 300, rel=0.02)
    assert picture.std() > 10


def test_negative_click_and_box(segment, tmp_path):
    written = tmp_path / "masks.json"
    arguments = ["--point", "420,300", "--negative", "50,350", "--box", "60,50,500,399"]
    run = segment("cup of coffee.jpg", *arguments, "--json", written)
    assert run.returncode == 0, run.stderr
    [record] = json.loads(written.read_text())
    mask = rle.cvat.decode(record["points"], height=400, width=600)
    assert mask[300, 420]
    assert not mask[350, 50]


def test_everything_in_many_images(segment, tmp_path, monkeypatch):
    monkeypatch.setenv("SAM_POINTS_PER_SIDE", "4")
    drawn, written = tmp_path / "drawn", tmp_path / "masks.json"
    run = segment("cat.png", "cup of coffee.jpg", "--everything", "-o", drawn, "--json", written)
    assert run.returncode == 0, run.stderr
    assert sorted(path.name for path in drawn.iterdir()) == ["cat.png", "cup of coffee.png"]
    records = json.loads(written.read_text())
    assert {record["image"] for record in records} == {"cat.png", "cup of coffee.jpg"}
    for record in records:
        assert rle.cvat.decode(
            record["points"], height=record["height"], width=record["width"]
        ).any()


def on_a_terminal(folder, *words, **settings):
    """A process whose standard error is a terminal, and the end of it that we see."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cvat_sam", "segment", *map(str, words)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"} | settings,
    )
    os.close(theirs)
    return process, ours


def seen_on(terminal, *, until=None):
    """What the terminal shows, to its end or until some words are there."""
    shown = b""
    try:
        while part := os.read(terminal, 4096):
            shown += part
            if until is not None and until in shown:
                return shown.decode()
    except OSError:  # the end, as Linux says it
        pass
    os.close(terminal)
    return shown.decode()


def test_on_a_terminal_everything_has_a_bar_of_points_for_each_image(photos):
    words = ["cat.png", "cup of coffee.jpg", "--everything"]
    process, terminal = on_a_terminal(photos, *words, SAM_POINTS_PER_SIDE="4")
    shown = seen_on(terminal)
    out, _ = process.communicate()
    assert process.returncode == 0
    assert "cat.png, 1 of 2" in shown
    assert "cup of coffee.jpg, 2 of 2" in shown
    assert "16/16 points" in plain(shown)
    # What is told is not the terminal's, as long as nobody lets it be.
    first, *masks = out.decode().splitlines()
    assert first.startswith("cat.png: ")
    assert any(line.startswith("cup of coffee.jpg: ") for line in masks)
    assert " masks in " not in shown
    hidden, back = "\x1b[?25l", "\x1b[?25h"
    assert shown.count(hidden) == shown.count(back) == 2


def plain(shown):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)


def test_everything_looks_at_crops_and_has_no_deadline(photos, tmp_path):
    grid = {"POINTS_PER_SIDE": 4, "CROP_N_LAYERS": 1, "CROP_N_POINTS_DOWNSCALE_FACTOR": 4}
    settings = {f"SAM_{name}": str(value) for name, value in {**grid, "DEADLINE": 0.01}.items()}
    written = tmp_path / "masks.json"
    process, terminal = on_a_terminal(
        photos, "cat.png", "--everything", "--json", written, **settings
    )
    assert "20/20 points" in plain(seen_on(terminal))
    process.communicate()
    assert process.returncode == 0
    areas = [sum(record["points"][1:-4:2]) for record in json.loads(written.read_text())]
    assert areas == sorted(areas, reverse=True)


def test_on_a_terminal_many_clicked_images_have_one_bar(photos):
    words = ["cat.png", "cup of coffee.jpg", "--point", "215,110"]
    process, terminal = on_a_terminal(photos, *words)
    shown = plain(seen_on(terminal))
    out, _ = process.communicate()
    assert process.returncode == 0
    assert "Segmenting" in shown
    assert "2/2" in shown
    assert out.decode().count(": 1 mask in ") == 2


def test_an_interrupt_is_a_sentence_and_leaves_nothing_half_written(photos, tmp_path):
    drawn, written = tmp_path / "drawn", tmp_path / "masks.json"
    words = ["cat.png", "cup of coffee.jpg", "--everything", "-o", drawn, "--json", written]
    # So many points that it does not end by itself.
    process, terminal = on_a_terminal(photos, *words, SAM_POINTS_PER_SIDE="128")
    seen_on(terminal, until=b"/16384")
    process.send_signal(signal.SIGINT)
    shown = plain(seen_on(terminal))
    out, _ = process.communicate()
    assert process.returncode == 130
    sentence = f"cvat-sam: interrupted after 0 of 2 images; {written} was not written"
    assert sentence in " ".join(shown.split())
    assert "Traceback" not in shown
    assert out == b""
    assert [path.name for path in tmp_path.rglob("*")] == ["drawn"]


def test_image_that_cannot_be_read_does_not_cost_the_others(segment, tmp_path):
    written = tmp_path / "masks.json"
    run = segment("broken.png", "no.png", "cat.png", "--point", "215,110", "--json", written)
    assert run.returncode == 2
    broken, missing = run.stderr.splitlines()
    assert broken.startswith("cvat-sam: broken.png: ")
    assert missing == "cvat-sam: no.png: cannot be read: No such file or directory"
    assert [record["image"] for record in json.loads(written.read_text())] == ["cat.png"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["cat.png"], "at least one positive point or a box"),
        (["cat.png", "--negative", "1,1"], "negative points alone are not enough"),
        (["cat.png", "--point", "1;2"], "--point should be x,y in pixels, not '1;2'"),
        (["cat.png", "--point", "1,2,3"], "--point should be x,y in pixels, not '1,2,3'"),
        (["cat.png", "--point", "nan,2"], "--point should be x,y in pixels, not 'nan,2'"),
        (["cat.png", "--box", "1,2"], "--box should be x1,y1,x2,y2 in pixels, not '1,2'"),
        (["cat.png", "--point", "999,2"], "cat.png: positive point 0 is at (999, 2), outside"),
        (["cat.png", "--everything", "--point", "1,1"], "--everything takes no --point"),
        (["cat.png", "b.png", "--point", "1,1", "-o", "x.png"], "name a folder"),
        (["cat.png", "a/cat.png", "--point", "1,1", "-o", "x"], "would collide"),
        (["cat.png", "--point", "1,1", "--model", "vit_x"], "--model: must be one of vit_t"),
        (["cat.png", "--point", "1,1", "--backend", "tpu"], "--backend: should be 'auto', 'torch'"),
        (["cat.png", "--point", "1,1", "--device", "cuda:77"], "the device cuda:77 was asked for"),
        (
            ["cat.png", "--point", "1,1", "--json", "cat.png/x.json"],
            "cat.png cannot be written: File",
        ),
        (["cat.png", "--point", "1,1", "--json", "."], "cannot be written: it is a folder"),
        (["cat.png", "--point", "1,1", "-o", "cat.png"], "cat.png would be written over"),
        (["cat.png", "--point", "1,1", "--json", "./cat.png"], "cat.png would be written over"),
        (["cat.png", "--point", "1,1", "-o", "."], "cat.png would be written over"),
        (
            ["cat.png", "--point", "1,1", "-o", "x.jpg"],
            "--output should be a .png file or a folder",
        ),
        (
            ["cat.png", "--point", "1,1", "-o", "cat.png/x"],
            "cat.png/x cannot be written: Not a directory",
        ),
    ],
)
def test_what_is_wrong_is_one_sentence_and_exit_code_2(segment, arguments, sentence):
    run = segment(*arguments)
    assert run.returncode == 2
    [line] = run.stderr.splitlines()
    assert line.startswith("cvat-sam: ")
    assert sentence in line


@pytest.mark.parametrize("choice", ["object", "sam"])
def test_mask_is_the_one_that_the_function_returns(
    segment, tmp_path, monkeypatch, vit_t, cat, choice
):
    monkeypatch.setenv("SAM_MASK_CHOICE", choice)
    written = tmp_path / "masks.json"
    run = segment("cat.png", "--point", "215,110", "--json", written, "--backend", "torch")
    assert " on cpu (torch)" in run.stdout
    [record] = json.loads(written.read_text())
    function = Function(Settings.from_environment(), in_the_manner_of(choice, vit_t))
    reply = function.answer(function_requests.clicked(), logger=Silent())
    assert record["points"] == json.loads(reply.text)["rle"]


def in_the_manner_of(choice, model):
    return dataclasses.replace(model, manner=Settings(mask_choice=choice).manner())


class Silent:
    """A logger with Nuclio's methods."""

    def info_with(self, message, **values):
        pass
