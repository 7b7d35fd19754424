"""What clicks and boxes find on a real photograph."""

import json
import random
import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

import rle
from cvat_sam.exceptions import InvalidRequest
from cvat_sam.models import Prompt
from cvat_sam.models.answering.manner import Manner
from cvat_sam.models.answering.steps import Steps

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


@pytest.mark.parametrize(
    "corners", [(400, 295, 70, 5), (70, 295, 400, 5), (400, 5, 70, 295)], ids=str
)
def test_box_in_any_order_is_the_same_box(cat_encoded, corners):
    """As CVAT turns two positive clicks into a box, whichever corners they are."""
    found = cat_encoded.segment(Prompt(box_xyxy=corners))
    assert found == cat_encoded.segment(Prompt(box_xyxy=(70, 5, 400, 295)))
    assert found.mask()[FACE[::-1]]
    assert not found.mask()[BACKGROUND[::-1]]


def test_clicks_correct_what_a_box_found(cat_encoded):
    box = (150, 70, 350, 200)
    alone = cat_encoded.segment(Prompt(box_xyxy=box)).mask()
    more = cat_encoded.segment(Prompt([(250, 190)], [BACKGROUND], box_xyxy=box)).mask()
    assert more[190, 250]
    assert not more[BACKGROUND[::-1]]
    assert not np.array_equal(more, alone)


PROMPTS = [
    Prompt(positive=[FACE]),
    Prompt(positive=[FACE, LEFT_EYE]),
    Prompt(positive=[FACE], negative=[BACKGROUND]),
    Prompt(positive=[FACE, LEFT_EYE, (100, 200)], negative=[BACKGROUND]),
    Prompt(box_xyxy=(70, 5, 400, 295)),
    Prompt(positive=[FACE], negative=[BACKGROUND], box_xyxy=(70, 5, 400, 295)),
]

ASK_IN_ORDER = """
import json, sys
from cvat_sam.images.decoding import decode
from cvat_sam.models import Prompt, load
path, order, prompts = json.loads(sys.argv[1])
with open(path, "rb") as file:
    encoded = load("vit_t", device="cpu", backend="torch").encode(decode(file.read()))
found = {}
for index in order:
    positive, negative, box = prompts[index]
    one = encoded.segment(Prompt(positive, negative, box))
    found[index] = [one.points, one.confidence]
print(json.dumps([found[index] for index in range(len(prompts))]))
"""


def test_two_processes_give_the_same_answers_in_whatever_order_they_are_asked(tmp_path, cat_png):
    path = tmp_path / "cat.png"
    path.write_bytes(cat_png)
    prompts = [[one.positive, one.negative, one.box_xyxy] for one in PROMPTS]
    running = []
    for seed in (1, 2):
        order = [*range(len(PROMPTS))]
        random.Random(seed).shuffle(order)
        task = json.dumps([str(path), order, prompts])
        words = [sys.executable, "-c", ASK_IN_ORDER, task]
        running.append(subprocess.Popen(words, stdout=subprocess.PIPE))
    first, second = (json.loads(process.communicate()[0]) for process in running)
    assert first == second
    assert len({str(points) for points, _ in first}) == len(PROMPTS)


def test_a_warm_image_answers_as_a_cold_one(cat_encoded):
    warm = replace(cat_encoded)
    order = PROMPTS * 2
    random.Random(3).shuffle(order)
    answers = [(prompt, warm.segment(prompt)) for prompt in order]
    for prompt in PROMPTS:
        cold = replace(cat_encoded).segment(prompt)
        assert all(found == cold for asked, found in answers if asked is prompt)


def test_islands_and_holes_are_cleaned_where_that_is_asked_for(coffee, vit_t):
    encoded = vit_t.encode(coffee)
    click = Prompt(positive=[(420, 300)], negative=[(50, 350)])
    plain = encoded.segment(click).mask()
    tidy = replace(encoded, manner=Manner(min_island=0.5, max_hole=0.5))
    found = tidy.segment(click)
    count, _ = cv2.connectedComponents(found.mask().astype(np.uint8), connectivity=8)
    assert count == 2
    left, top, right, bottom = found.box_xyxy
    assert not np.array_equal(found.mask(), plain)
    assert (found.crop() == found.mask()[top : bottom + 1, left : right + 1]).all()


def test_bytes_are_those_of_the_embedding_and_of_steps_that_may_be_kept(cat_encoded):
    assert cat_encoded.nbytes == 256 * 64 * 64 * 4 + Steps.nbytes_at_most


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (1, 300), (300, 1), (7, 2000), (3000, 1), (1024, 1024)]
)
def test_images_of_any_shape(vit_t, height, width):
    image = np.full((height, width, 3), 90, np.uint8)
    image[: height // 2 + 1, : width // 2 + 1] = 220
    found = vit_t.encode(image).segment(Prompt(positive=[(0, 0)]))
    assert found is None or found.mask().shape == (height, width)


def test_prompt_that_does_not_fit_is_refused(cat_encoded):
    with pytest.raises(InvalidRequest, match="outside the image of 451 × 300 pixels"):
        cat_encoded.segment(Prompt(positive=[(452, 10)]))


MANY = [
    *(Prompt(positive=[point]) for point in (FACE, LEFT_EYE, BACKGROUND, (0, 0), (451, 300))),
    *(Prompt(box_xyxy=box) for box in ((60, 1, 400, 290), (400, 295, 70, 5), (100, 60, 230, 160))),
]


@pytest.mark.parametrize("manner", [Manner(), Manner(mask_choice="sam", min_island=0, max_hole=0)])
def test_many_prompts_have_the_masks_that_each_has_alone(cat_encoded, manner):
    encoded = replace(cat_encoded, manner=manner)
    together = encoded.segment_each(MANY)
    alone = [encoded.segment(prompt) for prompt in MANY]
    for one, other in zip(together, alone, strict=True):
        assert np.count_nonzero(one.mask() != other.mask()) <= 3
        assert one.confidence == pytest.approx(other.confidence, abs=1e-4)


def test_of_many_prompts_each_is_checked_before_any_is_asked(cat_encoded, monkeypatch):
    def decode_many(*_, **__):
        raise AssertionError("asked")

    monkeypatch.setattr(cat_encoded.backend, "decode_many", decode_many)
    with pytest.raises(InvalidRequest, match="outside the image"):
        cat_encoded.segment_each([*MANY, Prompt(positive=[(452, 0)])])
