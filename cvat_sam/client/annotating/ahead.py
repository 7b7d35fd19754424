"""Does the next piece of slow work in a thread while this one is being used."""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Done(Generic[Item, Result]):
    """A piece of work, begun in a thread of its own.

    Attributes:
        item: what was worked on.
    """

    def __init__(self, item: Item, work: Callable[[Item], Result]) -> None:
        self.item = item
        self._work = work
        self._results: list[Result] = []
        self._error: BaseException | None = None
        # A daemon: Ctrl-C does not wait for a server's answer.
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Return when it is done, however it ended."""
        self._thread.join()

    def result(self) -> Result:
        """What it gave; raises what it raised."""
        self.wait()
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._work(self.item))
        except BaseException as error:  # for the one who asks for the result
            self._error = error


def ahead(items: Iterable[Item], work: Callable[[Item], Result]) -> Iterator[Done[Item, Result]]:
    """Go through items with their work done, one ahead and never two at a time.

    >>> [one.result() for one in ahead([1, 2, 3], lambda number: number * number)]
    [1, 4, 9]
    """
    this: Done[Item, Result] | None = None
    for item in items:
        if this is not None:
            this.wait()
        following = Done(item, work)
        if this is not None:
            yield this
        this = following
    if this is not None:
        this.wait()
        yield this
