"""`cvat-sam check`: what is in files, and every fault."""

import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from mask_records import record, write
from PIL import Image

from cvat_sam.cli.app import main


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """The command as its entry point runs it, without the start of a process."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["cvat-sam", "check", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return SimpleNamespace(returncode=ended.value.code, stdout=said.out, stderr=said.err)

    return run


def test_what_is_there_is_said_for_each_source(check, tmp_path):
    records = [record(["##"], label=label) for label in ("car", "cat", "car")]
    other = record(["#", ".", "."], image="b.jpg", label="car")
    write(tmp_path / "a.json", [("a.jpg", (1, 2), records), ("b.jpg", (3, 1), [other])])
    write(tmp_path / "masks", [("a.jpg", (1, 2), [record([".#"])])])
    np.savez(tmp_path / "m.npz", masks=np.ones((2, 2, 2)), frames=[0, 1])
    done = check("a.json", "masks", "m.npz")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "a.json: coco, 4 masks on 2 images",
        "  labels: car (3 masks), cat (1 mask)",
        "  sizes (height × width): 1×2 (1 image), 3×1 (1 image)",
        "masks: png-masks, 1 mask on 1 image",
        "  labels: cat (1 mask)",
        "  sizes (height × width): 1×2 (1 image)",
        "m.npz: arrays, 2 masks on 2 images",
        "  labels: object (2 masks)",
        "  sizes (height × width): 2×2 (2 images)",
    ]


def test_every_fault_is_listed_and_the_other_sources_are_read(check, tmp_path):
    items = [
        {"image": "a.jpg", "label": "x", "points": [0, 1, 0, 0, 0, number]} for number in range(30)
    ]
    (tmp_path / "a.json").write_text(json.dumps(items))
    (tmp_path / "cut.json").write_text(json.dumps(items)[:200])
    write(tmp_path / "b.npz", [("a.jpg", (1, 2), [record(["##"])])])
    done = check("a.json", "no.json", "cut.json", "b.npz")
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len([line for line in lines if line.startswith("a.json, item ")]) == 29
    assert lines[0].startswith("a.json, item 1: the mask's runs add up to 1, but its box")
    assert "cvat-sam: no.json: there is no such file or folder" in lines
    assert any(line.startswith("cvat-sam: cut.json: ") for line in lines)
    assert lines[-1].startswith("cvat-sam: ")
    assert lines[-1].endswith(" faults")
    assert "b.npz: arrays, 1 mask on 1 image" in done.stdout
    assert "sizes (height × width): not said (1 image)" in done.stdout


def test_one_image_has_one_size(check, tmp_path):
    points = [0, 1, 0, 0, 0, 0]
    items = [
        {"image": "a.jpg", "label": "x", "points": points, "height": height, "width": 3}
        for height in (2, 4)
    ]
    (tmp_path / "a.json").write_text(json.dumps(items))
    done = check("a.json")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "a.json, item 1: the image a.jpg is 4×3, but it was 2×3 before",
        "cvat-sam: 1 fault",
    ]


def test_empty_masks_are_faults(check, tmp_path):
    write(tmp_path / "a.json", [("a.jpg", (1, 2), [record([".."]), record(["##"])])])
    done = check("a.json")
    assert done.returncode == 2
    assert done.stdout.startswith("a.json: coco, 2 masks on 1 image\n")
    assert done.stderr.splitlines() == [
        "a.json, item 0: the mask is empty: no pixel is set",
        "cvat-sam: 1 fault",
    ]


def test_what_is_no_mask_is_told_and_no_fault_and_so_are_images_without_masks(check, tmp_path):
    box = '<box label="car" xtl="0" ytl="0" xbr="1" ybr="1"/>'
    polygon = '<polygon label="car" points="0,0;4,0;4,4;0,4"/>'
    images = "".join(
        f'<image id="{number}" name="{number}.jpg" width="9" height="8">{shapes}</image>'
        for number, shapes in enumerate([box * 12 + polygon, box, ""])
    )
    (tmp_path / "a.xml").write_text(f"<annotations>{images}</annotations>")
    done = check("a.xml")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "a.xml: cvat-xml, 1 mask on 3 images (2 without masks)",
        "  labels: car (1 mask)",
        "  sizes (height × width): 8×9 (3 images)",
    ]
    assert done.stderr == (
        "cvat-sam: a.xml: 13 boxes are not masks and were passed over; 1 polygon was filled\n"
    )


def test_sources_that_cannot_be_read_at_once_are_a_fault(check, tmp_path):
    for label in ("car", "person"):
        (tmp_path / label).mkdir()
        Image.fromarray(np.eye(3, dtype=bool)).save(tmp_path / label / "a.png")
    done = check("car", "person")
    assert done.returncode == 2
    fault, summary = done.stderr.splitlines()
    assert fault.startswith("cvat-sam: person/a.png: is of the image a, as a file of car is")
    assert summary == "cvat-sam: 1 fault"
    assert check("car", "person", "--format", "png-by-label").returncode == 0


def test_unknown_formats(check, tmp_path):
    (tmp_path / "a.txt").write_text("text")
    done = check("a.txt")
    assert done.returncode == 2
    assert "a.txt: seems to be of no format" in done.stderr
    done = check("a.txt", "--format", "yaml")
    assert done.returncode == 2
    assert done.stderr == (
        "cvat-sam: the format 'yaml' should be one of coco, sa1b, multiclass, cvat-json, cvat-xml, "
        "arrays, png-index, png-masks, png-by-label\n"
    )
