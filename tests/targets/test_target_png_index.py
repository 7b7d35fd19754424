"""Index PNGs as other programs see them."""

import json

import numpy as np
import pytest
from mask_records import placeless, record, write
from PIL import Image

from cvat_sam import sources


def test_values_palette_and_table(tmp_path):
    car = record(["##..", "##.."], label="car")
    cat = record(["...#", "...."], label="cat")
    notes = write(tmp_path / "labels", [("a.jpg", (2, 4), [car, cat]), ("b.jpg", (2, 4), [])])
    assert notes == []
    assert json.loads((tmp_path / "labels/labels.json").read_text()) == {"1": "car", "2": "cat"}
    with Image.open(tmp_path / "labels/a.png") as picture:
        assert picture.mode == "P"
        assert np.asarray(picture).tolist() == [[1, 1, 0, 2], [1, 1, 0, 0]]
        palette = np.array(picture.getpalette()).reshape(-1, 3)
    assert palette[0].tolist() == [0, 0, 0]
    assert len(np.unique(palette, axis=0)) == len(palette) >= 3
    with Image.open(tmp_path / "labels/b.png") as picture:
        assert not np.asarray(picture).any()


def test_higher_masks_lie_on_top_then_later_ones_and_the_notes_say_what_is_lost(tmp_path):
    records = [
        record(["####"], label="top", z_order=5),
        record(["###."], label="low"),
        record([".##."], label="later", z_order=5),
    ]
    notes = write(tmp_path / "labels", [("a.jpg", (1, 4), records)])
    table = json.loads((tmp_path / "labels/labels.json").read_text())
    with Image.open(tmp_path / "labels/a.png") as picture:
        shown = [table[str(value)] for value in np.asarray(picture)[0]]
    assert shown == ["top", "later", "later", "top"]
    assert notes == ["in 1 image masks overlap: 5 pixels under others are gone"]


def test_masks_of_one_label_become_one_and_the_notes_say_so(tmp_path):
    records = [record(["#.."], group=1), record(["..#"])]
    notes = write(tmp_path / "labels", [("a.jpg", (1, 3), records)])
    assert notes == [
        "2 masks of the same image and label as others: merged, for they share a value",
        "not in the result, which has no place for it: group",
    ]
    [one] = sources.read([tmp_path / "labels"])
    assert placeless(one) == record(["#.#"])


def test_pixels_and_masks_that_are_lost_are_counted_over_all_images(tmp_path):
    touching = [record(["##.."]), record(["..##"]), record(["...#"], label="dog")]
    found = [(f"{name}.jpg", (1, 4), touching) for name in "ab"]
    found.append(("c.jpg", (1, 4), [record(["####"]), record(["...."], label="dog")]))
    assert write(tmp_path / "labels", found) == [
        "in 2 images masks overlap: 2 pixels under others are gone",
        "4 masks of the same image and label as others: merged, for they share a value",
        "left out, because the format has no empty masks: 1 mask",
    ]


@pytest.mark.parametrize(("labels", "mode"), [(255, "P"), (256, "I;16"), (300, "I;16")])
def test_more_labels_than_a_palette_has(tmp_path, labels, mode):
    found = [(f"{part}.jpg", (1, 100), []) for part in range(-(-labels // 100))]
    for number in range(labels):
        mask = np.zeros((1, 100), bool)
        mask[0, number % 100] = True
        image = f"{number // 100}.jpg"
        found[number // 100][2].append(record(mask, label=f"n{number}", image=image))
    write(tmp_path / "labels", found)
    for path in (tmp_path / "labels").glob("*.png"):
        with Image.open(path) as picture:
            assert picture.mode == mode
    got = [placeless(one) for one in sources.read([tmp_path / "labels"])]
    wanted = [one for _, _, records in found for one in records]
    assert sorted(got, key=str) == sorted(wanted, key=str)
