"""The COCO that is written, as pycocotools reads it."""

import json

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from mask_records import flat, images, mask_of, record, write
from pycocotools.coco import COCO

from cvat_sam.targets import open_target

# pycocotools' own, in numpy's newer versions.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def load(path, capsys):
    coco = COCO(str(path))
    capsys.readouterr()  # it prints how long it took
    return coco


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(images())
def test_pycocotools_has_every_image_and_mask_bit_for_bit(tmp_path, capsys, found):
    path = tmp_path / "coco.json"
    write(path, found)
    coco = load(path, capsys)
    assert [
        (one["file_name"], (one["height"], one["width"])) for one in coco.loadImgs(coco.getImgIds())
    ] == [(name, size) for name, size, _ in found]
    records = flat(found)
    annotations = coco.loadAnns(coco.getAnnIds())
    assert len(annotations) == len(records)
    for annotation, one in zip(annotations, records, strict=True):
        mask = mask_of(one)
        assert np.array_equal(coco.annToMask(annotation), mask)
        assert coco.imgs[annotation["image_id"]]["file_name"] == one.image
        assert coco.cats[annotation["category_id"]]["name"] == one.label
        assert annotation["area"] == mask.sum()
        rows, columns = mask.any(axis=1).nonzero()[0], mask.any(axis=0).nonzero()[0]
        box = (
            [columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1]
            if rows.size
            else [0, 0, 0, 0]
        )
        assert annotation["bbox"] == box


def test_categories_come_in_order_of_appearance_and_ids_from_1(tmp_path):
    path = tmp_path / "coco.json"
    labels = ["dog", "cat", "dog", "ant"]
    write(path, [("a.jpg", (1, 1), [record(["#"], label=label) for label in labels])])
    read = json.loads(path.read_text())
    assert [(one["id"], one["name"]) for one in read["categories"]] == [
        (1, "dog"),
        (2, "cat"),
        (3, "ant"),
    ]
    assert [one["category_id"] for one in read["annotations"]] == [1, 2, 1, 3]
    assert [one["id"] for one in read["annotations"]] == [1, 2, 3, 4]


def test_what_coco_has_no_key_for(tmp_path):
    path = tmp_path / "coco.json"
    full = record(
        ["#"],
        attributes={"colour": "red"},
        occluded=True,
        z_order=-2,
        group=7,
        score=0.25,
        iscrowd=True,
    )
    clash = record(["#"], attributes={"occluded": "partly"}, occluded=True)
    write(path, [("a.jpg", (1, 1), [full, clash, record(["#"])])])
    first, second, third = json.loads(path.read_text())["annotations"]
    assert first["attributes"] == {"colour": "red", "occluded": True}
    assert (first["z_order"], first["group"], first["score"]) == (-2, 7, 0.25)
    assert (first["iscrowd"], third["iscrowd"]) == (1, 0)
    assert (second["attributes"], second["occluded"]) == ({"occluded": "partly"}, True)
    assert not {"attributes", "occluded", "z_order", "group", "score"} & third.keys()


def test_an_empty_file_can_be_loaded(tmp_path, capsys):
    with open_target(tmp_path / "coco.json"):
        pass
    assert load(tmp_path / "coco.json", capsys).getAnnIds() == []


@pytest.mark.parametrize("masks", [255, 256, 257, 513])
def test_ids_do_not_jump_where_masks_are_converted_together(tmp_path, masks):
    path = tmp_path / "coco.json"
    write(path, [("a.jpg", (1, 1), [record(["#"])] * masks), ("b.jpg", (1, 1), [record(["#"])])])
    annotations = json.loads(path.read_text())["annotations"]
    assert [one["id"] for one in annotations] == [*range(1, masks + 2)]
    assert [one["image_id"] for one in annotations] == [1] * masks + [2]
