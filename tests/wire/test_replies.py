"""Replies, put through what CVAT does with them."""

import base64
import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import rle
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.wire import replies

SQUARE = np.zeros((9, 12), bool)
SQUARE[2:6, 3:9] = True
SQUARE[3, 5] = False

masks = arrays.arrays(bool, arrays.array_shapes(min_dims=2, max_dims=2, max_side=12)).filter(np.any)


def stored_by_cvat(item):
    """CVAT's server run-length encodes a detector's flat crop and puts the box behind the runs."""
    *pixels, left, top, right, bottom = item["mask"]
    assert len(pixels) == (right - left + 1) * (bottom - top + 1)
    runs = [0] if pixels[0] else []
    runs += [len(list(group)) for _, group in itertools.groupby(pixels)]
    return [*runs, left, top, right, bottom]


@given(masks)
def test_detector_item_as_cvat_stores_it_is_the_rle_beside_it(mask):
    [item] = json.loads(replies.detector([FoundMask.from_mask(mask, confidence=0.5)]))
    assert stored_by_cvat(item) == item["rle"]
    decoded = rle.cvat.decode(item["rle"], height=mask.shape[0], width=mask.shape[1])
    assert np.array_equal(decoded, mask)


@given(masks)
def test_interactor_mask_laid_at_its_bounds_is_the_mask(mask):
    reply = json.loads(replies.interactor(FoundMask.from_mask(mask, confidence=0.5)))
    left, top, right, bottom = reply["bounds"]
    laid = np.zeros(mask.shape, int)
    laid[top : bottom + 1, left : right + 1] = reply["mask"]
    assert np.array_equal(laid, mask)
    assert reply["rle"] == rle.cvat.encode(mask)


def test_interactor_has_what_the_ui_reads_and_what_others_want():
    reply = json.loads(replies.interactor(FoundMask.from_mask(SQUARE, confidence=0.98765)))
    assert list(reply) == ["mask", "bounds", "points", "rle", "confidence"]
    assert reply["mask"][1] == [1, 1, 0, 1, 1, 1]
    assert reply["bounds"] == [3, 2, 8, 5]
    assert sorted(reply["points"]) == [[3, 2], [3, 5], [8, 2], [8, 5]]
    assert reply["confidence"] == 0.9877


def test_detector_item_has_what_cvat_needs_and_no_group():
    [item] = json.loads(replies.detector([FoundMask.from_mask(SQUARE, confidence=0.98765)]))
    assert item["label"] == "object"
    assert item["type"] == "mask"
    assert item["mask"][-4:] == [3, 2, 8, 5]
    assert sorted(zip(item["points"][::2], item["points"][1::2], strict=True)) == [
        (3, 2),
        (3, 5),
        (8, 2),
        (8, 5),
    ]
    assert item["confidence"] == "0.9877"
    assert "group_id" not in item
    assert "group" not in item


@given(masks)
def test_shapes_have_the_same_runs_and_null_where_there_is_nothing(mask):
    found = FoundMask.from_mask(mask, confidence=0.98765)
    reply = json.loads(replies.shapes([found, None, found]))
    [item] = json.loads(replies.detector([found]))
    shape = {"type": "mask", "points": item["rle"], "confidence": 0.9877}
    assert reply == {"shapes": [shape, None, shape]}


def test_no_shapes_are_an_empty_list():
    assert json.loads(replies.shapes([])) == {"shapes": []}


def test_detector_that_finds_nothing_answers_an_empty_list():
    assert json.loads(replies.detector([])) == []


@pytest.mark.parametrize("confidence", [1.02, 1.0])
def test_confidence_is_never_above_one(confidence):
    found = FoundMask.from_mask(SQUARE, confidence=confidence)
    assert json.loads(replies.interactor(found))["confidence"] == 1.0
    assert json.loads(replies.detector([found]))[0]["confidence"] == "1.0000"


def test_a_confidence_that_is_no_number_never_leaves_as_json():
    found = FoundMask.from_mask(SQUARE, confidence=float("nan"))
    with pytest.raises(ValueError, match="not JSON compliant"):
        replies.interactor(found)


@given(st.integers(0, 2**32 - 1))
def test_embedding_comes_back_from_the_blob(seed):
    embedding = np.random.default_rng(seed).normal(size=(1, 4, 2, 2)).astype(np.float32)
    blob = base64.b64decode(json.loads(replies.embedder(embedding))["blob"])
    assert np.array_equal(np.frombuffer(blob, "<f4").reshape(embedding.shape), embedding)
