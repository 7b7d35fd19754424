"""Changes to one of our own YAML files as text, so that its comments stay.

Each change has one place or is refused: where somebody has changed the file, nothing is guessed.
"""

import re

from cvat_sam.exceptions import InvalidInput


def set_variable(text: str, name: str, value: str) -> str:
    """Give a variable of `env` another value.

    Raises:
        InvalidInput: it is not there, or twice.
    """
    pattern = rf"(?m)^(    - name: {re.escape(name)}\n      value: ).*$"
    return _changed(text, pattern, rf"\g<1>{_escaped(value)}", f"the variable {name}")


def add_variable(text: str, after: str, name: str, value: str, *, comment: str) -> str:
    """Add a variable to `env`, behind another one.

    Raises:
        InvalidInput: the other one is not there, or twice.
    """
    pattern = rf"(?m)^(    - name: {re.escape(after)}\n      value: .*\n)"
    lines = f"    # {comment}\n    - name: {name}\n      value: {value}\n"
    return _changed(text, pattern, rf"\g<1>{_escaped(lines)}", f"the variable {after}")


def replace_line(text: str, key: str, lines: str) -> str:
    """Put `lines`, indented as they are to be, in place of a key's line and the comment above.

    Args:
        text: of the file.
        key: stands on a line with its value.
        lines: one or more, each with its end; empty to drop the key.

    Raises:
        InvalidInput: the key is not there, or twice.
    """
    pattern = rf"(?m)^(?: *#.*\n)*^ *{re.escape(key)}: .*\n"
    return _changed(text, pattern, _escaped(lines), f"the key {key}")


def replace_value(text: str, key: str, value: str) -> str:
    """Put another value into a key's line; its comment stays.

    Raises:
        InvalidInput: the key is not there, or twice.
    """
    pattern = rf"(?m)^( *{re.escape(key)}: ).*$"
    return _changed(text, pattern, rf"\g<1>{_escaped(value)}", f"the key {key}")


def drop_block(text: str, key: str) -> str:
    """Drop a key of `spec`, what is indented below it, and the blank line and comment above.

    Raises:
        InvalidInput: it is not there, or twice.
    """
    pattern = rf"(?m)^\n?(?:  #.*\n)*^  {re.escape(key)}:\n(?:    .*\n)+"
    return _changed(text, pattern, "", f"the block {key}")


def add_to_spec(text: str, lines: str) -> str:
    """Add `lines`, indented by two, as the last of `spec`, which is the last of the file.

    Raises:
        InvalidInput: `spec` is not there, or twice, or something comes behind it.
    """
    pattern = r"\A((?:(?!spec:).*\n)*spec:\n(?:(?:  .*)?\n)+)\Z"
    return _changed(text, pattern, rf"\g<1>\n{_escaped(lines)}", "spec")


def _changed(text: str, pattern: str, replacement: str, what: str) -> str:
    places = len(re.findall(pattern, text))
    if places != 1:
        found = "is not where it was" if not places else f"is there {places} times"
        raise InvalidInput(f"{what} {found}")
    return re.sub(pattern, replacement, text)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\")
