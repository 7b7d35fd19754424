"""Everything in each picture, found by each way in turn, and the masks compared."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from benchmarks.everything import pictures, processes, rows
from benchmarks.everything.likeness import likeness
from benchmarks.everything.plan import Plan
from benchmarks.everything.processes import Worker
from benchmarks.photos import jpeg, unseen
from benchmarks.progress import Say
from benchmarks.results import STOCK, Results
from benchmarks.starting import that_start

# What the official generator gave for a picture.
Annotations = list[dict[str, Any]]


class Official(NamedTuple):
    """What the official generator found.

    Attributes:
        picture: its name.
        annotations: as the generator gives them.
    """

    picture: str
    annotations: Annotations


def measure(
    backends: Sequence[str], device: str, plan: Plan, results: Results, say: Say
) -> list[Official]:
    """Measure the official generator, twice, and ours with each of `backends`.

    Raises:
        WorkerFailed: the official one, or ours with the back end that `auto` takes, does not run.
    """
    start = partial(processes.detector, device=device, points_per_side=plan.points_per_side)
    ways: dict[str, Callable[[], Worker]] = {
        way: partial(processes.generator, way, device, plan.points_per_side)
        for way in results.rivals
    }
    for way in that_start(backends, start, results, say):
        ways[way] = partial(start, way)
    found = []
    for repeat in range(plan.repeats):
        for number, picture in enumerate(plan.pictures):
            taken = _in_turn(ways, picture, number + repeat, plan, results, say)
            _compare(taken, picture, plan, results)
            found.append(Official(picture, taken[STOCK]))
    return found[: len(plan.pictures)]


def _in_turn(
    ways: dict[str, Callable[[], Worker]],
    picture: str,
    number: int,
    plan: Plan,
    results: Results,
    say: Say,
) -> dict[str, Any]:
    """What each way answers, every other turn in the opposite order."""
    image = jpeg(pictures.picture(picture, *plan.size))
    answers = {}
    for way in ways if number % 2 else reversed(ways):
        say(f"{picture}, {way}; the official generator takes minutes")
        with ways[way]() as worker:
            results.facts["backends"].setdefault(way, worker.facts["backend"])
            if results.facts["device"] != "cpu":
                # The first look at an image of this size has kernels to choose.
                worker.answer(pictures.detector_request(unseen(image)))
            answered = worker.answer(pictures.detector_request(unseen(image)))
            results.add(rows.time(picture), way, answered["seconds"])
            results.add_parts(rows.time(picture), way, answered["timing"])
            for row, peak in ((rows.peak, worker.peak()), (rows.device_peak, worker.device_peak())):
                if peak is not None:
                    results.add(row(picture), way, peak / 1e9)
        answers[way] = json.loads(answered["text"])
    return answers


def _compare(answers: dict[str, Any], picture: str, plan: Plan, results: Results) -> None:
    width, height = plan.size
    official = [one["segmentation"] for one in answers[STOCK]]
    for way, answered in answers.items():
        theirs = way in results.rivals
        others = [one["segmentation"] if theirs else one["rle"] for one in answered]
        results.add(rows.masks(picture), way, len(others))
        alike = likeness(official, others, height=height, width=width)
        results.add(rows.matched(picture), way, len(alike.matched))
        if way == STOCK:
            continue
        results.add(rows.alone(picture), way, len(alike.alone))
        if alike.matched:
            results.add(rows.least(picture), way, min(alike.matched))
        if alike.missed or alike.alone:
            results.facts["without_a_partner"].setdefault(picture, {})[way] = {
                "official, by IoU with the nearest": alike.missed,
                "not official, likewise": alike.alone,
            }
