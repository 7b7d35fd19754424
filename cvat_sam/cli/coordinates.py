"""Coordinates as they are typed: `x,y` and `x1,y1,x2,y2`."""

import math

from cvat_sam.exceptions import InvalidSetting
from cvat_sam.models.prompt import Box, Point


def pair(option: str, text: str) -> Point:
    """Two finite numbers with a comma between them.

    >>> pair("--point", "3,4.5")
    (3.0, 4.5)
    """
    x, y = _numbers(option, text, "x,y", 2)
    return x, y


def box_xyxy(option: str, text: str) -> Box:
    """Two opposite corners, four finite numbers."""
    x1, y1, x2, y2 = _numbers(option, text, "x1,y1,x2,y2", 4)
    return x1, y1, x2, y2


def _numbers(option: str, text: str, form: str, count: int) -> list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise InvalidSetting(f"{option} should be {form} in pixels, not {text!r}")
    return numbers
