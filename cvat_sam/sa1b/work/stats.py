"""What there is in a source, as figures that can be added to those of others."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from cvat_sam.sa1b.record import Record
from cvat_sam.sa1b.work.jobs import EVERY, Faults, Job, Outcome

# How finely values are told apart: scores to a thousandth, areas to two hundredths of themselves.
SCORE, AREA = 1000, 100


@dataclass(slots=True)
class Stats:
    """Counts of values, rounded; medians and other quantiles come of them.

    Attributes:
        per_image: how many images have so many masks.
        area_shares: of masks, by the logarithm of the image's share that they cover.
        predicted_ious: of masks.
        stability_scores: of masks.
    """

    per_image: Counter[int] = field(default_factory=Counter)
    area_shares: Counter[int] = field(default_factory=Counter)
    predicted_ious: Counter[int] = field(default_factory=Counter)
    stability_scores: Counter[int] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Count an image."""
        self.per_image[len(record)] += 1
        shares = record.areas / (record.height * record.width)
        _count(self.area_shares, np.log10(np.maximum(shares, 1e-12)) * AREA)
        _count(self.predicted_ious, record.predicted_ious * SCORE)
        _count(self.stability_scores, record.stability_scores * SCORE)

    def join(self, other: "Stats") -> None:
        """Count all that another has counted."""
        for name in _NAMES:
            getattr(self, name).update(getattr(other, name))

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {name: sorted(getattr(self, name).items()) for name in _NAMES}

    @classmethod
    def from_json(cls, read: dict[str, Any]) -> Self:
        """Out of what `as_json` gave."""
        return cls(**{name: Counter(dict(read[name])) for name in _NAMES})

    @property
    def images(self) -> int:
        """How many."""
        return self.per_image.total()

    @property
    def masks(self) -> int:
        """How many."""
        return self.predicted_ious.total()

    def figures(self) -> dict[str, dict[str, float] | None]:
        """The 5 %, 50 % and 95 % quantiles of each; None where there is nothing."""
        return {
            "masks_per_image": _quantiles(self.per_image, float),
            "area_share": _quantiles(self.area_shares, lambda at: round(10 ** (at / AREA), 8)),
            "predicted_iou": _quantiles(self.predicted_ious, lambda at: at / SCORE),
            "stability_score": _quantiles(self.stability_scores, lambda at: at / SCORE),
        }


_NAMES = ("per_image", "area_shares", "predicted_ious", "stability_scores")


def stats(job: Job) -> Iterator[int | Outcome]:
    """Counts what a source has: how many images so far, now and then, and what came of it."""
    found, faults = Stats(), Faults()
    for record in job.reader(faults):
        found.add(record)
        if found.images % EVERY == 0:
            yield found.images
    yield Outcome(
        found.images,
        found.masks,
        skipped=faults.count,
        faults=tuple(faults.sentences),
        stats=found.as_json(),
    )


def _count(counts: Counter[int], values: Any) -> None:
    numbers, times = np.unique(np.rint(values).astype(np.int64), return_counts=True)
    for number, count in zip(numbers.tolist(), times.tolist(), strict=True):
        counts[number] += count


def _quantiles(counts: Counter[int], value: Any) -> dict[str, float] | None:
    if not counts:
        return None
    numbers = sorted(counts)
    below = np.cumsum([counts[number] for number in numbers])
    return {
        f"{share:.0%}": value(numbers[int(below.searchsorted(share * below[-1]))])
        for share in (0.05, 0.5, 0.95)
    }
