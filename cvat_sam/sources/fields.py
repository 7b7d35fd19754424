"""The fields of an item as a mask's values, or one sentence with the value that cannot be one.

Everything here raises InvalidInput, without the place: whoever reads an item knows that, and makes
a `Rejected` of the sentence.
"""

import math
import reprlib
from collections.abc import Iterable, Mapping
from typing import Any

from cvat_sam.exceptions import InvalidInput
from cvat_sam.masks.record import Place, Rejected

_LONGEST = 100

# What Postgres holds in CVAT's columns for z_order and group.
_MOST = 2**31 - 1

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 60


def shown(value: object) -> str:
    """A value as JSON has it, always short.

    >>> shown(None), shown(True), shown("a"), shown([1, 2, 3, 4, 5, 6, 7])
    ('null', 'true', "'a'", '[1, 2, 3, 4, 5, 6, ...]')
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = _short.repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def text(value: object, name: str) -> str:
    """Text that is not empty, and that can be written as UTF-8 (JSON's escapes need not be)."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{name} is {shown(value)}; it should be text")
    return _written(value, name)


def image_name(value: object, name: str) -> str:
    r"""An image's name, with "/" between folders wherever it was written.

    >>> image_name("left\\a.png", "image")
    'left/a.png'
    """
    return text(value, name).replace("\\", "/")


def whole(value: object, name: str, *, least: int = -_MOST - 1, most: int = _MOST) -> int:
    """A whole number in a range; 3.0 is one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidInput(
            f"{name} is {shown(value)}; it should be a whole number from {least} to {most}"
        )
    return value


def flag(value: object, name: str) -> bool:
    """True or false, or 1 or 0."""
    if isinstance(value, bool | int | float) and value in (0, 1):
        return bool(value)
    raise InvalidInput(f"{name} is {shown(value)}; it should be true or false")


def score(value: object, name: str) -> float:
    """A confidence, 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InvalidInput(f"{name} is {shown(value)}; it should be a number from 0 to 1")
    return float(value)


def size(height: object, width: object) -> tuple[int | None, int | None]:
    """An image's height and width, both or neither."""
    if height is None and width is None:
        return None, None
    return whole(height, "height", least=1), whole(width, "width", least=1)


def attribute(value: object, name: str) -> str:
    """An attribute's value as CVAT keeps it, as text.

    >>> [attribute(value, "count") for value in ("red", True, 3.0, 0.5)]
    ['red', 'true', '3', '0.5']
    """
    if isinstance(value, str):
        return _written(value, name)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return shown(value)
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() else repr(value)
    raise InvalidInput(f"{name} is {shown(value)}; it should be text, a number, true or false")


def attributes(value: object) -> dict[str, str]:
    """Attributes as an object, or a list of {"name" or "spec_id", "value"}; null is not set."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        pairs: Iterable[tuple[object, object]] = value.items()
    elif isinstance(value, list):
        pairs = [_pair(one, f"attributes[{index}]") for index, one in enumerate(value)]
    else:
        raise InvalidInput(f"attributes is {shown(value)}; it should be an object or a list")
    found: dict[str, str] = {}
    for key, one in pairs:
        name = text(key, "an attribute's name")
        if name in found:
            raise InvalidInput(f"the attribute {shown(name)} is there twice")
        if one is not None:
            found[name] = attribute(one, f"the attribute {shown(name)}")
    return found


def numbers(value: object, name: str) -> list[Any]:
    """A list, in which true and false are no numbers: the codec looks at everything else."""
    if not isinstance(value, list):
        raise InvalidInput(f"{name} is {shown(value)}; it should be a list of numbers")
    if bool in set(map(type, value)):
        index = next(index for index, one in enumerate(value) if isinstance(one, bool))
        raise InvalidInput(f"{name}[{index}] is {shown(value[index])}, which is no number")
    return value


def rejected(place: Place, sentence: str, item: Mapping[str, Any]) -> Rejected:
    """A mask that cannot be taken.

    Its item can be written as JSON, which NaN cannot, and has a key for the image to be filled in.
    """
    nowhere = {} if item.keys() & {"image", "frame"} else {"image": None}
    return Rejected(
        place, sentence, {**nowhere, **{key: _plain(value) for key, value in item.items()}}
    )


def _pair(one: object, name: str) -> tuple[object, object]:
    if isinstance(one, Mapping) and "value" in one:
        if "name" in one:
            return one["name"], one["value"]
        if "spec_id" in one:
            return str(whole(one["spec_id"], f"{name}.spec_id", least=0)), one["value"]
    raise InvalidInput(f"{name} is {shown(one)}; it should have name and value")


def _written(value: str, name: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            f"{name} is {ascii(value)[:_LONGEST]}, which has half a character"
        ) from None
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value
