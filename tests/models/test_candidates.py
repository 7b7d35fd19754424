"""What is said of a mask before it is at full size holds when it is."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvat_sam.models.answering.full_size import full_size
from cvat_sam.models.encoded_image import input_size
from cvat_sam.models.everything.candidates import Candidate, Frame
from cvat_sam.models.everything.grid import Grid

SIZES = [(1080, 1920), (2003, 2011), (1500, 2250), (1025, 1000), (300, 451), (900, 64), (3, 4000)]


def frame_of(height, width):
    return Frame(input_size(height, width), height, width)


@st.composite
def logits_of_masks(draw):
    """Smooth hills and holes with noise on them, and specks around: what decoders give."""
    seed = draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:256, :256].astype(np.float32)
    logits = np.full((256, 256), -draw(st.floats(2, 12)), np.float32)
    for _ in range(draw(st.integers(1, 4))):
        centre, radius = random.uniform(0, 256, 2), random.uniform(1, 90)
        steep = random.uniform(0.1, 4)
        hill = (radius - np.hypot(x - centre[0], y - centre[1])) * steep
        logits = np.maximum(logits, hill.astype(np.float32))
    noise = cv2.GaussianBlur(random.normal(size=(256, 256)).astype(np.float32), (0, 0), 1.5)
    return logits + noise * np.float32(draw(st.floats(0, 8)))


def exact_stability(logits, frame, offset):
    """segment-anything's, of the whole picture."""
    square = cv2.resize(logits, (1024, 1024), interpolation=cv2.INTER_LINEAR)
    columns, rows = frame.input_size
    picture = cv2.resize(
        square[:rows, :columns], (frame.width, frame.height), interpolation=cv2.INTER_LINEAR
    )
    around = np.count_nonzero(picture > -offset)
    return np.count_nonzero(picture > offset) / around if around else 0.0


def true_box(logits, frame):
    placed = full_size(logits, input_size=frame.input_size, height=frame.height, width=frame.width)
    if not placed.crop.size:
        return None
    rows, columns = placed.crop.shape
    return placed.left, placed.top, placed.left + columns - 1, placed.top + rows - 1


@given(logits_of_masks(), st.sampled_from(SIZES), st.floats(0.05, 0.99), st.floats(0, 3))
def test_stability_is_as_at_full_size(logits, size, threshold, offset):
    frame = frame_of(*size)
    grid = Grid(stability_score_thresh=threshold, stability_score_offset=offset)
    candidate = Candidate.of(logits, frame, grid, predicted_iou=1.0)
    settled = candidate and candidate.settle(frame, grid)
    # Where a logit is the cut-off to four digits, a pixel may count or not.
    exact = [exact_stability(logits, frame, max(offset + off, 0)) for off in (-1e-4, 0, 1e-4)]
    is_clear = max(exact) < threshold - 0.002 or min(exact) > threshold + 0.002
    if is_clear and true_box(logits, frame) is not None:
        assert (settled is not None) == (exact[1] >= threshold)


@given(logits_of_masks(), st.sampled_from(SIZES))
def test_box_is_between_the_inner_and_the_outer(logits, size):
    frame, grid = frame_of(*size), Grid(stability_score_thresh=0)
    candidate = Candidate.of(logits, frame, grid, predicted_iou=1.0)
    box = true_box(logits, frame)
    if box is None:
        assert candidate is None or candidate.settle(frame, grid) is None
        return
    inner, outer = candidate.inner_xyxy, candidate.outer_xyxy
    outside = np.array([1, 1, -1, -1])
    assert np.all((box - outer) * outside >= -0.01)
    if np.all(inner[:2] <= inner[2:]):  # else it covers nothing for sure
        assert np.all((inner - box) * outside >= -0.01)


@given(logits_of_masks(), st.sampled_from(SIZES))
def test_what_was_cut_out_makes_the_same_mask(logits, size):
    frame, grid = frame_of(*size), Grid(stability_score_thresh=0)
    expected = full_size(
        logits, input_size=frame.input_size, height=frame.height, width=frame.width
    )
    candidate = Candidate.of(logits, frame, grid, predicted_iou=0.5)
    if candidate is None:
        assert not expected.crop.size
        return
    settled = candidate.settle(frame, grid)
    if not expected.crop.size:
        assert settled is None
        return
    assert settled.found.area == np.count_nonzero(expected.crop)
    assert settled.found.box_xyxy == true_box(logits, frame)
    assert settled.predicted_iou == settled.found.confidence == 0.5


def test_only_what_is_near_the_mask_is_kept():
    logits = np.full((256, 256), -9, np.float32)
    logits[100:110, 50:70] = 9
    candidate = Candidate.of(logits, frame_of(1080, 1920), Grid(), predicted_iou=1.0)
    assert candidate.logits.shape[0] < 20
    assert candidate.logits.base is None


@pytest.mark.parametrize("where", [(slice(200, 256), slice(0, 256)), (slice(0), slice(0))])
def test_nothing_on_the_image_is_no_candidate(where):
    logits = np.full((256, 256), -9, np.float32)
    logits[where] = 9  # below a wide image there is padding
    frame = frame_of(500, 2000)
    assert Candidate.of(logits, frame, Grid(), predicted_iou=1.0) is None
    assert Candidate.of(logits, frame, Grid(stability_score_thresh=0), predicted_iou=1.0) is None
