"""Masks are chosen by what stands beside them, as a plain loop chooses."""

import json

import numpy as np
import pytest
from sa1b_making import image

from cvat_sam.exceptions import InvalidSetting
from cvat_sam.sa1b.annotations import parse
from cvat_sam.sa1b.wanted import Wanted

READ = image(3, height=120, width=150, masks=40)
ITEMS = READ["annotations"]
PARSED = parse(json.dumps(READ).encode())


def chosen(**conditions):
    return Wanted(**conditions).indices(PARSED).tolist()


def median(key):
    return float(np.median([item[key] for item in ITEMS]))


def test_no_condition_takes_all_in_the_order_of_the_file():
    assert chosen() == list(range(40))


@pytest.mark.parametrize("key", ["predicted_iou", "stability_score", "area"])
def test_a_least_value_takes_what_has_it(key):
    # Of two values one is in the file: what is as good as the limit is taken.
    for limit in (median(key), sorted(item[key] for item in ITEMS)[10]):
        expected = [index for index, item in enumerate(ITEMS) if item[key] >= limit]
        assert chosen(**{f"min_{key}": min(limit, 1) if key != "area" else limit}) == expected
        assert 0 < len(expected) < 40


def test_a_largest_area_is_taken_too():
    limit = sorted(item["area"] for item in ITEMS)[10]
    expected = [index for index, item in enumerate(ITEMS) if item["area"] <= limit]
    assert chosen(max_area=limit) == expected
    assert len(expected) >= 11


def test_the_best_come_best_first_and_equal_ones_in_the_order_of_the_file():
    read = {**READ, "annotations": [dict(item) for item in ITEMS]}
    for index in (5, 9, 30):
        read["annotations"][index]["predicted_iou"] = 2.0
    found = Wanted(top_k=7).indices(parse(json.dumps(read).encode())).tolist()
    values = [item["predicted_iou"] for item in read["annotations"]]
    assert found == sorted(range(40), key=lambda index: -values[index])[:7]
    assert found[:3] == [5, 9, 30]


def test_the_best_are_taken_of_those_that_fulfil_the_rest():
    limit = median("area")
    few = [index for index, item in enumerate(ITEMS) if item["area"] <= limit]
    best = sorted(few, key=lambda index: -ITEMS[index]["predicted_iou"])[:4]
    assert chosen(top_k=4, max_area=limit) == best
    assert sorted(chosen(top_k=1000)) == list(range(40))


def test_boxes_are_compared_pixel_by_pixel():
    region = (30, 20, 100, 80)
    inside, touching = [], []
    for index, item in enumerate(ITEMS):
        x, y, w, h = item["bbox"]
        columns = set(range(int(x), int(x + w) + 1))
        rows = set(range(int(y), int(y + h) + 1))
        if columns <= set(range(30, 100)) and rows <= set(range(20, 80)):
            inside.append(index)
        if columns & set(range(30, 100)) and rows & set(range(20, 80)):
            touching.append(index)
    assert chosen(within_xyxy=region) == inside
    assert chosen(touching_xyxy=region) == touching
    assert 0 < len(inside) < len(touching) < 40


def test_a_box_ends_before_its_right_and_bottom():
    read = {"image": READ["image"], "annotations": [dict(ITEMS[0], bbox=[10, 10, 4, 4])]}
    parsed = parse(json.dumps(read).encode())  # columns and rows 10 to 14
    for box, inside, touches in [
        ((10, 10, 15, 15), True, True),
        ((10, 10, 14, 15), False, True),
        ((0, 0, 10, 10), False, False),
        ((0, 0, 11, 11), False, True),
        ((14, 14, 20, 20), False, True),
        ((15, 14, 20, 20), False, False),
    ]:
        assert Wanted(within_xyxy=box).indices(parsed).size == inside, box
        assert Wanted(touching_xyxy=box).indices(parsed).size == touches, box


@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        ({"top_k": 0}, "top_k is 0; it should be a whole number from 1"),
        ({"top_k": 2.5}, "top_k is 2.5; it should be a whole number from 1"),
        ({"top_k": True}, "top_k is True; it should be a whole number from 1"),
        ({"min_predicted_iou": 90}, "min_predicted_iou is 90; it should be from 0 to 1"),
        ({"min_predicted_iou": float("nan")}, "min_predicted_iou is nan; it should be from 0"),
        ({"min_stability_score": -0.1}, "min_stability_score is -0.1; it should be from 0 to 1"),
        ({"min_stability_score": "1"}, "min_stability_score is 1; it should be from 0 to 1"),
        ({"min_area": -1}, "min_area is -1; it should be a number from 0, in pixels"),
        ({"max_area": float("inf")}, "max_area is inf; it should be a number from 0, in pixels"),
        ({"min_area": 10, "max_area": 9}, "min_area is 10, above max_area, 9"),
        ({"within_xyxy": (1, 2, 3)}, "within_xyxy is (1, 2, 3); it should be (left, top, right"),
        ({"within_xyxy": "abcd"}, "within_xyxy is abcd; it should be (left, top, right, bottom)"),
        ({"touching_xyxy": (5, 5, 5, 9)}, "touching_xyxy is (5, 5, 5, 9); right and bottom"),
    ],
)
def test_conditions_that_cannot_be_are_said(conditions, sentence):
    with pytest.raises(InvalidSetting) as raised:
        Wanted(**conditions)
    assert str(raised.value).startswith(sentence)
