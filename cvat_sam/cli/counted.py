"""Progress of work whose end is not known: how many so far, on a terminal only."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich import progress
from rich.console import Console

from cvat_sam.masks.counts import count

__all__ = ["count", "counted"]

Item = TypeVar("Item")

# Of fast items, only one of so many is worth a look at the clock.
_STEP = 64


def counted(items: Iterable[Item], title: str, *, total: int | None = None) -> Iterator[Item]:
    """Go through `items` and say how many there were so far, unless nobody is watching."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    with progress.Progress(
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TextColumn("masks"),
        progress.TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task(title, total=total)
        for number, item in enumerate(items):
            if number % _STEP == 0:
                bar.update(task, completed=number)
            yield item
