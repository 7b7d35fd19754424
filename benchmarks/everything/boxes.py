"""Many boxes on one image, which every way has looked at before."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.everything import pictures, processes, rows
from benchmarks.everything.likeness import iou
from benchmarks.everything.measuring import Official
from benchmarks.everything.plan import Plan
from benchmarks.photos import jpeg, unseen
from benchmarks.progress import Say
from benchmarks.results import AUTO, STOCK, Results, parts_of

Box = list[float]
Masks = list[list[int]]

SMALLEST = 8.0
JITTER = 0.05


def boxes_of(official: Official, count: int, *, width: int, height: int) -> list[Box]:
    """So many boxes, xyxy, around what was found, no two of them the same.

    What is asked twice on one image is known the second time. Where nothing was found, boxes are
    about the image's middle.
    """
    random = np.random.default_rng(0)
    found = [one["bbox"] for one in official.annotations]
    found = found or [[width / 4, height / 4, width / 2, height / 2]]
    boxes = []
    for number in range(count):
        left, top, *sides = found[number % len(found)]
        middle = np.array([left, top]) + np.array(sides) / 2
        sides = np.maximum(sides, SMALLEST)
        shifted = random.uniform(-JITTER, JITTER, (2, 2)) * sides
        corners = np.array([middle - sides / 2, middle + sides / 2]) + shifted
        boxes.append(np.clip(corners, 0, [width, height]).round(2).ravel().tolist())
    return boxes


def measure(official: Official, device: str, plan: Plan, results: Results, say: Say) -> None:
    """Ask for the objects in boxes: the predictor, ours a request for each, ours all at once.

    Raises:
        WorkerFailed: one of them does not run.
    """
    width, height = plan.size
    size = {"height": height, "width": width}
    image = jpeg(pictures.picture(official.picture, width, height))
    boxes = boxes_of(official, plan.boxes, width=width, height=height)
    row = rows.boxes(plan.boxes)
    with (
        processes.predictor(device) as stock,
        processes.ours(AUTO, device) as ours,
        processes.ours(AUTO, device, SAM_MASK_CHOICE="sam") as alike,
    ):
        for turn in range(plan.box_turns):
            say(f"{row}, turn {turn + 1} of {plan.box_turns}")
            stock.ask("look", text=pictures.box_request(image, boxes[0]))
            predicted = stock.ask("boxes", boxes_xyxy=boxes)
            results.add(row, STOCK, predicted["seconds"] * 1000)
            results.add(rows.DECODING, STOCK, predicted["seconds"] * 1000)
            answers = {}
            for way in (rows.SINGLY, AUTO):
                new = unseen(image)
                # Looked at, but not asked for any of these boxes.
                ours.answer(pictures.box_request(new, [0, 0, width, height]))
                texts = _texts(new, boxes, at_once=way == AUTO)
                answers[way] = _asked(ours, texts, way, row, results)
            for one, other in zip(answers[AUTO], answers[rows.SINGLY], strict=True):
                results.add(rows.BOXES_SAME, AUTO, iou(one, other, **size))
        # With this rule nothing is cleaned that the model found.
        answered = alike.answer(pictures.boxes_request(unseen(image), boxes))
        for one, other in zip(_masks(answered), predicted["masks"], strict=True):
            results.add(rows.BOXES_ALIKE, AUTO, iou(one, other, **size))


def _texts(image: bytes, boxes: Sequence[Box], *, at_once: bool) -> list[str]:
    if at_once:
        return [pictures.boxes_request(image, boxes)]
    return [pictures.box_request(image, box) for box in boxes]


def _asked(
    worker: processes.Worker, texts: Sequence[str], way: str, row: str, results: Results
) -> Masks:
    """The masks that all requests' replies have, and what these took."""
    answered = [worker.answer(text) for text in texts]
    results.add(row, way, sum(one["seconds"] for one in answered) * 1000)
    results.add(rows.DECODING, way, sum(parts_of(one["timing"])["mask"] for one in answered))
    return [mask for one in answered for mask in _masks(one)]


def _masks(answered: dict[str, Any]) -> Masks:
    """In CVAT's form; what was not found is an empty list."""
    shapes = json.loads(answered["text"])["shapes"]
    return [[] if shape is None else shape["points"] for shape in shapes]
