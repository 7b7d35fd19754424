"""The stand-in answers to shapes as a server of version 2.15 was recorded to do."""

import gzip
import json

import pytest
from fake_cvat.case import GOOD

NOT_A_NUMBER = "[ErrorDetail(string='Value must be a float or an integer', code='invalid')]"


def test_created_shape_comes_back_with_an_id_and_the_defaults(case):
    reply = case.patch(case.shape(source="auto"))
    assert reply.headers["Content-Type"] == "application/vnd.cvat+json"
    [shape] = reply.json()["shapes"]
    assert list(shape.items()) == [
        ("type", "mask"),
        ("occluded", False),
        ("outside", False),
        ("z_order", 0),
        ("rotation", 0.0),
        ("points", GOOD),
        ("id", shape["id"]),
        ("frame", 0),
        ("label_id", case.cell),
        ("group", None),
        ("source", "auto"),
        ("attributes", []),
        ("elements", []),
    ]
    assert all(type(point) is int for point in shape["points"])


def test_get_gives_floats_and_the_defaults_of_the_attributes(case):
    case.patch(case.shape(attributes=[{"spec_id": case.grade, "value": "b"}]))
    [shape] = case.get()
    assert shape["points"] == GOOD
    assert all(type(point) is float for point in shape["points"])
    default = {"spec_id": case.conf, "value": ""}
    assert shape["attributes"] == [{"spec_id": case.grade, "value": "b"}, default]


@pytest.mark.parametrize(
    "points",
    [
        [],
        [1, 2, 3],
        [10, 5, 13, 7],
        [12, 10, 5, 13, 7],
        [1, 2, 10, 5, 13, 7],
        [100, 200, 10, 5, 13, 7],
        [-1, 14, -1, 10, 5, 13, 7],
        [1.5, 2.25, 8.25, 10, 5, 13, 7],
        [1, 2, 1, 4, 1, 2, 1, 10.2, 5.7, 13.9, 7.1],
        [4, 1000, 1000, 1001, 1001],
        [0, 4, -1, -1, 0, 0],
        [0, 4, 13, 7, 10, 5],
        [0, 10**20, 0, 0, 1, 1],
        [0, 1e300, 0, 0, 1, 1],
    ],
)
def test_takes_masks_that_are_none(case, points):
    assert case.patch(case.shape(points=points)).status_code == 200
    assert case.get()[0]["points"] == points


@pytest.mark.parametrize(
    ("changes", "stored"),
    [
        ({"points": "missing"}, {"points": []}),
        ({"frame": "1"}, {"frame": 1}),
        ({"occluded": True}, {"occluded": True}),
        ({"z_order": -3}, {"z_order": -3}),
        ({"rotation": 90}, {"rotation": 90.0}),
        ({"group": 5}, {"group": 5}),
        ({"group": 0}, {"group": 0}),
        ({"source": "foo"}, {"source": "foo"}),
        ({"id": 123456}, {"id": 123456}),
        ({"score": 0.5, "foo": "bar", "clientID": 3}, {"source": "manual"}),
    ],
)
def test_takes_nearly_anything_else(case, changes, stored):
    assert case.patch(case.shape(**changes)).status_code == 200
    [shape] = case.get()
    assert {key: shape[key] for key in stored} == stored
    assert not {"score", "foo", "clientID"} & shape.keys()


@pytest.mark.parametrize(
    ("value", "stored"), [("zzz", "zzz"), (0.9, "0.9"), (True, "True"), (None, "None")]
)
def test_takes_any_value_of_an_attribute_as_text(case, value, stored):
    case.patch(case.shape(attributes=[{"spec_id": case.grade, "value": value}]))
    assert {"spec_id": case.grade, "value": stored} in case.get()[0]["attributes"]


def test_takes_a_mask_on_a_label_for_polygons(case):
    outline = case.cvat.labels(case.task)["outline"]
    assert case.patch(case.shape(label_id=outline)).status_code == 200


INTEGER = "A valid integer is required."
NATURAL = "Ensure this value is greater than or equal to 0."
REQUIRED = "This field is required."
NULL = "This field may not be null."


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"points": [True, 11, 10, 5, 13, 7]}, {"points": {"0": NOT_A_NUMBER}}),
        ({"points": ["1", 11, 10, 5, 13, 7]}, {"points": {"0": NOT_A_NUMBER}}),
        ({"points": [1, None]}, {"points": {"1": NOT_A_NUMBER}}),
        ({"points": [[1, 11], 10]}, {"points": {"0": NOT_A_NUMBER}}),
        ({"points": "1,2"}, {"points": dict.fromkeys("012", NOT_A_NUMBER)}),
        ({"points": {"a": 1}}, {"points": {"0": NOT_A_NUMBER}}),
        ({"points": None}, {"points": [NULL]}),
        ({"label_id": "missing"}, {"label_id": [REQUIRED]}),
        ({"label_id": -1}, {"label_id": [NATURAL]}),
        ({"label_id": "cell"}, {"label_id": [INTEGER]}),
        ({"frame": "missing"}, {"frame": [REQUIRED]}),
        ({"frame": -1}, {"frame": [NATURAL]}),
        ({"frame": 1.5}, {"frame": [INTEGER]}),
        ({"type": "missing"}, {"type": [REQUIRED]}),
        ({"type": "rle"}, {"type": ['"rle" is not a valid choice.']}),
        ({"type": "Mask"}, {"type": ['"Mask" is not a valid choice.']}),
        ({"occluded": None}, {"occluded": [NULL]}),
        ({"z_order": 1.5}, {"z_order": [INTEGER]}),
        ({"rotation": 400}, {"rotation": ["Ensure this value is less than or equal to 360."]}),
        ({"source": None}, {"source": [NULL]}),
        ({"source": ""}, {"source": ["This field may not be blank."]}),
        ({"group": -1}, {"group": [NATURAL]}),
        (
            {"attributes": [{"spec_id": 1, "value": "x" * 5000}]},
            {"attributes": [{"value": ["Ensure this field has no more than 4096 characters."]}]},
        ),
    ],
)
def test_refuses_a_shape_with_400_and_names_its_place(case, changes, fault):
    reply = case.patch(case.shape(), case.shape(**changes))
    assert (reply.status_code, reply.json()) == (400, {"shapes": [{}, fault]})
    assert case.get() == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"label_id": 99999}, "label_id `99999` is invalid"),
        ({"attributes": [{"spec_id": 99999, "value": "1"}]}, "spec_id `99999` is invalid"),
    ],
)
def test_refuses_ids_of_other_tasks(case, changes, sentence):
    reply = case.patch(case.shape(**changes))
    assert (reply.status_code, reply.json()) == (400, [sentence])


@pytest.mark.parametrize("changes", [{"z_order": 1 << 40}, {"source": "x" * 40}])
def test_fails_with_a_page_of_html_where_the_database_does(case, changes):
    reply = case.patch(case.shape(), case.shape(**changes))
    assert reply.status_code == 500
    assert "<h1>Server Error (500)</h1>" in reply.text
    assert case.get() == []


def test_refuses_bodies_that_are_no_object_of_plain_json(case):
    text = json.dumps({"shapes": [case.shape()]}).encode()
    kind = {"Content-Type": "application/json"}
    zipped = {"headers": kind | {"Content-Encoding": "gzip"}, "data": gzip.compress(text)}
    assert case.patch(**zipped).status_code == 400
    assert case.patch(headers=kind, data=text.replace(b"13", b"NaN")).status_code == 400
    assert case.patch(headers=kind, data=b"[]").status_code == 500
    assert case.patch(headers=kind, data=iter([text[:9], text[9:]])).status_code == 200
    assert case.patch(case.shape(), action="merge").status_code == 400
    assert len(case.get()) == 1
