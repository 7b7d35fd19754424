"""Resizing one channel after the other, against Pillow with all at once."""

import numpy as np
import pytest
from PIL import Image

from cvat_sam.models.resizing import resized


@pytest.mark.parametrize(
    ("height", "width", "size"),
    [(300, 451, (1024, 681)), (1500, 2250, (1024, 683)), (1, 5, (1024, 205)), (4, 4000, (1024, 1))],
)
def test_pixels_are_pillows(height, width, size):
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    official = Image.fromarray(image).resize(size, Image.Resampling.BILINEAR)
    assert np.array_equal(resized(image, size), np.asarray(official))


def test_a_view_is_resized_too(cat):
    turned = cat[::-1, ::2]
    assert np.array_equal(resized(turned, (100, 90)), resized(turned.copy(), (100, 90)))
