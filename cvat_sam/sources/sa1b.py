"""SA-1B's annotations: a JSON file for each image, in folders or in tars.

    {"image": {"image_id", "width", "height", "file_name"},
     "annotations": [{"segmentation": {"size", "counts"}, "predicted_iou", …}]}

A mask's label is "object", its score the predicted IoU. Of a tar only the JSONs are read; nothing
is unpacked to a disk. One of them that is damaged is rejected as a whole, the others are read.
"""

import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.masks import Found, ImageRecord, Place, Rejected
from cvat_sam.sources import image_table, mask_items
from cvat_sam.sources.fields import rejected
from cvat_sam.sources.folders import has_suffix
from cvat_sam.sources.image_table import Image
from cvat_sam.sources.json_items import JsonFile
from cvat_sam.sources.json_opening import opening
from cvat_sam.sources.segmentations import Draft, finished
from cvat_sam.sources.source import Source
from cvat_sam.sources.tar_members import TARS, TarMembers

LABEL = "object"

# What the annotations of SA-1B have, and those of COCO have not.
_OWN = {"predicted_iou", "stability_score", "point_coords", "crop_box"}

# Taken for ours too, so that whoever names one is told what can be read.
_OTHER_TARS = (".tar.bz2", ".tar.xz")


def looks_like(path: Path) -> bool:
    """Whether a file begins as SA-1B's do, or is a tar."""
    if has_suffix(path.name, (*TARS, *_OTHER_TARS)):
        return _is_tar(path)
    found = opening(path)
    if found.keys >= {"image", "annotations"}:
        return True
    if "image" in found.keys:
        return {"file_name", "height", "width"} <= found.members["image"]
    return bool(found.members.get("annotations", set()) & _OWN)


def read(source: Source) -> Iterator[Found]:
    """The images and the masks of a JSON file or a tar.

    Raises:
        InvalidSource: the file is none of SA-1B's, is damaged, or cannot be read; a tar likewise,
            but for what is damaged in it.
    """
    path = source.path
    if has_suffix(path.name, (*TARS, *_OTHER_TARS)):
        return finished(_drafts_of_tar(path))
    return finished(_drafts(str(path)))


def _is_tar(path: Path) -> bool:
    try:
        return path.is_file() and tarfile.is_tarfile(path)
    except (OSError, EOFError, ValueError):  # what is damaged in its first bytes is none
        return False


def _drafts_of_tar(path: Path) -> Iterator[Draft | Found]:
    damaged: list[Rejected] = []

    def reject(member: str, sentence: str) -> None:
        place = Place(f"{path}: {member}" if member else str(path))
        damaged.append(rejected(place, sentence, {}))

    seen: set[str] = set()
    with TarMembers(path, [".json"], reject) as members:
        for member in members:
            yield from _taken(damaged)
            if member.name in seen:
                reject(member.name, "is there twice; the first was taken")
                continue
            seen.add(member.name)
            name = f"{path}: {member.name}"
            try:
                # All of an image or nothing.
                yield from list(_drafts(name, members.data(member)))
            except InvalidSource as error:
                reject(member.name, str(error).removeprefix(f"{name}: "))
        yield from _taken(damaged)
    if not seen:
        raise InvalidSource(f"{path}: has no JSON files in it, but SA-1B's tars do")


def _taken(damaged: list[Rejected]) -> Iterator[Rejected]:
    yield from damaged
    damaged.clear()


def _drafts(name: str, data: bytes | None = None) -> Iterator[Draft | Found]:
    """What is in a JSON: in a file of that name, or in the data."""
    image = _image(name, data)
    yield ImageRecord(Place(name), image.name, height=image.height, width=image.width)
    found = False
    with JsonFile(name, data=data) as file:
        for key in file.members():
            if key == "annotations":
                found = True
                for index, annotation in enumerate(file.items()):
                    yield _draft(annotation, Place(name, index), image)
        file.end()
    if not found:
        raise InvalidSource(f"{name}: has no annotations, but SA-1B's files do")


def _image(name: str, data: bytes | None) -> Image:
    """The image, which may stand behind the annotations."""
    with JsonFile(name, data=data) as file:
        for key in file.members():
            if key == "image":
                try:
                    return image_table.image(file.value())
                except InvalidSource:
                    raise
                except InvalidInput as fault:
                    raise InvalidSource(f"{name}: the image: {fault}") from None
    raise InvalidSource(f"{name}: has no image, but SA-1B's files do")


def _draft(annotation: Any, place: Place, image: Image) -> Draft | Found:
    if not isinstance(annotation, Mapping):
        return mask_items.no_object(annotation, place)
    item: dict[str, Any] = {"image": image.name, "label": LABEL}
    if image.height is not None:
        item |= {"height": image.height, "width": image.width}
    item["segmentation"] = annotation.get("segmentation")
    if (score := annotation.get("predicted_iou")) is not None:
        # What the model predicts goes beyond 1 now and then.
        above = isinstance(score, int | float) and not isinstance(score, bool) and 1 < score < 2
        item["score"] = 1.0 if above else score
    return mask_items.mask(item, place)
