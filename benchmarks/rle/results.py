"""What came out: one figure for each contender of each task, and ratios of them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from benchmarks.rle.field import OURS, label_of

Cell = tuple[str, str]


@dataclass(frozen=True)
class Figure:
    """What one contender took for one mask.

    Attributes:
        operation: What was done.
        case: With what.
        contender: Whose way, "label" or "label, variant".
        median: Microseconds, the one in the middle.
        minimum: Microseconds, the least.
        samples: How many slices of time were measured.
    """

    operation: str
    case: str
    contender: str
    median: float
    minimum: float
    samples: int


@dataclass(frozen=True)
class Wrong:
    """A contender whose answer was not the right one, or who gave none."""

    operation: str
    case: str
    contender: str
    fault: str


@dataclass
class Results:
    """All of a run.

    Attributes:
        figures: In the order in which they were measured.
        wrong: Who was not timed, and why.
        facts: Machine, versions, who is missing, import time, memory.
    """

    figures: list[Figure] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def cells(self, operation: str | None = None) -> dict[Cell, dict[str, float]]:
        """(operation, case) → label → microseconds of its fastest variant."""
        found: dict[Cell, dict[str, float]] = {}
        for figure in self.figures:
            if operation in (None, figure.operation):
                cell = found.setdefault((figure.operation, figure.case), {})
                label = label_of(figure.contender)
                cell[label] = min(figure.median, cell.get(label, np.inf))
        return found

    def ratio(self, operation: str, rival: str | None, cases: Iterable[str] = ()) -> float | None:
        """How many times our time a rival takes, as a geometric mean over cases.

        Args:
            operation: What was done.
            rival: Its label; None is whoever is fastest, for each case anew.
            cases: Which; none named is all.

        Returns:
            None where it was not measured for every case that we were.
        """
        ratios = []
        for (_, case), cell in self.cells(operation).items():
            if cases and case not in cases:
                continue
            others = [cell[rival]] if rival in cell else []
            if rival is None:
                others = [time for label, time in cell.items() if label != OURS]
            if OURS not in cell or not others:
                return None
            ratios.append(min(others) / cell[OURS])
        return float(np.exp(np.mean(np.log(ratios)))) if ratios else None

    def as_json(self) -> dict[str, Any]:
        """Everything, for json.dump."""
        return {
            **self.facts,
            "figures": [asdict(figure) for figure in self.figures],
            "wrong": [asdict(wrong) for wrong in self.wrong],
        }
