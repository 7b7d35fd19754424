"""A main.py that answers as the interactor does but has no model: it starts at once.

What it finds is the pixel of the first click, or each box or point. `PLANT`, a piece of Python, is
run at each request and may spoil what it likes: `body`, `context`, `number` (of the request, from
1) and `text` and `status` of the reply.
"""

from pathlib import Path

from serving import write_main

_MAIN = """
import json, os, sys, time

import numpy as np

from cvat_sam.exceptions import InvalidInput, NothingFound
from cvat_sam.images.decoding import decode
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.wire import replies
from cvat_sam.wire.requests import InteractorRequest, parse

MAX_PIXELS = 4_000_000
KEPT = []
number = 0


def found(height, width):
    crop = np.ones((min(height, 3), min(width, 4)), bool)
    return FoundMask.from_crop(crop, left=0, top=0, height=height, width=width, confidence=0.9)


def answered(body):
    request = parse(body, InteractorRequest)
    prompts, prompt = request.prompts(), request.prompt()
    if prompts is None:
        prompt.require_something()
    height, width = decode(request.image, max_pixels=MAX_PIXELS).shape[:2]
    (prompts or prompt).checked(height=height, width=width)
    if prompts is not None:
        return replies.shapes([found(height, width) for _ in prompts.each])
    one = found(height, width)
    return replies.shapes([one]) if request.reply == "shapes" else replies.interactor(one)


def handler(context, event):
    global number
    number += 1
    body, status = event.body, 200
    try:
        text = answered(body)
    except InvalidInput as error:
        text, status = replies.error(str(error)), 400
    context.logger.info_with("answered", status=status)
PLANT
    return context.Response(
        body=text,
        headers={"X-Cvat-Sam-Model": "none"},
        content_type="application/json",
        status_code=status,
    )
"""


def write(folder: Path, plant: str = "pass") -> Path:
    """Put it into a folder of its own."""
    lines = "\n".join(f"    {line}" for line in plant.splitlines())
    return write_main(folder, _MAIN.replace("PLANT", lines))
