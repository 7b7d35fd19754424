"""The rules on answers made by hand."""

import numpy as np
import pytest

from cvat_sam.models.answering.choice import RULES, Asked
from cvat_sam.models.backends.backend import Decoded
from cvat_sam.models.prompt import Prompt

# The image fills the upper 160 rows and all columns; a pixel of the logits is 4 of the image.
ROWS, COLUMNS = 160, 256
CLICK = (200.0, 200.0)
BOX = (0.0, 0.0, 400.0, 400.0)


def square(side, *, left=40, top=40):
    """Logits of a square that CLICK is in, if it is not moved."""
    logits = np.full((256, 256), -1, np.float32)
    logits[top : top + side, left : left + side] = 1
    return logits


EMPTY = square(0)
PADDING_ALONE = square(50, top=ROWS)


def order(rule, masks, predicted_iou, prompt, before=None):
    decoded = Decoded(np.stack(masks), np.array(predicted_iou, np.float32))
    return RULES[rule](decoded, Asked(prompt, before, ROWS, COLUMNS))


ONE_CLICK = Prompt([CLICK])
SAME = [square(20)] * 4


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        (ONE_CLICK, [2, 3, 1, 0]),  # the best of tokens 1 to 3, although token 0 promises more
        (Prompt([CLICK, CLICK]), [0, 2, 3, 1]),
        (Prompt([CLICK], [(1.0, 1.0)]), [0, 2, 3, 1]),
        (Prompt(box_xyxy=BOX), [0, 2, 3, 1]),
        (Prompt([CLICK], box_xyxy=BOX), [0, 2, 3, 1]),
    ],
)
def test_sam_takes_the_highest_predicted_iou_for_one_click_alone(prompt, expected):
    masks = [square(4), square(90), square(5), square(20)]
    assert order("sam", masks, [0.99, 0.6, 0.8, 0.7], prompt) == expected


@pytest.mark.parametrize(
    ("sides", "predicted_iou", "first"),
    [
        ((10, 20, 20), (0.8, 0.7, 0.69), 2),  # four times the area are worth 0.08, not 0.1 …
        ((10, 20, 20), (0.8, 0.73, 0.6), 2),  # … but more than 0.07
        ((10, 20, 40), (0.8, 0.73, 0.6), 2),
        ((10, 20, 40), (0.8, 0.73, 0.66), 3),
        ((10, 10, 10), (0.8, 0.81, 0.79), 2),  # alone, predicted IoU decides
    ],
)
def test_first_click_weighs_predicted_iou_and_area(sides, predicted_iou, first):
    masks = [square(1), *map(square, sides)]
    expected = [
        0.04 * np.log2(side**2) + iou for side, iou in zip(sides, predicted_iou, strict=True)
    ]
    assert order("object", masks, [1, *predicted_iou], ONE_CLICK)[0] == 1 + np.argmax(expected)
    assert order("object", masks, [1, *predicted_iou], ONE_CLICK)[-1] == 0


def test_first_click_takes_what_covers_most_of_the_image_last_of_the_three():
    nearly_all, most = np.full((2, 256, 256), -1, np.float32)
    nearly_all[:ROWS] = 1
    most[: int(ROWS * 0.59)] = 1
    masks = [square(10), square(10), square(10), nearly_all]
    assert order("object", masks, [0.9, 0.1, 0.2, 1], ONE_CLICK) == [2, 1, 3, 0]
    masks[3] = most
    assert order("object", masks, [0.9, 0.1, 0.2, 1], ONE_CLICK) == [3, 2, 1, 0]


def test_padding_is_no_area():
    spilled = square(20)
    spilled[ROWS:] = 1
    masks = [square(1), square(30), spilled, square(10)]
    assert order("object", masks, [0.9, 0.8, 0.8, 0.8], ONE_CLICK) == [1, 2, 3, 0]


def test_second_click_keeps_to_the_mask_before():
    before = square(20)
    masks = [square(20), square(20, left=45), square(60), square(20)]
    prompt = Prompt([CLICK, CLICK])
    assert order("object", masks, [0.7, 0.71, 0.85, 0.69], prompt, before) == [0, 3, 1, 2]
    # Without one, predicted IoU alone.
    assert order("object", masks, [0.7, 0.71, 0.85, 0.69], prompt) == [2, 1, 0, 3]


def test_second_click_obeys_but_not_at_any_price():
    outside = (800.0, 600.0)
    covers_both = square(180, left=30, top=30)
    masks = [square(20), covers_both, square(20), square(20)]
    adding, taking = Prompt([CLICK, outside]), Prompt([CLICK], [outside])
    assert order("object", masks, [0.5, 0.45, 0.3, 0.3], adding)[0] == 1
    assert order("object", masks, [0.5, 0.35, 0.3, 0.3], adding)[0] == 0
    assert order("object", masks, [0.5, 0.55, 0.3, 0.3], taking)[0] == 0
    assert order("object", masks, [0.5, 0.65, 0.3, 0.3], taking)[0] == 1


def test_click_on_the_far_edge_is_on_the_last_pixel():
    corner = (1024.0, 640.0)
    masks = [square(20), square(20, left=236, top=140), square(20), square(20)]
    assert order("object", masks, [0.5, 0.45, 0.1, 0.1], Prompt([corner, corner]))[0] == 1


@pytest.mark.parametrize("prompt", [Prompt([CLICK], box_xyxy=BOX), Prompt((), (), BOX)])
def test_boxes_take_token_0(prompt):
    assert order("object", SAME, [0.1, 0.9, 0.8, 0.7], prompt, square(20)) == [0, 1, 2, 3]


@pytest.mark.parametrize("prompt", [Prompt([CLICK] * 3), Prompt([CLICK], [(0, 0)] * 9)])
def test_later_clicks_take_token_0_unless_it_leaves_the_mask_before_far_behind(prompt):
    before = square(20)
    assert order("object", SAME, [0.59, 0.9, 0.8, 0.7], prompt, before)[0] == 1
    assert order("object", SAME, [0.61, 0.9, 0.8, 0.7], prompt, before)[0] == 0
    # It has the click, and no more than a twenty-fifth of the mask before.
    piece = square(4, left=48, top=48)
    spoilt = [piece, square(20), piece, piece]
    assert order("object", spoilt, [0.8, 0.8, 0.8, 0.8], prompt, before)[0] == 0
    assert order("object", spoilt, [0.75, 0.8, 0.8, 0.8], prompt, before)[0] == 1


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("nothing", [EMPTY, PADDING_ALONE])
@pytest.mark.parametrize(
    "prompt", [ONE_CLICK, Prompt([CLICK] * 2), Prompt([CLICK] * 3), Prompt((), (), BOX)]
)
def test_what_is_empty_inside_the_image_comes_last(rule, nothing, prompt):
    masks = [nothing, nothing, square(3), nothing]
    assert order(rule, masks, [1, 1, 0.1, 1], prompt, square(20))[0] == 2
    assert sorted(order(rule, [nothing] * 4, [1, 1, 1, 1], prompt, nothing)) == [0, 1, 2, 3]
