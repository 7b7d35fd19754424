"""The images and categories of a COCO file, by their ids."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeGuard, TypeVar

from cvat_sam.exceptions import InvalidInput
from cvat_sam.sources import fields
from cvat_sam.sources.fields import shown


@dataclass(frozen=True, slots=True)
class Image:
    """An image that masks are of; its height and width are None where the file does not say."""

    name: str
    height: int | None
    width: int | None


Entry = TypeVar("Entry", bound=Image | str)


class Table(Generic[Entry]):
    """Entries by id; of one that cannot be used, why, for whoever asks for it.

    Args:
        noun: what an entry is: "image".
        read: makes an entry of an item; raises InvalidInput where that cannot be.

    >>> table = Table("category", category)
    >>> table.add({"id": 3, "name": "car"})
    >>> table[3]
    'car'
    >>> table[4]
    Traceback (most recent call last):
    cvat_sam.exceptions.InvalidInput: category_id is 4, but there is no such category
    """

    def __init__(self, noun: str, read: Callable[[Any], Entry]) -> None:
        self._noun = noun
        self._read = read
        self._entries: dict[int | str, Entry | InvalidInput] = {}
        self._nameless = 0

    def add(self, item: Any) -> None:
        """Keep an item; without an id nobody can ask for it."""
        number = item.get("id") if isinstance(item, dict) else None
        if not _is_id(number):
            self._nameless += 1
            return
        try:
            entry: Entry | InvalidInput = self._read(item)
        except InvalidInput as fault:
            entry = InvalidInput(f"the {self._noun} {shown(number)}: {fault}")
        if self._entries.get(number, entry) != entry:
            entry = InvalidInput(f"there are two of the {self._noun} {shown(number)}, which differ")
        self._entries[number] = entry

    @property
    def unusable(self) -> int:
        """How many entries there are that nobody can use."""
        return self._nameless + sum(
            isinstance(entry, InvalidInput) for entry in self._entries.values()
        )

    def entries(self) -> Iterator[Entry]:
        """Those that can be used, in the order in which they came."""
        return (entry for entry in self._entries.values() if not isinstance(entry, InvalidInput))

    def __getitem__(self, number: Any) -> Entry:
        name = f"{self._noun}_id"
        if not _is_id(number):
            raise InvalidInput(f"{name} is {shown(number)}; it should be a number")
        entry = self._entries.get(number)
        if entry is None:
            raise InvalidInput(f"{name} is {shown(number)}, but there is no such {self._noun}")
        if isinstance(entry, InvalidInput):
            raise entry
        return entry


def image(item: Any) -> Image:
    """An item of `images`."""
    if not isinstance(item, dict):
        raise InvalidInput(f"is {shown(item)}; it should be an object")
    height, width = fields.size(item.get("height"), item.get("width"))
    return Image(fields.image_name(item.get("file_name"), "file_name"), height, width)


def category(item: Any) -> str:
    """An item of `categories`: its name."""
    return fields.text(item.get("name"), "name")


def _is_id(number: object) -> TypeGuard[int | str]:
    """Ids are whole numbers in COCO; some tools write text."""
    return isinstance(number, int | float | str) and not isinstance(number, bool)
