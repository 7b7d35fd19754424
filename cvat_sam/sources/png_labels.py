"""Which label a value of an index PNG stands for: the tables that lie beside the files.

    labels.json     {"1": "car", "2": "cat"}
    labelmap.txt    CVAT's: a line "name:r,g,b:parts:actions" for each label

`labels.json` goes before `labelmap.txt`, and a table in a file's own folder before those above. In
a labelmap, colours count where there are any, else the number of the line from 0; a label called
"background" is none. Without a table a value is its own label, and 0 is none.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cvat_sam.exceptions import InvalidSource

TABLE = "labels.json"
LABELMAP = "labelmap.txt"
BACKGROUND = "background"

# CVAT's export "Segmentation mask" has its labelmap above this folder.
CLASSES = "SegmentationClass"

Colour = tuple[int, int, int]

_LINE = re.compile(r"(?P<name>.+?):(?P<r>\d{1,3}),(?P<g>\d{1,3}),(?P<b>\d{1,3})(:[^:]*){0,2}")
_LARGEST = 1 << 24


@dataclass(frozen=True, slots=True)
class Labels:
    """A table of labels.

    Attributes:
        file: its name; None where there is no table.
        by_value: labels of values.
        by_colour: labels of colours; empty where the table has none.
    """

    file: str | None = None
    by_value: Mapping[int, str] = field(default_factory=dict)
    by_colour: Mapping[Colour, str] = field(default_factory=dict)

    def of(self, value: int, colour: Colour | None) -> str | None:
        """The label of a value, or of its colour if the table has colours; None for background.

        Raises:
            LookupError: the table does not have it; its text is a sentence.

        >>> Labels().of(7, None), Labels().of(0, None)
        ('7', None)
        """
        if self.by_colour and colour is not None:
            label = self.by_colour.get(colour, "" if colour == (0, 0, 0) else None)
            if label is None:
                shown = ",".join(map(str, colour))
                raise LookupError(f"the colour {shown} is not in {self.file}")
        elif value in self.by_value:
            label = self.by_value[value]
        elif value == 0:
            return None
        elif self.file is None:
            return str(value)
        else:
            raise LookupError(f"the value {value} is not in {self.file}")
        return None if label in ("", BACKGROUND) else label


def labels_for(folder: Path, root: Path) -> Labels:
    """The table for the files of a folder.

    Args:
        folder: where they lie.
        root: the source's folder, above which no table is looked for.

    Raises:
        InvalidSource: a table cannot be read.
    """
    last = root.parent if root.resolve().name == CLASSES else root
    for place in (folder, *folder.parents):
        for name, read in ((TABLE, _read_table), (LABELMAP, _read_labelmap)):
            path = place / name
            if path.is_file():
                return read(path)
        if place == last:
            break
    return Labels()


def has_table(source: Path) -> bool:
    """Whether a table lies in a source's folder, or where CVAT's export has it."""
    root = source if source.is_dir() else source.parent
    places = [root, root.parent] if root.resolve().name == CLASSES else [root]
    return any((place / name).is_file() for place in places for name in (TABLE, LABELMAP))


def is_export(source: Path) -> bool:
    """Whether it is a folder as CVAT's export "Segmentation mask" unpacks."""
    return (source / CLASSES).is_dir()


def _read_table(path: Path) -> Labels:
    try:
        read = json.loads(_text(path))
    except ValueError as error:
        raise InvalidSource(f"{path}: is no JSON: {error}") from None
    if not isinstance(read, dict):
        raise InvalidSource(f'{path}: should be a JSON object like {{"1": "car"}}')
    by_value = {}
    for key, label in read.items():
        if not (key.isascii() and key.isdigit() and len(key) < 10):
            raise InvalidSource(f"{path}: {key[:40]!r} is no value of a pixel")
        if not isinstance(label, str) or not label:
            raise InvalidSource(f"{path}: the label of {key} should be text, not {label!r:.60}")
        by_value[int(key)] = label
    return Labels(path.name, by_value)


def _read_labelmap(path: Path) -> Labels:
    by_value: dict[int, str] = {}
    by_colour: dict[Colour, str] = {}
    for number, line in enumerate(_text(path).splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        colour = (int(match["r"]), int(match["g"]), int(match["b"])) if match else (256, 0, 0)
        if not match or max(colour) > 255:
            raise InvalidSource(
                f"{path}: line {number} should be name:r,g,b:parts:actions, not {line[:60]!r}"
            )
        if by_colour.setdefault(colour, match["name"]) != match["name"]:
            raise InvalidSource(
                f"{path}: line {number} gives {match['name']!r} the colour of {by_colour[colour]!r}"
            )
        by_value[len(by_value)] = match["name"]
    return Labels(path.name, by_value, by_colour)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST:
            raise InvalidSource(f"{path}: is larger than {_LARGEST >> 20} MiB, so no table")
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise InvalidSource(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidSource(f"{path}: is not text in UTF-8") from None
