"""Further clicks make masks better, measured on objects whose masks are known."""

from dataclasses import replace

import numpy as np
import pytest
from composed_pictures import ious_click_by_click, pictures

from cvat_sam.models import load
from cvat_sam.models.answering.manner import Manner

CLICKS = 5


@pytest.fixture(scope="module")
def ious(exported, cat, coffee, astronaut):
    """By rule: the IoU of each picture after each click."""
    # It answers as PyTorch does, and sooner.
    model = load("vit_t", device="cpu", backend="onnx")
    by_rule = {"object": [], "sam": []}
    for image, mask in pictures([cat, coffee, astronaut], 12):
        encoded = model.encode(image)
        for rule, ious in by_rule.items():
            asked = replace(encoded, manner=Manner(rule))
            ious.append(ious_click_by_click(asked, mask, CLICKS))
    return {rule: np.array(ious) for rule, ious in by_rule.items()}


@pytest.mark.parametrize("clicks", [1, 2, 3, 5])
def test_masks_are_at_least_as_good_as_segment_anything_s(ious, clicks):
    ours, theirs = (ious[rule][:, clicks - 1].mean() for rule in ("object", "sam"))
    assert ours >= theirs


def test_a_few_clicks_are_enough(ious):
    assert ious["object"][:, 0].mean() > 0.5
    assert ious["object"][:, 2].mean() > 0.85
    assert ious["object"][:, 4].mean() > 0.9


def test_a_further_click_rarely_spoils_a_mask(ious):
    worse = {rule: found[:, :-1] - found[:, 1:] > 0.05 for rule, found in ious.items()}
    assert worse["object"].sum() <= 3
    assert worse["object"].sum() <= worse["sam"].sum()
