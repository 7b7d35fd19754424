"""COCO's JSON, as pycocotools loads it.

    {"images": [{"id", "file_name", "height", "width"}],
     "categories": [{"id", "name", "supercategory"}],
     "annotations": [{"id", "image_id", "category_id", "segmentation": {"size", "counts"},
                      "area", "bbox": [x, y, w, h], "iscrowd", …}]}

Ids count from 1. Counts are compressed strings; the box is its left, its top, and how many columns
and rows it has. As CVAT has it, "attributes" holds a mask's attributes and "occluded". "z_order",
"group" and "score" stand beside it. All of these only where there is something to say.

Source of the format: the COCO API (pycocotools.coco), and CVAT's export "COCO 1.0".
"""

import json
from pathlib import Path
from typing import Any

import rle
from cvat_sam.masks import MaskRecord
from cvat_sam.targets.target import FirstSeen, Target
from cvat_sam.targets.unfinished import UnfinishedFile, append, second_part

# Masks that are converted at one go, which is several times faster than one by one.
BATCH = 256


class CocoTarget(Target):
    """Writes COCO's JSON; see `Target`."""

    def __init__(self, path: Path) -> None:
        unfinished = UnfinishedFile(path)
        super().__init__(path, unfinished)
        self._categories = FirstSeen()
        self._waiting: list[MaskRecord] = []
        self._written = 0
        self._file = unfinished.open()
        # Categories are known last, but who reads along wants them before the annotations.
        self._annotations = second_part(path)
        self._file.write('{"images": [')

    def _begin_image(self, name: str, height: int, width: int, frame: int) -> None:
        entry = {"id": self.images + 1, "file_name": name, "height": height, "width": width}
        self._file.write(f"{',' if self.images else ''}\n{json.dumps(entry)}")

    def _add(self, record: MaskRecord) -> None:
        self._waiting.append(record)
        if len(self._waiting) == BATCH:
            self._write_waiting()

    def _end_image(self) -> None:
        if self._waiting:
            self._write_waiting()

    def _write_waiting(self) -> None:
        height, width = self._height, self._width
        masks = [record.points for record in self._waiting]
        segmentations = rle.convert.cvat_to_coco_batch(masks, height=height, width=width)
        areas = rle.ops.area(masks, height=height, width=width).tolist()
        boxes = rle.ops.bbox(masks, height=height, width=width).tolist()
        for record, segmentation, area, box in zip(
            self._waiting, segmentations, areas, boxes, strict=True
        ):
            comma = "," if self._written else ""
            self._written += 1
            annotation = {
                "id": self._written,
                "image_id": self.images,
                "category_id": self._categories[record.label],
                "segmentation": segmentation,
                "area": area,
                "bbox": box,
                "iscrowd": int(record.iscrowd),
                **_more(record),
            }
            self._annotations.write(f"{comma}\n{json.dumps(annotation)}")
        self._waiting.clear()

    def _finish(self) -> None:
        categories = [
            json.dumps({"id": number, "name": name, "supercategory": ""})
            for name, number in self._categories.items()
        ]
        self._file.write('],\n"categories": [\n' + ",\n".join(categories))
        self._file.write('],\n"annotations": [')
        append(self._annotations, self._file)
        self._file.write("]}\n")
        self._file.close()

    def _let_go(self) -> None:
        self._file.close()
        self._annotations.close()


def _more(record: MaskRecord) -> dict[str, Any]:
    """What COCO itself does not have."""
    more: dict[str, Any] = {}
    attributes: dict[str, Any] = dict(record.attributes)
    if record.occluded:
        # An attribute may have this very name; then it has the place.
        (more if "occluded" in attributes else attributes)["occluded"] = True
    if attributes:
        more["attributes"] = attributes
    for name in ("z_order", "group"):
        if value := getattr(record, name):
            more[name] = value
    if record.score is not None:
        more["score"] = record.score
    return more
