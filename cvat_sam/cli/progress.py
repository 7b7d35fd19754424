"""Progress of long work: on a terminal only, and on standard error."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

Item = TypeVar("Item")


def tracked(items: Sequence[Item], title: str) -> Iterable[Item]:
    """Go through `items` with a progress bar, unless there is but one or nobody is watching."""
    if len(items) < 2:
        yield from items
        return
    with _bar(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as bar:
        yield from bar.track(items, description=title)


@contextmanager
def counted_points(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of the points that everything mode asks on one image, unless nobody is watching.

    What is entered is called with the number of points that were asked so far, and of all. As long
    as it is not, the bar says that something is going on.
    """
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("points"), TimeElapsedColumn())
    with _bar(*columns) as bar:
        task = bar.add_task(escape(title), total=None)
        yield lambda asked, points: bar.update(task, completed=asked, total=points)


@contextmanager
def counted_sources(title: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """A bar of sources that are done, and of images read in them, unless nobody is watching.

    What is entered is called with both numbers.
    """
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("sources, {task.fields[images]:,} images"),
        TimeElapsedColumn(),
    )
    with _bar(*columns) as bar:
        task = bar.add_task(escape(title), total=total, images=0)
        yield lambda done, images: bar.update(task, completed=done, images=images)


def _bar(*columns: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        *columns,
        console=console,
        transient=True,
        disable=not console.is_terminal,
        # What goes to a file or a pipe is not the terminal's; rich would print it there.
        redirect_stdout=sys.stdout.isatty(),
    )
