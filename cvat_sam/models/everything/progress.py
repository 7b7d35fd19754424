"""How far a survey of an image got, and when it has to end."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Point = TypeVar("Point")
Tell = Callable[[int, int], None]

# Asked at in any case: four on a side cover an image, in the time of a few clicks.
AT_LEAST = 16


class Progress:
    """Counts points, and stops handing them out when the time is up.

    Args:
        points: that there are to ask.
        until: when to stop, on the clock of `time.monotonic`; None is never. The first `AT_LEAST`
            points are handed out even if that is past.
        tell: is told `(visited, points)` whenever a point was asked.

    Attributes:
        visited: points that were asked.
        points: points that there are to ask.
    """

    def __init__(self, points: int, *, until: float | None = None, tell: Tell | None = None):
        self.points = points
        self.visited = 0
        self._handed_out = 0
        self._until = until
        self._tell = tell

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        late = self._until is not None and time.monotonic() >= self._until
        return late and self._handed_out >= min(AT_LEAST, self.points)

    def hand_out(self, points: Iterable[Point]) -> Iterator[Point]:
        """Those of `points` for which there is time."""
        for point in points:
            if self.is_over:
                return
            self._handed_out += 1
            yield point

    def done(self, count: int = 1) -> None:
        """Count points that were asked."""
        self.visited += count
        if self._tell is not None:
            self._tell(self.visited, self.points)
