"""What could not be taken: listed for the person, and written to a file that can be mended."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from cvat_sam.masks import Rejected
from cvat_sam.targets.unfinished import UnfinishedFile

SHOWN = 20

_HALF = re.compile("[\ud800-\udfff]")


def list_faults(rejected: Iterable[Rejected], *, most: int | None = SHOWN) -> int:
    """Say on standard error what is wrong, a line each; of many, the first ones and how many more.

    Args:
        rejected: gone through once, and not kept.
        most: how many lines; None for all.

    Returns:
        How many there are.
    """
    count = 0
    for one in rejected:
        count += 1
        if most is None or count <= most:
            typer.echo(f"{one.place}: {one.sentence}", err=True)
    if most is not None and count > most:
        typer.echo(f"… and {count - most:,} more", err=True)
    return count


def write_rejected(path: Path, rejected: Iterable[Rejected]) -> None:
    """Write those that were left out as JSON, a list: whole, or not at all.

    An item is what was read of the mask, with "file", "index" and "fault" (the sentence) to it.

    Raises:
        Unwritable: the file cannot be made; what was there before is there still.
    """
    with UnfinishedFile(path) as unfinished, unfinished.open() as file:
        file.write("[")
        for number, one in enumerate(rejected):
            item = {
                **one.item,
                "file": one.place.file,
                "index": one.place.index,
                "fault": one.sentence,
            }
            file.write(f"{',' if number else ''}\n{_readable(item)}")
        file.write("\n]\n")


def _readable(item: dict[str, Any]) -> str:
    """JSON for people: characters as they are, unless they are half ones."""
    text = json.dumps(item, ensure_ascii=False)
    return json.dumps(item) if _HALF.search(text) else text
