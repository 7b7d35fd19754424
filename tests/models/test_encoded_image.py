"""What clicks and boxes find on a real photograph."""

import numpy as np
import pytest

import rle
from cvat_sam.exceptions import InvalidRequest
from cvat_sam.models import Prompt

FACE = (215, 110)
LEFT_EYE = (180, 110)
BACKGROUND = (430, 40)


def test_click_on_the_face_finds_the_cat(cat_encoded):
    found = cat_encoded.segment(Prompt(positive=[FACE]))
    mask = found.mask()
    assert mask.shape == (300, 451)
    assert mask[FACE[::-1]]
    # The nose, both eyes and the forehead are cat; the wall on the right and the blanket are not.
    assert all(mask[y, x] for x, y in [(262, 245), LEFT_EYE, (318, 132), (230, 30)])
    assert not any(mask[y, x] for x, y in [BACKGROUND, (440, 150), (420, 280)])
    assert 0.9 < found.confidence <= 1


def test_mask_is_the_same_after_encoding_and_decoding(cat_encoded):
    found = cat_encoded.segment(Prompt(positive=[FACE]))
    mask = found.mask()
    points = rle.cvat.encode(mask)
    assert points == found.points
    assert np.array_equal(rle.cvat.decode(points, height=300, width=451), mask)
    left, top, right, bottom = found.box_xyxy
    assert np.array_equal(found.crop(), mask[top : bottom + 1, left : right + 1])
    assert found.area == mask.sum()


def test_click_on_the_eye_finds_the_eye_alone(cat_encoded):
    found = cat_encoded.segment(Prompt(positive=[LEFT_EYE]))
    left, top, right, bottom = found.box_xyxy
    assert 120 < left < LEFT_EYE[0] < right < 225
    assert 75 < top < LEFT_EYE[1] < bottom < 155


def test_negative_click_takes_away(coffee, vit_t):
    encoded = vit_t.encode(coffee)
    saucer, table = (420, 300), (50, 350)
    first = encoded.segment(Prompt(positive=[saucer])).mask()
    second = encoded.segment(Prompt(positive=[saucer], negative=[table])).mask()
    assert first[table[::-1]]
    assert not second[table[::-1]]
    assert second[saucer[::-1]]
    assert second.sum() < first.sum()


def test_box_finds_what_is_in_it(coffee, vit_t):
    spoon = (320, 60, 425, 335)
    found = vit_t.encode(coffee).segment(Prompt(box_xyxy=spoon))
    left, top, right, bottom = found.box_xyxy
    assert left >= 310
    assert top >= 50
    assert right <= 435
    assert bottom <= 345
    # Its bowl and its tip.
    assert found.mask()[275, 365]
    assert found.mask()[75, 413]


def test_box_in_any_order_is_the_same_box(cat_encoded):
    assert cat_encoded.segment(Prompt(box_xyxy=(400, 295, 70, 5))) == cat_encoded.segment(
        Prompt(box_xyxy=(70, 5, 400, 295))
    )


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 300), (300, 1), (7, 2000), (1024, 1024)])
def test_images_of_any_shape(vit_t, height, width):
    image = np.full((height, width, 3), 90, np.uint8)
    image[: height // 2 + 1, : width // 2 + 1] = 220
    found = vit_t.encode(image).segment(Prompt(positive=[(0, 0)]))
    assert found is None or found.mask().shape == (height, width)


def test_prompt_that_does_not_fit_is_refused(cat_encoded):
    with pytest.raises(InvalidRequest, match="outside the image of 451 × 300 pixels"):
        cat_encoded.segment(Prompt(positive=[(452, 10)]))
