"""Fields of one item, read one after the other as a serializer does, with its sentences."""

from collections.abc import Callable, Mapping
from typing import Any


def read_each(
    items: list[Any], read: Callable[["Fields"], None]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The items read, and what is wrong with each of them."""
    good, faults = [], []
    for item in items:
        if isinstance(item, dict):
            fields = Fields(item)
            read(fields)
            good.append(fields.read)
            faults.append(fields.faults)
        else:
            message = f"Invalid data. Expected a dictionary, but got {type(item).__name__}."
            faults.append({"non_field_errors": [message]})
    return good, faults


class Fields:
    """The fields of one item, read one after the other as a serializer does."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self.item = item
        self.read: dict[str, Any] = {}
        self.faults: dict[str, Any] = {}

    def take(self, name: str, read: Callable[[Any], Any], **options: Any) -> None:
        """Read a field; `default` where it may be missing, `null` where it may be null."""
        if name not in self.item:
            if "default" in options:
                self.read[name] = options["default"]
            elif options.get("required", True):
                self.faults[name] = ["This field is required."]
            return
        value = self.item[name]
        if value is None:
            if options.get("null"):
                self.read[name] = None
            else:
                self.faults[name] = ["This field may not be null."]
            return
        try:
            self.read[name] = read(value)
        except FieldRefused as refused:
            self.faults[name] = refused.body


class FieldRefused(Exception):
    """Says what is wrong with a field."""

    def __init__(self, body: Any) -> None:
        super().__init__(body)
        self.body = body if isinstance(body, list | dict) else [body]


def read_bool(value: Any) -> bool:
    """As the framework takes one."""
    if value in (True, "true", "True", "1", "t"):
        return True
    if value in (False, "false", "False", "0", "f"):
        return False
    raise FieldRefused("Must be a valid boolean.")


def read_integer(value: Any) -> int:
    """A whole number, or its text."""
    text = str(value)
    try:
        return int(text[:-2] if text.endswith(".0") else text)
    except ValueError:
        raise FieldRefused("A valid integer is required.") from None


def read_natural(value: Any) -> int:
    """One that is not negative."""
    number = read_integer(value)
    if number < 0:
        raise FieldRefused("Ensure this value is greater than or equal to 0.")
    return number


def read_list(value: Any) -> list[Any]:
    """A list as it is."""
    if not isinstance(value, list):
        raise FieldRefused(f'Expected a list of items but got type "{type(value).__name__}".')
    return value
