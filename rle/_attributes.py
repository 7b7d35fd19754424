"""The attributes of a mask in CVAT's XML: numbers written as text, the box as a corner and a size.

Source of the format: "CVAT for images 1.1", whose files hold

    <mask label="car" rle="3, 6, 5, 7, 3" left="0" top="0" width="12" height="2" z_order="0"/>

and where runs are those of CVAT's points. CVAT writes ", " between them and reads what commas part.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from rle._crop import Box, check_runs
from rle._limits import show
from rle._numbers import as_list, whole_numbers
from rle.exceptions import InvalidBox, InvalidRuns

_KEYS = ("rle", "left", "top", "width", "height")

_ALPHABET = b"0123456789, \t\r\n"

_LONGEST = 19


def write(points: Any) -> dict[str, str]:
    """Writes points; see `rle.cvat.to_attributes`."""
    numbers = whole_numbers(points, name="points")
    if numbers.size < 5:
        raise InvalidRuns(
            f"points has {numbers.size} items; it needs at least 5: one run, left, top, right, "
            "bottom"
        )
    runs, box = numbers[:-4], Box(*numbers[-4:].tolist())
    _check_box(box)
    check_runs(runs, box)
    # Python writes a list just as CVAT does, but for its brackets.
    values = (str(as_list(runs))[1:-1], box.left, box.top, box.width, box.height)
    return dict(zip(_KEYS, map(str, values), strict=True))


def read(attributes: Any) -> list[int]:
    """Reads points; see `rle.cvat.from_attributes`."""
    if not isinstance(attributes, Mapping):
        raise InvalidRuns(
            f"the attributes are of type {type(attributes).__name__}; they must be a dict"
        )
    for key in _KEYS:
        if key not in attributes:
            raise InvalidRuns(f"the attributes have no {key!r}")
    left, top, width, height = (_number(attributes[key], key) for key in _KEYS[1:])
    box = Box(left, top, left + width - 1, top + height - 1)
    _check_box(box)
    runs = _numbers(attributes["rle"], "rle")
    check_runs(runs, box)
    return as_list(runs, then=box)


def _check_box(box: Box) -> None:
    """Checks what can be checked without an image: it may be as large as any."""
    for side, value in (("left", box.left), ("top", box.top)):
        if value < 0:
            raise InvalidBox(f"the box's {side} is {value}, below 0")
    for side, value in (("width", box.width), ("height", box.height)):
        if value < 1:
            raise InvalidBox(f"the box's {side} is {value}; it must be at least 1")
    if box.area > rle.MAX_PIXELS:
        raise InvalidBox(
            f"the box of {box.width}×{box.height} is above the limit of {rle.MAX_PIXELS} pixels "
            "(rle.MAX_PIXELS)"
        )


def _number(text: Any, name: str) -> int:
    numbers = _numbers(text, name)
    if numbers.size != 1:
        raise InvalidRuns(f"{name} is {show(text)}; it must be one whole number")
    return int(numbers[0])


def _numbers(text: Any, name: str) -> NDArray[np.int64]:
    if not isinstance(text, str):
        raise InvalidRuns(f"{name} is of type {type(text).__name__}; it must be text")
    numbers = _at_once(text)
    if numbers is None:
        parts = text.split(",")
        several = len(parts) > 1
        numbers = [
            _whole(part, name=f"{name}[{index}]" if several else name)
            for index, part in enumerate(parts)
        ]
    return whole_numbers(numbers, name=name)


def _at_once(text: str) -> list[int] | None:
    """Reads numbers as JSON (None if that cannot be): of this alphabet it can make ints only."""
    if text.encode("ascii", "replace").translate(None, _ALPHABET):
        return None
    try:
        numbers: list[int] = json.loads(f"[{text}]")
    except ValueError:
        return None
    return numbers


def _whole(part: str, *, name: str) -> int:
    """Reads one number where JSON did not, which wants no zeros in front."""
    digits = part.strip(" \t\r\n")
    if not (digits.isascii() and digits.isdecimal()):
        raise InvalidRuns(f"{name} is {show(part)}; it must be digits alone")
    digits = digits.lstrip("0") or "0"
    if len(digits) > _LONGEST:  # Python refuses to read many thousands
        raise InvalidRuns(f"{name} has {len(digits)} digits, beyond the limit of 64 bits")
    return int(digits)
