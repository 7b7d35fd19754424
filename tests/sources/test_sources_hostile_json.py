"""Whatever stands in a file of JSON: masks, sentences, or a file refused; no other error."""

import copy
import json
import random

import numpy as np
import pytest

import rle
from cvat_sam import sources
from cvat_sam.exceptions import CvatSamError
from cvat_sam.masks import Rejected

MASK = np.eye(4, 6, dtype=bool)
POINTS, SEGMENTATION = rle.cvat.encode(MASK), rle.coco.encode(MASK)
IMAGE = {"id": 1, "file_name": "a.jpg", "height": 4, "width": 6}
CLASSES = {"size": [4, 6], "values": [1, 0], "counts": [20, 4]}

GOOD = {
    "coco": {
        "images": [IMAGE],
        "categories": [{"id": 1, "name": "car"}],
        "annotations": [
            {
                "image_id": 1,
                "category_id": 1,
                "segmentation": segmentation,
                "score": 0.5,
                "iscrowd": 0,
                "attributes": {"occluded": True, "a": "b"},
            }
            for segmentation in (
                SEGMENTATION,
                rle.coco.encode(MASK, compressed=False),
                [[1, 1, 4, 1, 4, 3]],
            )
        ],
    },
    "sa1b": {
        "image": IMAGE,
        "annotations": [{"segmentation": SEGMENTATION, "predicted_iou": 0.9}] * 3,
    },
    "multiclass": {"labels": {"1": "car"}, "background": 0, "a.jpg": CLASSES},
    "cvat-json": {
        "labels": [{"id": 1, "name": "a", "attributes": [{"id": 2, "name": "b"}]}],
        "shapes": [
            {
                "type": "mask",
                "frame": 0,
                "label_id": 1,
                "points": POINTS,
                "attributes": [{"spec_id": 2, "value": "x"}],
                "z_order": 1,
                "group": 0,
                "occluded": False,
            }
        ],
        "tracks": [{}],
        "masks": [
            {"image": "a", "label": "b", "rle": [0, 1], "left": 0, "top": 0, "width": 1}
            | {"height": 1},
            {"image": "a", "label": "b", "segmentation": SEGMENTATION, "height": 4, "width": 6},
            {"image": "q", **CLASSES, "labels": {"1": "z"}},
        ],
    },
}

JUNK = [
    *(None, True, False, 0, -1, 1.5, 2**70, 10**30, 1e300, float("nan"), float("inf")),
    *("", "x", "\ud800", "\0", "9" * 50, "\n" * 999),
    *([], {}, [[]], [None], [True], [{}], [1, 2, 3], [[1, 2], [3]], {"a": 1}, {"\ud800": 1}),
    *({"size": None, "counts": None}, {"size": [4, 6], "counts": "\xff"}, {"values": [1]}),
]


def places(value, here=()):
    """The ways to all that is in a value."""
    inner = value.items() if isinstance(value, dict) else ()
    for key, one in enumerate(value) if isinstance(value, list) else inner:
        yield (*here, key)
        yield from places(one, (*here, key))


def spoilt(value, rng):
    """A value with one thing taken out, or something else in its place."""
    value = copy.deepcopy(value)
    found = list(places(value))
    if not found:
        return value
    *way, last = rng.choice(found)
    within = value
    for key in way:
        within = within[key]
    if rng.random() < 0.15:
        del within[last]
    else:
        within[last] = rng.choice(JUNK)
    return value


@pytest.mark.parametrize("name", GOOD)
def test_spoilt_files(name, tmp_path):
    rng = random.Random(name)
    path, rejected = tmp_path / "spoilt.json", tmp_path / "rejected.json"
    outcomes = {"masks": 0, "rejected": 0, "refused": 0}
    for _ in range(200):
        whole = GOOD[name]
        for _ in range(rng.randint(1, 3)):
            whole = spoilt(whole, rng)
        text = json.dumps(whole)
        path.write_text(text[: rng.randint(0, len(text))] if rng.random() < 0.1 else text)
        try:
            found = list(sources.read([path], format=rng.choice([name, name, None, *GOOD])))
        except CvatSamError as error:
            outcomes["refused"] += 1
            assert len(str(error).encode()) < 600
            continue
        for one in found:
            if isinstance(one, Rejected):
                outcomes["rejected"] += 1
                assert len(one.sentence.encode()) < 500
                # What is written of it is JSON, is told to be masks, and nothing of it is lost.
                rejected.write_text(json.dumps([one.item], allow_nan=False))
                assert list(sources.read([rejected]))
            else:
                outcomes["masks"] += 1
                assert {*map(type, one.points)} == {int}
                assert one.label.encode()
    assert all(outcomes.values()), outcomes
