"""Tells Nuclio's log what a person at a terminal would be told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from cvat_sam.reporting import megabytes

# A bar is nothing for a log; a line at each quarter shows that a start has not hung.
PARTS = 4
# How a sentence for a terminal begins that somebody should act on.
WARNING = "warning: "


class LogReporter:
    """A `Reporter` whose sentences are lines of a log.

    Args:
        logger: Nuclio's.
    """

    def __init__(self, logger: Any) -> None:
        self._logger = logger

    def say(self, sentence: str, /) -> None:
        """Write one line; as a warning where the sentence begins with that word."""
        if sentence.startswith(WARNING):
            self._logger.warn(sentence.removeprefix(WARNING))
        else:
            self._logger.info(sentence)

    @contextmanager
    def transfer(self, name: str, total: int, /) -> Iterator[Callable[[int], None]]:
        """Write a line for each quarter that has come."""
        said = 0

        def advance(done: int) -> None:
            nonlocal said
            part = done * PARTS // max(total, 1)
            if part > said:
                said = part
                self.say(f"{name}: {megabytes(done)} of {megabytes(total)}")

        yield advance
