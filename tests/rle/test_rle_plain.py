"""The plainest codec, which the benchmark and the fuzzer hold every answer against."""

import numpy as np
from cvat_sdk.masks import encode_mask
from hypothesis import given, settings
from pycocotools import mask as pycocotools
from rle_oracles import masks

from benchmarks.rle import plain
from benchmarks.rle.counts import counts_of_string


@settings(deadline=None, max_examples=60)
@given(mask=masks())
def test_what_answers_are_held_against_is_right(mask):
    assert plain.cvat(mask) == encode_mask(mask)
    encoded = pycocotools.encode(np.asfortranarray(mask.view(np.uint8)))
    assert plain.coco(mask)["counts"] == encoded["counts"].decode()
    assert counts_of_string(encoded["counts"]) == plain.counts_of(mask.T)
    if mask.any():
        assert plain.box(mask) == pycocotools.toBbox(encoded).tolist()


def test_plain_iou_and_kaggle():
    some = np.array([[[1, 1, 0]], [[0, 1, 1]]], bool)
    assert plain.iou(some, some).tolist() == [[1, 1 / 3], [1 / 3, 1]]
    assert plain.kaggle(np.array([[0, 1, 1], [0, 0, 1]])) == "3 1 5 2"
