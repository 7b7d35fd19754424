"""Formats are told by looking; what nobody knows is refused before anything is read."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from masks_as_json import records, write

import rle
from cvat_sam import sources
from cvat_sam.exceptions import InvalidSetting, InvalidSource
from cvat_sam.sources.formats import FORMATS

ROOT = Path(__file__).parents[2]

MASK = np.eye(4, 6, dtype=bool)
POINTS = rle.cvat.encode(MASK)
ANNOTATION = {"image_id": 1, "category_id": 1, "segmentation": rle.coco.encode(MASK)}
IMAGES = [{"id": 1, "file_name": "a.jpg", "height": 4, "width": 6}]
CATEGORIES = [{"id": 1, "name": "car"}]
OF_SA1B = {"predicted_iou": 0.9, "segmentation": rle.coco.encode(MASK)}
ITEM = {"image": "a.jpg", "label": "car", "points": POINTS}
RLE = {"size": [4, 6], "values": [1], "counts": [24]}

JSON = {
    "coco": ("coco", {"images": IMAGES, "categories": CATEGORIES, "annotations": [ANNOTATION]}),
    "coco's annotations first": (
        "coco",
        {"annotations": [ANNOTATION], "images": IMAGES, "categories": CATEGORIES},
    ),
    "coco's images alone": ("coco", {"images": IMAGES * 9999, "annotations": [ANNOTATION]}),
    "long heads": ("coco", {"licenses": [], "info": {}, "more": ["y" * 99_999]}),
    "sa1b": ("sa1b", {"image": IMAGES[0], "annotations": [OF_SA1B]}),
    "sa1b's annotations first": ("sa1b", {"annotations": [OF_SA1B] * 2000, "image": IMAGES[0]}),
    "sa1b without masks": ("sa1b", {"annotations": [], "image": IMAGES[0]}),
    "multiclass": ("multiclass", {"a.jpg": RLE}),
    "multiclass' labels first": ("multiclass", {"labels": {"1": "car"}, "a.jpg": RLE}),
    "multiclass, large": (
        "multiclass",
        {"a.jpg": {"size": [300, 400], "values": [0, 1] * 60_000, "counts": [1] * 120_000}},
    ),
    "multiclass list": ("multiclass", [{"image": "a.jpg", **RLE}]),
    "cvat": ("cvat-json", {"version": 0, "tags": [], "shapes": [], "tracks": []}),
    "cvat, many tags": ("cvat-json", {"version": 0, "tags": [{"frame": 0}] * 9999, "shapes": []}),
    "cvat list": ("cvat-json", [ITEM]),
    "cvat list, large": ("cvat-json", [{"points": [1] * 99_999, **ITEM}]),
    "cvat list of nothing": ("cvat-json", []),
    "masks": ("cvat-json", {"masks": [ITEM]}),
}


def told(*paths, **options):
    return [(one.format, one.path) for one in sources.told(paths, **options)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\n\n  "])
@pytest.mark.parametrize(("name", "whole"), JSON.values(), ids=JSON)
def test_json_is_told_by_its_beginning(name, whole, mark, tmp_path):
    path = write(tmp_path / "without a suffix", whole)
    path.write_bytes(mark + path.read_bytes())
    assert told(path) == [(name, path)]


@pytest.mark.parametrize("name", ["coco", "sa1b", "multiclass", "cvat list", "masks"])
def test_json_that_is_cut_is_of_the_format_it_begins_as(name, tmp_path):
    expected, whole = JSON[name]
    path = write(tmp_path / "a.json", whole)
    path.write_bytes(path.read_bytes()[:-9])
    assert told(path) == [(expected, path)]
    with pytest.raises(InvalidSource, match="ends in the middle"):
        list(sources.read([path]))


NOBODYS = {
    "text": b"hello",
    "nothing": b"",
    "an object of nothing": b"{}",
    "numbers": b"[1, 2]",
    "COCO's results": b'[{"image_id": 1, "category_id": 1, "bbox": []}]',
    "a picture": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "binary": bytes(range(256)),
    "nested": b"[" * 100_000,
    "a table of labels": b'{"1": "car"}',
    "HTML": b"<!DOCTYPE html><html></html>",
}


@pytest.mark.parametrize("data", NOBODYS.values(), ids=NOBODYS)
def test_what_nobody_knows_is_refused_with_the_formats_there_are(data, tmp_path):
    (tmp_path / "unknown.json").write_bytes(data)
    with pytest.raises(InvalidSource) as caught:
        sources.read([tmp_path / "unknown.json"])
    assert "unknown.json: seems to be of no format that masks are read from" in str(caught.value)
    assert all(name in str(caught.value) for name in FORMATS)


def test_what_is_not_there_or_can_be_read_only_once_is_refused(tmp_path):
    with pytest.raises(InvalidSource, match=r"none\.json: there is no such file or folder"):
        sources.read([tmp_path / "none.json"])
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidSource, match="pipe: is no file that can be read more than once"):
        sources.read([tmp_path / "pipe"])


def test_a_format_that_is_none_is_refused(tmp_path):
    with pytest.raises(InvalidSetting, match="the format 'yolo' should be one of coco, sa1b,"):
        sources.read([tmp_path], format="yolo")


def test_a_format_that_is_given_is_not_asked_for(tmp_path):
    path = write(tmp_path / "a.json", JSON["coco"][1])
    with pytest.raises(InvalidSource, match="has neither shapes nor masks"):
        list(sources.read([path], format="cvat-json"))


def test_a_folder_of_several_formats_and_folders(tmp_path):
    (tmp_path / "b").mkdir()
    write(tmp_path / "2.json", JSON["coco"][1])
    write(tmp_path / "1.JSON", JSON["cvat list"][1])
    write(tmp_path / "b" / "0.json", JSON["sa1b"][1])
    write(tmp_path / "b" / "1.json", JSON["multiclass list"][1])
    np.save(tmp_path / "b" / "c.npy", MASK[np.newaxis])
    (tmp_path / "a.jpg").write_bytes(b"a picture")
    (tmp_path / "._1.json").write_bytes(b"what macOS leaves")
    (tmp_path / "b" / "again").symlink_to(tmp_path)
    assert [name for name, _ in told(tmp_path)] == [
        "cvat-json", "coco", "sa1b", "multiclass", "arrays",
    ]  # fmt: skip
    labels = ["car", "car", "object", "1"]
    assert [one.label for one in records(tmp_path)][:4] == labels


def test_a_file_with_an_unknown_one_beside_is_refused_before_it_is_read(tmp_path):
    write(tmp_path / "a.json", [ITEM])
    write(tmp_path / "b.json", {"what": "is this"})
    with pytest.raises(InvalidSource, match=r"b\.json: seems to be of no format"):
        sources.read([tmp_path])


def test_an_empty_folder_is_refused(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"a picture")
    with pytest.raises(InvalidSource, match="the folder has no files that masks are read from"):
        sources.read([tmp_path])
    with pytest.raises(InvalidSource, match=r"the folder has no \.json files"):
        sources.read([tmp_path], format="coco")


def png(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), pixels)


def test_a_folder_of_pngs_is_read_as_a_whole(tmp_path):
    png(tmp_path / "masks" / "a__car__0.png", MASK * np.uint8(255))
    png(tmp_path / "labels" / "a.png", MASK * np.uint8(3))
    write(tmp_path / "labels" / "labels.json", {"3": "car"})
    assert told(tmp_path / "masks") == [("png-masks", tmp_path / "masks")]
    assert told(tmp_path / "labels") == [("png-index", tmp_path / "labels")]
    for name in ("masks", "labels"):
        (one,) = records(tmp_path / name)
        assert (one.label, one.points) == ("car", POINTS)


def test_labels_json_that_is_a_source_is_read(tmp_path):
    write(tmp_path / "labels.json", JSON["coco"][1])
    assert [one.label for one in records(tmp_path)] == ["car"]


def test_a_folder_of_pngs_and_json_is_refused_unless_a_format_is_given(tmp_path):
    png(tmp_path / "a__cat__0.png", MASK * np.uint8(255))
    write(tmp_path / "a.json", JSON["coco"][1])
    with pytest.raises(InvalidSource, match="has PNGs and other files that may hold masks"):
        sources.read([tmp_path])
    assert [one.label for one in records(tmp_path, format="coco")] == ["car"]
    assert [one.label for one in records(tmp_path, format="png-masks")] == ["cat"]


def test_many_sources_are_read_in_the_order_given_each_once(tmp_path):
    for name in "abc":
        write(tmp_path / f"{name}.json", [ITEM | {"image": name}])
    paths = [
        tmp_path / "c.json",
        str(tmp_path),
        tmp_path / "a.json",
        tmp_path / ".." / tmp_path.name,
    ]
    assert [one.image for one in sources.read(paths)] == ["c", "a", "b"]


def test_only_what_is_asked_for_is_imported():
    program = (
        "import sys, cvat_sam.sources; "
        "sys.exit(any(name in sys.modules for name in ('torch', 'timm', 'PIL', 'requests')))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0
