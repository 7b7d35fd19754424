"""`cvat-sam convert`: from every format to every other, all or nothing."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
from mask_records import mask_of, placeless, record, write

from cvat_sam import sources
from cvat_sam.cli.app import main

TARGETS = ["coco.json", "annotations.xml", "masks.npz", "masks", "labels"]

# Masks that do not overlap, one of each label in an image: what every format can hold.
FOUND = [
    (
        "street/a.jpg",
        (2, 4),
        [
            record(["##..", "#..."], image="street/a.jpg", label="car"),
            record(["...#", "..##"], image="street/a.jpg", label="my cat"),
        ],
    ),
    ("b.png", (3, 3), [record(["...", ".#.", "###"], image="b.png", label="car")]),
]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """The command as its entry point runs it, without the start of a process."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["cvat-sam", "convert", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return SimpleNamespace(returncode=ended.value.code, stdout=said.out, stderr=said.err)

    return run


def masks_in(path):
    return sorted((placeless(one) for one in sources.read([path])), key=str)


def everything_in(folder):
    return sorted(path.name for path in folder.iterdir())


def coco(path, *annotations, size=(2, 2), **image):
    """A COCO file of one image, "a.jpg", and one category, "cat"."""
    height, width = size
    path.write_text(
        json.dumps(
            {
                "images": [
                    {"id": 1, "file_name": "a.jpg", "height": height, "width": width} | image
                ],
                "categories": [{"id": 1, "name": "cat"}],
                "annotations": [
                    {"id": number, "image_id": 1, "category_id": 1, "segmentation": one}
                    for number, one in enumerate(annotations, 1)
                ],
            }
        )
    )


GOOD = {"size": [2, 2], "counts": [1, 2, 1]}
BAD = {"size": [2, 2], "counts": [1, 2, 3]}


@pytest.mark.parametrize("source", TARGETS)
def test_from_every_format_to_every_other(run, tmp_path, source):
    write(tmp_path / source, FOUND)
    wanted = sorted((one for _, _, records in FOUND for one in records), key=str)
    for target in TARGETS:
        out = tmp_path / "out" / target
        done = run(source, "--to", out)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"{out}: 3 masks on 2 images\n"
        assert masks_in(out) == wanted
    assert everything_in(tmp_path / "out") == sorted(TARGETS)


def test_many_sources_become_one_and_images_come_in_order_of_appearance(run, tmp_path):
    coco(tmp_path / "a.json", GOOD)
    write(tmp_path / "b.npz", [("z.jpg", (2, 2), [record(["#.", ".."], image="z.jpg")])])
    coco(tmp_path / "c.json", GOOD, GOOD)
    done = run("a.json", "b.npz", "c.json", "--to", "out.json")
    assert done.stdout == "out.json: 4 masks on 2 images\n"
    read = json.loads((tmp_path / "out.json").read_text())
    assert [one["file_name"] for one in read["images"]] == ["a.jpg", "z.jpg"]
    assert [one["image_id"] for one in read["annotations"]] == [1, 1, 1, 2]


def test_labels_get_other_names(run, tmp_path):
    write(tmp_path / "a.npz", FOUND)
    done = run("a.npz", "--to", "one.json", "--label", "car=Vehicle", "--label", "bus=Vehicle")
    assert done.returncode == 0
    assert done.stderr == "cvat-sam: --label bus=…: no mask has the label 'bus'\n"
    labels = {one.label for one in masks_in(tmp_path / "one.json")}
    assert labels == {"Vehicle", "my cat"}
    run("a.npz", "--to", "two.json", "--label", "my cat=Cat", "--label", "other")
    assert {one.label for one in masks_in(tmp_path / "two.json")} == {"Cat", "other"}


def test_one_bad_mask_means_that_nothing_is_written(run, tmp_path):
    coco(tmp_path / "a.json", GOOD, BAD, GOOD)
    (tmp_path / "out.json").write_text("before")
    for target in [*TARGETS[:3], "out.json"]:
        done = run("a.json", "--to", target)
        assert done.returncode == 2
        fault, summary = done.stderr.splitlines()
        assert fault == (
            "a.json, item 1: the counts add up to 6, but the image of 2×2 has 4 pixels"
        )
        assert summary == (
            "cvat-sam: 1 of 3 masks cannot be taken, so nothing was written; --skip-bad FILE "
            "leaves them out"
        )
        assert done.stdout == ""
    assert everything_in(tmp_path) == ["a.json", "out.json"]
    assert (tmp_path / "out.json").read_text() == "before"


def test_bad_masks_can_be_left_out_mended_and_converted_later(run, tmp_path):
    coco(tmp_path / "a.json", GOOD, BAD)
    done = run("a.json", "--to", "out.json", "--skip-bad", "bad.json")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "out.json: 1 mask on 1 image",
        "left out, and written to bad.json: 1 mask",
    ]
    [item] = json.loads((tmp_path / "bad.json").read_text())
    assert (item["file"], item["index"]) == ("a.json", 1)
    assert item["fault"] == "the counts add up to 6, but the image of 2×2 has 4 pixels"
    item["segmentation"] = GOOD
    (tmp_path / "bad.json").write_text(json.dumps([item]))
    assert run("bad.json", "--to", "mended.json").returncode == 0
    assert masks_in(tmp_path / "mended.json") == masks_in(tmp_path / "out.json")


def test_every_fault_is_listed(run, tmp_path):
    coco(tmp_path / "a.json", *[BAD] * 25)
    done = run("a.json", "--to", "out.json")
    lines = done.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines[:-1]] == [
        f"a.json, item {number}" for number in range(25)
    ]
    assert lines[-1].startswith("cvat-sam: 25 of 25 masks cannot be taken")


def test_on_a_terminal_the_first_of_many_faults_are_listed(tmp_path):
    coco(tmp_path / "a.json", *[BAD] * 25)
    code, _, shown = on_a_terminal(tmp_path, "a.json", "--to", "out.json")
    assert code == 2
    assert shown.count("a.json, item") == 20
    assert "… and 5 more; `2>faults.txt` has all of them" in shown


def test_sizes_that_differ_or_are_not_known(run, tmp_path):
    coco(tmp_path / "a.json", GOOD)
    coco(tmp_path / "b.json", {"size": [2, 3], "counts": [6]}, size=(2, 3))
    done = run("a.json", "b.json", "--to", "out.json")
    assert done.returncode == 2
    assert done.stderr.splitlines()[:2] == [
        "cvat-sam: b.json: the image a.jpg is 2×3, but it was 2×2 before",
        "b.json, item 0: the image a.jpg is 2×3, but it was 2×2 before",
    ]
    points = [0, 4, 0, 0, 1, 1]
    items = [{"image": "a.jpg", "label": "x", "points": points}]
    items.append({"frame": 7, "label": "x", "points": points})
    (tmp_path / "c.json").write_text(json.dumps(items))
    done = run("c.json", "--to", "out.json")
    assert done.stderr.splitlines() == [
        "c.json, item 0: the size of its image, a.jpg, is not in the sources",
        "c.json, item 1: the size of its image, frame_000007, is not in the sources",
        "cvat-sam: 2 of 2 masks cannot be taken, so nothing was written; --skip-bad FILE leaves "
        "them out",
    ]
    # Another source says how large the image is: then it is known.
    items.pop()
    (tmp_path / "c.json").write_text(json.dumps(items))
    assert run("c.json", "a.json", "--to", "out.json").returncode == 0
    items[0]["points"] = [0, 4, 0, 0, 3, 0]
    (tmp_path / "c.json").write_text(json.dumps(items))
    done = run("a.json", "c.json", "--to", "out.json")
    assert "c.json, item 0: the box's right is 3" in done.stderr


@pytest.mark.parametrize("target", TARGETS)
def test_images_without_masks_are_converted_too(run, tmp_path, target):
    found = [("b/x.jpg", (1, 2), []), *FOUND, ("z.png", (2, 2), [])]
    for source in ("coco.json", "annotations.xml", "masks.npz", "labels"):
        write(tmp_path / source, found)
        done = run(source, "--to", tmp_path / source[:3] / target)
        assert done.stdout.startswith(f"{tmp_path / source[:3] / target}: 3 masks on 4 images\n")
        images = []
        list(sources.read([tmp_path / source[:3] / target], image=images.append))
        sizes = {one.image: (one.height, one.width) for one in images}
        if target == "masks":
            lost = "not in the result, because they have no masks: 2 images"
            assert done.stdout.splitlines()[1:] == [lost]
        else:
            assert sizes == {name: size for name, size, _ in found}


def test_an_image_whose_size_nothing_says_is_left_out_with_a_word(run, tmp_path):
    coco(tmp_path / "a.json", height=None, width=None)
    done = run("a.json", "--to", "out.json")
    assert (done.returncode, done.stdout) == (0, "out.json: 0 masks on 0 images\n")
    assert done.stderr == (
        "cvat-sam: left out, because neither masks nor their size is in the sources: 1 image\n"
    )


@pytest.mark.parametrize("target", TARGETS)
def test_empty_masks_are_refused_where_the_format_has_none(run, tmp_path, target):
    coco(tmp_path / "a.json", GOOD, {"size": [2, 2], "counts": [4]})
    done = run("a.json", "--to", target)
    if target in ("annotations.xml", "labels"):
        assert done.returncode == 2
        assert done.stderr.splitlines()[0] == (
            f"a.json, item 1: the mask is empty: no pixel is set, which {target} cannot hold"
        )
        done = run("a.json", "--to", target, "--skip-bad", "bad.json")
        assert done.stdout.splitlines()[0] == f"{target}: 1 mask on 1 image"
    else:
        assert (done.returncode, done.stderr) == (0, "")
        assert sorted(sum(one.points[1:-4:2]) for one in masks_in(tmp_path / target)) == [0, 2]


def test_boxes_are_told_and_do_not_stop_the_masks(run, tmp_path):
    coco(tmp_path / "a.json", GOOD)
    whole = json.loads((tmp_path / "a.json").read_text())
    whole["annotations"] += [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}] * 2
    (tmp_path / "a.json").write_text(json.dumps(whole))
    done = run("a.json", "--to", "out.json", "--skip-bad", "bad.json")
    assert (done.returncode, done.stdout) == (0, "out.json: 1 mask on 1 image\n")
    assert done.stderr == "cvat-sam: a.json: 2 boxes are not masks and were passed over\n"
    assert everything_in(tmp_path) == ["a.json", "out.json"]


def test_folders_above_what_is_written_are_made_and_go_again_where_nothing_is(run, tmp_path):
    coco(tmp_path / "a.json", GOOD, BAD)
    assert run("a.json", "--to", "x/y/out.json").returncode == 2
    assert everything_in(tmp_path) == ["a.json"]
    assert run("a.json", "--to", "x/y/out.json", "--skip-bad", "u/v/bad.json").returncode == 0
    assert everything_in(tmp_path / "x/y") == ["out.json"]
    assert everything_in(tmp_path / "u/v") == ["bad.json"]


def test_frames_are_named_and_numbered_as_cvat_does(run, tmp_path):
    np.savez(tmp_path / "a.npz", masks=np.ones((2, 2, 2), bool), frames=[12, 3])
    run("a.npz", "--to", "out.xml")
    text = (tmp_path / "out.xml").read_text()
    assert '<image id="12" name="frame_000012"' in text
    assert '<image id="3" name="frame_000003"' in text


def test_what_a_format_cannot_hold_is_said(run, tmp_path):
    records = [
        record(["#."], attributes={"a": "b"}, z_order=1),
        record(["##"], label="dog"),
    ]
    write(tmp_path / "a.json", [("a.jpg", (1, 2), records)])
    done = run("a.json", "--to", "labels")
    assert done.stdout.splitlines() == [
        "labels: 2 masks on 1 image",
        "in 1 image masks overlap: 1 pixel under others are gone",
        "not in the result, which has no place for it: attributes",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["no.json", "--to", "out.json"], "no.json: there is no such file or folder"),
        (
            ["a.json", "--to", "out"],
            "what out shall be does not show: call it .json, .xml or .npz, or masks or labels for "
            "a folder, or give the format: coco, cvat-xml, png-masks, png-index, arrays "
            "(--to-format)",
        ),
        (["a.json", "--to", "out.npy"], "what out.npy shall be does not show"),
        (["a.json", "--to", "a.json"], "a.json would be written over, but it is also read"),
        ([".", "--to", "a.json"], "a.json would be written over, but it is also read"),
        (["a.json", "--to", "full", "--to-format", "png-masks"], "with something in it"),
        (["a.json", "--to", "a.json/out.json"], "a.json/out.json cannot be written: File exists"),
        (
            ["a.json", "--to", "out.json", "--skip-bad", "out.json"],
            "out.json would be written over",
        ),
        (["a.json", "--to", "out.json", "--skip-bad", "full"], "it is a folder"),
        (["a.json", "--to", "out.json", "--format", "yaml"], "the format 'yaml' should be one of"),
        (["a.json", "--to", "out.json", "--to-format", "yaml"], "format should be one of coco"),
        (["text.txt", "--to", "out.json"], "seems to be of no format"),
        (["cut.json", "--to", "out.json"], "cut.json: "),
    ],
)
def test_what_is_wrong_is_one_sentence_and_exit_code_2(run, tmp_path, arguments, sentence):
    coco(tmp_path / "a.json", GOOD)
    (tmp_path / "text.txt").write_text("text")
    (tmp_path / "cut.json").write_text((tmp_path / "a.json").read_text()[:-20])
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("")
    before = everything_in(tmp_path)
    done = run(*arguments)
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("cvat-sam: ")
    assert sentence in line
    assert everything_in(tmp_path) == before


def test_an_interrupt_leaves_nothing_behind(tmp_path):
    # A file with holes: small on disk, and seconds of work.
    array = np.lib.format.open_memmap(tmp_path / "a.npy", "w+", bool, (20_000, 200, 200))
    array[:, 0, 0] = True
    del array
    process = subprocess.Popen(
        [sys.executable, "-m", "cvat_sam", "convert", "a.npy", "--to", "out.json"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    while len(everything_in(tmp_path)) == 1:  # until the unfinished file is there
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert said == ""
    # To a shell both are 130. Python dies of the signal if that came in the middle of an `exec`,
    # such as a dataclass is made by, even where the interrupt is caught further out.
    assert process.returncode in (130, -signal.SIGINT)
    assert everything_in(tmp_path) == ["a.npy"]


def on_a_terminal(folder, *words):
    """Exit code, standard output, and what the terminal shows."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cvat_sam", "convert", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the end, as Linux says it
        pass
    os.close(ours)
    out, _ = process.communicate()
    return process.returncode, out.decode(), shown.decode()


def test_progress_is_shown_on_a_terminal(tmp_path):
    np.save(tmp_path / "a.npy", np.ones((300, 20, 20), bool))
    code, out, shown = on_a_terminal(tmp_path, "a.npy", "--to", "out.json")
    assert (code, out) == (0, "out.json: 300 masks on 1 image\n")
    assert "Reading" in shown
    assert "Writing" in shown


def test_masks_are_bit_equal(run, tmp_path):
    masks = np.random.default_rng(0).random((20, 50, 70)) < 0.4
    np.save(tmp_path / "a.npy", masks)
    run("a.npy", "--to", "a.json")
    run("a.json", "--to", "masks")
    got = [mask_of(one) for one in sources.read([tmp_path / "masks"])]
    assert np.array_equal(got, masks)
