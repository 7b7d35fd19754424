"""What came of the users' clicks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

ORIGINS = ("memory", "folder", "new")


@dataclass(frozen=True)
class Click:
    """One request, from sending it to having its whole reply.

    Attributes:
        user: who clicked, from 1.
        picture: at what.
        number: of the click on the image, from 1.
        began: seconds since the case began.
        milliseconds: that the user waited.
        lost: why there is no answer; empty where there is one.
        wrong: how the mask differs from the one that a worker alone gave; empty where it does not.
        embedding: where it came from: one of `ORIGINS`, or empty where the worker does not say.
        parts: milliseconds of each part of the work, as `Server-Timing` has them.
    """

    user: int
    picture: str
    number: int
    began: float
    milliseconds: float
    lost: str = ""
    wrong: str = ""
    embedding: str = ""
    parts: dict[str, float] = field(default_factory=dict)


@dataclass
class Outcome:
    """One case.

    Attributes:
        users: how many at once.
        folder: whether the workers shared a folder of embeddings.
        workers: how many.
        seconds: from the first click to the last answer.
        clicks: all of them, lost ones too.
        workers_cpu: seconds of processors that the workers had; None where the system does not say.
        users_cpu: the same of the users and of the dispatcher.
    """

    users: int
    folder: bool
    workers: int
    seconds: float = 0.0
    clicks: list[Click] = field(default_factory=list)
    workers_cpu: float | None = None
    users_cpu: float = 0.0

    @property
    def answered(self) -> list[Click]:
        """Those that were not lost."""
        return [click for click in self.clicks if not click.lost]

    @property
    def lost(self) -> list[Click]:
        """Those without an answer."""
        return [click for click in self.clicks if click.lost]

    @property
    def wrong(self) -> list[Click]:
        """Those with another answer than a worker alone gave."""
        return [click for click in self.clicks if click.wrong]

    @property
    def rate(self) -> float:
        """Answered clicks a second."""
        return len(self.answered) / self.seconds if self.seconds else 0.0

    @property
    def first(self) -> list[float]:
        """Milliseconds of the first clicks on an image."""
        return [click.milliseconds for click in self.answered if click.number == 1]

    @property
    def further(self) -> list[float]:
        """Milliseconds of the clicks after those."""
        return [click.milliseconds for click in self.answered if click.number > 1]

    @property
    def all(self) -> list[float]:
        """Milliseconds of both."""
        return [click.milliseconds for click in self.answered]

    def share(self, origin: str) -> float:
        """The share of answers whose embedding came from there, from 0 to 1."""
        answered = self.answered
        found = sum(click.embedding == origin for click in answered)
        return found / len(answered) if answered else 0.0

    def busy(self, part: str = "total") -> float:
        """The share of all workers' time that went into a part of the work, from 0 to 1."""
        spent = sum(click.parts.get(part, 0.0) for click in self.answered) / 1000
        return spent / (self.seconds * self.workers) if self.seconds else 0.0

    def cpu_of_a_click(self) -> tuple[float | None, float]:
        """Milliseconds of processors for each click: of the workers, and of all else."""
        clicks = len(self.clicks)
        if not clicks:
            return None, 0.0
        of_workers = None if self.workers_cpu is None else self.workers_cpu * 1000 / clicks
        return of_workers, self.users_cpu * 1000 / clicks


def percentile(samples: Sequence[float], percent: float) -> float:
    """The value that so many percent are not above, between two samples on the line through them.

    >>> percentile([10, 40, 20, 30], 50)
    25.0
    """
    ordered = sorted(samples)
    place = (len(ordered) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (ordered[above] - ordered[below]) * (place - below))
