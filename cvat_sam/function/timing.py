"""Where a request's time went: for the log, and for the reply's `Server-Timing` header.

The header is W3C's Server Timing (https://www.w3.org/TR/server-timing/): a browser's network panel
draws it, `curl -i` shows it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

Origin = Literal["memory", "folder", "new"]


class Visited(NamedTuple):
    """How far everything mode got.

    Attributes:
        asked: points that were asked.
        points: points that there were to ask.

    >>> str(Visited(640, 1024))
    '640/1024'
    """

    asked: int
    points: int

    @property
    def is_all(self) -> bool:
        """Whether the time was enough."""
        return self.asked >= self.points

    def __str__(self) -> str:
        return f"{self.asked}/{self.points}"


class Timing:
    """The clock of one request; it runs from the moment it is made.

    Attributes:
        began: that moment, on the clock of `time.monotonic`.
        embedding: where the image's embedding came from; None as long as there is none.
        visited: how far everything mode got; None where nobody wanted everything.

    >>> timing = Timing()
    >>> with timing.part("parse"):
    ...     pass
    >>> timing.embedding, timing.visited = "memory", Visited(16, 1024)
    >>> timing.header()  # doctest: +ELLIPSIS
    'parse;dur=0.0, total;dur=..., embedding;desc=memory, points;desc="16/1024"'
    """

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.embedding: Origin | None = None
        self.visited: Visited | None = None
        self._seconds: dict[str, float] = {}
        self._of_inner_parts = 0.0
        self._total: float | None = None

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what the block takes, however it ends, as the part `name`, a word.

        What a part inside it takes is counted there alone.
        """
        of_earlier_parts, self._of_inner_parts = self._of_inner_parts, 0.0
        began = time.monotonic()
        try:
            yield
        finally:
            taken = time.monotonic() - began
            self._seconds[name] = self._seconds.get(name, 0.0) + taken - self._of_inner_parts
            self._of_inner_parts = of_earlier_parts + taken

    def stop(self) -> None:
        """Let the clock run no further, so that whoever asks now is told the same."""
        self._total = time.monotonic() - self.began

    def milliseconds(self) -> dict[str, float]:
        """The parts so far, in the order in which they happened, and the `total` last."""
        total = time.monotonic() - self.began if self._total is None else self._total
        seconds = {**self._seconds, "total": total}
        return {name: round(taken * 1000, 1) for name, taken in seconds.items()}

    def header(self) -> str:
        """The same as the value of a `Server-Timing` header, with what is known beside them."""
        metrics = [f"{name};dur={taken}" for name, taken in self.milliseconds().items()]
        if self.embedding is not None:
            metrics.append(f"embedding;desc={self.embedding}")
        if self.visited is not None:
            # No token of RFC 9110, section 5.6, has a slash; a quoted string has.
            metrics.append(f'points;desc="{self.visited}"')
        return ", ".join(metrics)
