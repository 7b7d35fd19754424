"""Many things asked together, as many as memory allows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from cvat_sam.out_of_memory import is_out_of_memory, let_go

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def in_batches(
    items: Iterable[Item],
    ask: Callable[[Sequence[Item]], Answer],
    *,
    at_once: int,
    lowered: Callable[[int], None] = lambda at_once: None,
) -> Iterator[tuple[int, Answer]]:
    """Ask for `at_once` items together; where memory is not enough, for half, from then on.

    Args:
        items: taken as they are needed.
        ask: is given a batch in the items' order; what it raises for want of memory is tried again
            with fewer.
        at_once: how many items a batch has at most.
        lowered: is told the new number, for the next time.

    Yields:
        How many items were asked for, and the answer.

    Raises:
        Exception: what `ask` raises: for one item alone, or not for want of memory.

    >>> list(in_batches([1, 2, 3], sum, at_once=2))
    [(2, 3), (1, 3)]
    """
    items = iter(items)
    waiting: list[Item] = []
    while waiting := waiting or list(islice(items, at_once)):
        batch = waiting[:at_once]
        try:
            answer = ask(batch)
        except Exception as error:
            if len(batch) == 1 or not is_out_of_memory(error):
                raise
        else:
            waiting = waiting[len(batch) :]
            yield len(batch), answer
            continue
        # The error is gone, and with it what its frames held.
        let_go()
        at_once = len(batch) // 2
        lowered(at_once)
