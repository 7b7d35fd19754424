"""`cvat-sam sa1b show`: an image of SA-1B with its masks drawn over it."""

from pathlib import Path
from typing import Annotated

import typer

from cvat_sam.cli import outputs
from cvat_sam.cli import sa1b_options as options
from cvat_sam.exceptions import InvalidSetting, InvalidSource
from cvat_sam.images import overlay
from cvat_sam.masks.counts import count
from cvat_sam.sa1b.entry import IMAGES
from cvat_sam.sa1b.fault import Fault
from cvat_sam.sa1b.pieces import is_tar
from cvat_sam.sa1b.reading import read
from cvat_sam.sa1b.record import Record


def show(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A JSON, the image beside it, or a tar.")
    ],
    image: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of a tar: which image; else the first.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="PNG", help="The picture; else NAME.masks.png."),
    ] = None,
    top_k: options.TopK = None,
    min_predicted_iou: options.MinPredictedIou = None,
    min_stability_score: options.MinStabilityScore = None,
    min_area: options.MinArea = None,
    max_area: options.MaxArea = None,
) -> None:
    """Draw an image's masks over it, in a PNG; small ones lie over large ones."""
    if image is not None and not is_tar(file):
        raise InvalidSetting(f"--image names an image of a tar, and {file} is none")
    if output is not None and output.suffix.lower() != ".png":
        raise InvalidSetting(f"--output should be a .png file, not {output}")
    if file.is_dir():
        raise InvalidSetting(f"{file}: is a folder; name one of its JSONs")
    source = file if is_tar(file) else _json_of(file)
    stem = None if image is None else _stem(image)
    faults: list[Fault] = []
    reader = read(
        source,
        top_k=top_k,
        min_predicted_iou=min_predicted_iou,
        min_stability_score=min_stability_score,
        min_area=min_area,
        max_area=max_area,
        decode_images=True,
        fault=faults.append,
    )
    record = next(
        (one for one in reader if stem in (None, _stem(one.name), _stem(one.member))), None
    )
    if record is None:
        named = [one for one in faults if stem is None or stem in one.place]
        if named:
            raise InvalidSource(str(named[0]))
        raise InvalidSource(f"{file}: has no image {image}" if image else f"{file}: has no image")
    target = output or Path(f"{_stem(record.name)}.masks.png")
    outputs.prepare([file, source], [target])
    _draw(record, target)
    typer.echo(f"{record.name}: {count(len(record), 'mask')}, drawn: {target}")


def _draw(record: Record, target: Path) -> None:
    if record.pixels is None:
        raise InvalidSource(f"{record.source}: the image is not there")
    overlay.save_png(target, overlay.draw(record.pixels, record.masks()))


def _json_of(file: Path) -> Path:
    """The JSON that is named, or that is beside the image that is."""
    if file.suffix.lower() in IMAGES:
        return file.with_suffix(".json")
    return file


def _stem(name: str) -> str:
    """The name without folders and without its last suffix."""
    return Path(name).stem
