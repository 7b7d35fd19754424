"""Kaggle's text."""

from typing import Any

import rle
from benchmarks.rle import plain
from fuzz import garbage, mutations, naive, samples
from fuzz.targets.cvat import declare
from fuzz.trial import Trial
from rle.exceptions import RleError


def decode(trial: Trial) -> None:
    """rle.kaggle.decode, against a plain reader."""
    rng = trial.rng
    mask = samples.mask(rng)
    text: Any = plain.kaggle(mask)
    kind = rng.random()
    if kind < 0.4:
        text = mutations.text(text, rng)
    elif kind < 0.8:
        numbers = mutations.numbers([int(word) for word in text.split()], rng)
        text = rng.choice((" ", " ", " ", "  ", ",", "\n")).join(map(_written, numbers))
    elif kind < 0.85:
        text = garbage.value(rng)
    height, width = (mutations.side(side, rng) for side in mask.shape)
    declare(trial, height, width)
    answer = trial.ask(rle.kaggle.decode, text, height=height, width=width)
    trial.mask(answer, (height, width), naive.kaggle(text, height, width))
    if not isinstance(answer, RleError):
        again = trial.ask(rle.kaggle.encode, answer)
        trial.expect(again == plain.kaggle(answer), f"encoded as {again!r:.200}")


def _written(number: Any) -> str:
    try:
        return str(number)
    except (ValueError, RecursionError):  # more digits than Python writes
        return "9" * 5000
