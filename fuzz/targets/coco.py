"""COCO's dicts."""

from typing import Any

import numpy as np

import rle
from fuzz import garbage, mutations, naive, samples
from fuzz.targets.cvat import declare
from fuzz.trial import Trial, same_pixels
from rle.exceptions import RleError


def segmentation(trial: Trial, mask: samples.Mask | None = None) -> Any:
    """A dict, mostly with one thing wrong."""
    rng = trial.rng
    mask = samples.mask(rng) if mask is None else mask
    right = samples.segmentation(mask, rng)
    kind = rng.random()
    if kind < 0.75:
        counts = right["counts"]
        if isinstance(counts, list):
            right["counts"] = mutations.numbers(counts, rng)
        else:
            text = counts if isinstance(counts, str) else counts.decode()
            right["counts"] = mutations.text(text, rng)
    elif kind < 0.78:
        right["counts"] = garbage.value(rng)
    elif kind < 0.8:
        right["counts"] = "".join(rng.choices(mutations.ALPHABET, k=rng.randrange(30)))
    if rng.random() < 0.2:
        right["size"] = mutations.size(mask.shape, rng)
    given = mutations.mapping(right, rng)
    if isinstance(given, dict) and isinstance(given.get("size"), list | tuple):
        declare(trial, *(*given["size"], None, None)[:2])
    return given


def decode(trial: Trial) -> None:
    """rle.coco.decode and validate, against a plain reader."""
    given = segmentation(trial)
    answer = trial.ask(rle.coco.decode, given)
    opinion = naive.segmentation(given)
    if isinstance(answer, RleError):
        if isinstance(opinion, np.ndarray) and naive.is_drawn_out(given):
            return
        trial.mask(answer, (), opinion)
    else:
        trial.mask(answer, given["size"], opinion)
        turned = trial.ask(rle.coco.decode, given, order="F")
        trial.expect(same_pixels(answer, turned), "another mask in order F")
        trial.expect(turned.flags.f_contiguous, "gave a mask that is not in F order")
    checked = trial.ask(rle.coco.validate, given)
    trial.agree(answer, checked, "decode and validate")


def decode_batch(trial: Trial) -> None:
    """rle.coco.decode_batch, against decode."""
    rng = trial.rng
    first = samples.mask(rng)
    right = [
        samples.segmentation(samples.mask(rng, first.shape), rng) for _ in range(rng.randrange(5))
    ]
    batch: list[Any] = right
    if batch and rng.random() < 0.6:
        batch = list(right)
        shape = first.shape if rng.random() < 0.9 else None
        batch[rng.randrange(len(batch))] = segmentation(trial, samples.mask(rng, shape))
    given = mutations.several(batch, rng)
    declare(trial, *first.shape)
    trial.pixels *= 1 + len(batch)
    answer = trial.ask(rle.coco.decode_batch, given)
    if given is not batch or not batch:
        return
    each = [trial.ask(rle.coco.decode, one) for one in batch]
    refused = any(isinstance(one, RleError) for one in each)
    if isinstance(answer, RleError):
        sizes = {one.shape for one in each if not isinstance(one, RleError)}
        trial.expect(refused or len(sizes) > 1, f"refused ({answer}), but decode takes each")
        return
    trial.expect(not refused, "took what decode refuses")
    trial.expect(len(answer) == len(batch), f"gave {len(answer)} masks for {len(batch)}")
    trial.expect(all(map(same_pixels, answer, each)), "decode_batch differs from decode")
    runs = trial.ask(rle.convert.coco_to_runs_batch, batch)
    one_by_one = [trial.ask(rle.convert.coco_to_runs, one) for one in batch]
    trial.expect(runs == one_by_one, "coco_to_runs_batch differs from coco_to_runs")
