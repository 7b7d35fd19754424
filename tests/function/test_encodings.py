"""What is kept of the images that were looked at."""

import cv2
import numpy as np
import pytest

from cvat_sam.exceptions import InvalidImage, InvalidRequest
from cvat_sam.function.encodings import Encodings
from cvat_sam.models import Prompt


class Model:
    """Counts the images it is shown."""

    def __init__(self):
        self.shown = []

    def encode(self, pixels):
        self.shown.append(pixels)
        return f"encoding {len(self.shown)}"


def png(value):
    return cv2.imencode(".png", np.full((4, 6, 3), value, np.uint8))[1].tobytes()


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def encodings(model):
    return Encodings(model, max_pixels=100, most=2)


def test_the_same_bytes_are_encoded_once(encodings, model):
    assert encodings.get(png(1)) == encodings.get(png(1)) == "encoding 1"
    assert encodings.get(png(2)) == "encoding 2"
    assert len(model.shown) == 2


def test_the_one_that_was_asked_for_longest_ago_goes_first(encodings, model):
    for value in (1, 2, 1, 3):
        encodings.get(png(value))
    assert encodings.get(png(1)) == "encoding 1"
    assert encodings.get(png(2)) == "encoding 4"


def test_prompt_that_does_not_fit_is_refused_before_the_image_is_encoded(encodings, model):
    with pytest.raises(InvalidRequest, match="outside the image of 6 × 4 pixels"):
        encodings.get(png(1), prompt=Prompt([(7, 1)]))
    assert model.shown == []
    assert encodings.get(png(1), prompt=Prompt([(6, 1)])) == "encoding 1"


def test_image_over_the_limit_is_refused(model):
    with pytest.raises(InvalidImage, match="24"):
        Encodings(model, max_pixels=23).get(png(1))
