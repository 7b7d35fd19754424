"""Masks as CVAT's run lengths: what its API answers, and lists of masks that carry their own names.

    {"shapes": [{"type": "mask", "frame": 0, "label_id": 1, "points": […], …}], "labels": […]}
    [{"image": "a.jpg", "label": "car", "points": […], …}], or {"masks": [that]}

The first is the answer to GET /api/tasks/<id>/annotations (or a job's). It has no names, so
`labels` may stand beside the shapes, as CVAT's API lists them: [{"id", "name", "attributes":
[{"id", "name"}]}], or {"results": [that]}; else a label's name is its id. Other shapes, tags and
tracks are noted and passed over; tracks of masks are rejected. The second is described in
`mask_items`: it is what `cvat-sam segment --json` writes, and the file of rejected masks.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.masks import Found, Note, Place, Rejected
from cvat_sam.sources import fields, mask_items
from cvat_sam.sources.fields import rejected, shown
from cvat_sam.sources.json_items import JsonFile
from cvat_sam.sources.json_opening import opening
from cvat_sam.sources.segmentations import Draft, finished
from cvat_sam.sources.source import Source

_ITEM = {"image", "frame", "label", "label_id", "track", "read", *mask_items.FORMS}

# What CVAT's API writes before the shapes, in some version of it.
_BEFORE = {"version", "tags"}


def looks_like(path: Path) -> bool:
    """Whether a file begins as one of these does; a list may be empty."""
    found = opening(path)
    if found.kind == "[":
        return found.empty or bool(found.item & _ITEM and "values" not in found.item)
    return bool(found.keys & {"shapes", "masks"}) or found.keys >= _BEFORE


def read(source: Source) -> Iterator[Found]:
    """The masks of a file; the others are rejected, with what is wrong.

    Raises:
        InvalidSource: it is none of these forms, is damaged, or cannot be read.
    """
    return finished(_drafts(source.path))


def _drafts(path: Path) -> Iterator[Draft | Found]:
    with JsonFile(path) as file:
        if file.first() == "[":
            yield from _list(file)
        elif file.first() == "{":
            yield from _object(file, _Names(path))
        else:
            raise InvalidSource(
                f"{path}: begins with {file.first()!r}, but should be a list or an object"
            )
        file.end()


def _list(file: JsonFile) -> Iterator[Draft | Found]:
    for index, item in enumerate(file.items()):
        yield from mask_items.read(item, Place(str(file.path), index))


def _object(file: JsonFile, names: "_Names") -> Iterator[Draft | Found]:
    found = False
    for key in file.members():
        if key == "masks":
            found = True
            yield from _list(file)
        elif key == "shapes":
            found = True
            for index, shape in enumerate(file.items()):
                place = Place(str(file.path), index)
                if isinstance(shape, Mapping):
                    yield mask_items.mask(names.named(shape), place)
                else:
                    yield mask_items.no_object(shape, place)
        elif key == "tracks":
            for index, track in enumerate(file.items()):
                yield _track(track, index, str(file.path))
        elif key == "tags":
            for _ in file.items():
                yield Note("passed over", "tag")
    if not found:
        raise InvalidSource(f"{file.path}: has neither shapes nor masks")


def _track(track: Any, index: int, file: str) -> Note | Rejected:
    shapes = track.get("shapes") if isinstance(track, Mapping) else None
    if isinstance(shapes, list) and not any(_is_mask(shape) for shape in shapes):
        return Note("passed over", "track")
    sentence = f"tracks[{index}] has masks, which are read of shapes alone"
    return rejected(Place(file), sentence, {"track": track})


def _is_mask(shape: Any) -> bool:
    return not isinstance(shape, Mapping) or shape.get("type") not in mask_items.NOT_MASKS


class _Names:
    """The names of labels and attributes by their ids, read from the file's own list if it has one.

    They may stand behind the shapes, so they are looked for before.
    """

    def __init__(self, path: Path) -> None:
        self.labels: dict[int, str] = {}
        self.attributes: dict[int, str] = {}
        with JsonFile(path) as file:
            for key in file.members():
                if key == "labels":
                    self._read(file)

    def _read(self, file: JsonFile) -> None:
        if file.first() != "{":
            self._add(file)
            return
        for key in file.members():  # the answer to GET /api/labels, as it is
            if key == "results":
                self._add(file)

    def _add(self, file: JsonFile) -> None:
        for index, label in enumerate(file.items()):
            try:
                self._add_one(label, f"labels[{index}]")
            except InvalidInput as fault:
                raise InvalidSource(f"{file.path}: {fault}") from None

    def _add_one(self, label: Any, name: str) -> None:
        if not isinstance(label, Mapping):
            raise InvalidInput(f"{name} is {shown(label)}; it should be an object")
        number = fields.whole(label.get("id"), f"{name}.id", least=0)
        self.labels[number] = fields.text(label.get("name"), f"{name}.name")
        attributes = label.get("attributes") or []
        if not isinstance(attributes, list):
            raise InvalidInput(f"{name}.attributes is {shown(attributes)}; it should be a list")
        for index, one in enumerate(attributes):
            inner = f"{name}.attributes[{index}]"
            if not isinstance(one, Mapping):
                raise InvalidInput(f"{inner} is {shown(one)}; it should be an object")
            number = fields.whole(one.get("id"), f"{inner}.id", least=0)
            self.attributes[number] = fields.text(one.get("name"), f"{inner}.name")

    def named(self, shape: Mapping[str, Any]) -> dict[str, Any]:
        """A shape with names in place of ids, where they are known."""
        named = dict(shape)
        if isinstance(label := shape.get("label_id"), int) and label in self.labels:
            named["label"] = self.labels[label]
            del named["label_id"]
        if isinstance(attributes := shape.get("attributes"), list):
            named["attributes"] = [self._attribute(one) for one in attributes]
        return named

    def _attribute(self, one: Any) -> Any:
        number = one.get("spec_id") if isinstance(one, Mapping) else None
        if not isinstance(number, int) or number not in self.attributes:
            return one
        return {"name": self.attributes[number], "value": one.get("value")}
