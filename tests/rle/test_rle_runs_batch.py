"""Many masks as runs: what one call gives is what as many calls give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import rle

MASKS = st.tuples(st.integers(0, 5), st.integers(1, 12), st.integers(1, 70)).flatmap(
    lambda shape: arrays(bool, shape)
)


@given(MASKS, st.sampled_from("CF"), st.sampled_from("CF"))
def test_pixels_come_back(masks, counted, order):
    runs = [rle.runs.encode(mask, order=counted) for mask in masks]
    found = rle.runs.decode_batch(runs, order=order)
    assert found.dtype == bool
    assert np.array_equal(found, masks if len(masks) else np.zeros((0, 0, 0), bool))
    if len(masks):
        assert found[0].flags.c_contiguous if order == "C" else found[0].flags.f_contiguous


@given(MASKS, st.booleans())
def test_segmentations_become_runs_and_come_back(masks, compressed):
    written = [rle.coco.encode(mask, compressed=compressed) for mask in masks]
    runs = rle.convert.coco_to_runs_batch(written)
    assert runs == [rle.runs.encode(mask) for mask in masks]
    assert rle.convert.runs_to_coco_batch(runs, compressed=compressed) == written
    by_rows = [rle.runs.encode(mask, order="C") for mask in masks]
    assert rle.convert.runs_to_coco_batch(by_rows, compressed=compressed) == written


def test_images_of_several_sizes_can_be_in_one_list():
    written = [{"size": [2, 12], "counts": "5=6"}, {"size": [1, 3], "counts": "12"}]
    runs = rle.convert.coco_to_runs_batch(written)
    assert [one.size for one in runs] == [[2, 12], [1, 3]]
    assert rle.convert.runs_to_coco_batch(runs) == written


def test_many_large_masks_come_back():
    # More than are painted at once.
    rng = np.random.default_rng(0)
    masks = np.zeros((9, 900, 1100), bool)
    for mask in masks:
        top, left = rng.integers(0, 400, 2)
        mask[top : top + 300, left : left + 500] = rng.random((300, 500)) < 0.9
    found = rle.runs.decode_batch([rle.runs.encode(mask) for mask in masks])
    assert np.array_equal(found, masks)


def test_what_is_wrong_is_said_with_its_index():
    one, other = rle.Runs([], height=1, width=3), rle.Runs([], height=3, width=1)
    with pytest.raises(rle.InvalidRuns, match="mask 1 is of type int; it must be rle.Runs"):
        rle.runs.decode_batch([one, 3])
    with pytest.raises(rle.InvalidSize, match="mask 1 is of 3×1 and mask 0 of 1×3"):
        rle.runs.decode_batch([one, other])
    with pytest.raises(rle.InvalidArgument):
        rle.runs.decode_batch([one], order="K")
    with pytest.raises(rle.InvalidRuns, match="segmentation 1: the counts add up to 2"):
        rle.convert.coco_to_runs_batch(
            [{"size": [1, 3], "counts": [3]}, {"size": [1, 3], "counts": [2]}]
        )
    with pytest.raises(rle.InvalidRuns, match="the runs are of type int"):
        rle.convert.runs_to_coco_batch([3])
    for function in (rle.runs.decode_batch, rle.convert.runs_to_coco_batch):
        for wrong in (one, 3, None, {}, "12"):
            with pytest.raises(rle.InvalidRuns, match="masks is of type .*; it must be a list"):
                function(wrong)
        assert len(function((one, one))) == 2
