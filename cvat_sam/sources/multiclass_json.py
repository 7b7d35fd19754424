"""Images of several classes as multi-class RLE, one mask for each class.

    {"a.jpg": {"size": [height, width], "values": […], "counts": […]}, …}
    [{"image": "a.jpg", "size": …, "values": …, "counts": …}, …]

Values and counts follow the image column by column, see `rle.multiclass`. An object may also have
`labels`, the classes' names by their values, {"1": "car"}, and `background`, the value that is no
class: 0 where nothing is said, null where all are. So may each image, for itself.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.masks import Found, Place
from cvat_sam.sources import mask_items
from cvat_sam.sources.fields import rejected, shown
from cvat_sam.sources.json_items import JsonFile
from cvat_sam.sources.json_opening import opening
from cvat_sam.sources.segmentations import Draft, finished
from cvat_sam.sources.source import Source

_OPTIONS = {"labels", "background"}


def looks_like(path: Path) -> bool:
    """Whether a file begins as one of these does."""
    found = opening(path)
    return "values" in (found.item if found.kind == "[" else found.within)


def read(source: Source) -> Iterator[Found]:
    """The masks of a file; images that cannot be taken are rejected, with what is wrong.

    Raises:
        InvalidSource: it is neither of these forms, is damaged, or cannot be read.
    """
    return finished(_drafts(source.path))


def _drafts(path: Path) -> Iterator[Draft | Found]:
    with JsonFile(path) as file:
        if file.first() == "[":
            for index, item in enumerate(file.items()):
                yield from mask_items.read(item, Place(str(path), index))
        elif file.first() == "{":
            labels, background = _options(path)
            index = 0
            for key in file.members():
                if key not in _OPTIONS:
                    place, image = Place(str(path), index), file.value()
                    yield from _image(image, key, place, labels, background)
                    index += 1
        else:
            raise InvalidSource(
                f"{path}: begins with {file.first()!r}, but should be a list or an object"
            )
        file.end()


def _options(path: Path) -> tuple[Mapping[str, str], int | None]:
    """The labels and the background of an object: they may stand behind the images."""
    labels: Mapping[str, str] = {}
    background: int | None = 0
    with JsonFile(path) as file:
        for key in file.members():
            try:
                if key == "labels":
                    labels = mask_items.labels_of(file.value())
                elif key == "background":
                    background = mask_items.background_of(file.value())
            except InvalidSource:
                raise
            except InvalidInput as fault:
                raise InvalidSource(f"{path}: {fault}") from None
    return labels, background


def _image(
    rle: Any, name: str, place: Place, labels: Mapping[str, str], background: int | None
) -> Iterator[Found]:
    if not isinstance(rle, Mapping) or "values" not in rle:
        item = dict(rle) if isinstance(rle, Mapping) else {"read": rle}
        sentence = (
            f"{shown(name)} is {shown(rle)}; it should be an object with size, values, counts"
        )
        yield rejected(place, sentence, {"image": name, **item})
        return
    # What is written of it stands alone: it says what the file said for all.
    said: dict[str, Any] = {"labels": labels} if labels else {}
    if background != 0:
        said["background"] = background
    yield from mask_items.classes({"image": name, **said, **rle}, place)
