"""What could not be taken: listed for the person."""

import sys
from collections.abc import Iterable

import typer

from cvat_sam.masks import Rejected

# On a terminal, so that what is said before and after is not lost.
SHOWN = 20


def list_faults(rejected: Iterable[Rejected]) -> int:
    """Say on standard error what is wrong, a line each; on a terminal the first alone, of many.

    Args:
        rejected: gone through once, and not kept.

    Returns:
        How many there are.
    """
    most = SHOWN if sys.stderr.isatty() else sys.maxsize
    count = 0
    for one in rejected:
        count += 1
        if count <= most:
            typer.echo(f"{one.place}: {one.sentence}", err=True)
    if count > most:
        typer.echo(f"… and {count - most:,} more; `2>faults.txt` has all of them", err=True)
    return count
