"""From one form to another, against decoding."""

from typing import Any

import rle
from fuzz import mutations, samples
from fuzz.targets.coco import segmentation
from fuzz.targets.cvat import declare, points_and_size
from fuzz.trial import Trial, same_pixels
from rle.exceptions import RleError


def cvat_to_coco(trial: Trial) -> None:
    """rle.convert.cvat_to_coco and cvat_to_runs."""
    points, height, width = points_and_size(trial)
    compressed = trial.rng.random() < 0.5
    size = {"height": height, "width": width}
    answer = trial.ask(rle.convert.cvat_to_coco, points, **size, compressed=compressed)
    runs = trial.ask(rle.convert.cvat_to_runs, points, **size)
    decoded = trial.ask(rle.cvat.decode, points, **size)
    trial.agree(answer, runs, "cvat_to_coco and cvat_to_runs")
    if trial.agree(answer, decoded, "cvat_to_coco and decode"):
        trial.expect(answer == trial.ask(rle.coco.encode, decoded, compressed=compressed), "differ")
        trial.expect(same_pixels(trial.ask(rle.runs.decode, runs), decoded), "Runs differ")
        _sound(trial, runs)


def coco_to_cvat(trial: Trial) -> None:
    """rle.convert.coco_to_cvat and coco_to_runs."""
    given = segmentation(trial)
    answer = trial.ask(rle.convert.coco_to_cvat, given)
    runs = trial.ask(rle.convert.coco_to_runs, given)
    decoded = trial.ask(rle.coco.decode, given)
    trial.agree(answer, runs, "coco_to_cvat and coco_to_runs")
    if trial.agree(answer, decoded, "coco_to_cvat and decode"):
        trial.expect(answer == trial.ask(rle.cvat.encode, decoded), "differ")
        trial.expect(all(type(item) is int for item in answer), "gave no Python ints")
        trial.expect(same_pixels(trial.ask(rle.runs.decode, runs), decoded), "Runs differ")
        _sound(trial, runs)


def batches(trial: Trial) -> None:
    """The batches of both, against one at a time."""
    rng = trial.rng
    shape = samples.size(rng)
    right = [samples.mask(rng, shape) for _ in range(rng.randrange(5))]
    declare(trial, *shape)
    trial.pixels *= 1 + len(right)
    masks: list[Any]
    if rng.random() < 0.5:
        masks = [samples.points(mask) for mask in right]
        if masks and rng.random() < 0.5:
            masks[0] = mutations.numbers(masks[0], rng)
        size = {"height": shape[0], "width": shape[1]}
        many = trial.ask(rle.convert.cvat_to_coco_batch, masks, **size)
        each = [trial.ask(rle.convert.cvat_to_coco, mask, **size) for mask in masks]
    else:
        masks = [samples.segmentation(mask, rng) for mask in right]
        if masks and rng.random() < 0.5:
            masks[0] = segmentation(trial, right[0])
        many = trial.ask(rle.convert.coco_to_cvat_batch, masks)
        each = [trial.ask(rle.convert.coco_to_cvat, mask) for mask in masks]
    refusal = next((one for one in each if isinstance(one, RleError)), None)
    if trial.agree(many, refusal, "a batch and its items"):
        trial.expect(many == each, "a batch differs from its items")


def round_trip(trial: Trial) -> None:
    """A mask through every form and back."""
    mask = samples.mask(trial.rng)
    height, width = mask.shape
    declare(trial, height, width)
    points, counts = samples.points(mask), samples.text(mask)
    coco = {"size": [height, width], "counts": counts}
    answers = (
        (trial.ask(rle.cvat.encode, mask), points),
        (trial.ask(rle.coco.encode, mask), coco),
        (trial.ask(rle.convert.cvat_to_coco, points, height=height, width=width), coco),
        (trial.ask(rle.convert.coco_to_cvat, coco), points),
    )
    for answer, right in answers:
        trial.expect(answer == right, f"gave {answer!r:.300} for {right!r:.300}")
    for order in ("F", "C"):
        runs = trial.ask(rle.runs.encode, mask, order=order)
        other = runs.in_order("C" if order == "F" else "F")
        for one in (runs, other):
            _sound(trial, one)
            trial.expect(same_pixels(trial.ask(rle.runs.decode, one), mask), "Runs differ")


def _sound(trial: Trial, runs: rle.Runs) -> None:
    again = trial.ask(rle.Runs, runs.edges, height=runs.height, width=runs.width, order=runs.order)
    trial.expect(not isinstance(again, RleError), f"made Runs that are none: {again}")
