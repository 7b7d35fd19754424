"""A source as COCO's JSON, as pycocotools loads it.

    {"images": [{"id", "file_name", "height", "width"}],
     "categories": [{"id": 1, "name": "object"}],
     "annotations": [{"id", "image_id", "category_id", "segmentation", "area", "bbox", "iscrowd",
                      "score", "stability_score", "sa1b_id"}]}

Ids count from 1 in each file. Area and box (left, top, columns, rows) are those of the runs; the
score is the predicted IoU.
"""

import json
from collections.abc import Iterator
from typing import IO, Any

import rle
from cvat_sam.sa1b.record import Record
from cvat_sam.sa1b.work.jobs import EVERY, Faults, Job, Outcome
from cvat_sam.sa1b.work.results import result_path
from cvat_sam.targets.unfinished import UnfinishedFile, append, second_part

CATEGORY = {"id": 1, "name": "object", "supercategory": ""}


def convert(job: Job) -> Iterator[int | Outcome]:
    """Writes a source as `coco/NAME.json`; yields as `stats` does."""
    faults = Faults()
    images = masks = 0
    with UnfinishedFile(result_path(job, "coco", ".json")) as unfinished, unfinished.open() as file:
        # Images come first in the file, and annotations while they are still being read.
        annotations = second_part(unfinished.path)
        file.write('{"images": [')
        for record in job.reader(faults):
            images += 1
            _write(file, {"id": images, **_image(record)}, first=images == 1)
            for annotation in _annotations(record):
                masks += 1
                ids = {"id": masks, "image_id": images, "category_id": CATEGORY["id"]}
                _write(annotations, ids | annotation, first=masks == 1)
            if images % EVERY == 0:
                yield images
        file.write(f'],\n"categories": [{json.dumps(CATEGORY)}],\n"annotations": [')
        append(annotations, file)
        file.write("]}\n")
    yield Outcome(images, masks, skipped=faults.count, faults=tuple(faults.sentences))


def _write(file: IO[str], item: dict[str, Any], *, first: bool) -> None:
    file.write(f"{'' if first else ','}\n{json.dumps(item)}")


def _image(record: Record) -> dict[str, Any]:
    return {"file_name": record.name, "height": record.height, "width": record.width}


def _annotations(record: Record) -> Iterator[dict[str, Any]]:
    runs = record.runs()
    columns = (
        record.segmentations(),
        rle.ops.area(runs).tolist(),
        rle.ops.bbox(runs).tolist(),
        record.predicted_ious.tolist(),
        record.stability_scores.tolist(),
        record.ids.tolist(),
    )
    for segmentation, area, box, score, stability, number in zip(*columns, strict=True):
        yield {
            "segmentation": segmentation,
            "area": area,
            "bbox": box,
            "iscrowd": 0,
            "score": score,
            "stability_score": stability,
            "sa1b_id": number,
        }
