"""Turns pydantic's errors into the one sentence that a person reads."""

import re
from collections.abc import Callable

from pydantic import ValidationError

LONGEST_VALUE = 60
# Where pydantic's own words are about parsing, not about the value.
PLAINER = {
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_parsing_size": "should be a whole number of fewer digits",
    "int_from_float": "should be a whole number",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "list_type": "should be a list",
}
AS_JSON = {"None": "null", "True": "true", "False": "false"}


def first_complaint(
    error: ValidationError,
    *,
    name_of: Callable[[str], str] = str,
    secret: frozenset[str] = frozenset(),
    values: bool = True,
) -> str:
    """What is wrong with the first offending value: where it is, what it should be, what it is.

    Args:
        error: what pydantic raised.
        name_of: turns the outermost field's name into the name that the sender knows.
        secret: outermost fields whose values are not repeated: an image, a token.
        values: whether any value is.
    """
    detail = error.errors(include_url=False)[0]
    field, *rest = detail["loc"] or ("the value",)
    where = name_of(str(field)) + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest
    )
    message = PLAINER.get(detail["type"]) or detail["msg"].removeprefix("Value error, ")
    message = re.sub("^(Input|List|String) should", "should", message)
    message = message.replace("Field required", "is missing").replace(" after validation", "")
    # pydantic has put the length into these already, and a long list says nothing more.
    told = detail["type"] in ("missing", "too_long", "too_short")
    if told or field in secret or not values:
        return f"{where}: {message}"
    value = AS_JSON.get(repr(detail["input"])) or repr(detail["input"])
    if len(value) > LONGEST_VALUE:
        value = f"{value[:LONGEST_VALUE]}…"
    return f"{where}: {message}, not {value}"
