"""SA-1B's tars give the masks that their JSONs give as files; what is damaged is rejected."""

import io
import json
import os
import subprocess
import sys
import tarfile
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from masks_as_json import pixels
from pycocotools import mask as coco
from sa1b_making import image, write_folder, write_tar

import rle
from cvat_sam import sources
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import ImageRecord, MaskRecord, Rejected

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

IMAGES = [image(seed, height=60, width=90, masks=5) for seed in range(1, 5)]
CLI = [sys.executable, "-m", "cvat_sam.cli"]


def packed(path, files):
    mode = "w" if path.suffix == ".tar" else "w:gz"
    with tarfile.open(path, mode) as tar:
        for name, data in files:
            header = tarfile.TarInfo(name)
            header.size = len(data)
            tar.addfile(header, io.BytesIO(data))
    return path


def dumped(read):
    return json.dumps(read).encode()


def found(*paths, **options):
    images = []
    masks = list(sources.read(paths, image=images.append, **options))
    return masks, images


def seen(masks):
    return [(one.image, one.points, one.score, one.label, one.height, one.width) for one in masks]


@pytest.mark.parametrize("name", ["sa_000000.tar", "sa_000000.tar.gz", "sa_000000.tgz"])
def test_a_tar_gives_what_its_files_give(tmp_path, name):
    write_folder(tmp_path / "folder", IMAGES)
    write_tar(tmp_path / name, IMAGES)
    masks, images = found(tmp_path / name)
    as_files, images_of_files = found(tmp_path / "folder")
    assert seen(masks) == seen(as_files)
    assert [(one.image, one.height) for one in images] == [
        (one.image, one.height) for one in images_of_files
    ]
    assert [type(one) for one in images] == [ImageRecord] * 4
    items = [item for one in IMAGES for item in one["annotations"]]
    for mask, item in zip(masks, items, strict=True):
        assert (pixels(mask) == coco.decode(item["segmentation"])).all()
    assert str(masks[-1].place) == f"{tmp_path / name}: sa_4.json, item 4"


def test_a_folder_of_tars_is_read_with_the_files_beside_them(tmp_path):
    write_tar(tmp_path / "b.tar", IMAGES[1:3])
    write_tar(tmp_path / "a.tgz", IMAGES[:1])
    write_folder(tmp_path / "c", IMAGES[3:])
    (tmp_path / "other.gz").write_bytes(b"not ours")
    for options in ({}, {"format": "sa1b"}):
        masks, _ = found(tmp_path, **options)
        assert list(dict.fromkeys(one.image for one in masks)) == [
            one["image"]["file_name"] for one in IMAGES
        ]
    assert {one.format for one in sources.told([tmp_path])} == {"sa1b"}


def test_what_is_damaged_is_rejected_and_the_rest_is_read(tmp_path):
    bad = {**IMAGES[1], "annotations": [*IMAGES[1]["annotations"], 3]}
    cut = dumped(IMAGES[2])[:-20]
    path = packed(
        tmp_path / "a.tar",
        [
            ("1.json", dumped(IMAGES[0])),
            ("2.json", dumped(bad)),
            ("3.json", cut),
            ("1.json", dumped(IMAGES[0])),
            ("4.json", b"{}"),
            ("5.json", dumped(IMAGES[3])),
        ],
    )
    masks, images = found(path)
    good = [one for one in masks if isinstance(one, MaskRecord)]
    assert seen(good) == seen(found_in(tmp_path, IMAGES[0], IMAGES[1], IMAGES[3]))
    # Of a JSON that is cut nothing is taken: its image is not known to be empty either.
    assert [one.image for one in images] == ["sa_1.jpg", "sa_2.jpg", "sa_4.jpg"]
    rejected = {str(one.place): one.sentence for one in masks if isinstance(one, Rejected)}
    assert list(rejected) == [
        f"{path}: 2.json, item 5",
        f"{path}: 3.json",
        f"{path}: 1.json",
        f"{path}: 4.json",
    ]
    assert rejected[f"{path}: 2.json, item 5"] == "is 3; it should be an object"
    assert rejected[f"{path}: 3.json"].startswith("ends in the middle (byte ")
    assert rejected[f"{path}: 1.json"] == "is there twice; the first was taken"
    assert rejected[f"{path}: 4.json"] == "has no image, but SA-1B's files do"


def found_in(tmp_path, *images):
    write_folder(tmp_path / "again", images)
    return found(tmp_path / "again")[0]


def test_a_damaged_tar_is_rejected_behind_what_it_has(tmp_path):
    write_tar(tmp_path / "a.tar", IMAGES)
    data = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(data[: data.index(b"./sa_3.jpg")])
    masks, _ = found(tmp_path / "a.tar")
    assert [one.image for one in masks[:-1]] == ["sa_1.jpg"] * 5 + ["sa_2.jpg"] * 5
    assert str(masks[-1].place) == str(tmp_path / "a.tar")
    assert masks[-1].sentence.endswith("without an end mark, so it may have been cut")


def test_what_is_no_tar_of_ours_is_refused(tmp_path):
    path = packed(tmp_path / "a.tar", [("readme.txt", b"hello")])
    with pytest.raises(InvalidSource) as raised:
        found(path)
    assert str(raised.value) == f"{path}: has no JSON files in it, but SA-1B's tars do"
    for name in ("b.tar", "b.tar.gz", "b.gz"):
        (tmp_path / name).write_bytes(b"no tar at all" * 100)
        with pytest.raises(InvalidSource, match="seems to be of no format that masks are read"):
            found(tmp_path / name)
    with tarfile.open(tmp_path / "c.tar.xz", "w:xz") as tar:
        tar.add(path, "a")
    with pytest.raises(InvalidSource, match=r"c.tar.xz: is compressed by xz; a tar is read plain"):
        found(tmp_path / "c.tar.xz")


def test_memory_does_not_grow_with_the_number_of_images(tmp_path):
    def peak(count):
        path = tmp_path / f"{count}.tar"
        files = [(f"{number}.json", dumped(IMAGES[number % 4])) for number in range(count)]
        packed(path, files)
        tracemalloc.start()
        for _ in sources.read([path]):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(400) < peak(40) + 200_000


@pytest.fixture
def run(tmp_path):
    def run(*words, **variables):
        state = {"XDG_STATE_HOME": str(tmp_path / "state")}
        return subprocess.run(
            [*CLI, *words],
            cwd=tmp_path,
            env=os.environ | state | variables,
            capture_output=True,
            text=True,
        )

    return run


@pytest.mark.parametrize("name", ["sa_000000.tar", "sa_000000.tgz", "folder of tars"])
def test_a_tar_is_uploaded_bit_by_bit_and_once(tmp_path, run, fake_cvat, name):
    if name.startswith("sa_"):
        write_tar(tmp_path / name, IMAGES)
    else:
        (tmp_path / name).mkdir()
        write_tar(tmp_path / name / "a.tar", IMAGES[:1])
        write_tar(tmp_path / name / "b.tar", IMAGES[1:])
    frames = [(one["image"]["file_name"], 90, 60) for one in IMAGES]
    task = fake_cvat.add_task(frames, labels=["object"])
    words = ("upload", name, "--task", str(task), "--server-host", fake_cvat.url)
    secret = {"CVAT_ACCESS_TOKEN": fake_cvat.token}
    for stored, before in ((20, 0), (0, 20)):
        ended = run(*words, **secret)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == (f"task {task}: {stored} masks stored, {before} stored before\n")
    stored = Counter()
    for shape in fake_cvat.shapes(task):
        mask = rle.cvat.decode([*map(int, shape["points"])], height=60, width=90)
        stored[shape["frame"], mask.tobytes()] += 1
    assert stored == Counter(
        (frame, np.ascontiguousarray(coco.decode(item["segmentation"]), bool).tobytes())
        for frame, one in enumerate(IMAGES)
        for item in one["annotations"]
    )


def test_what_is_damaged_in_a_tar_stops_an_upload_or_is_left_out(tmp_path, run, fake_cvat):
    files = [("1.json", dumped(IMAGES[0])), ("2.json", b"{"), ("3.json", dumped(IMAGES[2]))]
    packed(tmp_path / "a.tar", files)
    frames = [(one["image"]["file_name"], 90, 60) for one in IMAGES]
    task = fake_cvat.add_task(frames, labels=["object"])
    words = ("upload", "a.tar", "--task", str(task), "--server-host", fake_cvat.url)
    secret = {"CVAT_ACCESS_TOKEN": fake_cvat.token}
    ended = run(*words, **secret)
    assert ended.returncode == 2
    assert ended.stderr.startswith("a.tar: 2.json: ends in the middle (byte 1)\n")
    assert fake_cvat.shapes(task) == []
    ended = run(*words, "--skip-bad", "bad.json", **secret)
    assert ended.returncode == 0
    assert len(fake_cvat.shapes(task)) == 10
    [left_out] = json.loads((tmp_path / "bad.json").read_text())
    assert (left_out["file"], left_out["fault"]) == (
        "a.tar: 2.json",
        "ends in the middle (byte 1)",
    )


def test_a_tar_is_checked_and_converted(tmp_path, run):
    write_tar(tmp_path / "a.tar", IMAGES)
    ended = run("check", "a.tar")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines()[0] == "a.tar: sa1b, 20 masks on 4 images"
    ended = run("convert", "a.tar", "--to", "coco.json")
    assert (ended.returncode, ended.stdout) == (0, "coco.json: 20 masks on 4 images\n")
    written = json.loads((tmp_path / "coco.json").read_text())
    assert [one["segmentation"] for one in written["annotations"]] == [
        item["segmentation"] for one in IMAGES for item in one["annotations"]
    ]
