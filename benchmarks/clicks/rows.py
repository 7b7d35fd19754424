"""The rows of the table, and what was aimed at in each."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from benchmarks.clicks.results import AUTO, STOCK, Results

SIZES = {"1080p": (1920, 1080), "12 MP": (4000, 3000)}
LARGEST = "12 MP"

REPLY = f"reply for a large mask, {LARGEST}"
# Goals are for a stock way that writes 1.0 for a pixel; what cheaper forms take is shown too.
REPLY_FORMS = {
    "floats": REPLY,
    "integers": "the same, stock writing 0 and 1",
    "booleans": "the same, stock writing true and false",
}
REPLY_SIZE = f"its size, {LARGEST}"
START = "start to ready"
PEAK = "peak memory of a worker"
LIKENESS = "least IoU to the official masks"
QUALITY = {1: "mean IoU after 1 click", 5: "mean IoU after 5 clicks"}


def first(size: str) -> str:
    """The row of clicks on an image that is new."""
    return f"first click, {size}"


def second(size: str) -> str:
    """The row of one more positive click."""
    return f"second click, {size}"


def later(size: str) -> str:
    """The row of all clicks after the second."""
    return f"third to sixth click, {size}"


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        name: what is measured.
        unit: of its figures; empty for IoUs.
        times: how many times ours the stock way should at least take.
        most: the most that ours should be.
        least: the least that ours should be.
        summary: makes a figure of samples.
    """

    name: str
    unit: Literal["ms", "MB", "s", "GB", ""]
    times: float | None = None
    most: float | None = None
    least: float | None = None
    summary: Callable[[list[float]], float] = statistics.median

    @property
    def goal(self) -> str:
        """The goal in words; empty where there is none."""
        if self.times is not None:
            return f"≥ {self.times:g}×"
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}"
        return "" if self.least is None else f"≥ {self.least:g}"

    def figure(self, results: Results, way: str) -> float | None:
        """What came out; None where nothing was measured."""
        samples = results.of(self.name, way)
        return self.summary(samples) if samples else None

    def ratio(self, results: Results, way: str) -> float | None:
        """How many times ours the stock way's figure is; None for IoUs and where one is missing."""
        stock, ours = self.figure(results, STOCK), self.figure(results, way)
        return None if way == STOCK or not self.unit or stock is None or not ours else stock / ours

    def is_reached(self, results: Results, way: str = AUTO) -> bool | None:
        """Whether the goal is; None where there is none, or nothing was measured.

        Goals are for photographs of the sizes above, not for smaller ones.
        """
        ours = self.figure(results, way)
        if way == STOCK or ours is None or results.facts.get("divide", 1) != 1:
            return None
        if self.times is not None:
            ratio = self.ratio(results, way)
            return None if ratio is None else ratio >= self.times
        if self.most is not None:
            return ours <= self.most
        return None if self.least is None else ours >= self.least


ROWS = (
    Row(first("1080p"), "ms", times=4),
    Row(first("12 MP"), "ms", times=6),
    Row(second("1080p"), "ms", times=35),
    Row(second("12 MP"), "ms", times=35),
    Row(later("1080p"), "ms"),
    Row(later("12 MP"), "ms"),
    Row(REPLY, "ms", times=100),
    Row(REPLY_FORMS["integers"], "ms"),
    Row(REPLY_FORMS["booleans"], "ms"),
    Row(REPLY_SIZE, "MB", most=9),
    Row(START, "s", most=1),
    Row(PEAK, "GB", most=0.6),
    Row(LIKENESS, "", least=0.999, summary=min),
    *(Row(name, "", summary=statistics.mean) for name in QUALITY.values()),
)
