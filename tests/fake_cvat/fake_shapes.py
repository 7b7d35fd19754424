"""What the server makes of a body of annotations: few checks, and the forms it replies in.

The checks, their sentences and the order of keys are those of a real server, recorded.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from fake_cvat.fake_fields import (
    FieldRefused,
    Fields,
    read_bool,
    read_each,
    read_integer,
    read_list,
    read_natural,
)

TYPES = ("mask", "rectangle", "polygon", "polyline", "points", "ellipse", "cuboid", "skeleton")
KINDS = ("tags", "shapes", "tracks")

LONGEST_VALUE = 4096
LONGEST_SOURCE = 16
NOT_A_NUMBER = "[ErrorDetail(string='Value must be a float or an integer', code='invalid')]"


class BadRequest(Exception):
    """Answered with 400 and `body`."""

    def __init__(self, body: Any) -> None:
        super().__init__(body)
        self.body = body


class Broken(Exception):
    """Answered with 500 and a page of HTML: the real server raises something it does not catch."""


def read_annotations(body: bytes) -> dict[str, list[dict[str, Any]]]:
    """The tags, shapes and tracks of a request, with the server's defaults filled in.

    Raises:
        BadRequest: for JSON that is none, and for what the server's serializer refuses.
        Broken: for a list instead of an object.
    """
    try:
        sent = json.loads(body.decode(), parse_constant=_refuse_constant)
    except ValueError as error:
        raise BadRequest({"detail": f"JSON parse error - {error}"}) from None
    if isinstance(sent, list):
        raise Broken
    if not isinstance(sent, dict):
        raise BadRequest({"non_field_errors": ["Invalid data. Expected a dictionary."]})
    return check_annotations(sent)


def check_annotations(sent: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The same for JSON that is read already."""
    faults: dict[str, Any] = {}
    read: dict[str, list[dict[str, Any]]] = {}
    readers = {"tags": _tag, "shapes": _shape, "tracks": _track}
    for kind in KINDS:
        items = sent.get(kind, [])
        if not isinstance(items, list):
            message = f'Expected a list of items but got type "{type(items).__name__}".'
            faults[kind] = {"non_field_errors": [message]}
            continue
        read[kind], item_faults = read_each(items, readers[kind])
        if any(item_faults):
            faults[kind] = item_faults
    if faults:
        raise BadRequest(faults)
    return read


def stored_text(
    shape: Mapping[str, Any], filled: Callable[[Mapping[str, Any]], list[dict[str, Any]]]
) -> str:
    """A stored shape as GET gives it back: numbers of points are floats.

    Args:
        shape: as `read_annotations` gives it, with an id.
        filled: gives a shape's attributes, those sent and the defaults of the label's others.
    """
    head = {key: shape[key] for key in ("id", "label_id", "type", "frame", "group", "source")}
    head |= {key: shape[key] for key in ("occluded", "outside", "z_order", "rotation")}
    points = _floats(shape.get("points", []))
    text = f'{_dumps(head)[:-1]},"points":{points},"attributes":{_dumps(filled(shape))}'
    if "elements" in shape:
        elements = ",".join(stored_text(element, filled) for element in shape["elements"])
        text += f',"elements":[{elements}]'
    return text + "}"


def _floats(points: list[Any]) -> str:
    # Nearly always whole numbers, and a server that is slow here would set the tests' pace.
    if points and all(type(point) is int and -(2**53) < point < 2**53 for point in points):
        return "[" + ".0,".join(map(str, points)) + ".0]"
    return _dumps([float(point) for point in points])


def _dumps(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _refuse_constant(name: str) -> None:
    raise ValueError(f"Out of range float values are not JSON compliant: {name!r}")


def _shape(fields: Fields, *, element: bool = False) -> None:
    fields.take("type", _type)
    fields.take("occluded", read_bool, default=False)
    fields.take("outside", read_bool, default=False)
    fields.take("z_order", read_integer, default=0)
    fields.take("rotation", _rotation, default=0.0)
    fields.take("points", _points, required=False)
    fields.take("id", read_integer, required=False, null=True)
    _place(fields)
    fields.take("attributes", _attributes, default=[])
    if not element:
        fields.take("elements", _elements, default=[])


def _tag(fields: Fields) -> None:
    fields.take("id", read_integer, required=False, null=True)
    _place(fields)
    fields.take("attributes", _attributes, default=[])


def _track(fields: Fields) -> None:
    _tag(fields)
    fields.take("shapes", read_list)
    fields.take("elements", read_list, default=[])


def _place(fields: Fields) -> None:
    fields.take("frame", read_natural)
    fields.take("label_id", read_natural)
    fields.take("group", read_natural, default=None, null=True)
    fields.take("source", _source, default="manual")


def _type(value: Any) -> str:
    if value not in TYPES:
        raise FieldRefused(f'"{value}" is not a valid choice.')
    return str(value)


def _rotation(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise FieldRefused("A valid number is required.") from None
    if number > 360:
        raise FieldRefused("Ensure this value is less than or equal to 360.")
    if number < 0:
        raise FieldRefused("Ensure this value is greater than or equal to 0.")
    return number


def _source(value: Any) -> str:
    if value == "":
        raise FieldRefused("This field may not be blank.")
    return str(value)


def _points(value: Any) -> list[Any]:
    # A text and an object are gone through like a list there, and fail at their items.
    if not isinstance(value, list | str | dict):
        raise FieldRefused(f'Expected a list of items but got type "{type(value).__name__}".')
    points = list(value)
    bad = {
        str(at): NOT_A_NUMBER for at, point in enumerate(points) if type(point) not in (int, float)
    }
    if bad:
        raise FieldRefused(bad)
    return points


def _attributes(value: Any) -> list[dict[str, Any]]:
    read, faults = read_each(read_list(value), _attribute)
    if any(faults):
        raise FieldRefused(faults)
    return read


def _attribute(fields: Fields) -> None:
    fields.take("spec_id", read_integer)
    if "value" not in fields.item:
        raise Broken  # the real one looks the value up before it checks
    value = str(fields.item["value"])  # null becomes "None" there too
    if len(value) > LONGEST_VALUE:
        message = f"Ensure this field has no more than {LONGEST_VALUE} characters."
        fields.faults["value"] = [message]
    fields.read["value"] = value


def _elements(value: Any) -> list[dict[str, Any]]:
    read, faults = read_each(read_list(value), lambda fields: _shape(fields, element=True))
    if any(faults):
        raise FieldRefused(faults)
    return read
