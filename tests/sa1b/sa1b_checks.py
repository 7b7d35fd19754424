"""What tests of SA-1B share: small images, and records held against their JSON."""

import warnings

import numpy as np
from pycocotools import mask as coco
from sa1b_making import image

NAMES = ("ids", "bboxes", "areas", "predicted_ious", "stability_scores")


def small(seed, masks=6):
    return image(seed, height=60, width=90, masks=masks)


def smalls(count, masks=6):
    """Images of as many different numbers of masks as there are, with names sa_1.jpg and on."""
    return [small(seed, masks=masks + seed % 3) for seed in range(1, count + 1)]


def dense(items):
    """(N, H, W) uint8, by pycocotools."""
    return np.stack([decoded(item["segmentation"]) for item in items])


def decoded(segmentation):
    """(H, W) uint8, by pycocotools."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # between pycocotools and numpy 2
        return coco.decode(segmentation)


def check(record, read, which=None):
    """Holds a record against the JSON it was read from, of which some masks were wanted."""
    items = read["annotations"]
    items = items if which is None else [items[index] for index in which]
    assert record.name == read["image"]["file_name"]
    assert record.image_id == read["image"]["image_id"]
    assert (record.height, record.width) == (60, 90)
    assert len(record) == len(items)
    assert record.areas.tolist() == [item["area"] for item in items]
    assert record.ids.tolist() == [item["id"] for item in items]
    assert record.bboxes.tolist() == [item["bbox"] for item in items]
    assert record.segmentations() == [item["segmentation"] for item in items]
    if items:
        assert np.array_equal(record.masks(), dense(items))
