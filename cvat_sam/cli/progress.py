"""Progress of long work: on a terminal only, and on standard error."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

Item = TypeVar("Item")


def tracked(items: Sequence[Item], title: str) -> Iterable[Item]:
    """Go through `items` with a progress bar, unless there is but one or nobody is watching."""
    console = Console(stderr=True)
    quiet = len(items) < 2 or not console.is_terminal
    return track(items, description=title, console=console, disable=quiet, transient=True)
