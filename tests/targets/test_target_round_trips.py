"""What is written is read again: the same masks, of the same images, in the same order."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mask_records import flat, images, placeless, record, write

from cvat_sam import sources
from cvat_sam.masks import MaskRecord

few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ALL = ("attributes", "occluded", "z_order", "group", "score", "iscrowd")
LOST_IN_XML = {"score", "iscrowd"}


def round_trip(found, name):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write(path, found)
        if not flat(found) and name == "masks":
            return []  # a folder without files is no source
        if not found and name in ("labels", "masks.npz"):
            return []  # likewise
        return [placeless(one) for one in sources.read([path])]


@few
@given(images(more=ALL))
def test_coco_has_everything(found):
    assert round_trip(found, "coco.json") == flat(found)


@few
@given(images(more=[name for name in ALL if name not in LOST_IN_XML], empty=False))
def test_xml_has_all_but_score_and_iscrowd(found):
    assert round_trip(found, "annotations.xml") == flat(found)


@few
@given(images())
def test_png_for_each_mask(found):
    got = round_trip(found, "masks")
    assert in_order_of_names(got) == in_order_of_names(flat(found))


@few
@given(images())
def test_arrays(found):
    assert round_trip(found, "masks.npz") == flat(found)


@few
@given(images(), st.randoms(use_true_random=False))
def test_index_png_where_masks_do_not_overlap(found, random):
    split = []
    for name, (height, width), records in found:
        labels = sorted({one.label for one in records} - {"background"})
        values = np.array([random.randrange(len(labels) + 1) for _ in range(height * width)])
        values = values.reshape(height, width)
        masks = [(values == number, label) for number, label in enumerate(labels, 1)]
        split.append(
            (
                name,
                (height, width),
                [record(mask, image=name, label=label) for mask, label in masks if mask.any()],
            )
        )
    got = round_trip(split, "labels")
    assert in_order_of_names(got) == in_order_of_names(flat(split))


@pytest.mark.parametrize("name", ["coco.json", "annotations.xml", "labels", "masks.npz"])
def test_images_without_masks(tmp_path, name):
    found = [
        ("b/a.jpg", (2, 3), []),
        ("b/c.png", (1, 2), [record(["#."], image="b/c.png")]),
        ("d", (5, 1), []),
    ]
    write(tmp_path / name, found)
    images = []
    assert len([*sources.read([tmp_path / name], image=images.append)]) == 1
    assert [(one.image, (one.height, one.width)) for one in images] == [one[:2] for one in found]


def in_order_of_names(records):
    """Folders are gone through by name; the order within an image is kept."""
    assert all(isinstance(one, MaskRecord) for one in records), records
    return sorted(records, key=lambda one: (one.image, one.label, one.points))


@pytest.mark.parametrize("name", ["coco.json", "annotations.xml", "masks", "masks.npz"])
def test_many_masks_of_one_image_keep_their_order(name):
    masks = np.random.default_rng(0).random((600, 5, 7)) < 0.3
    records = [record(mask, label=f"label {number % 7}") for number, mask in enumerate(masks)]
    assert round_trip([("a.jpg", (5, 7), records)], name) == records


def test_images_that_differ_in_extension_alone_are_told_apart():
    found = [
        (name, (2, 2), [record([".#", "##"], image=name)])
        for name in ("a.jpg", "a.png", "a.png.jpg", "b/a.JPG", "a.v2")
    ]
    for target in ("masks", "labels", "masks.npz"):
        got = round_trip(found, target)
        assert sorted(one.image for one in got) == sorted(name for name, _, _ in found)
