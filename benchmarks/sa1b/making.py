"""The images that are measured: made up, as large as SA-1B's, with as many masks."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import sa1b_making  # type: ignore[import-not-found]  # noqa: E402


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        height: of an image.
        width: likewise.
        masks: of an image.
        images: in the tar that is read.
        long: images in the tar that memory is watched over.
        rounds: how often both ways take their turn.
    """

    height: int = 1500
    width: int = 2250
    masks: int = 100
    images: int = 20
    long: int = 2000
    rounds: int = 5


QUICK = Plan(images=5, long=300, rounds=2)


def images(plan: Plan, count: int) -> Iterator[dict[str, Any]]:
    """So many different images' JSONs."""
    for seed in range(1, count + 1):
        yield sa1b_making.image(seed, height=plan.height, width=plan.width, masks=plan.masks)


def make(folder: Path, plan: Plan) -> None:
    """A JSON with its image, and a tar."""
    sa1b_making.write_folder(folder / "files", images(plan, 1))
    sa1b_making.write_tar(folder / "a.tar", images(plan, plan.images))


def make_long(path: Path, plan: Plan) -> None:
    """A tar of many different images."""
    sa1b_making.write_tar(path, images(plan, plan.long))
