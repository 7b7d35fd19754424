"""Encoders: masks of every type, and what is no mask."""

from typing import Any

import numpy as np

import rle
from benchmarks.rle import plain
from fuzz import garbage, mutations, samples
from fuzz.trial import Trial
from rle.exceptions import RleError


def _array(trial: Trial) -> Any:
    kind = trial.rng.random()
    if kind < 0.6:
        return garbage.array(trial.rng)
    if kind < 0.7:
        return garbage.value(trial.rng)
    if kind < 0.75:
        return garbage.nested(trial.rng)
    image = samples.labels(trial.rng)
    return image.tolist() if kind < 0.85 else np.asfortranarray(image)


def _clear(given: Any) -> bool:
    """Whether something is surely an image."""
    good = isinstance(given, np.ndarray) and given.ndim == 2 and given.size > 0
    return bool(good and given.dtype.kind in "biu")


def masks(trial: Trial) -> None:
    """Every encoder of a mask, against a plain one."""
    given = _array(trial)
    image = given != 0 if _clear(given) else None
    trial.pixels = int(np.size(given)) if isinstance(given, np.ndarray) else 100
    answers = [
        trial.ask(function, given)
        for function in (rle.cvat.encode, rle.coco.encode, rle.kaggle.encode, rle.runs.encode)
    ]
    for answer in answers[1:]:
        trial.agree(answers[0], answer, "two encoders")
    if image is None:
        return
    trial.expect(not isinstance(answers[0], RleError), f"refused a mask ({answers[0]})")
    trial.expect(answers[0] == plain.cvat(image), "other points")
    trial.expect(answers[1] == plain.coco(image), "other counts")
    trial.expect(answers[2] == plain.kaggle(image), "another text")


def labels(trial: Trial) -> None:
    """rle.multiclass.encode, against a plain one."""
    given = _array(trial)
    order = trial.rng.choice(("F", "C"))
    trial.pixels = int(np.size(given)) if isinstance(given, np.ndarray) else 100
    answer = trial.ask(rle.multiclass.encode, given, order=order)
    if _clear(given):
        trial.expect(not isinstance(answer, RleError), f"refused labels ({answer})")
        right = plain.multiclass(given, order)
        trial.expect(answer == {**right, "size": list(given.shape)}, f"gave {answer!r:.300}")


def batches(trial: Trial) -> None:
    """The batches, against one at a time."""
    rng = trial.rng
    shape = samples.size(rng)
    images: Any = [samples.mask(rng, shape) for _ in range(rng.randrange(1, 5))]
    if rng.random() < 0.6:
        images = np.array(images)
        if rng.random() < 0.3:
            images = images.astype(rng.choice(("u1", "<i4", ">f4"))) * 255
        if rng.random() < 0.2:
            images = np.asfortranarray(images)
    trial.pixels = int(np.size(images)) * 2
    for many, one in (
        (rle.cvat.encode_batch, rle.cvat.encode),
        (rle.coco.encode_batch, rle.coco.encode),
    ):
        answer = trial.ask(many, images)
        each = [trial.ask(one, image) for image in images]
        trial.expect(answer == each, f"a batch differs from its items: {answer!r:.300}")
        odd = mutations.several(list(images), rng)
        if odd is not images:
            trial.ask(many, odd)
        trial.ask(many, garbage.value(rng))
