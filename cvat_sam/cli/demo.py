"""`cvat-sam demo`: the whole way on a real photograph, from a click over HTTP to a CVAT mask."""

import base64
import importlib.resources
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import requests
import typer

import rle
from cvat_sam.exceptions import Unavailable
from cvat_sam.files import make_folder
from cvat_sam.images import overlay
from cvat_sam.images.decoding import decode
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.models.table import spec
from cvat_sam.serve.process import ServeProcess
from cvat_sam.settings import Settings
from cvat_sam.weights import checkpoints
from cvat_sam.wire.summary import summary

# A cup of coffee, 600 × 400, by Rachel Michetti, courtesy of Pikolo Espresso Bar; CC0. It comes
# with scikit-image.
PHOTO = "coffee.png"
SAUCER = [420.0, 300.0]
TABLE = [50.0, 350.0]
SPOON_XYXY = [320.0, 60.0, 425.0, 335.0]
SECONDS = 120
# The sheet of all pictures is the README's, and a README should open quickly.
SHEET_BYTES = 300_000
SHEET_WIDTH = 450


@dataclass(frozen=True)
class Step:
    """One request of the demo.

    Attributes:
        name: its picture's file name.
        caption: what happens, for a person.
        prompt: the keys of the request beside the image, as CVAT sends them.
    """

    name: str
    caption: str
    prompt: dict[str, Any]


CLICKS = [
    Step(
        "1-click",
        "one click on the saucer",
        {"pos_points": [SAUCER], "neg_points": [], "obj_bbox": None},
    ),
    Step(
        "2-second-click",
        "a second, negative click on the table",
        {"pos_points": [SAUCER], "neg_points": [TABLE], "obj_bbox": None},
    ),
    Step(
        "3-box",
        "a box around the spoon",
        {"pos_points": [], "neg_points": [], "obj_bbox": [SPOON_XYXY[:2], SPOON_XYXY[2:]]},
    ),
]
EVERYTHING = Step("4-everything", "everything in the image", {"threshold": 0.5})


def demo(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The folder for the pictures.")
    ] = Path("demo-output"),
) -> None:
    """Send a photograph with clicks and a box to the function and draw what comes back.

    What is drawn is decoded from the runs in the reply, so the pictures prove the codec too.
    """
    photo = _photo()
    image = decode(photo)
    make_folder(output)
    model = Settings.from_environment().model
    typer.echo(f"1. The weights of {model}: {checkpoints.find(spec(model).checkpoint)}")
    typer.echo("2. Starting the function twice on free local ports: interactor and detector")
    typer.echo("   (the very first start also exports the model, which takes half a minute)")
    with (
        ServeProcess("--function", "interactor", log_path=output / "interactor.log") as interactor,
        ServeProcess(
            "--function",
            "detector",
            log_path=output / "detector.log",
            settings={"SAM_POINTS_PER_SIDE": "8"},
        ) as detector,
    ):
        url = interactor.wait_until_ready()
        typer.echo(f"3. Sending {PHOTO}, {image.shape[1]} × {image.shape[0]} pixels")
        drawn = [_clicked(step, url, photo, image) for step in CLICKS]
        interactor.kill()
        drawn.append(_everything(detector.wait_until_ready(), photo, image))
        detector.kill()
        typer.echo("4. The pictures, drawn from the replies' run lengths:")
        for step, picture in zip([*CLICKS, EVERYTHING], drawn, strict=True):
            _save(output / f"{step.name}.png", picture)
        sheet = overlay.side_by_side(drawn, columns=2, width=SHEET_WIDTH)
        _save(output / "demo.png", sheet, max_bytes=SHEET_BYTES)


def _photo() -> bytes:
    try:
        return importlib.resources.files("skimage.data").joinpath(PHOTO).read_bytes()
    except ModuleNotFoundError:
        raise Unavailable(
            "the demo's photograph comes with scikit-image: pip install 'cvat-sam[torch,photos]'"
        ) from None


def _clicked(
    step: Step, url: str, photo: bytes, image: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    reply = _post(step, url, photo)
    found = _found(reply, image)
    typer.echo(f"     {summary(found)}")
    prompt, box = step.prompt, step.prompt["obj_bbox"]
    return overlay.draw(
        image,
        [found.mask()],
        positive=prompt["pos_points"],
        negative=prompt["neg_points"],
        box_xyxy=None if box is None else [*box[0], *box[1]],
        caption=step.caption,
    )


def _everything(url: str, photo: bytes, image: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    items = _post(EVERYTHING, url, photo)
    found = [_found(item, image) for item in items]
    for one in found:
        typer.echo(f"     {summary(one)}")
    caption = f"{EVERYTHING.caption}, asked at 8 by 8 points: {len(found)} masks"
    return overlay.draw(image, [one.mask() for one in found], caption=caption)


def _post(step: Step, url: str, photo: bytes) -> Any:
    """Send one request; print what came back and how."""
    body = {**step.prompt, "image": base64.b64encode(photo).decode("ascii")}
    began = time.perf_counter()
    reply = requests.post(url, json=body, timeout=SECONDS)
    milliseconds = (time.perf_counter() - began) * 1000
    if not reply.ok:
        raise Unavailable(f"the function answered {reply.status_code}: {reply.text[:300]}")
    model, device = (reply.headers[f"X-Cvat-Sam-{key}"] for key in ("Model", "Device"))
    typer.echo(
        f"   {step.caption}: {model} on {device}, {milliseconds:.0f} ms, "
        f"a reply of {len(reply.content):,} bytes"
    )
    return reply.json()


def _found(item: dict[str, Any], image: npt.NDArray[np.uint8]) -> FoundMask:
    height, width = image.shape[:2]
    rle.cvat.validate(item["rle"], height=height, width=width)
    return FoundMask(item["rle"], float(item["confidence"]), height, width)


def _save(path: Path, picture: npt.NDArray[np.uint8], *, max_bytes: int | None = None) -> None:
    overlay.save_png(path, picture, max_bytes=max_bytes)
    typer.echo(f"   {path}")
