"""`cvat-sam check`: what is in files of masks, and what is wrong with it."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from cvat_sam import sources as readers
from cvat_sam.cli.convert import keep
from cvat_sam.cli.counted import count, counted
from cvat_sam.cli.faults import list_faults
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import Rejected
from cvat_sam.masks.spool import Spool
from cvat_sam.sources.formats import told_apart

SHOWN = 20


def check(
    sources: Annotated[
        list[Path], typer.Argument(metavar="SOURCE...", help="Files and folders of masks.")
    ],
    format: Annotated[
        str | None, typer.Option("--format", help="Of the sources, where looking does not tell.")
    ] = None,
) -> None:
    """Read every mask and say what there is: formats, masks, images, labels, sizes, and faults.

    The exit code is 2 if there are faults.
    """
    faults = sum([_check(source, format) for source in sources])
    if faults:
        typer.echo(f"cvat-sam: {count(faults, 'fault')}", err=True)
        raise typer.Exit(2)


def _check(source: Path, format: str | None) -> int:
    """Say what is in a source; returns how many faults it has."""
    labels: Counter[str] = Counter()
    empty = unreadable = 0
    with Spool() as spool:
        try:
            formats = dict.fromkeys(name for name, _ in told_apart(source, format=format))
            for one in counted(readers.read([source], format=format), f"Reading {source}"):
                if isinstance(one, Rejected):
                    spool.reject(one)
                    continue
                keep(one, spool)
                labels[one.label] += 1
                empty += not any(one.points[1:-4:2])
        except InvalidSource as error:
            typer.echo(f"cvat-sam: {error}", err=True)
            unreadable, formats = 1, {}
        rejected = spool.rejected_count()
        if formats:
            _tell(source, ", ".join(formats), spool, labels)
        if empty:
            typer.echo(f"  empty, without a set pixel: {count(empty, 'mask')}")
        list_faults(spool.rejected(), most=None)
    return rejected + unreadable


def _tell(source: Path, formats: str, spool: Spool, labels: Counter[str]) -> None:
    sizes: Counter[str] = Counter()
    for image in spool.images():
        known = image.height is not None and image.width is not None
        sizes[f"{image.height}×{image.width}" if known else "not said"] += 1
    masks, images = count(len(spool), "mask"), count(sizes.total(), "image")
    typer.echo(f"{source}: {formats}, {masks} on {images}")
    typer.echo(f"  labels: {_listed(labels, 'mask')}")
    typer.echo(f"  sizes (height × width): {_listed(sizes, 'image')}")


def _listed(counts: Counter[str], noun: str) -> str:
    """The most frequent first, each with its count.

    >>> _listed(Counter(car=2, cat=1), "mask")
    'car (2 masks), cat (1 mask)'
    """
    most = [f"{name} ({count(number, noun)})" for name, number in counts.most_common(SHOWN)]
    more = len(counts) - len(most)
    return ", ".join(most) + (f", and {more:,} more" if more else "") if most else "none"
