"""SA-1B's annotations: a JSON file for each image.

    {"image": {"image_id", "width", "height", "file_name"},
     "annotations": [{"segmentation": {"size", "counts"}, "predicted_iou", …}]}

A mask's label is "object", its score the predicted IoU.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.masks import Found, ImageRecord, Place
from cvat_sam.sources import image_table, mask_items
from cvat_sam.sources.image_table import Image
from cvat_sam.sources.json_items import JsonFile
from cvat_sam.sources.json_opening import opening
from cvat_sam.sources.segmentations import Draft, finished
from cvat_sam.sources.source import Source

LABEL = "object"

# What the annotations of SA-1B have, and those of COCO have not.
_OWN = {"predicted_iou", "stability_score", "point_coords", "crop_box"}


def looks_like(path: Path) -> bool:
    """Whether a file begins as SA-1B's do."""
    found = opening(path)
    if found.keys >= {"image", "annotations"}:
        return True
    if "image" in found.keys:
        return {"file_name", "height", "width"} <= found.members["image"]
    return bool(found.members.get("annotations", set()) & _OWN)


def read(source: Source) -> Iterator[Found]:
    """The image and the masks of a file.

    Raises:
        InvalidSource: the file is none of SA-1B's, is damaged, or cannot be read.
    """
    return finished(_drafts(source.path))


def _drafts(path: Path) -> Iterator[Draft | Found]:
    image = _image(path)
    yield ImageRecord(Place(str(path)), image.name, height=image.height, width=image.width)
    found = False
    with JsonFile(path) as file:
        for key in file.members():
            if key == "annotations":
                found = True
                for index, annotation in enumerate(file.items()):
                    yield _draft(annotation, Place(str(path), index), image)
        file.end()
    if not found:
        raise InvalidSource(f"{path}: has no annotations, but SA-1B's files do")


def _image(path: Path) -> Image:
    """The image, which may stand behind the annotations."""
    with JsonFile(path) as file:
        for key in file.members():
            if key == "image":
                try:
                    return image_table.image(file.value())
                except InvalidSource:
                    raise
                except InvalidInput as fault:
                    raise InvalidSource(f"{path}: the image: {fault}") from None
    raise InvalidSource(f"{path}: has no image, but SA-1B's files do")


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
