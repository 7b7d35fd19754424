"""What is done with masks as runs, against the same with images."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from fuzz import garbage, mutations, samples
from fuzz.targets.coco import segmentation
from fuzz.targets.cvat import declare
from fuzz.trial import Finding, Trial, same_pixels
from rle.exceptions import RleError

Size = dict[str, Any]


class Masks:
    """Some masks of one size, in one form."""

    def __init__(self, trial: Trial, shape: tuple[int, int] | None = None) -> None:
        rng = trial.rng
        self.shape = shape or samples.size(rng)
        self.images = [samples.mask(rng, self.shape) for _ in range(rng.choice((0, 1, 2, 3, 6)))]
        form = rng.randrange(4)
        height, width = self.shape
        self.size: Size = {}
        self.given: list[Any]
        if form == 0:
            self.given = [samples.points(image) for image in self.images]
            self.size = {"height": height, "width": width}
        elif form == 1:
            order: rle.runs.Order = "F" if rng.random() < 0.5 else "C"
            self.given = [rle.runs.encode(image, order=order) for image in self.images]
        else:
            self.given = [samples.segmentation(image, rng) for image in self.images]
        declare(trial, height, width)
        trial.pixels = (trial.pixels + 50) * (1 + len(self.images))

    @property
    def stack(self) -> NDArray[np.bool_]:
        """(N, H, W)."""
        return np.array(self.images, np.bool_).reshape(-1, *self.shape)


def _decoded(trial: Trial, mask: Any, shape: tuple[int, ...]) -> Any:
    if isinstance(mask, rle.Runs):
        return trial.ask(rle.runs.decode, mask)
    if isinstance(mask, dict):
        return trial.ask(rle.coco.decode, mask)
    return trial.ask(rle.cvat.decode, mask, height=shape[0], width=shape[1])


def _near(trial: Trial, answer: Any, right: Any, what: str) -> None:
    trial.expect(not isinstance(answer, RleError), f"{what} refused what is right ({answer})")
    trial.expect(np.shape(answer) == np.shape(right), f"{what} gave shape {np.shape(answer)}")
    same = np.allclose(answer, right, rtol=1e-12, atol=1e-12)
    if not same:  # writing arrays out takes longer than all else here
        raise Finding(f"{what} gave {answer!r:.200} for {right!r:.200}")


def measure(trial: Trial) -> None:
    """One mask each: area, bbox, centroid."""
    masks = Masks(trial)
    boxes, centroids = [], []
    for image in masks.images:
        rows, columns = image.nonzero()
        if not rows.size:
            boxes.append([0, 0, 0, 0])
            centroids.append([0.0, 0.0])
            continue
        left, top = columns.min(), rows.min()
        boxes.append([left, top, columns.max() - left + 1, rows.max() - top + 1])
        centroids.append([columns.mean(), rows.mean()])
    for function, right in (
        (rle.ops.area, masks.stack.sum(axis=(1, 2))),
        (rle.ops.bbox, np.reshape(boxes, (-1, 4))),
        (rle.ops.centroid, np.reshape(centroids, (-1, 2))),
    ):
        answer = trial.ask(function, masks.given, **masks.size)
        _near(trial, answer, right, function.__name__)


def compare(trial: Trial) -> None:
    """Overlaps and their ratios: iou, overlap."""
    one = Masks(trial)
    other = Masks(trial, one.shape)
    crowd: Any = None
    if trial.rng.random() < 0.5:
        crowd = [trial.rng.random() < 0.5 for _ in other.images]
    pixels = one.shape[0] * one.shape[1]
    a, b = (masks.stack.reshape(-1, pixels).astype(float) for masks in (one, other))
    both = a @ b.T
    areas = a.sum(1)[:, np.newaxis]
    either = areas + b.sum(1) - both
    if crowd:
        either[:, crowd] = np.broadcast_to(areas, either.shape)[:, crowd]
    size = one.size or other.size
    for function, right, named in (
        (rle.ops.iou, both / np.maximum(either, 1), {"iscrowd": crowd}),
        (rle.ops.overlap, both / np.maximum(areas, 1), {}),
    ):
        answer = trial.ask(function, one.given, other.given, **named, **size)
        _near(trial, answer, right, function.__name__)


def combine(trial: Trial) -> None:
    """New masks: union, intersection, difference, complement."""
    masks = Masks(trial)
    other = Masks(trial, masks.shape)
    stack = masks.stack
    some: tuple[tuple[Callable[..., Any], Any], ...] = (
        (rle.ops.union, stack.any(axis=0)),
        (rle.ops.intersection, stack.all(axis=0)),
    )
    for function, right in some:
        answer = trial.ask(function, masks.given, **masks.size)
        if not masks.images:
            trial.expect(isinstance(answer, RleError), f"{function.__name__} of nothing is taken")
            continue
        _same(trial, [answer], [right], function.__name__)
    answer = trial.ask(rle.ops.complement, masks.given, **masks.size)
    _same(trial, answer, ~stack, "complement")
    size = masks.size or other.size
    answer = trial.ask(rle.ops.difference, masks.given, other.given, **size)
    _same(trial, answer, stack & ~other.stack.any(axis=0), "difference")


def _same(trial: Trial, answer: Any, right: Any, what: str) -> None:
    trial.expect(not isinstance(answer, RleError), f"{what} refused what is right ({answer})")
    trial.expect(len(answer) == len(right), f"{what} gave {len(answer)} for {len(right)}")
    for mask, image in zip(answer, right, strict=True):
        decoded = _decoded(trial, mask, image.shape)
        same = not isinstance(decoded, RleError) and same_pixels(decoded, image)
        trial.expect(same, f"{what} gave another mask ({mask!r:.300})")


def move(trial: Trial) -> None:
    """Another frame: crop, shift."""
    rng = trial.rng
    masks = Masks(trial)
    height, width = masks.shape
    left, top = rng.randrange(width), rng.randrange(height)
    box: Any = [left, top, rng.randrange(1, width - left + 1), rng.randrange(1, height - top + 1)]
    right = masks.stack[:, top : top + box[3], left : left + box[2]]
    damaged = rng.random() < 0.4
    answer = trial.ask(
        rle.ops.crop, masks.given, mutations.numbers(box, rng) if damaged else box, **masks.size
    )
    if not damaged:
        _same(trial, answer, right, "crop")
    dx, dy = rng.randrange(-width - 1, width + 2), rng.randrange(-height - 1, height + 2)
    moved = np.zeros_like(masks.stack)
    for target, image in zip(moved, masks.images, strict=True):
        rows, columns = image.nonzero()
        rows, columns = rows + dy, columns + dx
        inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
        target[rows[inside], columns[inside]] = True
    _same(trial, trial.ask(rle.ops.shift, masks.given, dx=dx, dy=dy, **masks.size), moved, "shift")
    far = {"dx": garbage.number(rng), "dy": garbage.value(rng) if damaged else dy}
    trial.ask(rle.ops.shift, masks.given, **far, **masks.size)


def contains(trial: Trial) -> None:
    """Points looked up: contains."""
    rng = trial.rng
    masks = Masks(trial)
    height, width = masks.shape
    points: Any = [
        [rng.uniform(-2, width + 2), rng.uniform(-2, height + 2)] for _ in range(rng.randrange(6))
    ]
    right = np.zeros((len(masks.images), len(points)), np.bool_)
    for column, (x, y) in enumerate(points):
        if 0 <= x < width and 0 <= y < height:
            right[:, column] = masks.stack[:, int(y), int(x)]
    answer = trial.ask(rle.ops.contains, masks.given, points, **masks.size)
    _near(trial, answer, right, "contains")
    if points:
        points[0][0] = garbage.number(rng)
    odd = mutations.several(points, rng)
    trial.ask(rle.ops.contains, masks.given, odd, **masks.size)


def garbled(trial: Trial) -> None:
    """Every operation with damaged masks: what one refuses, all refuse."""
    rng = trial.rng
    masks = Masks(trial)
    given: Any = list(masks.given)
    size: Size = dict(masks.size)
    if given:
        place = rng.randrange(len(given))
        kind = rng.random()
        if kind < 0.4 and isinstance(given[place], list):
            given[place] = mutations.numbers(given[place], rng)
        elif kind < 0.8:
            given[place] = segmentation(trial, masks.images[place])
        else:
            given[place] = garbage.value(rng)
    if rng.random() < 0.1:
        size = {"height": mutations.side(masks.shape[0], rng), "width": garbage.value(rng)}
    given = mutations.several(given, rng)
    trial.pixels += rle.MAX_PIXELS // 100
    answers = [
        trial.ask(function, given, **size)
        for function in (rle.ops.area, rle.ops.bbox, rle.ops.centroid, rle.ops.complement)
    ]
    answers.append(trial.ask(rle.ops.iou, given, given, **size))
    answers.append(trial.ask(rle.ops.difference, given, given, **size))
    for answer in answers[1:]:
        trial.agree(answers[0], answer, "two operations")
    trial.ask(rle.ops.union, given, **size)
    trial.ask(rle.ops.intersection, given, **size)
