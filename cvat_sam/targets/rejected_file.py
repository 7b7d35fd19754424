"""The file of masks that were left out: JSON that can be mended, and read as a source again."""

import filecmp
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cvat_sam.exceptions import InvalidSetting
from cvat_sam.masks.record import Rejected
from cvat_sam.targets.unfinished import UnfinishedFile

_HALF = re.compile("[\ud800-\udfff]")


def write_rejected(path: Path, rejected: Iterable[Rejected]) -> None:
    """Write those that were left out as JSON, a list: whole, or not at all.

    An item is what was read of the mask, with "file", "index" and "fault" (the sentence) to it. A
    file that is there may be half mended already, so it is left alone.

    Raises:
        InvalidSetting: there is such a file, with something else in it.
        Unwritable: the file cannot be made.
    """
    with UnfinishedFile(path) as unfinished:
        with unfinished.open() as file:
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
        if path.exists() and not filecmp.cmp(unfinished.temporary, path, shallow=False):
            raise InvalidSetting(
                f"{path} is there already, with something else in it than the masks to leave out "
                "now; give another file for these, or upload that one if it is mended"
            )


def _readable(item: dict[str, Any]) -> str:
    """JSON for people: characters as they are, unless they are half ones."""
    text = json.dumps(item, ensure_ascii=False)
    return json.dumps(item) if _HALF.search(text) else text
