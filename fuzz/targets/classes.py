"""Labels as runs, and their ways to and from binary masks."""

from typing import Any

import numpy as np

import rle
from benchmarks.rle import plain
from fuzz import garbage, mutations, naive, samples
from fuzz.targets.cvat import declare
from fuzz.trial import Trial, same_pixels
from rle.exceptions import RleError


def label_runs(trial: Trial, order: str = "F") -> Any:
    """A dict of labels' runs, mostly with one thing wrong."""
    rng = trial.rng
    image = samples.labels(rng)
    made = plain.multiclass(image, order)
    given: dict[str, Any] = {**made, "size": list(image.shape)}
    given["values"] = [int(item) for item in given["values"]]
    if rng.random() < 0.75:
        key = rng.choice(("values", "counts"))
        given[key] = mutations.numbers(given[key], rng)
    if rng.random() < 0.2:
        given["size"] = mutations.size(image.shape, rng)
    given = mutations.mapping(given, rng)
    if isinstance(given, dict) and isinstance(given.get("size"), list | tuple):
        declare(trial, *(*given["size"], None, None)[:2])
    return given


def decode(trial: Trial) -> None:
    """rle.multiclass.decode, against a plain reader."""
    rng = trial.rng
    order = rng.choice(("F", "C"))
    given = label_runs(trial, order)
    dtype: Any = None if rng.random() < 0.7 else rng.choice((*garbage.DTYPES, int, bool, "x", 7))
    answer = trial.ask(rle.multiclass.decode, given, dtype, order=order)
    opinion = naive.multiclass(given, order)
    if isinstance(answer, RleError):
        trial.expect(dtype is not None or isinstance(opinion, str), f"refused ({answer})")
        return
    trial.expect(opinion is not naive.REFUSED, "was taken, but a plain reader refuses it")
    trial.expect(answer.dtype.kind in "biu", f"gave {answer.dtype}")
    trial.expect(answer.shape == tuple(given["size"]), f"gave shape {answer.shape}")
    if isinstance(opinion, np.ndarray):
        trial.expect(same_pixels(answer, opinion), "gave other labels than a plain reader")
        again = trial.ask(rle.multiclass.encode, answer, order=order)
        right = {**plain.multiclass(opinion, order), "size": list(opinion.shape)}
        trial.expect(again == right, f"encoded as {again!r:.300}")


def decode_batch(trial: Trial) -> None:
    """rle.multiclass.decode_batch, against decode."""
    batch = [label_runs(trial) for _ in range(trial.rng.randrange(4))]
    trial.pixels *= 1 + len(batch)
    given = mutations.several(batch, trial.rng)
    answer = trial.ask(rle.multiclass.decode_batch, given)
    if given is not batch:
        return
    each = [trial.ask(rle.multiclass.decode, one) for one in batch]
    refusal = next((one for one in each if isinstance(one, RleError)), None)
    if trial.agree(answer, refusal, "decode_batch and decode"):
        trial.expect(len(answer) == len(each), f"gave {len(answer)} images for {len(each)}")
        trial.expect(all(map(same_pixels, answer, each)), "decode_batch differs from decode")


def published(trial: Trial) -> None:
    """The published functions, against decode."""
    given = label_runs(trial)
    answer = trial.ask(rle.multi_class_rle_to_array, given)
    decoded = trial.ask(rle.multiclass.decode, given)
    if trial.agree(answer, decoded, "the published decoder and ours"):
        trial.expect(same_pixels(answer, decoded), "the published decoder and ours differ")
        again = trial.ask(rle.array_to_multi_class_rle, answer)
        trial.expect(not isinstance(again, RleError), f"refused what it made: {again}")


def to_binary(trial: Trial) -> None:
    """rle.convert.multiclass_to_cvat and multiclass_to_coco."""
    rng = trial.rng
    given = label_runs(trial)
    background: Any = 0 if rng.random() < 0.6 else garbage.number(rng)
    if rng.random() < 0.05:
        background = garbage.value(rng)
    points = trial.ask(rle.convert.multiclass_to_cvat, given, background=background)
    coco = trial.ask(rle.convert.multiclass_to_coco, given, background=background)
    decoded = trial.ask(rle.multiclass.decode, given)
    if not trial.agree(points, coco, "multiclass_to_cvat and multiclass_to_coco"):
        return
    trial.expect(not isinstance(decoded, RleError), "took what decode refuses")
    expected = {int(value) for value in np.unique(decoded)}
    if type(background) is int:
        expected -= {background}
        trial.expect(set(points) == set(coco) == expected, f"gave the labels {set(points)!r:.200}")
    height, width = decoded.shape
    for value, mask in points.items():
        shape = trial.ask(rle.cvat.decode, mask, height=height, width=width)
        trial.mask(shape, (height, width), decoded == value)
        trial.expect(same_pixels(trial.ask(rle.coco.decode, coco[value]), shape), "forms differ")


def from_binary(trial: Trial) -> None:
    """rle.convert.cvat_to_multiclass, against painting one mask over another."""
    rng = trial.rng
    height, width = samples.size(rng)
    masks = [samples.mask(rng, (height, width)) for _ in range(rng.randrange(5))]
    values = [rng.choice((0, 1, 2, 255, 300, -1, 2**40)) for _ in masks]
    background = rng.choice((0, 0, 0, 7, -3))
    pairs: list[Any] = [
        (value, samples.points(mask)) for value, mask in zip(values, masks, strict=True)
    ]
    damaged = rng.random() < 0.5
    if damaged and pairs:
        value, points = pairs[0]
        kind = rng.random()
        if kind < 0.6:
            pairs[0] = (value, mutations.numbers(points, rng))
        else:
            pairs[0] = (garbage.value(rng), points) if kind < 0.9 else garbage.value(rng)
    given = mutations.several(pairs, rng)
    declare(trial, height, width)
    trial.pixels *= 1 + len(masks)
    size = {"height": height, "width": width}
    answer = trial.ask(rle.convert.cvat_to_multiclass, given, **size, background=background)
    if isinstance(answer, RleError):
        trial.expect(damaged or given is not pairs, f"refused what is right ({answer})")
        return
    decoded = trial.ask(rle.multiclass.decode, answer)
    trial.expect(not isinstance(decoded, RleError), f"gave what decode refuses ({decoded})")
    trial.expect(decoded.shape == (height, width), f"gave shape {decoded.shape}")
    if not damaged and given is pairs:
        image = np.full((height, width), background, np.int64)
        for value, mask in zip(values, masks, strict=True):
            image[mask] = value
        trial.expect(same_pixels(decoded, image), "gave other labels than painting does")
