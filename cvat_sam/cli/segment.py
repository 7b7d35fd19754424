"""`cvat-sam segment`: the function's work on files, without a server."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cvat_sam.cli import outputs
from cvat_sam.cli.coordinates import box_xyxy, pair
from cvat_sam.cli.progress import counted_points, tracked
from cvat_sam.exceptions import CvatSamError, InvalidImage, InvalidSetting
from cvat_sam.files import write_atomically
from cvat_sam.images import overlay
from cvat_sam.images.decoding import Pixels, decode
from cvat_sam.masks.counts import count
from cvat_sam.models.backends.malloc import keep_freed_pages
from cvat_sam.models.encoded_image import EncodedImage
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.models.model import Model
from cvat_sam.models.prompt import Prompt
from cvat_sam.settings import Settings
from cvat_sam.wire.replies import LABEL
from cvat_sam.wire.summary import summary


def segment(
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="One image or many.")],
    point: Annotated[
        list[str] | None, typer.Option(metavar="X,Y", help="A click on the object; repeatable.")
    ] = None,
    negative: Annotated[
        list[str] | None, typer.Option(metavar="X,Y", help="A click beside it; repeatable.")
    ] = None,
    box: Annotated[str | None, typer.Option(metavar="X1,Y1,X2,Y2", help="A box around it.")] = None,
    all_objects: Annotated[
        bool, typer.Option("--everything", help="Find every object; no clicks, no box.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Draw the masks: a PNG, or a folder for many images."),
    ] = None,
    json_path: Annotated[
        Path | None, typer.Option("--json", help="Write the masks as CVAT's run lengths.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="In place of SAM_MODEL.")] = None,
    device: Annotated[str | None, typer.Option(help="In place of SAM_DEVICE.")] = None,
    backend: Annotated[str | None, typer.Option(help="In place of SAM_BACKEND.")] = None,
) -> None:
    """Find the object under clicks or in a box, or every object, in image files.

    A line for each mask says its box (inclusive), area, runs and confidence.
    """
    settings = Settings.from_environment().changed(model=model, device=device, backend=backend)
    prompt = Prompt(
        positive=[pair("--point", text) for text in point or []],
        negative=[pair("--negative", text) for text in negative or []],
        box_xyxy=None if box is None else box_xyxy("--box", box),
    )
    if not all_objects:
        prompt.require_something()
    elif prompt != Prompt([], []):
        raise InvalidSetting("--everything takes no --point, --negative or --box")
    pictures = outputs.picture_paths(images, output)
    outputs.prepare(images, [*pictures.values(), *([json_path] if json_path else [])])
    keep_freed_pages()
    written: list[dict[str, object]] = []
    done = failures = 0
    try:
        loaded = settings.load_model()
        # For everything each image has a bar of its own.
        for path in images if all_objects else tracked(images, "Segmenting"):
            title = path.name if len(images) == 1 else f"{path.name}, {done + 1} of {len(images)}"
            try:
                written += _one(
                    path,
                    _Finder(loaded, settings, None if all_objects else prompt, title),
                    pictures.get(path),
                )
            except CvatSamError as error:
                # The other images are still worth having; the exit code tells.
                typer.echo(f"cvat-sam: {path}: {error}", err=True)
                failures += 1
            done += 1
        if json_path is not None:
            write_atomically(json_path, json.dumps(written).encode())
    except KeyboardInterrupt:
        unwritten = "" if json_path is None else f"; {json_path} was not written"
        of_all = f"{done:,} of {count(len(images), 'image')}"
        typer.echo(f"cvat-sam: interrupted after {of_all}{unwritten}", err=True)
        raise typer.Exit(130) from None
    if failures:
        raise typer.Exit(2)


def _one(path: Path, finder: "_Finder", target: Path | None) -> list[dict[str, object]]:
    """Segment one file, say what was found, draw it; returns its records for the JSON file."""
    began = time.perf_counter()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidImage(f"cannot be read: {error.strerror}") from None
    image = decode(data, max_pixels=finder.settings.max_pixels)
    found = finder.find(image)
    milliseconds = (time.perf_counter() - began) * 1000
    noun = "mask" if len(found) == 1 else "masks"
    ran_on = f"{finder.model.device} ({finder.model.backend.name})"
    typer.echo(f"{path}: {len(found)} {noun} in {milliseconds:.0f} ms on {ran_on}")
    for one in found:
        typer.echo(f"  {summary(one)}")
    if target is not None:
        prompt = finder.prompt or Prompt()
        picture = overlay.draw(
            image,
            [one.mask() for one in found],
            positive=prompt.positive,
            negative=prompt.negative,
            box_xyxy=prompt.box_xyxy,
        )
        overlay.save_png(target, picture)
        typer.echo(f"  drawn: {target}")
    return list(_records(path, found))


@dataclass(frozen=True)
class _Finder:
    """What is looked for in an image; without a prompt it is everything.

    Attributes:
        title: of the image, for the bar that everything mode has.
    """

    model: Model
    settings: Settings
    prompt: Prompt | None
    title: str

    def find(self, image: Pixels) -> list[FoundMask]:
        if self.prompt is None:
            return self._everything(image)
        found = self.model.encode(image).segment(self.prompt)
        return [] if found is None else [found]

    def _everything(self, image: Pixels) -> list[FoundMask]:
        from cvat_sam.models.everything.everything import everything

        def encode_crop(box: tuple[int, int, int, int]) -> EncodedImage:
            left, top, right, bottom = box
            return self.model.encode(image[top:bottom, left:right])

        with counted_points(self.title) as tell:
            encoded = self.model.encode(image)
            # Without the deadline: nobody gives up waiting, and Ctrl-C is at hand.
            return everything(
                encoded, self.settings.grid(), encode_crop=encode_crop, tell=tell
            ).found


def _records(path: Path, found: Iterable[FoundMask]) -> Iterable[dict[str, object]]:
    for one in found:
        yield {
            "image": path.name,
            "label": LABEL,
            "points": one.points,
            "confidence": round(one.confidence, 4),
            "height": one.height,
            "width": one.width,
        }
