"""How masks lie to one another, on their runs, is what the dense formulas give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pycocotools import mask as coco

import rle
from cvat_sam.sa1b import spatial

MASKS = st.tuples(st.integers(1, 6), st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda shape: arrays(bool, shape)
)


def formulas(masks):
    """The article's, with its 1e-6: centroids and containment; the IoU by pycocotools."""
    count = len(masks)
    centroids, containment = np.zeros((count, 2)), np.zeros((count, count))
    for i, one in enumerate(masks):
        rows, columns = np.nonzero(one)
        if rows.size:
            centroids[i] = columns.mean(), rows.mean()
        for j, other in enumerate(masks):
            if i != j:
                containment[i, j] = (one & other).sum() / (other.sum() + 1e-6)
    encoded = [coco.encode(np.asfortranarray(mask, np.uint8)) for mask in masks]
    return centroids, containment, coco.iou(encoded, encoded, [0] * count)


@given(MASKS, st.sampled_from(["runs", "coco", "rows"]))
def test_it_is_what_the_dense_formulas_give(masks, form):
    given_as = {
        "runs": rle.runs.encode,
        "coco": rle.coco.encode,
        "rows": lambda mask: rle.runs.encode(mask, order="C"),
    }[form]
    found = spatial([given_as(mask) for mask in masks])
    centroids, containment, iou = formulas(masks)
    assert list(found) == ["centroids", "containment", "iou_matrix"]
    np.testing.assert_allclose(found["centroids"], centroids, atol=1e-12)
    np.testing.assert_allclose(found["containment"], containment, atol=1e-6)
    np.testing.assert_allclose(found["iou_matrix"], iou, atol=1e-12)


def test_a_mask_inside_another_is_contained_in_it():
    outer, inner = np.zeros((2, 9, 9), bool)
    outer[1:8, 1:8] = True
    inner[2:4, 2:4] = True
    found = spatial([rle.runs.encode(outer), rle.runs.encode(inner)])
    assert found["containment"].tolist() == [[0, 1], [4 / 49, 0]]
    assert found["iou_matrix"].tolist() == [[1, 4 / 49], [4 / 49, 1]]


def test_no_masks_give_empty_matrices():
    found = spatial([])
    assert {name: value.shape for name, value in found.items()} == {
        "centroids": (0, 2),
        "containment": (0, 0),
        "iou_matrix": (0, 0),
    }


def test_an_empty_mask_has_no_share():
    found = spatial([rle.Runs([], height=3, width=3), rle.Runs([0, 9], height=3, width=3)])
    assert found["centroids"].tolist() == [[0, 0], [1, 1]]
    assert found["containment"].tolist() == [[0, 0], [0, 0]]
    assert found["iou_matrix"].tolist() == [[0, 0], [0, 1]]


def test_what_is_no_mask_is_said():
    with pytest.raises(rle.RleError, match=r"a\[1\] is 2×1, but a\[0\] is 1×2"):
        spatial([rle.Runs([], height=1, width=2), rle.Runs([], height=2, width=1)])
