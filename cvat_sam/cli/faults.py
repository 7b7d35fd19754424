"""What could not be taken: listed for the person."""

from collections.abc import Iterable

import typer

from cvat_sam.masks import Rejected

SHOWN = 20


def list_faults(rejected: Iterable[Rejected], *, most: int | None = SHOWN) -> int:
    """Say on standard error what is wrong, a line each; of many, the first ones and how many more.

    Args:
        rejected: gone through once, and not kept.
        most: how many lines; None for all.

    Returns:
        How many there are.
    """
    count = 0
    for one in rejected:
        count += 1
        if most is None or count <= most:
            typer.echo(f"{one.place}: {one.sentence}", err=True)
    if most is not None and count > most:
        typer.echo(f"… and {count - most:,} more", err=True)
    return count
