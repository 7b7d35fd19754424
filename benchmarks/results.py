"""What came out: samples for each row of the table and each way of answering."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

STOCK = "stock"
# Ours with the back end that is taken if nobody asks for another: the one that goals are for.
AUTO = "auto"

# Goals are for photographs of the sizes that rows name, not for smaller ones, nor for other grids.
GOALS_ARE_FOR = {"divide": 1, "points_per_side": 32}


@dataclass
class Results:
    """All of a run.

    Attributes:
        samples: what was measured, by row and way, each in the row's unit.
        parts: of a row and way, by the parts' names in `Server-Timing`, milliseconds.
        facts: machine, versions, how often things were measured, what each way runs on.
        missing: which back ends could not be measured, and why.
        rivals: the ways that are not ours, the stock way first.
    """

    samples: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    parts: dict[str, dict[str, dict[str, list[float]]]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    rivals: tuple[str, ...] = (STOCK,)

    @property
    def goals_count(self) -> bool:
        """Whether what was measured is what goals are for."""
        return all(self.facts.get(name, value) == value for name, value in GOALS_ARE_FOR.items())

    def add(self, row: str, way: str, sample: float) -> None:
        """Keep one sample."""
        self.samples.setdefault(row, {}).setdefault(way, []).append(sample)

    def add_parts(self, row: str, way: str, server_timing: str) -> None:
        """Keep where the time of one reply went, from its `Server-Timing`; empty is nothing."""
        for name, duration in parts_of(server_timing).items():
            self.parts.setdefault(row, {}).setdefault(way, {}).setdefault(name, []).append(duration)

    def of(self, row: str, way: str) -> list[float]:
        """The samples, as they came; none is an empty list."""
        return self.samples.get(row, {}).get(way, [])

    def ways(self) -> list[str]:
        """Our ways that were measured, the one that goals are for first."""
        found = {way for row in self.samples.values() for way in row} - set(self.rivals)
        return sorted(found, key=lambda way: (way != AUTO, way))

    def parts_in_words(self) -> Iterator[str]:
        """A sentence for each row and way that said where its time went."""
        for row, ways in self.parts.items():
            for way, parts in ways.items():
                medians = {name: statistics.median(taken) for name, taken in parts.items()}
                words = ", ".join(f"{name} {taken:.0f}" for name, taken in medians.items())
                yield f"{row}, {way}, ms of each part: {words}"


def parts_of(server_timing: str) -> dict[str, float]:
    """The parts' milliseconds of a `Server-Timing`.

    >>> parts_of("decode;dur=7.5, total;dur=9.0, embedding;desc=new")
    {'decode': 7.5, 'total': 9.0}
    """
    metrics = [metric.strip().partition(";dur=") for metric in server_timing.split(",")]
    return {name: float(duration) for name, _, duration in metrics if duration}
