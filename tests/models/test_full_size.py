"""A mask brought to full size in its box alone is as on segment-anything's whole picture."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvat_sam.models import Prompt
from cvat_sam.models.answering.full_size import full_size
from cvat_sam.models.encoded_image import input_size

# Height and width.
SIZES = [
    (1, 1),
    (1, 300),
    (300, 1),
    (3, 5),
    (7, 2000),
    (64, 64),
    (300, 451),
    (512, 512),
    (1023, 1021),  # hardly resized at all
    (1024, 1024),
    (1025, 1000),
    (1080, 1920),
    (2003, 2011),  # primes: pixels begin together at 0 and nowhere else
    (3024, 4032),
    (4000, 3000),
    (4095, 1237),
    (6001, 3999),
]


def whole_picture(logits, height, width):
    """segment-anything's `postprocess_masks`, by OpenCV: to the square, cut, to the image."""
    input_width, input_height = input_size(height, width)
    square = cv2.resize(logits, (1024, 1024), interpolation=cv2.INTER_LINEAR)
    inside = square[:input_height, :input_width]
    return cv2.resize(inside, (width, height), interpolation=cv2.INTER_LINEAR) > 0


def assert_same(logits, height, width):
    found = full_size(logits, input_size=input_size(height, width), height=height, width=width)
    expected = whole_picture(logits, height, width)
    laid = np.zeros_like(expected)
    rows, columns = found.crop.shape
    laid[found.top : found.top + rows, found.left : found.left + columns] = found.crop
    differing = np.count_nonzero(laid != expected)
    # A logit of 0 to six digits may fall on either side.
    assert differing <= max(1e-4 * np.count_nonzero(expected), 3)
    if found.crop.size:
        edges = found.crop[0], found.crop[-1], found.crop[:, 0], found.crop[:, -1]
        assert all(edge.any() for edge in edges), "the crop is not tight"


def hills(seed, x, y, radius, roughness):
    """Logits above 0 in a rough disc; smooth, as the decoder's are."""
    noise = np.random.default_rng(seed).normal(size=(256, 256)).astype(np.float32)
    rough = cv2.GaussianBlur(noise, (0, 0), 3) * roughness
    rows, columns = np.mgrid[:256, :256]
    return (radius - np.hypot(columns - x, rows - y) + rough).astype(np.float32)


@pytest.fixture(scope="module")
def real_logits(vit_t, cat_encoded):
    size = np.array(cat_encoded.input_size)
    prompts = [Prompt([tuple(size * point)]) for point in [(0.48, 0.37), (0.4, 0.36), (0.95, 0.1)]]
    decoded = [vit_t.backend.decode(cat_encoded.embedding, prompt) for prompt in prompts]
    return np.concatenate([one.logits for one in decoded])


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_real_masks_are_as_on_the_whole_picture(real_logits, height, width):
    for logits in real_logits:
        assert_same(logits, height, width)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_masks_at_the_image_s_edges_are_as_on_the_whole_picture(height, width):
    last_x, last_y = (side / 4 - 1 for side in input_size(height, width))
    for seed, (x, y) in enumerate([(0, 0), (last_x, 0), (0, last_y), (last_x, last_y)]):
        for radius in (3, 40):
            assert_same(hills(seed, x, y, radius, 20), height, width)
    assert_same(np.ones((256, 256), np.float32), height, width)


@given(
    st.integers(1, 1500),
    st.integers(1, 1500),
    st.integers(0, 2**32 - 1),
    st.floats(-20, 276),
    st.floats(-20, 276),
    st.floats(0.5, 150),
    st.floats(0, 60),
)
def test_any_size_and_any_mask(height, width, seed, x, y, radius, roughness):
    assert_same(hills(seed, x, y, radius, roughness), height, width)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_nothing_stays_nothing(height, width):
    nothing = np.full((256, 256), -1, np.float32)
    size = input_size(height, width)
    assert full_size(nothing, input_size=size, height=height, width=width).crop.size == 0
    in_the_padding = nothing.copy()
    in_the_padding[250:, 250:] = 1
    if min(size) < 980:
        found = full_size(in_the_padding, input_size=size, height=height, width=width)
        assert found.crop.size == 0
