"""`cvat-sam convert`: masks from one format to another, without a server."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from cvat_sam import sources as readers
from cvat_sam.cli import outputs, source_options
from cvat_sam.cli.counted import count, counted
from cvat_sam.cli.faults import list_faults
from cvat_sam.exceptions import InvalidSetting, InvalidSource
from cvat_sam.masks import ImageRecord, MaskRecord, Rejected
from cvat_sam.masks.items import item_of
from cvat_sam.masks.spool import Spool
from cvat_sam.masks.spool_rows import SpooledImage
from cvat_sam.targets import Target, open_target
from cvat_sam.targets.formats import format_for
from cvat_sam.targets.rejected_file import write_rejected

EMPTY = "the mask is empty: no pixel is set"


def convert(
    sources: source_options.Sources,
    to: source_options.To,
    format: source_options.Format = None,
    to_format: Annotated[
        str | None, typer.Option("--to-format", metavar="FORMAT", help=source_options.TARGET_HELP)
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            "--label",
            metavar="[FROM=]TO",
            help="Another name for a label, or one for all of them; repeatable.",
        ),
    ] = None,
    skip_bad: Annotated[
        Path | None,
        typer.Option(
            "--skip-bad",
            metavar="FILE",
            help="Convert the rest; write what cannot be taken there, to be mended.",
        ),
    ] = None,
) -> None:
    """Read masks and write them in another format, bit-equal; all of them, or nothing.

    Images are written in the order in which they come first, those without masks too. Frames that
    have no name are called frame_000000 and so on, as in CVAT's own exports.
    """
    _check_format(to, to_format)
    _prepare(sources, to, skip_bad)
    labels = source_options.labels_of(label or [])
    with open_target(to, format=to_format) as target, Spool() as spool:
        unused, notes = _read(sources, format, labels, spool, target)
        read = spool.rejected_count() + len(spool)
        notes += _reject_without_size(spool)
        rejected = spool.rejected_count()
        say(notes)
        list_faults(spool.rejected())
        if rejected and skip_bad is None:
            typer.echo(
                f"cvat-sam: {rejected:,} of {read:,} masks cannot be taken, so nothing was "
                "written; --skip-bad FILE leaves them out",
                err=True,
            )
            raise typer.Exit(2)
        for name in unused:
            typer.echo(f"cvat-sam: --label {name}=…: no mask has the label {name!r}", err=True)
        _write(spool, target)
        if rejected and skip_bad is not None:
            write_rejected(skip_bad, spool.rejected())
        lost = target.close()
    typer.echo(f"{to}: {count(target.masks, 'mask')} on {count(target.images, 'image')}")
    if rejected:
        typer.echo(f"left out, and written to {skip_bad}: {count(rejected, 'mask')}")
    for note in lost:
        typer.echo(note)


def _check_format(to: Path, format: str | None) -> None:
    try:
        format_for(to, format)
    except InvalidSetting as error:
        raise InvalidSetting(f"{error} (--to-format)") from None


def _prepare(sources: Sequence[Path], to: Path, skip_bad: Path | None) -> None:
    """Find what stands in the way before it costs any work."""
    if skip_bad is not None:
        outputs.prepare([*sources, to], [skip_bad])
    target = to.resolve()
    for source in sources:
        inside = to.exists() and target.is_relative_to(source.resolve())
        if target == source.resolve() or inside:
            raise InvalidSetting(f"{to} would be written over, but it is also read")


def _read(
    sources: Sequence[Path],
    format: str | None,
    labels: Mapping[str, str],
    spool: Spool,
    target: Target,
) -> tuple[list[str], list[str]]:
    """Put everything into the spool; returns the labels to rename that no mask has, and notes."""
    unused = dict.fromkeys(name for name in labels if name)
    notes: list[str] = []
    images = partial(keep_image, spool=spool, notes=notes)
    masks = readers.read(sources, format=format, image=images, note=notes.append)
    for one in counted(masks, "Reading"):
        if isinstance(one, Rejected):
            spool.reject(one)
            continue
        unused.pop(one.label, None)
        if one.empty and not target.holds_empty:
            sentence = f"{EMPTY}, which {target.path} cannot hold"
            spool.reject(Rejected(one.place, sentence, item_of(one)))
            continue
        label = labels.get(one.label, labels.get("", one.label))
        keep(replace(one, label=label) if label != one.label else one, spool)
    return list(unused), notes


def say(notes: Sequence[str]) -> None:
    """Say on standard error what is no fault but should be known."""
    for note in notes:
        typer.echo(f"cvat-sam: {note}", err=True)


def keep_image(image: ImageRecord, spool: Spool, notes: list[str]) -> None:
    """Put an image into the spool; there it stays as it was if it has another size here."""
    try:
        spool.add_image(image)
    except InvalidSource as error:
        notes.append(f"{image.place}: {error}")


def keep(record: MaskRecord, spool: Spool) -> None:
    """Put a mask into the spool, among the rejected ones if it does not go with the others."""
    try:
        spool.add(record)
    except InvalidSource as error:
        spool.reject(Rejected(record.place, str(error), item_of(record)))


def _reject_without_size(spool: Spool) -> list[str]:
    """Reject the masks of images whose size nothing says; returns notes on those without masks."""
    unwritten = 0
    for image in spool.images():
        if image.height is None or image.width is None:
            sentence = f"the size of its image, {_name(image)}, is not in the sources"
            for record in spool.records(image):
                spool.reject(Rejected(record.place, sentence, item_of(record)))
            unwritten += not image.masks
    images = count(unwritten, "image")
    sentence = f"left out, because neither masks nor their size is in the sources: {images}"
    return [sentence] if unwritten else []


def _write(spool: Spool, target: Target) -> None:
    # Frames' numbers are kept where every image has one, and none is in another's way.
    numbered = all(image.frame is not None for image in spool.images())
    for record in counted(_in_order(spool, target, numbered), "Writing", total=len(spool)):
        target.add(record)


def _in_order(spool: Spool, target: Target, numbered: bool) -> Iterator[MaskRecord]:
    for image in spool.images():
        if image.height is not None and image.width is not None:
            frame = image.frame if numbered else None
            target.image(_name(image), image.height, image.width, frame=frame)
            yield from spool.records(image)


def _name(image: SpooledImage) -> str:
    return f"frame_{image.frame:06d}" if image.name is None else image.name
