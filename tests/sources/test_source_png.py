"""Folders of PNGs, as people's tools write them."""

import json
import re
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mask_records import mask_of
from PIL import Image

from cvat_sam import sources
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import MaskRecord, Rejected

MASK = np.array([[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], bool)
LABELS = np.array([[0, 1, 1, 2], [2, 2, 0, 0], [0, 3, 3, 3]], np.uint8)


def save(path, values, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path, **options)


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def gray_png(values, depth):
    """A gray PNG of any depth, made without Pillow."""
    height, width = values.shape
    rows = b""
    for row in values.tolist():
        bits = "".join(f"{value:0{depth}b}" for value in row)
        bits += "0" * (-len(bits) % 8)
        rows += b"\0" + int(bits, 2).to_bytes(len(bits) // 8)
    header = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def read(path, **options):
    return [*sources.read([path], **options)]


def by_label(records):
    assert all(isinstance(one, MaskRecord) for one in records), records
    return {one.label: mask_of(one) for one in records}


@pytest.mark.parametrize(
    "values",
    [
        MASK,
        MASK.astype(np.uint8),
        MASK.astype(np.uint8) * 255,
        MASK.astype(np.uint16),
        MASK.astype(np.uint16) * 65535,
        np.stack([MASK.astype(np.uint8) * 255] * 3, axis=2),
        np.stack([MASK.astype(np.uint8) * 255] * 3 + [np.full((3, 4), 255, np.uint8)], axis=2),
        np.stack([MASK.astype(np.uint8), np.full((3, 4), 255, np.uint8)], axis=2),
    ],
)
def test_black_and_white_in_every_form(tmp_path, values):
    save(tmp_path / "a.png", values)
    [one] = read(tmp_path / "a.png", format="png-masks")
    assert np.array_equal(mask_of(one), MASK)
    assert (one.image, one.label, one.height, one.width) == ("a", "object", 3, 4)
    assert str(one.place) == str(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("name", "image", "label"),
    [
        ("a.png", "a", "object"),
        ("a.PNG", "a", "object"),
        ("street/a.png", "street/a", "object"),
        ("a__car__0.png", "a", "car"),
        ("street/my__a__my%5F%5Fcar__17.png", "street/my__a", "my__car"),
        ("a__car.png", "a__car", "object"),
        ("a__car__x.png", "a__car__x", "object"),
        ("cat/0.png", "cat", "object"),
        ("street/cat/12.png", "street/cat", "object"),
        ("cat/0012.png", "cat/0012", "object"),
        ("12.png", "12", "object"),
        ("a%20b%3F.v2.png", "a%20b?.v2", "object"),
    ],
)
def test_what_a_name_says(tmp_path, name, image, label):
    save(tmp_path / name, MASK)
    [one] = read(tmp_path, format="png-masks")
    assert (one.image, one.label) == (image, label)


def test_folder_as_segment_anything_writes_it(tmp_path):
    for number in range(12):
        save(tmp_path / f"out/cat/{number}.png", np.full((2, 2), number % 2 * 255, np.uint8))
    (tmp_path / "out/cat/metadata.csv").write_text("id,area\n")
    whole, inner = read(tmp_path / "out"), read(tmp_path / "out/cat")
    assert [one.image for one in whole + inner] == ["cat"] * 24
    assert [one.place.file.rpartition("/")[2] for one in whole] == [f"{n}.png" for n in range(12)]


def test_a_file_that_was_renamed_belongs_to_its_new_name(tmp_path):
    from mask_records import record, write

    write(tmp_path / "masks", [("a.jpg", (3, 4), [record(MASK)])])
    [one] = read(tmp_path / "masks")
    assert one.image == "a.jpg"
    (tmp_path / "masks/a__cat__0.png").rename(tmp_path / "masks/b__cat__0.png")
    [one] = read(tmp_path / "masks")
    assert one.image == "b"


@pytest.mark.parametrize("table", [None, "labels.json", "labelmap.txt"])
@pytest.mark.parametrize("kind", ["palette", "gray", "gray 16", "gray 2 bits", "gray 4 bits"])
def test_index_png(tmp_path, table, kind):
    colours = [0, 0, 0, 250, 0, 0, 0, 250, 0, 0, 0, 250]
    names = {"1": "car", "2": "cat", "3": "my dog"}
    if kind == "palette":
        picture = Image.fromarray(LABELS)
        picture.putpalette(colours)
        picture.save(tmp_path / "a.png")
    elif "bits" in kind:
        (tmp_path / "a.png").write_bytes(gray_png(LABELS, int(kind.split()[1])))
    else:
        save(tmp_path / "a.png", LABELS.astype(np.uint16 if "16" in kind else np.uint8))
    if table == "labels.json":
        (tmp_path / table).write_text(json.dumps(names))
    elif table == "labelmap.txt":
        (tmp_path / table).write_text(
            "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncar:250,0,0::\ncat:0,250,0::\n"
            "my dog:0,0,250::\n"
        )
    else:
        names = {value: value for value in names}
    # Of two bits, 3 is white: that may be a mask with soft edges.
    asked = {"format": "png-index"} if kind == "gray 2 bits" and table is None else {}
    records = read(tmp_path, **asked)
    found = by_label(records)
    assert [*found] == [*names.values()]
    for value, name in names.items():
        assert np.array_equal(found[name], int(value) == LABELS)
    assert [one.place.index for one in records] == [0, 1, 2]
    assert {one.image for one in records} == {"a"}


def test_colours_count_and_not_values_where_a_labelmap_has_them(tmp_path):
    picture = Image.fromarray(LABELS)
    picture.putpalette([0, 0, 0, 0, 0, 250, 250, 0, 0, 0, 250, 0])
    picture.save(tmp_path / "a.png")
    lines = "background:0,0,0::\ncar:250,0,0::\ncat:0,250,0::\ndog:0,0,250::\n"
    (tmp_path / "labelmap.txt").write_text(lines)
    found = by_label(read(tmp_path))
    assert {name: mask.sum() for name, mask in found.items()} == {"dog": 2, "car": 3, "cat": 3}


def test_pictures_of_other_formats_are_noted(tmp_path):
    save(tmp_path / "a__car__0.png", np.uint8([[0, 255]]))
    (tmp_path / "more").mkdir()
    for name in ("a.jpg", "more/b.tif"):
        (tmp_path / name).write_bytes(b"")
    notes = []
    assert len([*sources.read([tmp_path], note=notes.append)]) == 1
    assert notes == [f"{tmp_path}: 2 pictures of another format are not masks and were passed over"]


def test_the_segmentation_masks_that_cvat_exports(tmp_path):
    colours = np.array([[0, 0, 0], [250, 50, 83], [42, 125, 209], [0, 0, 0]], np.uint8)
    values = np.where(LABELS == 3, 0, LABELS)
    save(tmp_path / "SegmentationClass/street/a.png", colours[values])
    save(tmp_path / "SegmentationObject/street/a.png", colours[values])
    (tmp_path / "labelmap.txt").write_text(
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncar:250,50,83::\ncat:42,125,209::\n"
    )
    for folder in (tmp_path, tmp_path / "SegmentationClass"):
        records = read(folder)
        assert {one.image for one in records} == {"street/a"}
        found = by_label(records)
        assert [*found] == ["cat", "car"]  # by their colours
        assert np.array_equal(found["car"], LABELS == 1)
        assert np.array_equal(found["cat"], LABELS == 2)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 2**32 - 1), st.sampled_from([np.uint8, np.uint16]))
def test_gray_values_are_those_that_opencv_sees(tmp_path, seed, dtype):
    random = np.random.default_rng(seed)
    values = random.integers(0, random.choice([3, 9, np.iinfo(dtype).max]), (5, 6)).astype(dtype)
    cv2.imwrite(str(tmp_path / "a.png"), values)
    found = by_label(read(tmp_path, format="png-index"))
    assert {int(label) for label in found} == {*np.unique(values).tolist()} - {0}
    for label, mask in found.items():
        assert np.array_equal(mask, values == int(label))


def test_values_that_a_table_does_not_have_are_rejected_and_can_be_mended(tmp_path):
    save(tmp_path / "a.png", LABELS)
    (tmp_path / "labels.json").write_text('{"1": "car", "2": "cat"}')
    car, cat, third = read(tmp_path)
    assert (car.label, cat.label) == ("car", "cat")
    assert isinstance(third, Rejected)
    assert third.sentence == "the value 3 is not in labels.json"
    assert third.item == {
        "image": "a",
        "label": "3",
        "points": [0, 3, 1, 2, 3, 2],
        "height": 3,
        "width": 4,
    }
    (tmp_path / "labels.json").unlink()
    picture = Image.fromarray(LABELS)
    picture.putpalette([0, 0, 0, 9, 9, 9, 8, 8, 8, 7, 7, 7])
    picture.save(tmp_path / "a.png")
    (tmp_path / "labelmap.txt").write_text("car:9,9,9::\ncat:8,8,8::")
    assert read(tmp_path)[-1].sentence == "the colour 7,7,7 is not in labelmap.txt"


PNG = gray_png(MASK.astype(np.uint8), 1)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\xff\xd8\xff" + bytes(60), r"the file is no PNG; it begins with b'\\xff\\xd8"),
        (PNG[:20], "the PNG is damaged: it has no header"),
        (PNG[:-12], "the PNG is damaged: its end is missing"),
        (PNG[:50], "the PNG is damaged: its end is missing"),
        (PNG[:44] + b"\0" + PNG[45:], "the checksum of b'IDAT' is wrong"),
        (
            PNG[:16] + struct.pack(">II", 60000, 60000) + PNG[24:],
            "the PNG is 60000 × 60000 pixels, above the limit of 268435456",
        ),
        (PNG[:16] + struct.pack(">II", 0, 5) + PNG[24:], "there is nothing in it"),
        (
            PNG[:8]
            + chunk(b"IHDR", struct.pack(">IIBBBBB", 16000, 16000, 1, 0, 0, 0, 0))
            + PNG[33:],
            "the PNG cannot be decoded: image file is truncated",
        ),
    ],
)
def test_damaged_files_are_rejected_and_the_others_are_read(tmp_path, data, sentence):
    save(tmp_path / "a__cat__0.png", MASK)
    (tmp_path / "b__dog__7.png").write_bytes(data)
    save(tmp_path / "c__cat__0.png", MASK)
    first, bad, last = read(tmp_path, format="png-masks")
    assert (first.image, last.image) == ("a", "c")
    assert isinstance(bad, Rejected)
    assert re.search(sentence, bad.sentence)
    assert bad.item == {"image": "b", "label": "dog"}
    if b"PNG" in data[:4]:
        (tmp_path / "labels.json").write_text("{}")
        [one] = read(tmp_path / "b__dog__7.png", format="png-index")
        assert re.search(sentence, one.sentence)


def test_every_cut_and_every_changed_byte_is_noticed_or_harmless(tmp_path):
    path = tmp_path / "a.png"
    for cut in range(len(PNG)):
        path.write_bytes(PNG[:cut])
        [one] = read(path, format="png-masks")
        assert isinstance(one, Rejected)
    for place in range(len(PNG)):
        path.write_bytes(PNG[:place] + bytes([PNG[place] ^ 1]) + PNG[place + 1 :])
        [one] = read(path, format="png-masks")
        assert isinstance(one, Rejected)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (LABELS, "the PNG has the values 0, 1, 2, 3; a mask has 0 and 1, or 0 and 255"),
        (np.arange(12, dtype=np.uint8).reshape(3, 4), "values 0, 1, 2, 3, 4, …; a mask"),
        (np.full((3, 4, 3), (1, 2, 3)), "the PNG has colours; a mask is black and"),
        (np.zeros((3, 4, 4), np.uint8), "the PNG has transparent pixels"),
    ],
)
def test_pictures_that_are_no_masks(tmp_path, values, sentence):
    save(tmp_path / "a.png", values.astype(np.uint8))
    [one] = read(tmp_path, format="png-masks")
    assert sentence in one.sentence


def test_16_bit_colours_are_refused(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((3, 4, 3), np.uint16))
    [one] = read(tmp_path, format="png-masks")
    assert "16 bits for each colour" in one.sentence


def test_colours_without_a_labelmap(tmp_path):
    save(tmp_path / "a.png", np.full((3, 4, 3), (1, 2, 3), np.uint8))
    [one] = read(tmp_path, format="png-index")
    assert "no labelmap.txt in its folder says what they mean" in one.sentence


def test_black_and_white_in_a_palette_is_a_mask_where_that_is_asked_for(tmp_path):
    picture = Image.fromarray(MASK.astype(np.uint8))
    picture.putpalette([255, 255, 255, 0, 0, 0])  # as an inverted picture has it
    picture.save(tmp_path / "a.png", bits=1)
    [one] = read(tmp_path, format="png-masks")
    assert np.array_equal(mask_of(one), ~MASK)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("labels.json", "{", "labels.json: is no JSON"),
        ("labels.json", "[1]", "should be a JSON object like"),
        ("labels.json", '{"car": "1"}', "'car' is no value of a pixel"),
        ("labels.json", '{"1": 2}', "the label of 1 should be text, not 2"),
        ("labelmap.txt", "car", "line 1 should be name:r,g,b:parts:actions, not 'car'"),
        ("labelmap.txt", "\n\ncar:300,0,0::", "line 3 should be name:r,g,b"),
        ("labelmap.txt", "car:1,2,3::\ncat:1,2,3::", "line 2 gives 'cat' the colour of 'car'"),
    ],
)
def test_damaged_tables(tmp_path, name, text, sentence):
    save(tmp_path / "a.png", LABELS)
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidSource, match=sentence):
        read(tmp_path, format="png-index")


def test_folders_without_pngs(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(InvalidSource, match="the folder holds no PNG files"):
        read(tmp_path, format="png-masks")


def test_links_and_litter_do_not_confuse(tmp_path):
    save(tmp_path / "masks/a.png", MASK)
    (tmp_path / "masks/._a.png").write_bytes(b"litter of macOS")
    (tmp_path / "masks/loop").symlink_to(tmp_path)
    save(tmp_path / "elsewhere/b.png", MASK)
    (tmp_path / "masks/linked").symlink_to(tmp_path / "elsewhere")
    found = read(tmp_path / "masks", format="png-masks")
    assert [one.image for one in found] == ["a", "linked/b"]
