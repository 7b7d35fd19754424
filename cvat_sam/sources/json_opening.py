"""What a JSON file begins with: enough to tell its format, however large it is."""

from dataclasses import dataclass, field
from pathlib import Path

from cvat_sam.exceptions import InvalidSource
from cvat_sam.sources.json_items import JsonFile

_LOOKED_AT = 1 << 16


@dataclass(slots=True)
class Opening:
    """What was found.

    Attributes:
        kind: "{" where the file is an object, "[" where it is a list, "" where it is no JSON.
        members: of an object, each key with the keys of its value, or of the first item where that
            is a list.
        item: of a list, the keys of its first item.
        empty: whether it is a list without items.
    """

    kind: str = ""
    members: dict[str, set[str]] = field(default_factory=dict)
    item: set[str] = field(default_factory=set)
    empty: bool = False

    @property
    def keys(self) -> set[str]:
        """An object's keys."""
        return set(self.members)

    @property
    def within(self) -> set[str]:
        """The keys of all that an object's keys hold."""
        return set().union(*self.members.values())


def opening(path: Path) -> Opening:
    """Look at the beginning of a file; a folder and what cannot be read have none."""
    found = Opening()
    try:
        with JsonFile(path, most_bytes=_LOOKED_AT) as file:
            _look(file, found)
    except InvalidSource:
        # It is no JSON, or damaged, or goes on: what has been found so far is what it begins with.
        pass
    return found


def _look(file: JsonFile, found: Opening) -> None:
    found.kind = file.first() if file.first() in "{[" else ""
    if found.kind == "[":
        found.empty = True
        for index in file.elements():
            found.empty = False
            if index == 0:
                _add_keys(file, found.item)
    elif found.kind == "{":
        for key in file.members():
            found.members[key] = set()
            _add_keys(file, found.members[key])


def _add_keys(file: JsonFile, found: set[str]) -> None:
    """Add an object's keys, or those of a list's first item."""
    if file.first() == "{":
        # One by one: the value behind a key may be longer than what is looked at.
        for key in file.members():
            found.add(key)
    elif file.first() == "[":
        for index in file.elements():
            if index == 0 and file.first() == "{":
                _add_keys(file, found)
