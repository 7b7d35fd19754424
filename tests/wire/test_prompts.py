import pytest

from cvat_sam.exceptions import InvalidRequest
from cvat_sam.models.prompt import Prompt
from cvat_sam.wire.prompts import Prompts


def test_each_is_checked_as_one_prompt_would_be():
    checked = Prompts.of_boxes([(90, 20, -5, 10), (1, 2, 3, 4)]).checked(height=30, width=40)
    assert [prompt.box_xyxy for prompt in checked.each] == [(0, 10, 40, 20), (1, 2, 3, 4)]
    assert Prompts.of_points([(40, 30)]).checked(height=30, width=40).each == [Prompt([(40, 30)])]


@pytest.mark.parametrize(
    ("prompts", "sentence"),
    [
        (
            Prompts.of_points([(1, 2), (41, 2)]),
            "points[1]: is at (41, 2), outside the image of 40 × 30 pixels",
        ),
        (
            Prompts.of_boxes([(1, 2, 3, 4), (1, 2, 1, 5)]),
            "boxes[1]: nothing of the box (1, 2) to (1, 5) is inside the image of 40 × 30 pixels",
        ),
        (Prompts.of_boxes([(40, 2, 60, 9)]), "boxes[0]: nothing of the box"),
    ],
)
def test_the_one_that_does_not_fit_is_named(prompts, sentence):
    with pytest.raises(InvalidRequest) as raised:
        prompts.checked(height=30, width=40)
    assert str(raised.value).startswith(sentence)
