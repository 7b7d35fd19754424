"""Polygons."""

import math
from random import Random
from typing import Any

import numpy as np

import rle
from fuzz import garbage, mutations, naive, samples
from fuzz.targets.cvat import declare
from fuzz.trial import Trial
from rle.exceptions import RleError

FAR = (-1e9, -1e5, -40, -0.5, 0.5, 1e5, 1e9, 2.0**31, 2.0**53, 1e300, math.nan, math.inf, -math.inf)


def _corners(rng: Random, height: int, width: int) -> list[Any]:
    flat: list[Any] = []
    whole = rng.random() < 0.3
    for _ in range(rng.choice((3, 3, 4, 5, 9, 40))):
        x, y = rng.uniform(-2, width + 2), rng.uniform(-2, height + 2)
        flat += [round(x), round(y)] if whole else [x, y]
    for _ in range(rng.choice((0, 0, 1, 3))):
        place = rng.randrange(len(flat))
        kind = rng.random()
        if kind < 0.6:
            flat[place] = rng.choice(FAR)
        elif kind < 0.8:
            flat[place] = garbage.number(rng)
        elif kind < 0.9:
            del flat[place]
        else:
            flat[place] = garbage.value(rng)
    return flat


def to_mask(trial: Trial) -> None:
    """rle.polygon.to_mask."""
    rng = trial.rng
    height, width = samples.size(rng)
    polygons: Any = [_corners(rng, height, width) for _ in range(rng.choice((0, 1, 1, 1, 2, 4)))]
    kind = rng.random()
    if kind < 0.05:
        polygons = garbage.value(rng)
    elif kind < 0.1 and polygons:
        polygons = polygons[0]
    elif kind < 0.2:
        polygons = mutations.several(polygons, rng)
    sides = [mutations.side(side, rng) for side in (height, width)]
    declare(trial, *sides)
    trial.pixels += 2000 * (height + width)
    answer = trial.ask(rle.polygon.to_mask, polygons, height=sides[0], width=sides[1])
    trial.mask(answer, sides, naive.UNCLEAR)


def from_mask(trial: Trial) -> None:
    """rle.polygon.from_mask, whose polygons to_mask must take."""
    rng = trial.rng
    given: Any = samples.mask(rng) if rng.random() < 0.8 else garbage.array(rng)
    tolerance: Any = rng.choice((0, 0.5, 1, 2.5)) if rng.random() < 0.8 else garbage.value(rng)
    declare(trial, *(*np.shape(given), 0, 0)[:2])
    answer = trial.ask(rle.polygon.from_mask, given, tolerance=tolerance)
    if isinstance(answer, RleError):
        return
    height, width = given.shape
    drawn = trial.ask(rle.polygon.to_mask, answer, height=height, width=width)
    trial.expect(not isinstance(drawn, RleError), f"gave what to_mask refuses ({drawn})")
