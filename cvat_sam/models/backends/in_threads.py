"""Runs work on several threads, and gives what comes out in the order of what went in."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_threads(
    work: Callable[[Item], Result], items: Iterable[Item], *, threads: int
) -> Iterator[Result]:
    """Work on `items`, each thread on one at a time, no more than two for each thread ahead.

    What `work` raises is raised here. Whoever ends early waits for what was begun, not for the
    rest.

    >>> list(in_threads(str, [1, 2, 3], threads=2))
    ['1', '2', '3']
    """
    items = iter(items)
    running: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            running.extend(pool.submit(work, item) for item in islice(items, 2 * threads))
            while running:
                result = running.popleft().result()
                running.extend(pool.submit(work, item) for item in islice(items, 1))
                yield result
        finally:
            for future in running:
                future.cancel()
