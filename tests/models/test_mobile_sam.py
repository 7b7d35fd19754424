"""Our MobileSAM and the official one, on real photographs."""

from dataclasses import replace

import cv2
import numpy as np
import official_mobile_sam
import pytest

from cvat_sam.models import Prompt
from cvat_sam.models.answering.manner import Manner


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    return official_mobile_sam.predictor(tmp_path_factory.mktemp("official"))


@pytest.fixture(scope="module", params=["cat", "coffee", "astronaut", "large", "tall"])
def both(request, official, vit_t):
    """One photograph looked at by the official code and by ours."""
    if request.param in ("large", "tall"):
        photo = cv2.resize(request.getfixturevalue("coffee"), (1920, 1280))
        photo = photo if request.param == "large" else np.ascontiguousarray(photo[:, 500:1100])
    else:
        photo = request.getfixturevalue(request.param)
    official.set_image(photo)
    return official, replace(vit_t, manner=Manner("sam")).encode(photo)


def differing_pixels(found, mask):
    """How many pixels differ. The same sums in another order differ in the seventh digit, so a
    pixel whose logit is 0 to six digits may fall on the other side."""
    return np.count_nonzero(found.mask() != mask)


def test_embedding_is_the_official_one(both):
    official, encoded = both
    difference = np.abs(encoded.embedding - official.features.numpy()).max()
    assert difference < 1e-3


def test_one_click_gives_the_official_mask(both):
    official, encoded = both
    click = [encoded.width * 0.45, encoded.height * 0.4]
    masks, predicted_iou, _ = official.predict(np.array([click]), np.array([1]))
    best = predicted_iou.argmax()
    found = encoded.segment(Prompt(positive=[click]))
    assert differing_pixels(found, masks[best]) <= 3
    assert found.confidence == pytest.approx(min(predicted_iou[best], 1), abs=1e-4)


@pytest.mark.parametrize(
    ("positive", "negative", "box"),
    [
        ([(0.45, 0.4), (0.5, 0.6)], [], None),
        ([(0.45, 0.4)], [(0.05, 0.95)], None),
        ([], [], (0.3, 0.2, 0.8, 0.9)),
        ([(0.5, 0.5)], [(0.32, 0.22)], (0.3, 0.2, 0.8, 0.9)),
    ],
)
def test_more_prompts_give_the_official_single_mask(both, positive, negative, box):
    official, encoded = both
    size = np.array([encoded.width, encoded.height])
    positive = [size * point for point in positive]
    negative = [size * point for point in negative]
    box_xyxy = None if box is None else np.tile(size, 2) * box
    points = np.array([*positive, *negative]) if positive else None
    labels = np.array([1] * len(positive) + [0] * len(negative)) if positive else None
    masks, _, _ = official.predict(points, labels, box=box_xyxy, multimask_output=False)
    found = encoded.segment(Prompt(positive, negative, box_xyxy))
    assert differing_pixels(found, masks[0]) <= 3
