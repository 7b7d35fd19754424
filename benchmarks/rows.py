"""A row of a benchmark's table, and what was aimed at in it."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from benchmarks.results import AUTO, STOCK, Results

# Of these one can be so many times another; IoUs and counts of masks cannot.
COSTS = ("ms", "MB", "s", "GB")


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        name: what is measured.
        unit: of its figures; empty for IoUs.
        times: how many times ours each of `rivals` should at least take.
        most: the most that ours should be.
        least: the least that ours should be.
        all_but: how many of the stock way's may be missing in ours.
        rivals: whom `times` is about.
        summary: makes a figure of samples.
    """

    name: str
    unit: Literal["ms", "MB", "s", "GB", "masks", ""]
    times: float | None = None
    most: float | None = None
    least: float | None = None
    all_but: int | None = None
    rivals: tuple[str, ...] = (STOCK,)
    summary: Callable[[list[float]], float] = statistics.median

    @property
    def goal(self) -> str:
        """The goal in words; empty where there is none."""
        if self.times is not None:
            return f"≥ {self.times:g}×"
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}"
        if self.all_but is not None:
            return f"all but {self.all_but}"
        return "" if self.least is None else f"≥ {self.least:g}"

    def figure(self, results: Results, way: str) -> float | None:
        """What came out; None where nothing was measured."""
        samples = results.of(self.name, way)
        return self.summary(samples) if samples else None

    def ratio(self, results: Results, way: str, rival: str = STOCK) -> float | None:
        """How many times ours a rival's figure is; None where one is missing, or it is no cost."""
        if way in results.rivals or self.unit not in COSTS:
            return None
        theirs, ours = self.figure(results, rival), self.figure(results, way)
        return None if theirs is None or not ours else theirs / ours

    def is_reached(self, results: Results, way: str = AUTO) -> bool | None:
        """Whether the goal is; None where there is none, nothing was measured, or none counts."""
        ours = self.figure(results, way)
        if way in results.rivals or ours is None or not results.goals_count:
            return None
        if self.times is not None:
            ratios = [self.ratio(results, way, rival) for rival in self.rivals]
            known = [ratio for ratio in ratios if ratio is not None]
            return None if len(known) < len(ratios) else min(known) >= self.times
        if self.most is not None:
            return ours <= self.most
        if self.all_but is not None:
            stock = self.figure(results, STOCK)
            return None if stock is None else ours >= stock - self.all_but
        return None if self.least is None else ours >= self.least
