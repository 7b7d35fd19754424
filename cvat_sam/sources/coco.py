"""COCO's instances: images, categories and annotations, in any order in the file.

    {"images": [{"id", "file_name", "height", "width"}], "categories": [{"id", "name"}],
     "annotations": [{"image_id", "category_id", "segmentation", "iscrowd", "score", "attributes"}]}

`segmentation` is {"size", "counts"}, with counts as COCO's text or as a list, or a list of
polygons, whose union is the mask, to the pixel as pycocotools has it. `attributes` are what CVAT's
export adds, with `occluded` among them; `z_order` and `group` may stand beside. Annotations that
have a box or keypoints but no segmentation are no masks: they are noted and passed over.

The file is read twice, so that images and categories may stand behind the annotations: only they
are kept in memory.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.masks import Found, ImageRecord, Note, Place
from cvat_sam.sources import image_table, mask_items
from cvat_sam.sources.fields import rejected
from cvat_sam.sources.image_table import Image, Table
from cvat_sam.sources.json_items import JsonFile
from cvat_sam.sources.json_opening import opening
from cvat_sam.sources.segmentations import Draft, finished
from cvat_sam.sources.source import Source

# What the annotations of COCO have, and those of SA-1B have not.
_IDS = {"image_id", "category_id"}

# What CVAT's export puts among a mask's attributes, though they are none of its label's: numbers,
# true and false. An attribute of that name is text.
_OF_CVAT = {"occluded", "rotation", "track_id", "keyframe"}

# What an annotation without a segmentation has instead.
_NOT_MASKS = (("keypoints", "set of keypoints"), ("bbox", "box"))

_KEPT = ("segmentation", "iscrowd", "score", "occluded", "z_order", "group", "attributes")


def looks_like(path: Path) -> bool:
    """Whether a file begins as COCO's instances do."""
    found = opening(path)
    if "image" in found.keys:
        return False
    if "annotations" in found.keys and (inner := found.members["annotations"]):
        return bool(inner & _IDS)
    return bool(found.keys & {"images", "categories", "annotations"}) or (
        found.keys >= {"info", "licenses"}
    )


def read(source: Source) -> Iterator[Found]:
    """The images and masks of a file; annotations that cannot be taken are rejected.

    Raises:
        InvalidSource: it has no images, categories or annotations, is damaged, or cannot be read.
    """
    return finished(_drafts(source.path))


def _drafts(path: Path) -> Iterator[Draft | Found]:
    images, categories = _tables(path)
    for image in images.entries():
        yield ImageRecord(Place(str(path)), image.name, height=image.height, width=image.width)
    if images.unusable:
        yield Note("unusable", "image", images.unusable)
    found = False
    with JsonFile(path) as file:
        for key in file.members():
            if key == "annotations":
                found = True
                for index, annotation in enumerate(file.items()):
                    place = Place(str(path), index)
                    yield _draft(annotation, place, images, categories)
        file.end()
    if not found:
        raise InvalidSource(f"{path}: has no annotations, but COCO's instances do")


def _tables(path: Path) -> tuple[Table[Image], Table[str]]:
    images = Table("image", image_table.image)
    categories = Table("category", image_table.category)
    tables: dict[str, Table[Any]] = {"images": images, "categories": categories}
    with JsonFile(path) as file:
        for key in file.members():
            if key in tables:
                table = tables.pop(key)
                for item in file.items():
                    table.add(item)
            if not tables:
                break  # what follows is read with the annotations
    if tables:
        raise InvalidSource(f"{path}: has no {' and no '.join(tables)}, but COCO's instances do")
    return images, categories


def _draft(
    annotation: Any, place: Place, images: Table[Image], categories: Table[str]
) -> Draft | Found:
    if not isinstance(annotation, Mapping):
        return mask_items.no_object(annotation, place)
    if annotation.get("segmentation") in (None, []):
        for key, noun in _NOT_MASKS:
            if annotation.get(key):
                return Note("passed over", noun)
    item: dict[str, Any] = {"image": None, "label": None}
    faults = []
    try:
        image = images[annotation.get("image_id")]
        item["image"] = image.name
        if image.height is not None:
            item |= {"height": image.height, "width": image.width}
    except InvalidInput as fault:
        item["image_id"] = annotation.get("image_id")
        faults.append(str(fault))
    try:
        item["label"] = categories[annotation.get("category_id")]
    except InvalidInput as fault:
        item["category_id"] = annotation.get("category_id")
        faults.append(str(fault))
    item |= {key: annotation[key] for key in _KEPT if annotation.get(key) is not None}
    if isinstance(attributes := item.get("attributes"), dict):
        _take_cvats_own(attributes, item)
    return rejected(place, "; ".join(faults), item) if faults else mask_items.mask(item, place)


def _take_cvats_own(attributes: dict[str, Any], item: dict[str, Any]) -> None:
    for key in _OF_CVAT & attributes.keys():
        if isinstance(attributes[key], bool | int | float):
            value = attributes.pop(key)
            if key == "occluded":
                item[key] = value
