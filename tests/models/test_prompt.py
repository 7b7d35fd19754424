import math

import pytest

from cvat_sam.exceptions import InvalidRequest
from cvat_sam.models.prompt import Prompt

SIZE = {"height": 30, "width": 40}


@pytest.mark.parametrize("point", [(0, 0), (40, 30), (0.5, 29.9), (40, 0)])
def test_point_on_the_border_is_inside(point):
    assert Prompt(positive=[point]).checked(**SIZE).positive == [point]
    assert Prompt(positive=[(1, 1)], negative=[point]).checked(**SIZE).negative == [point]


@pytest.mark.parametrize(
    "point", [(-0.1, 5), (40.1, 5), (5, -1), (5, 30.01), (math.nan, 5), (5, math.inf)]
)
@pytest.mark.parametrize("kind", ["positive", "negative"])
def test_point_outside_is_refused_by_number_and_place(point, kind):
    points = {"positive": [(1, 1)], kind: [(1, 1), point]}
    with pytest.raises(InvalidRequest) as raised:
        Prompt(**points).checked(**SIZE)
    assert f"{kind} point 1 is at ({point[0]:g}, {point[1]:g})" in str(raised.value)
    assert "40 × 30 pixels" in str(raised.value)


@pytest.mark.parametrize(
    ("box", "clipped"),
    [
        ((1, 2, 3, 4), (1, 2, 3, 4)),
        ((3, 4, 1, 2), (1, 2, 3, 4)),
        ((-5, -5, 100, 100), (0, 0, 40, 30)),
        ((39.5, 29.5, 41, 31), (39.5, 29.5, 40, 30)),
    ],
)
def test_box_is_put_in_order_and_clipped(box, clipped):
    assert Prompt(box_xyxy=box).checked(**SIZE).box_xyxy == clipped


@pytest.mark.parametrize(
    "box", [(40, 0, 50, 10), (-9, 0, 0, 10), (0, 30, 10, 40), (5, 5, 5, 9), (1, 9, 4, 9)]
)
def test_box_of_which_nothing_remains_is_refused(box):
    with pytest.raises(InvalidRequest, match="nothing of the box .* 40 × 30 pixels"):
        Prompt(box_xyxy=box).checked(**SIZE)


def test_box_with_a_corner_that_is_no_number_is_refused():
    with pytest.raises(InvalidRequest, match="not a finite number"):
        Prompt(box_xyxy=(1, 2, math.nan, 4)).checked(**SIZE)


def test_no_prompt_is_refused():
    with pytest.raises(InvalidRequest, match="at least one positive point or a box"):
        Prompt().checked(**SIZE)


def test_negative_points_alone_are_refused():
    with pytest.raises(InvalidRequest, match="negative points alone are not enough"):
        Prompt(negative=[(1, 1)]).checked(**SIZE)


def test_negative_points_with_a_box_are_enough():
    assert Prompt(negative=[(1, 1)], box_xyxy=(0, 0, 9, 9)).checked(**SIZE)
