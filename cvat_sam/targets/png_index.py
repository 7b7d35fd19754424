"""A folder with an index PNG for each image: every pixel's value says its label.

    labels/street/a.png     of street/a.jpg, 8 bits a pixel with a palette
    labels/labels.json      {"1": "car", "2": "cat"}

0 is background. Masks with a higher z_order lie on top, and of equal ones the later. If there are
more than 255 labels, all files are gray with 16 bits and have no palette. An image without masks
has a file too.

Masks of one label in one image become one, what lies under another is gone, and empty masks are
left out: the notes say how many.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

import rle
from cvat_sam.exceptions import InvalidSource
from cvat_sam.images.colours import mask_colour
from cvat_sam.masks import MaskRecord
from cvat_sam.masks.counts import count
from cvat_sam.masks.file_names import IMAGE_KEY
from cvat_sam.targets.png_folder import PngFolder, save_png
from cvat_sam.targets.target import FirstSeen, Target
from cvat_sam.targets.unfinished import UnfinishedFolder

TABLE = "labels.json"
MOST_WITH_PALETTE = 255
MOST = 65535


class PngIndexTarget(Target):
    """Writes index PNGs; see `Target`. Keeps the masks of one image at a time."""

    drops = ("attributes", "occluded", "group", "score", "iscrowd")
    holds_empty = False

    def __init__(self, path: Path) -> None:
        unfinished = UnfinishedFolder(path)
        super().__init__(path, unfinished)
        self._folder = unfinished.temporary
        self._files = PngFolder(unfinished.temporary)
        self._values = FirstSeen()
        self._records: list[MaskRecord] = []
        self._stem = ""
        self._overlapping = self._hidden = self._joined = 0

    def _begin_image(self, name: str, height: int, width: int, frame: int) -> None:
        self._stem = self._files.begin(name)

    def _add(self, record: MaskRecord) -> None:
        if self._values[record.label] > MOST:
            raise InvalidSource(f"{record.place}: an index PNG has at most {MOST} labels")
        self._records.append(record)

    def _end_image(self) -> None:
        if not self.images:
            return
        size = {"height": self._height, "width": self._width}
        ordered = sorted(self._records, key=lambda record: record.z_order)
        pairs = [(self._values[record.label], record.points) for record in ordered]
        index = rle.multiclass.decode(rle.convert.cvat_to_multiclass(pairs, **size))
        self._files.save(self._stem, _picture(index))
        of_value = Counter(value for value, _ in pairs)
        self._joined += sum(masks for masks in of_value.values() if masks > 1)
        pixels = sum(sum(points[1:-4:2]) for _, points in pairs)
        hidden = pixels - int(np.count_nonzero(index))
        self._hidden += hidden
        self._overlapping += hidden > 0
        self._records.clear()

    def _finish(self) -> None:
        if len(self._values) > MOST_WITH_PALETTE:
            self._widen()
        table = {str(value): label for label, value in self._values.items()}
        text = json.dumps(table, indent=2, ensure_ascii=False)
        (self._folder / TABLE).write_text(f"{text}\n", encoding="utf-8")
        self._take_notes()

    def _widen(self) -> None:
        """Make those files that were written with a palette like the others."""
        for path in self._folder.rglob("*.png"):
            # The class itself rather than Image.open(), which is afraid of large files.
            with PngImagePlugin.PngImageFile(path) as picture:
                if picture.mode == "P":
                    wide = Image.fromarray(np.asarray(picture).astype(np.uint16))
                    save_png(path, wide, str(picture.text[IMAGE_KEY]))

    def _take_notes(self) -> None:
        if self._overlapping:
            images, pixels = count(self._overlapping, "image"), count(self._hidden, "pixel")
            self.notes.append(f"in {images} masks overlap: {pixels} under others are gone")
        if self._joined:
            masks = count(self._joined, "mask")
            self.notes.append(
                f"{masks} of the same image and label as others: merged, for they share a value"
            )


def _picture(index: NDArray[Any]) -> Image.Image:
    if int(index.max()) > MOST_WITH_PALETTE:
        return Image.fromarray(index.astype(np.uint16))
    picture = Image.fromarray(index.astype(np.uint8))
    picture.putpalette(_palette())
    return picture


def _palette() -> list[int]:
    """Black, then 255 colours, all different."""
    return [0, 0, 0, *(part for index in range(MOST_WITH_PALETTE) for part in mask_colour(index))]
