"""A function without a model, hosted as the real one is: what it finds can be told in advance.

* Everything: the left half of the image, and one pixel. On a black image nothing.
* A box: its pixels; nothing in one that is narrower than three pixels.
* An image whose first pixel is pure red is refused, pure blue answered with a broken mask.
* Statuses written to `script.json` are answered first, one for each request.
"""

import contextlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from serving import served, write_main

MAIN = """
import base64, hashlib, io, json
from pathlib import Path

import numpy as np
from PIL import Image

import rle

FOLDER = Path(__file__).parent


def handler(context, event):
    image = base64.b64decode(event.body["image"])
    keys = {key: value for key, value in event.body.items() if key != "image"}
    seen = {"path": event.path, "keys": keys, "headers": dict(event.headers), "size": len(image),
            "digest": hashlib.sha256(image).hexdigest()}
    with (FOLDER / "seen.jsonl").open("a") as file:
        file.write(json.dumps(seen, default=str) + "\\n")
    script = FOLDER / "script.json"
    statuses = json.loads(script.read_text()) if script.exists() else []
    if statuses:
        script.write_text(json.dumps(statuses[1:]))
        if statuses[0] != 200:
            return respond(context, {"error": f"as told: {statuses[0]}"}, statuses[0])
    pixels = np.asarray(Image.open(io.BytesIO(image)).convert("RGB"))
    height, width = pixels.shape[:2]
    if tuple(pixels[0, 0]) == (255, 0, 0):
        return respond(context, {"error": "no red images"}, 400)
    if tuple(pixels[0, 0]) == (0, 0, 255):
        return respond(context, {"shapes": [shape([0, 5, 0, 0, width, height])]})
    if "boxes" in keys:
        found = [inside(box, height, width) for box in keys["boxes"]]
    elif not pixels.any():
        found = []
    else:
        left, dot = np.zeros((2, height, width), bool)
        left[:, : width // 2] = True
        dot[1, 1] = True
        found = [left, dot]
    shapes = [None if mask is None else shape(rle.cvat.encode(mask)) for mask in found]
    return respond(context, {"shapes": shapes})


def inside(box, height, width):
    x1, y1, x2, y2 = map(int, box)
    if x2 - x1 < 3:
        return None
    mask = np.zeros((height, width), bool)
    mask[y1:y2, x1:x2] = True
    return mask if mask.any() else None


def shape(points):
    return {"type": "mask", "points": points, "confidence": 0.9}


def respond(context, reply, status=200):
    return context.Response(
        body=json.dumps(reply), content_type="application/json", status_code=status
    )
"""


@dataclass(frozen=True)
class StubFunction:
    """The function while it runs.

    Attributes:
        url: its address.
        folder: where its main.py is.
    """

    url: str
    folder: Path

    def script(self, *statuses: int) -> None:
        """Say what the next requests are answered."""
        (self.folder / "script.json").write_text(json.dumps(statuses))

    def seen(self) -> list[dict[str, Any]]:
        """The requests since `forget`, without their images."""
        path = self.folder / "seen.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def forget(self) -> None:
        """Forget the requests and what was told."""
        (self.folder / "seen.jsonl").unlink(missing_ok=True)
        (self.folder / "script.json").unlink(missing_ok=True)


@contextlib.contextmanager
def stub_function(folder: Path) -> Iterator[StubFunction]:
    """Host it in a process of its own."""
    with served(write_main(folder, MAIN)) as host:
        yield StubFunction(host.url, folder)


def png(width: int, height: int, colour: tuple[int, int, int] = (9, 9, 9)) -> bytes:
    """A plain picture."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()
