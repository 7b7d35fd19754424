"""CVAT's points, and the attributes of its XML."""

from typing import Any

import numpy as np

import rle
from fuzz import garbage, mutations, naive, samples
from fuzz.trial import Trial, same_pixels
from rle.exceptions import RleError


def points_and_size(trial: Trial) -> tuple[Any, Any, Any]:
    """Points, height and width, mostly with one thing wrong."""
    rng = trial.rng
    mask = samples.mask(rng)
    points: Any = samples.points(mask)
    kind = rng.random()
    if kind < 0.75:
        points = mutations.numbers(points, rng)
    elif kind < 0.78:
        points = garbage.value(rng)
    elif kind < 0.79:
        points = garbage.nested(rng)
    height, width = (mutations.side(side, rng) for side in mask.shape)
    declare(trial, height, width)
    return points, height, width


def declare(trial: Trial, height: Any, width: Any) -> None:
    """Notes how large an image may become."""
    sides = [side for side in (height, width) if isinstance(side, int | np.integer)]
    if len(sides) == 2 and 0 < int(sides[0]) * int(sides[1]) <= rle.MAX_PIXELS:
        trial.pixels = max(trial.pixels, int(sides[0]) * int(sides[1]))


def decode(trial: Trial) -> None:
    """rle.cvat.decode and validate, against a plain reader."""
    points, height, width = points_and_size(trial)
    answer = trial.ask(rle.cvat.decode, points, height=height, width=width)
    trial.mask(answer, (height, width), naive.points(points, height, width))
    checked = trial.ask(rle.cvat.validate, points, height=height, width=width)
    trial.agree(answer, checked, "decode and validate")
    trial.expect(checked is None or isinstance(checked, RleError), "validate gave something")


def decode_batch(trial: Trial) -> None:
    """rle.cvat.decode_batch, against decode."""
    rng = trial.rng
    first = samples.mask(rng)
    batch: list[Any] = [
        samples.points(samples.mask(rng, first.shape)) for _ in range(rng.randrange(5))
    ]
    if batch and rng.random() < 0.6:
        place = rng.randrange(len(batch))
        batch[place] = mutations.numbers(batch[place], rng)
    given = mutations.several(batch, rng)
    height, width = (mutations.side(side, rng) for side in first.shape)
    declare(trial, height, width)
    trial.pixels *= 1 + len(batch)
    answer = trial.ask(rle.cvat.decode_batch, given, height=height, width=width)
    if given is not batch:
        return
    each = [trial.ask(rle.cvat.decode, points, height=height, width=width) for points in batch]
    refused = next((one for one in each if isinstance(one, RleError)), None)
    if not batch and isinstance(answer, RleError):
        return
    if trial.agree(answer, refused, "decode_batch and decode"):
        trial.expect(answer.shape == (len(batch), height, width), f"gave shape {answer.shape}")
        trial.expect(answer.dtype == np.bool_, f"gave {answer.dtype}")
        trial.expect(all(map(same_pixels, answer, each)), "decode_batch differs from decode")


def attributes(trial: Trial) -> None:
    """rle.cvat.from_attributes and back."""
    rng = trial.rng
    mask = samples.mask(rng)
    texts: dict[str, Any] = samples.attributes(mask)
    kind = rng.random()
    key = rng.choice(tuple(texts))
    if kind < 0.6:
        texts[key] = mutations.text(texts[key], rng)
    elif kind < 0.7:
        texts[key] = garbage.value(rng)
    elif kind < 0.8:
        texts[key] = garbage.number(rng)
    given = mutations.mapping(texts, rng)
    points = trial.ask(rle.cvat.from_attributes, given)
    if isinstance(points, RleError):
        trial.expect(kind < 0.8 or given is not texts, f"refused what is right ({points})")
        return
    trial.expect(type(points) is list, f"gave a {type(points).__name__}")
    trial.expect(all(type(item) is int for item in points), "gave points that are no Python ints")
    again = trial.ask(rle.cvat.from_attributes, trial.ask(rle.cvat.to_attributes, points))
    trial.expect(again == points, "the way there and back changes the points")
    if kind >= 0.8 and given is texts:
        decoded = trial.ask(rle.cvat.decode, points, height=mask.shape[0], width=mask.shape[1])
        trial.mask(decoded, mask.shape, mask)


def article(trial: Trial) -> None:
    """rle.cvat_rle_to_binary_image_mask, against decode."""
    points, height, width = points_and_size(trial)
    rng = trial.rng
    if type(points) is not list or len(points) < 5:
        return
    *runs, left, top, right, bottom = points
    if not all(type(side) is int for side in (left, top, right, bottom)):
        return
    sides = {"width": right - left + 1, "height": bottom - top + 1}
    right_one = {"rle": runs, "left": left, "top": top, **sides}
    given = mutations.mapping(right_one, rng)
    answer = trial.ask(rle.cvat_rle_to_binary_image_mask, given, height=height, width=width)
    if given is right_one and naive.points(points, height, width) is not naive.UNCLEAR:
        decoded = trial.ask(rle.cvat.decode, points, height=height, width=width)
        if trial.agree(answer, decoded, "the article's decoder and ours"):
            trial.expect(answer.dtype == np.uint8, f"gave {answer.dtype}")
            trial.expect(same_pixels(answer, decoded), "the article's decoder and ours differ")
