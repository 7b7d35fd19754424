"""What a click costs on this machine: milliseconds from request to reply, and peak memory.

Run by `make bench-clicks`. The photograph is scikit-image's cup of coffee (CC0), enlarged.
"""

import base64
import importlib.resources
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import cv2

from cvat_sam.function import Function, Reply
from cvat_sam.images.decoding import decode
from cvat_sam.models import Model, load
from cvat_sam.models.malloc import keep_freed_pages
from cvat_sam.settings import Settings

SIZES = {"1080p": (1920, 1080), "12 megapixels": (4000, 3000)}
RUNS = 5


class Quiet:
    """A logger of Nuclio's kind that drops what it is given."""

    def info_with(self, message: str, **values: Any) -> None:
        """Drop an information."""

    def error_with(self, message: str, **values: Any) -> None:
        """Pass on an error: a benchmark of failures measures nothing."""
        raise RuntimeError(f"{message}: {values}")


QUIET = Quiet()


def milliseconds(work: Callable[[], Any]) -> float:
    """The median of a few runs after one that does not count."""
    work()
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def click_on_a_new_image(model: Model, body: dict[str, Any]) -> Reply:
    """A click of which nothing is known from before."""
    return Function(Settings(), model).answer(body, logger=QUIET)


def main() -> None:
    """Measure and print."""
    began = time.perf_counter()
    keep_freed_pages()  # as the function does
    model = load("vit_t", device="cpu")
    print(
        f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {model.name} on {model.device}"
    )
    print(f"start: {time.perf_counter() - began:.1f} s")
    function = Function(Settings(), model)
    photo = importlib.resources.files("skimage.data").joinpath("coffee.png").read_bytes()
    for name, (width, height) in SIZES.items():
        enlarged = cv2.resize(decode(photo), (width, height), interpolation=cv2.INTER_CUBIC)
        jpeg = cv2.imencode(".jpg", enlarged[..., ::-1])[1].tobytes()
        click = [width * 0.7, height * 0.75]
        body = {"image": base64.b64encode(jpeg).decode(), "pos_points": [click]}
        first = milliseconds(partial(click_on_a_new_image, model, body))
        later = milliseconds(partial(function.answer, body, logger=QUIET))
        encoding = milliseconds(partial(model.encode, decode(jpeg)))
        print(
            f"{name}: first click {first:.0f} ms, of it the encoder {encoding:.0f} ms; "
            f"another click on the same image {later:.0f} ms"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"peak memory: {peak:.1f} GiB")


if __name__ == "__main__":
    main()
