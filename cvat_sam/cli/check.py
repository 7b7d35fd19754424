"""`cvat-sam check`: what is in files of masks, and what is wrong with it."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import typer

from cvat_sam import sources as readers
from cvat_sam.cli import source_options
from cvat_sam.cli.convert import EMPTY, keep, keep_image, say
from cvat_sam.cli.counted import count, counted
from cvat_sam.cli.faults import list_faults
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import Rejected
from cvat_sam.masks.items import item_of
from cvat_sam.masks.spool import Spool

SHOWN = 20


def check(
    sources: source_options.Sources,
    format: source_options.Format = None,
) -> None:
    """Read every mask and say what there is: formats, masks, images, labels, sizes, and faults.

    The exit code is 2 if there are faults.
    """
    faults = sum([_check(source, format) for source in sources])
    faults += _not_together(sources, format) if not faults else 0
    if faults:
        typer.echo(f"cvat-sam: {count(faults, 'fault')}", err=True)
        raise typer.Exit(2)


def _check(source: Path, format: str | None) -> int:
    """Say what is in a source; returns how many faults it has."""
    labels: Counter[str] = Counter()
    notes: list[str] = []
    unreadable = 0
    with Spool() as spool:
        try:
            told = readers.told([source], format=format)
            images = partial(keep_image, spool=spool, notes=notes)
            masks = readers.read_told(told, image=images, note=notes.append)
            for one in counted(masks, f"Reading {source}"):
                if isinstance(one, Rejected):
                    spool.reject(one)
                    continue
                keep(one, spool)
                labels[one.label] += 1
                if one.empty:
                    spool.reject(Rejected(one.place, EMPTY, item_of(one)))
        except InvalidSource as error:
            typer.echo(f"cvat-sam: {error}", err=True)
            unreadable, told = 1, []
        if told:
            formats = ", ".join(dict.fromkeys(one.format for one in told))
            _tell(source, formats, spool, labels)
        say(notes)
        list_faults(spool.rejected())
        return spool.rejected_count() + unreadable


def _not_together(sources: Sequence[Path], format: str | None) -> int:
    """Whether sources that are right each for itself cannot be read at once."""
    try:
        readers.told(sources, format=format)
    except InvalidSource as error:
        typer.echo(f"cvat-sam: {error}", err=True)
        return 1
    return 0


def _tell(source: Path, formats: str, spool: Spool, labels: Counter[str]) -> None:
    sizes: Counter[str] = Counter()
    without = 0
    for image in spool.images():
        known = image.height is not None and image.width is not None
        sizes[f"{image.height}×{image.width}" if known else "not said"] += 1
        without += not image.masks
    masks, images = count(len(spool), "mask"), count(sizes.total(), "image")
    more = f" ({without:,} without masks)" if without else ""
    typer.echo(f"{source}: {formats}, {masks} on {images}{more}")
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
