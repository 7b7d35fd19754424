"""`read` gives every image with its masks, wherever they stand, and tells what it left out."""

import gzip
import io
import json
import logging
import pickle
import tarfile
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
import pytest
from sa1b_checks import check, small, smalls
from sa1b_making import jpeg, write_folder, write_tar

import rle
from cvat_sam.exceptions import InvalidSetting, InvalidSource
from cvat_sam.sa1b import read

IMAGES = smalls(5)
ORDERS = ("pairs", "json first", "images first", "shuffled")


def written(path, images=IMAGES, **options):
    write_tar(path, images, **options)
    return path


def members(path):
    """What is in a tar, by names without "./"."""
    with tarfile.open(path) as tar:
        return {
            one.name.removeprefix("./"): tar.extractfile(one).read() for one in tar.getmembers()
        }


def packed(path, files, **options):
    """A tar of these names and bytes, in this order; a name may come twice."""
    with tarfile.open(path, "w:gz" if str(path).endswith("gz") else "w", **options) as tar:
        for name, data in files:
            header = tarfile.TarInfo(name)
            header.size = len(data)
            tar.addfile(header, io.BytesIO(data))
    return path


def dumped(one):
    return json.dumps(one).encode()


def by_name(records):
    return {record.name: record for record in records}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("suffix", [".tar", ".tar.gz", ".tgz"])
def test_a_tar_gives_every_image_whatever_its_order(tmp_path, order, suffix):
    path = written(tmp_path / f"sa_000000{suffix}", order=order)
    inside = members(path)
    reader = read(path)
    records = list(reader)
    jsons = [name for name in inside if name.endswith(".json")]
    assert [record.member for record in records] == jsons
    assert {record.name for record in records} == {one["image"]["file_name"] for one in IMAGES}
    for record in records:
        check(record, json.loads(inside[record.member]))
        assert record.source == str(path)
        assert record.image == inside[record.name]
        assert record.pixels is None
    assert (reader.skipped, reader.without_image) == (0, 0)


def test_a_folder_a_file_a_pattern_and_a_list_give_the_same(tmp_path):
    folder = tmp_path / "images"
    write_folder(folder, IMAGES)
    tar = written(tmp_path / "sa_1.tar", IMAGES[:2])
    written(tmp_path / "sa_2.tar", IMAGES[2:])
    expected = [one["image"]["file_name"] for one in IMAGES]
    file = folder / Path(expected[3]).with_suffix(".json")
    for source, names in [
        (folder, sorted(expected)),
        (str(folder), sorted(expected)),
        (str(tmp_path / "sa_*.tar"), expected),
        ([file], [expected[3]]),
        (file, [expected[3]]),
        ([folder, file, str(folder)], sorted(expected)),
        ([tar, file, tmp_path / "sa_2.tar"], [*expected[:2], expected[3], *expected[2:]]),
    ]:
        records = list(read(source))
        assert [record.name for record in records] == names
        for record in records:
            assert record.image == (folder / record.name).read_bytes()
            check(record, IMAGES[expected.index(record.name)])
    assert [record.source for record in read(file)] == [str(file)]


def test_a_folder_of_tars_gives_what_is_in_them(tmp_path):
    (tmp_path / "b").mkdir()
    written(tmp_path / "a.tar", IMAGES[:2])
    written(tmp_path / "b" / "c.tar.gz", IMAGES[2:])
    (tmp_path / "other.gz").write_bytes(gzip.compress(b"nothing of ours"))
    (tmp_path / "readme.txt").touch()
    assert [r.name for r in read(tmp_path)] == [one["image"]["file_name"] for one in IMAGES]


def test_masks_are_chosen_before_they_are_parsed(tmp_path):
    one = small(1, masks=12)
    items = one["annotations"]
    best = sorted(range(12), key=lambda index: -items[index]["predicted_iou"])[:4]
    # The others' runs are damaged, which nobody finds out.
    for index in set(range(12)) - set(best):
        items[index]["segmentation"]["counts"] = "damaged"
    path = packed(tmp_path / "a.tar", [("sa_1.json", dumped(one))])
    [record] = read(path, top_k=4)
    check(record, one, best)
    reader = read(path, fault=[].append)
    assert list(reader) == []
    assert reader.skipped == 1


def test_an_image_whose_masks_are_not_wanted_is_given_with_none(tmp_path):
    [record] = read(packed(tmp_path / "a.tar", [("a.json", dumped(small(1)))]), max_area=0)
    assert len(record) == 0
    assert record.masks().shape == (0, 60, 90)
    assert record.runs() == record.segmentations() == []
    assert record.bboxes.shape == (0, 4)


def test_a_record_can_be_pickled_and_is_said_in_a_line(tmp_path):
    [record] = read(packed(tmp_path / "a.tar", [("a.json", dumped(small(1)))]))
    again = pickle.loads(pickle.dumps(record))  # noqa: S301  our own
    check(again, small(1))
    name = small(1)["image"]["file_name"]
    assert repr(again) == f"Record('{name}', 60×90, 6 masks)"
    assert all(type(runs) is rle.Runs and runs.order == "F" for runs in again.runs())


def test_images_are_decoded_where_that_is_asked(tmp_path):
    path = written(tmp_path / "a.tar")
    inside = members(path)
    assert [record.image for record in read(path, images=False, decode_images=True)] == [None] * 5
    for record in read(path, decode_images=True):
        data = np.frombuffer(inside[record.name], np.uint8)
        expected = cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        assert record.pixels.shape == (60, 90, 3)
        # Two decoders of JPEG may differ by a little.
        assert np.abs(record.pixels.astype(int) - expected).max() <= 3


def test_images_that_are_not_wanted_are_not_read(tmp_path):
    path = written(tmp_path / "a.tar", order="json first")
    # Only their headers are left right.
    data = bytearray(path.read_bytes())
    with tarfile.open(path) as tar:
        for one in tar:
            if one.name.endswith(".jpg"):
                data[one.offset_data : one.offset_data + one.size] = bytes(one.size)
    path.write_bytes(data)
    records = list(read(path, images=False))
    assert len(records) == 5
    assert all(record.image is None for record in records)


def test_a_json_without_an_image_is_given(tmp_path):
    files = [("a.json", dumped(small(1))), ("b.jpg", jpeg(2, 60, 90)), ("b.json", dumped(small(2)))]
    reader = read(packed(tmp_path / "a.tar", files))
    first, second = reader
    assert first.image is None
    assert second.image == files[1][1]
    assert (reader.skipped, reader.without_image) == (0, 1)


def test_beyond_the_look_ahead_a_record_has_no_image(tmp_path):
    path = written(tmp_path / "a.tar.gz", order="json first")
    reader = read(path, look_ahead=1000)
    records = list(reader)
    assert [r.name for r in records] == [r.name for r in read(path)]
    assert reader.without_image == 5
    # Images that come first are let go of too.
    path = written(tmp_path / "b.tar.gz", order="images first")
    largest = max(len(data) for data in members(path).values())
    reader = read(path, look_ahead=2 * largest)
    kept = [record.image is not None for record in reader]
    assert len(kept) == 5
    assert 1 <= sum(kept) == 5 - reader.without_image < 5
    # In a plain tar nothing has to wait.
    reader = read(written(tmp_path / "c.tar", order="json first"), look_ahead=0)
    assert all(record.image for record in reader)


def told(source, **options):
    """The names of what was read, and the faults."""
    faults = []
    reader = read(source, fault=faults.append, **options)
    names = [record.member for record in reader]
    assert reader.skipped == len(faults)
    return names, [str(fault) for fault in faults]


@pytest.mark.parametrize("suffix", ["tar", "tgz"])
def test_what_is_damaged_is_skipped_and_told(tmp_path, suffix):
    good = dumped(small(1))
    path = packed(
        tmp_path / f"a.{suffix}",
        [
            ("a.json", good),
            ("b.json", b"{"),
            ("c.json", dumped({**small(2), "annotations": 3})),
            ("a.json", good),
            ("d.json", good),
        ],
    )
    names, faults = told(path, images=False)
    assert names == ["a.json", "d.json"]
    assert faults == [
        f"{path}: b.json: is not JSON: Expecting property name enclosed in double quotes: "
        "line 1 column 2 (char 1)",
        f"{path}: c.json: annotations is 3; it should be a list",
        f"{path}: a.json: is there twice; the first was taken",
    ]


@pytest.mark.parametrize("suffix", ["tar", "tgz"])
def test_a_tar_that_is_cut_gives_what_is_there(tmp_path, suffix):
    whole = packed(
        tmp_path / "whole.tar",
        [(f"{n}{end}", data) for n in range(3) for end, data in _pair(n + 1)],
    ).read_bytes()
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        last = tar.getmembers()[-2]  # the image of the last pair
    cut = whole[: last.offset_data + 100]
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(cut if suffix == "tar" else gzip.compress(cut))
    names, faults = told(path)
    assert names == ["0.json", "1.json"]
    assert len(faults) == 1
    assert faults[0].startswith(f"{path}: 2.jpg: ")


def _pair(seed):
    return (".jpg", jpeg(seed, 60, 90)), (".json", dumped(small(seed)))


def test_an_image_that_cannot_be_decoded_is_a_fault_where_that_is_asked(tmp_path):
    files = [
        ("a.jpg", b"\xff\xd8\xff damaged"),
        ("a.json", dumped(small(1))),
        ("b.jpg", jpeg(2, 61, 90)),
        ("b.json", dumped(small(2))),
        ("c.json", dumped(small(3))),
    ]
    path = packed(tmp_path / "a.tar", files)
    assert told(path) == (["a.json", "b.json", "c.json"], [])
    names, faults = told(path, decode_images=True)
    assert names == []
    assert faults[0].startswith(f"{path}: a.json: its image: the image, 11 bytes of JPEG, cannot")
    assert faults[1:] == [
        f"{path}: b.json: its image is 61×90 (height × width), but the JSON says 60×90",
        f"{path}: c.json: its image is not there",
    ]


def test_a_source_that_cannot_be_read_stops_only_where_there_is_no_other(tmp_path):
    bad = tmp_path / "bad.tar"
    bad.write_bytes(b"no tar" * 1000)
    sentence = "is no tar, or is damaged at its beginning"
    with pytest.raises(InvalidSource, match=f"bad.tar: {sentence}$"):
        list(read(bad))
    good = packed(tmp_path / "good.tar", [("a.json", dumped(small(1)))])
    assert told([bad, good]) == (["a.json"], [f"{bad}: {sentence}"])
    assert told([good, bad]) == (["a.json"], [f"{bad}: {sentence}"])


def test_a_file_that_cannot_be_read_is_told(tmp_path):
    write_folder(tmp_path, IMAGES[:2])
    jsons = sorted(tmp_path.glob("*.json"))
    jsons[0].write_bytes(b"{}")
    names, faults = told(tmp_path)
    assert names == [jsons[1].name]
    assert faults == [f"{jsons[0]}: has no image and no annotations, but SA-1B's files do"]


def test_faults_are_logged_unless_somebody_hears_of_them(tmp_path, caplog):
    path = packed(tmp_path / "a.tar", [("a.json", b"")])
    with caplog.at_level(logging.WARNING):
        assert list(read(path)) == []
    assert [record.name for record in caplog.records] == ["cvat_sam.sa1b"]
    assert "a.tar: a.json: is not JSON" in caplog.text
    assert caplog.text.rstrip().endswith("so it was skipped")


def test_names_in_a_tar_are_never_paths(tmp_path, monkeypatch):
    (tmp_path / "inside").mkdir()
    monkeypatch.chdir(tmp_path / "inside")
    names = ["../../evil.json", "/etc/evil.json", "a/../../evil.json"]
    path = packed(tmp_path / "a.tar", [(name, dumped(small(1))) for name in names])
    before = sorted(tmp_path.rglob("*"))
    assert [record.member for record in read(path)] == names
    assert sorted(tmp_path.rglob("*")) == before


def test_each_iteration_begins_anew(tmp_path):
    path = packed(tmp_path / "a.tar", [("a.json", b""), ("b.json", dumped(small(1)))])
    reader = read(path, fault=lambda fault: None)
    for _ in range(2):
        assert [record.member for record in reader] == ["b.json"]
        assert reader.skipped == 1
    iterator = iter(reader)
    next(iterator)
    iterator.close()


@pytest.mark.parametrize("suffix", ["tar", "tgz"])
@pytest.mark.parametrize("order", ORDERS)
def test_shards_share_every_record_out(tmp_path, suffix, order):
    sources = [written(tmp_path / f"{n}.{suffix}", order=order) for n in range(3)]
    folder = tmp_path / "folder"
    write_folder(folder, IMAGES)
    reader = read([*sources, folder])
    everything = [(record.source, record.member) for record in reader]
    assert len(everything) == 20
    for count in (1, 2, 3, 4, 7, 30):
        parts = [reader.shard(index, count) for index in range(count)]
        found = [[(r.source, r.member, bool(r.image)) for r in part] for part in parts]
        assert sorted(chain.from_iterable(found)) == sorted((*one, True) for one in everything)
        assert max(map(len, found)) - min(map(len, found)) <= 5  # a source, or less
    halves = [list(reader.shard(0, 2).shard(index, 3)) for index in range(3)]
    assert sorted((r.source, r.member) for part in halves for r in part) == sorted(
        (r.source, r.member) for r in reader.shard(0, 2)
    )


def test_of_several_shards_one_tells_what_is_wrong_with_a_tar(tmp_path):
    path = packed(tmp_path / "a.tar", [(f"{n}.json", dumped(small(1))) for n in (1, 2, 3, 2)])
    faults = []
    names = []
    for index in range(2):
        reader = read(path, fault=faults.append).shard(index, 2)
        names += [record.member for record in reader]
    assert sorted(names) == ["1.json", "2.json", "3.json"]
    assert len(faults) == 1


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("", "a source is ''; it should be the path of a file or folder"),
        ([], "there is nothing to read: the list of sources is empty"),
        ([3], "a source is 3; it should be the path of a file or folder"),
        (3, "the source is of type int; it should be a path, or a list of them"),
        ("missing.tar", "missing.tar: there is no such file or folder"),
        ("none_*.tar", "none_*.tar: no file or folder has such a name"),
        ("empty", "empty: the folder has no JSON files and no tars"),
        ("a.txt", "a.txt: is not called .tar, .tar.gz, .tgz or .json, and these are what is read"),
    ],
)
def test_a_source_that_is_none_is_said_at_once(tmp_path, monkeypatch, source, sentence):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("a.txt").touch()
    with pytest.raises(InvalidSource) as raised:
        read(source)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"workers": -1}, "workers is -1; it should be a whole number from 0"),
        ({"workers": True}, "workers is True; it should be a whole number from 0"),
        ({"look_ahead": 0.5}, "look_ahead is 0.5; it should be a whole number from 0"),
        ({"top_k": 0}, "top_k is 0; it should be a whole number from 1"),
    ],
)
def test_options_that_cannot_be_are_said_at_once(tmp_path, options, sentence):
    with pytest.raises(InvalidSetting) as raised:
        read(packed(tmp_path / "a.tar", []), **options)
    assert str(raised.value) == sentence


@pytest.mark.parametrize(("index", "count"), [(2, 2), (-1, 2), (0, 0), (True, 2), (0, 1.5)])
def test_a_shard_that_is_none_is_said(tmp_path, index, count):
    reader = read(packed(tmp_path / "a.tar", []))
    with pytest.raises(InvalidSetting, match="shard"):
        reader.shard(index, count)


def test_a_reader_says_what_it_reads(tmp_path):
    write_folder(tmp_path, IMAGES[:3])
    reader = read(tmp_path)
    assert repr(reader).endswith(".json and 2 more>")
    tar = packed(tmp_path / "a.tar", [])
    assert repr(read(tar)) == f"<Reader of {tar}>"
    assert repr(read(tar).shard(0, 2)) == f"<Reader of {tar}>"
    assert list(read(tar)) == []
