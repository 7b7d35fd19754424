"""Where a request's time went: for the log, and for the reply's `Server-Timing` header.

The header is W3C's Server Timing (https://www.w3.org/TR/server-timing/): a browser's network panel
draws it, `curl -i` shows it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

Origin = Literal["memory", "folder", "new"]


class Timing:
    """The clock of one request; it runs from the moment it is made.

    Attributes:
        embedding: where the image's embedding came from; None as long as there is none.

    >>> timing = Timing()
    >>> with timing.part("parse"):
    ...     pass
    >>> timing.embedding = "memory"
    >>> timing.header()  # doctest: +ELLIPSIS
    'parse;dur=0.0, total;dur=..., embedding;desc=memory'
    """

    def __init__(self) -> None:
        self.embedding: Origin | None = None
        self._began = time.perf_counter()
        self._seconds: dict[str, float] = {}
        self._total: float | None = None

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what the block takes, however it ends, as the part `name`, a word."""
        began = time.perf_counter()
        try:
            yield
        finally:
            taken = time.perf_counter() - began
            self._seconds[name] = self._seconds.get(name, 0.0) + taken

    def stop(self) -> None:
        """Let the clock run no further, so that whoever asks now is told the same."""
        self._total = time.perf_counter() - self._began

    def milliseconds(self) -> dict[str, float]:
        """The parts so far, in the order in which they happened, and the `total` last."""
        total = time.perf_counter() - self._began if self._total is None else self._total
        seconds = {**self._seconds, "total": total}
        return {name: round(taken * 1000, 1) for name, taken in seconds.items()}

    def header(self) -> str:
        """The same as the value of a `Server-Timing` header, with the embedding's origin."""
        metrics = [f"{name};dur={taken}" for name, taken in self.milliseconds().items()]
        if self.embedding is not None:
            metrics.append(f"embedding;desc={self.embedding}")
        return ", ".join(metrics)
