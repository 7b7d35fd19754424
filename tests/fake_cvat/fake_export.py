"""Whether the stored masks of a task would break its next dataset export, or come out as garbage.

The real server takes all of these with 200, and fails when somebody exports the task.
"""

from collections.abc import Mapping
from typing import Any


def judge(points: list[float], width: int, height: int) -> str:
    """What an export makes of one mask: "good", "broken" or "garbage".

    >>> judge([1, 2, 1, 4, 1, 2, 1, 10, 5, 13, 7], 64, 48)
    'good'
    >>> judge([100, 200, 10, 5, 13, 7], 64, 48), judge([12, 10, 5, 13, 7], 64, 48)
    ('broken', 'garbage')
    """
    if len(points) < 4:
        return "broken"
    *runs, left, top, right, bottom = points
    wide, high = int(right) - int(left) + 1, int(bottom) - int(top) + 1
    if wide < 1 or high < 1 or any(run < 0 or run > 2**62 for run in runs):
        return "broken"
    if left < 0 or top < 0 or right >= width or bottom >= height:
        return "broken"
    if sum(runs) > wide * high:
        return "broken"
    whole = all(float(number).is_integer() for number in points)
    if not whole or sum(runs) != wide * high or not any(runs[1::2]):
        return "garbage"
    return "good"


def judge_all(
    shapes: list[dict[str, Any]], sizes: Mapping[int, tuple[int, int]]
) -> dict[str, list[int]]:
    """The ids of the broken masks and of those that come out as garbage.

    Args:
        shapes: as GET gives them.
        sizes: width and height of each frame; masks elsewhere are not exported.
    """
    found: dict[str, list[int]] = {"good": [], "broken": [], "garbage": []}
    for shape in shapes:
        if shape["type"] == "mask" and shape["frame"] in sizes:
            found[judge(shape["points"], *sizes[shape["frame"]])].append(shape["id"])
    return found
