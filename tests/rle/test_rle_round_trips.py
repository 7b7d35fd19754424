"""Every path through every form gives the same mask back.

STEPS lists all ways from one form to another; each is tried alone, and many after one another. What
comes out is compared with what codecs that are not ours make of the mask.
"""

import functools
import json
import pickle
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from cvat_sdk import masks as sdk
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as api
from rle_oracles import blobs, masks

import rle
from rle import coco, convert, cvat, kaggle, multiclass, ops, polygon, runs

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

EMPTY = [1, 0, 0, 0, 0]


def through_json(value, _):
    return json.loads(json.dumps(value))


def through_xml(attributes, _):
    element = ET.Element("mask", attributes, label="car", z_order="0")
    return ET.fromstring(ET.tostring(element)).attrib  # noqa: S314  it is our own


def operations(form):
    """Steps of `rle.ops` that change nothing; of all forms, points alone need the size."""
    ways = {
        "union": lambda mask, **size: ops.union([mask, mask], **size),
        "intersection": lambda mask, **size: ops.intersection([mask, mask], **size),
        "complement": lambda mask, **size: ops.complement(ops.complement([mask], **size), **size)[
            0
        ],
        "difference": lambda mask, **size: ops.difference(
            [mask], ops.complement([mask], **size), **size
        )[0],
        "shift": lambda mask, **size: ops.shift([mask], dx=0, dy=0, **size)[0],
    }
    return {
        (form, name, form): lambda value, size, way=way: way(
            value, **(size if form == "points" else {})
        )
        for name, way in ways.items()
    }


# From a form to a form, and how: functions of a value and of the image's height and width.
STEPS = {
    ("mask", "as it is", "mask"): lambda mask, _: mask.copy(),
    ("mask", "as 0 and 255", "mask"): lambda mask, _: mask.astype(np.uint8) * 255,
    ("mask", "columns first", "mask"): lambda mask, _: np.asfortranarray(mask),
    ("mask", "as floats", "mask"): lambda mask, _: mask.astype(">f4"),
    ("mask", "upside down", "mask"): lambda mask, _: mask[::-1].copy()[::-1],
    ("mask", "encode", "points"): lambda mask, _: cvat.encode(mask),
    ("mask", "encode_batch", "points"): lambda mask, _: cvat.encode_batch([mask, mask])[1],
    ("mask", "encode", "text"): lambda mask, _: coco.encode(mask),
    ("mask", "encode_batch", "text"): lambda mask, _: coco.encode_batch(mask[np.newaxis])[0],
    ("mask", "encode", "list"): lambda mask, _: coco.encode(mask, compressed=False),
    ("mask", "encode", "columns"): lambda mask, _: runs.encode(mask),
    ("mask", "encode", "rows"): lambda mask, _: runs.encode(mask, order="C"),
    ("mask", "published", "crop"): lambda mask, _: rle.binary_image_mask_to_cvat_rle(mask),
    ("mask", "encode", "labels"): lambda mask, _: multiclass.encode(mask != 0),
    ("mask", "encode_batch", "labels"): lambda mask, _: multiclass.encode_batch([mask != 0])[0],
    ("mask", "encode", "labels by rows"): lambda mask, _: multiclass.encode(mask != 0, order="C"),
    ("mask", "published", "tuples"): lambda mask, _: rle.array_to_multi_class_rle(mask != 0),
    ("mask", "encode", "kaggle"): lambda mask, _: kaggle.encode(mask),
    ("mask", "from_mask", "polygons"): lambda mask, _: polygon.from_mask(mask),
    ("points", "decode", "mask"): lambda points, size: cvat.decode(points, **size),
    ("points", "decode_batch", "mask"): lambda p, size: cvat.decode_batch([EMPTY, p], **size)[1],
    ("points", "through JSON", "points"): through_json,
    ("points", "as floats", "points"): lambda points, _: [*map(int, np.array(points, float))],
    ("points", "convert", "text"): lambda p, size: convert.cvat_to_coco(p, **size),
    ("points", "batch", "text"): lambda p, size: convert.cvat_to_coco_batch([EMPTY, p], **size)[1],
    ("points", "convert", "list"): lambda p, size: convert.cvat_to_coco(
        p, compressed=False, **size
    ),
    ("points", "convert", "rows"): lambda p, size: convert.cvat_to_runs(p, **size),
    ("points", "convert", "labels"): lambda p, size: convert.cvat_to_multiclass([(1, p)], **size),
    ("points", "to_attributes", "attributes"): lambda points, _: cvat.to_attributes(points),
    **operations("points"),
    ("attributes", "from_attributes", "points"): lambda texts, _: cvat.from_attributes(texts),
    ("attributes", "through XML", "attributes"): through_xml,
    ("crop", "published", "mask"): lambda crop, size: rle.cvat_rle_to_binary_image_mask(
        crop, **size
    ),
    ("crop", "through JSON", "crop"): through_json,
    ("labels", "decode", "mask"): lambda labels, _: multiclass.decode(labels, bool),
    ("labels", "decode_batch", "mask"): lambda labels, _: multiclass.decode_batch([labels])[0],
    ("labels", "convert", "points"): lambda labels, _: convert.multiclass_to_cvat(labels).get(
        1, EMPTY
    ),
    ("labels", "convert", "text"): lambda labels, size: convert.multiclass_to_coco(labels).get(
        1, coco.encode(np.zeros([*size.values()]))
    ),
    ("labels", "through JSON", "labels"): through_json,
    ("labels by rows", "decode", "mask"): lambda labels, _: multiclass.decode(labels, order="C"),
    ("tuples", "published", "mask"): lambda labels, _: rle.multi_class_rle_to_array(labels),
    ("tuples", "as lists", "labels"): through_json,
    ("kaggle", "decode", "mask"): lambda text, size: kaggle.decode(text, **size),
    ("kaggle", "decode to columns", "mask"): lambda text, size: kaggle.decode(
        text, order="F", **size
    ),
    ("polygons", "to_mask", "mask"): lambda outlines, size: polygon.to_mask(outlines, **size),
    ("polygons", "to_runs", "columns"): lambda outlines, size: polygon.to_runs(outlines, **size),
    ("polygons", "to_coco", "text"): lambda outlines, size: polygon.to_coco(outlines, **size),
    ("polygons", "through JSON", "polygons"): through_json,
    ("text", "through JSON", "text"): through_json,
    ("text", "as bytes", "columns"): lambda found, _: convert.coco_to_runs(
        found | {"counts": found["counts"].encode()}
    ),
}
for form in ("text", "list"):
    STEPS |= operations(form) | {
        (form, "decode", "mask"): lambda found, _: coco.decode(found),
        (form, "decode to columns", "mask"): lambda found, _: coco.decode(found, order="F"),
        (form, "decode_batch", "mask"): lambda found, _: coco.decode_batch([found, found])[1],
        (form, "convert", "points"): lambda found, _: convert.coco_to_cvat(found),
        (form, "batch", "points"): lambda found, _: convert.coco_to_cvat_batch([found, found])[1],
        (form, "convert", "columns"): lambda found, _: convert.coco_to_runs(found),
        (form, "batch", "columns"): lambda found, _: convert.coco_to_runs_batch([found, found])[1],
        (form, "convert", "labels"): lambda found, _: convert.coco_to_multiclass([(1, found)]),
    }
for form in ("columns", "rows"):
    STEPS |= operations(form) | {
        (form, "decode", "mask"): lambda found, _: runs.decode(found),
        (form, "decode to columns", "mask"): lambda found, _: runs.decode(found, order="F"),
        (form, "decode_batch", "mask"): lambda found, _: runs.decode_batch([found, found])[1],
        (form, "convert", "points"): lambda found, _: convert.runs_to_cvat(found),
        (form, "convert", "text"): lambda found, _: convert.runs_to_coco(found),
        (form, "batch", "text"): lambda found, _: convert.runs_to_coco_batch([found, found])[1],
        (form, "convert", "list"): lambda found, _: convert.runs_to_coco(found, compressed=False),
        (form, "in_order", "columns"): lambda found, _: found.in_order("F"),
        (form, "in_order", "rows"): lambda found, _: found.in_order("C"),
        (form, "pickle", form): lambda found, _: pickle.loads(pickle.dumps(found)),  # noqa: S301
        (form, "from_runs", "polygons"): lambda found, _: polygon.from_runs(found),
    }
FORMS = sorted({form for form, _, _ in STEPS})
LEADING = {form: [key for key in STEPS if key[0] == form] for form in FORMS}


def check(form, value, mask):
    """Compares with what others make of the mask, or lets others decode it."""
    height, width = mask.shape
    changes = np.flatnonzero(np.diff(mask.ravel("F"), prepend=False, append=False))
    lengths = np.diff(changes)
    size = {"size": [height, width]}
    if form == "mask":
        assert np.array_equal(value != 0, mask)
    elif form == "points":
        assert value == sdk.encode_mask(mask)
        seen = sdk.decode_mask(value, image_width=width, image_height=height)
        assert np.array_equal(seen, mask)
    elif form == "text":
        counts = api.encode(np.asfortranarray(mask, np.uint8))["counts"]
        assert value == size | {"counts": counts.decode()}
    elif form == "list":
        assert list(value) == ["size", "counts"]
        assert np.array_equal(api.decode(api.frPyObjects(value, height, width)), mask)
        assert 0 not in value["counts"][1:]
    elif form in ("columns", "rows"):
        order = "F" if form == "columns" else "C"
        assert value.order == order
        ends = np.flatnonzero(np.diff(mask.ravel(order), prepend=False, append=False))
        assert np.array_equal(value.edges, ends)
        assert value.size == [height, width]
    elif form in ("labels", "labels by rows", "tuples"):
        order = "C" if form == "labels by rows" else "F"
        flat = np.repeat(value["values"], value["counts"])
        assert np.array_equal(flat, mask.ravel(order))
        assert [*value["size"]] == [height, width]
        assert 0 not in np.diff(value["values"])
    elif form == "kaggle":
        pairs = zip(changes[0::2] + 1, lengths[0::2], strict=True)
        assert value == " ".join(f"{start} {length}" for start, length in pairs)
    elif form == "polygons":
        parts = api.frPyObjects(value, height, width) if value else []
        seen = api.decode(api.merge(parts)) if parts else np.zeros_like(mask)
        assert np.array_equal(seen, mask)
    else:
        *expected, left, top, right, bottom = sdk.encode_mask(mask)
        box = {"left": left, "top": top, "width": right - left + 1, "height": bottom - top + 1}
        wrap = str if form == "attributes" else int
        assert {key: wrap(side) for key, side in box.items()} == {key: value[key] for key in box}
        assert value["rle"] == (expected if form == "crop" else ", ".join(map(str, expected)))


MASKS = {
    "blobs": blobs(37, 70, seed=0, share=0.3),
    "large blobs": blobs(300, 400, seed=1, share=0.4),
    "noise": np.random.default_rng(0).random((40, 50)) < 0.5,
    "large noise": np.random.default_rng(1).random((200, 300)) < 0.5,
    "none": np.zeros((5, 7), bool),
    "all": np.ones((5, 7), bool),
    "one pixel": np.ones((1, 1), bool),
    "first pixel": np.pad(np.ones((1, 1), bool), ((0, 4), (0, 6))),
    "last pixel": np.pad(np.ones((1, 1), bool), ((4, 0), (6, 0))),
    "one row": np.array([[0, 1, 1, 0, 1]], bool),
    "one column": np.array([[1], [1], [0], [1]], bool),
    "frame": np.pad(np.zeros((6, 70), bool), 1, constant_values=True),
}


def size_of(mask):
    return dict(zip(("height", "width"), mask.shape, strict=True))


@functools.cache
def in_every_form(name):
    """A mask in each form, on any way."""
    found = {"mask": MASKS[name]}
    for here in FORMS * 3:
        for step in LEADING[here] if here in found else ():
            if step[2] not in found:
                found[step[2]] = STEPS[step](found[here], size_of(MASKS[name]))
    return found


@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_every_step_gives_the_same_mask(step):
    here, _, there = step
    for name, mask in MASKS.items():
        check(there, STEPS[step](in_every_form(name)[here], size_of(mask)), mask)


@settings(deadline=None, max_examples=250)
@given(mask=masks(), data=st.data())
def test_every_walk_leads_to_the_same_mask(mask, data):
    size, form, value = size_of(mask), "mask", mask
    for _ in range(data.draw(st.integers(2, 12), label="steps")):
        step = data.draw(st.sampled_from(LEADING[form]), label="step")
        form, value = step[2], STEPS[step](value, size)
    check(form, value, mask)


def test_every_public_codec_is_on_the_way():
    """What is added to a module's face is to be added to STEPS."""
    source = Path(__file__).read_text()
    for module in (coco, convert, cvat, kaggle, multiclass, runs):
        name = module.__name__.rpartition(".")[2]
        for function in set(module.__all__) - {"Order", "Runs", "validate"}:
            assert f"{name}.{function}(" in source
