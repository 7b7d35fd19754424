"""What a download tells the person who waits for it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress


class Reporter(Protocol):
    """Hears what happens to a download."""

    def say(self, sentence: str, /) -> None:
        """Hear one sentence."""

    def transfer(self, name: str, total: int, /) -> AbstractContextManager[Callable[[int], None]]:
        """Hear of the bytes of the file `name`, `total` in all.

        What is entered is called with the number of bytes that are here so far; it can go back,
        where a server cannot go on in the middle.
        """


class StandardError:
    """Sentences on standard error, and a progress bar if that is a terminal."""

    def __init__(self) -> None:
        from rich.console import Console  # late: most starts find the file and say nothing

        self._console = Console(stderr=True, soft_wrap=True)

    def say(self, sentence: str, /) -> None:
        """Write one line."""
        self._console.print(sentence, markup=False, highlight=False)

    @contextmanager
    def transfer(self, name: str, total: int, /) -> Iterator[Callable[[int], None]]:
        """Show a bar from the first byte on; in a pipe show nothing."""
        if not self._console.is_terminal:
            yield lambda done: None
            return
        bar = self._bar()
        task = bar.add_task(name, total=total)

        def advance(done: int) -> None:
            bar.start()
            bar.update(task, completed=done)

        try:
            yield advance
        finally:
            bar.stop()

    def _bar(self) -> "Progress":
        from rich import progress

        return progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.DownloadColumn(),
            progress.TransferSpeedColumn(),
            progress.TimeRemainingColumn(),
            console=self._console,
        )


def megabytes(count: int) -> str:
    """A number of bytes for people.

    >>> megabytes(40_728_226)
    '40.7 MB'
    """
    return f"{count / 1e6:,.1f} MB"
