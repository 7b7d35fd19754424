"""Suppression of doubles against torchvision's, which segment-anything uses."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torchvision.ops import box_iou, nms

from cvat_sam.models.everything.suppression import iou, suppress

CORNER = st.integers(0, 12)


@st.composite
def boxes_of_pixels(draw):
    """Boxes on a small image, so that many overlap and some are a line or a point."""
    corners = draw(st.lists(st.tuples(CORNER, CORNER, CORNER, CORNER), max_size=12))
    boxes = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in corners]
    return np.array(boxes, np.int64).reshape(-1, 4)


@given(boxes_of_pixels(), st.data())
def test_the_same_stay_as_with_torchvision(boxes, data):
    scores = data.draw(
        st.lists(st.sampled_from([0.25, 0.5, 0.75, 1.0]), min_size=len(boxes), max_size=len(boxes))
    )
    threshold = data.draw(st.sampled_from([0.0, 0.3, 0.7, 1.0]))
    expected = nms(
        torch.from_numpy(boxes).float(), torch.tensor(scores, dtype=torch.float32), threshold
    )
    assert suppress(boxes, scores, threshold) == expected.tolist()


@given(boxes_of_pixels())
def test_iou_is_torchvisions_and_0_where_nothing_has_an_area(boxes):
    expected = box_iou(torch.from_numpy(boxes).float(), torch.from_numpy(boxes).float())
    ours = np.array([iou(box, boxes) for box in boxes]).reshape(len(boxes), len(boxes))
    np.testing.assert_allclose(ours, expected.nan_to_num(0).numpy(), rtol=1e-6)
