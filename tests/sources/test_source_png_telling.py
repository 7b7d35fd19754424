"""PNGs are told apart by names, tables and pixels; what may mean two things is refused."""

import numpy as np
import pytest
from mask_records import mask_of
from PIL import Image

from cvat_sam import sources
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import MaskRecord, Rejected

MASK = np.array([[0, 255, 255], [0, 0, 255]], np.uint8)
SOFT = np.array([[0, 128, 255], [0, 0, 255]], np.uint8)
LABELS = np.array([[0, 1, 1], [0, 0, 2]], np.uint8)
ONES = MASK // 255
EMPTY = MASK * 0


def save(path, values, palette=None, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.fromarray(values)
    if palette:
        picture.putpalette(palette)
    picture.save(path, **options)


def folder(tmp_path, **files):
    """A folder of PNGs; "__" in a key stands for a folder's slash."""
    for name, values in files.items():
        save(tmp_path / "m" / f"{name.replace('__', '/')}.png", values)
    return tmp_path / "m"


def read(*paths, **options):
    return [*sources.read(paths, **options)]


def said(records):
    return [(one.image, one.label) for one in records]


def formats(*paths, **options):
    return [one.format for one in sources.told(paths, **options)]


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"a": MASK, "b": EMPTY}, "png-masks"),
        ({"a": MASK, "b": ONES}, "png-masks"),
        ({"a": MASK.astype(np.uint16) * 257}, "png-masks"),
        ({"a": MASK, "b": SOFT}, "png-masks"),
        ({"a": ONES > 0}, "png-masks"),
        ({"a": LABELS}, "png-index"),
        ({"a": LABELS, "b": ONES, "c": EMPTY}, "png-index"),
        ({"a": LABELS * 63}, "png-index"),
        ({"a": LABELS.astype(np.uint16) * 9999}, "png-index"),
        ({"a__0": MASK, "a__1": MASK}, "png-masks"),
        ({"cam1__0007": LABELS, "cam2__0007": LABELS}, "png-index"),
    ],
)
def test_what_pixels_and_names_tell(tmp_path, files, wanted):
    assert formats(folder(tmp_path, **files)) == [wanted]


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {"a": ONES},
            "a.png: has the values 0, 1, so it may be labels, or a mask; give the format png-masks "
            "or png-index",
        ),
        ({"a": EMPTY}, "a.png: has the value 0 alone, so it may be labels, or a mask; give the"),
        (
            {"a": ONES, "b": SOFT},
            "b.png: has the values 0, 128, 255, so it may be labels, or a mask with soft edges, "
            "which would be refused; give the format png-masks or png-index",
        ),
        (
            {"a": ONES * 200},
            "a.png: has the values 0, 200, so it may be labels, or a mask with soft edges",
        ),
        (
            {"a": MASK, "b": LABELS},
            "b.png: has the values 0, 1, 2, as labels do, beside {}/a.png with the values 0, 255; "
            "give the format png-masks or png-index, or name the files that are meant",
        ),
        ({"a": SOFT, "b": LABELS}, "b.png: has the values 0, 1, 2, as labels do, beside {}/a.png"),
        (
            {"car__a": ONES},
            "a.png: has the values 0, 1, so it may be labels, or a mask; give the format png-masks "
            "(png-by-label where folders are labels) or png-index",
        ),
    ],
)
def test_pixels_that_do_not_tell_are_refused(tmp_path, files, sentence):
    path = folder(tmp_path, **files)
    with pytest.raises(InvalidSource) as caught:
        sources.read([path])
    assert sentence.format(path) in str(caught.value)


def test_each_format_is_applied_to_any_values_without_guessing(tmp_path):
    path = folder(tmp_path, a=MASK, b=ONES, c=SOFT, d=LABELS)
    masks = read(path, format="png-masks")
    assert [type(one) for one in masks] == [MaskRecord, MaskRecord, Rejected, Rejected]
    assert all(np.array_equal(mask_of(one), MASK > 0) for one in masks[:2])
    labels = read(path, format="png-index")
    assert said(labels) == [
        *[("a", "255"), ("b", "1"), ("c", "128"), ("c", "255"), ("d", "1"), ("d", "2")]
    ]


def test_soft_edges_among_masks_cost_that_mask_alone(tmp_path):
    noise = np.array([[0, 3, 250], [1, 255, 254]], np.uint8)
    one, soft, noisy = read(folder(tmp_path, a=MASK, b=SOFT, c=noise))
    assert one.label == "object"
    assert soft.sentence == (
        "the PNG has the values 0, 128, 255; a mask has 0 and 1, or 0 and 255. If its edges are "
        "soft, cut them at a threshold. If they are labels, the format is png-index"
    )
    assert noisy.sentence.startswith("the PNG has the values 0, 1, 3, 250, 254, …; a mask has")


def test_masks_among_labels_are_refused_one_by_one_however_late_they_come(tmp_path):
    files = {f"a{number}": LABELS for number in range(9)} | {"b": MASK, "c": ONES}
    *labels, mask, last = read(folder(tmp_path, **files))
    assert {one.label for one in labels} == {"1", "2"}
    assert mask.sentence == (
        "the PNG has the values 0, 255, as masks do, beside others with labels; give the format "
        "png-index if these are labels too"
    )
    assert (last.image, last.label) == ("c", "1")


@pytest.mark.parametrize(
    ("palette", "wanted"),
    [([0, 0, 0, 250, 0, 0], "png-index"), ([0, 0, 0, 255, 255, 255], None)],
)
def test_a_palette_is_of_labels_unless_it_is_black_and_white(tmp_path, palette, wanted):
    save(tmp_path / "a.png", ONES, palette)
    if wanted:
        assert formats(tmp_path) == [wanted]
    else:
        with pytest.raises(InvalidSource, match="has the values 0, 1, so it may be labels, or"):
            formats(tmp_path)


def test_a_table_tells_that_values_are_labels_and_names_that_they_are_not(tmp_path):
    save(tmp_path / "a__car__0.png", SOFT)
    (tmp_path / "labels.json").write_text('{"255": "car"}')
    assert formats(tmp_path) == ["png-masks"]
    save(tmp_path / "a.png", SOFT)
    assert formats(tmp_path) == ["png-index"]


def test_colours_without_a_table_are_refused_one_by_one(tmp_path):
    save(tmp_path / "a.png", np.dstack([LABELS, LABELS * 2, LABELS]))
    [one] = read(tmp_path)
    assert "the PNG has colours" in one.sentence


def test_folders_by_label_are_refused_unless_that_is_said(tmp_path):
    path = folder(tmp_path, car__a=MASK, car__b=MASK, person__a=MASK)
    with pytest.raises(InvalidSource) as caught:
        sources.read([path])
    assert str(caught.value) == (
        f"{path}: has car/a.png, whose folder may be a label or belong to the image's name; give "
        "the format png-by-label (label car) or png-masks (image car/a), or call it a__LABEL__0.png"
    )
    assert said(read(path, format="png-by-label")) == [
        ("a", "car"), ("b", "car"), ("a", "person"),
    ]  # fmt: skip
    assert said(read(path, format="png-masks")) == [
        ("car/a", "object"), ("car/b", "object"), ("person/a", "object"),
    ]  # fmt: skip


def test_a_single_file_in_a_folder_is_not_overlooked_behind_many_others(tmp_path):
    files = {f"a{number}": MASK for number in range(20)} | {"z__car__b": MASK}
    with pytest.raises(InvalidSource, match=r"has z/car/b\.png, whose folder may be a label"):
        sources.read([folder(tmp_path, **files)])


@pytest.mark.parametrize(
    ("below", "name", "wanted"),
    [
        ("", "car/a.png", ("a", "car")),
        ("", "street/car/a.png", ("street/a", "car")),
        ("", "my%2Fcar/a.png", ("a", "my/car")),
        ("", "car/0012.png", ("0012", "car")),
        ("", "car/12.png", ("12", "car")),
        ("car", "car/a.png", ("a", "car")),
        ("car/a.png", "car/a.png", ("a", "car")),
    ],
)
def test_by_label_the_folder_is_the_label_wherever_reading_begins(tmp_path, below, name, wanted):
    save(tmp_path / name, ONES)
    assert said(read(tmp_path / below, format="png-by-label")) == [wanted]


def test_sources_that_differ_by_their_folders_alone_are_refused_unless_a_format_is_said(tmp_path):
    path = folder(tmp_path, car__a=MASK, person__a=MASK, person__b=MASK)
    for one, other in (("car", "person"), ("car/a.png", "person/a.png")):
        with pytest.raises(InvalidSource) as caught:
            sources.read([path / one, path / other])
        assert str(caught.value) == (
            f"{path}/person/a.png: is of the image a, as a file of {path / one} is, which lies in "
            "another folder; name the folder above both, or give the format png-masks if both are "
            "of that image, or png-by-label if folders are labels"
        )
        assert said(read(path / one, path / other, format="png-by-label"))[:2] == [
            ("a", "car"), ("a", "person"),
        ]  # fmt: skip
    assert said(read(path / "car", path / "person/b.png")) == [("a", "object"), ("b", "object")]
    assert said(read(path / "car", path / "person", format="png-masks"))[:2] == [
        ("a", "object"), ("a", "object"),
    ]  # fmt: skip


def test_arrays_of_different_folders_are_refused_in_the_same_way(tmp_path):
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        np.save(tmp_path / name / "a.npy", MASK[np.newaxis] > 0)
    with pytest.raises(
        InvalidSource, match="is of the image a, as a file of .*give the format arr"
    ):
        sources.read([tmp_path / "x/a.npy", tmp_path / "y/a.npy"])
    assert [one.image for one in read(tmp_path)] == ["x/a", "y/a"]


def test_a_png_in_a_folder_that_is_named_too_is_read_once(tmp_path):
    path = folder(tmp_path, a=MASK, b__0=MASK)
    assert said(read(path, path / "a.png", path / "b")) == [("a", "object"), ("b", "object")]
    assert said(read(path / "a.png", path)) == [("a", "object"), ("b", "object")]


def test_an_image_of_background_alone_is_heard_of(tmp_path):
    images = []
    records = read(folder(tmp_path, a=LABELS, b__c=EMPTY), image=images.append)
    assert said(records) == [("a", "1"), ("a", "2")]
    assert [(one.image, one.height, one.width) for one in images] == [("a", 2, 3), ("b/c", 2, 3)]
