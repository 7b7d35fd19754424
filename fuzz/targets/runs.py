"""rle.Runs, made by hand."""

import numpy as np

import rle
from fuzz import garbage, mutations, naive, samples
from fuzz.targets.cvat import declare
from fuzz.trial import Trial, same_pixels
from rle.exceptions import RleError


def made(trial: Trial) -> None:
    """Runs from edges, mostly with one thing wrong, and what is done with them."""
    rng = trial.rng
    mask = samples.mask(rng)
    order = rng.choice(("F", "C"))
    flat = mask.T.reshape(-1) if order == "F" else mask.reshape(-1)
    edges = np.flatnonzero(np.diff(flat.astype(np.int8), prepend=0, append=0)).tolist()
    damaged = rng.random() < 0.7
    given = mutations.numbers(edges, rng) if damaged else edges
    height, width = (mutations.side(side, rng) if damaged else side for side in mask.shape)
    declare(trial, height, width)
    trial.pixels *= 8
    runs = trial.ask(rle.Runs, given, height=height, width=width, order=order)
    if isinstance(runs, RleError):
        trial.expect(damaged, f"refused what is right ({runs})")
        return
    image = trial.ask(rle.runs.decode, runs)
    trial.mask(image, (height, width), naive.UNCLEAR if damaged else mask)
    turned = runs.in_order("C" if order == "F" else "F")
    trial.expect(same_pixels(trial.ask(rle.runs.decode, turned), image), "turned, it is another")
    trial.expect(turned == runs and hash(turned) == hash(runs), "turned, it is not equal")
    points = trial.ask(rle.convert.runs_to_cvat, runs)
    coco = trial.ask(rle.convert.runs_to_coco, turned)
    trial.expect(points == trial.ask(rle.cvat.encode, image), "other points")
    trial.expect(coco == trial.ask(rle.coco.encode, image), "other counts")
    several = trial.ask(rle.convert.runs_to_coco_batch, [runs, turned])
    trial.expect(several == [coco, coco], "other counts in a batch")
    images = trial.ask(rle.runs.decode_batch, (turned, runs), order=rng.choice(("F", "C")))
    trial.expect(all(same_pixels(one, image) for one in images), "another mask in a batch")


def garbled(trial: Trial) -> None:
    """Garbage in the place of every argument."""
    rng = trial.rng
    named = {key: garbage.value(rng) for key in ("height", "width")}
    if rng.random() < 0.7:
        named = {"height": 3, "width": 4}
    order = rng.choice(("F", "C", garbage.value(rng)))
    trial.ask(rle.Runs, garbage.value(rng), **named, order=order)
    for function in (
        rle.convert.runs_to_cvat,
        rle.convert.runs_to_coco,
        rle.convert.runs_to_coco_batch,
        rle.runs.decode,
        rle.runs.decode_batch,
    ):
        trial.ask(function, garbage.value(rng))
