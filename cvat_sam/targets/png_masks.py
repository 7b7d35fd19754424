"""A folder with a PNG for each mask: black and white, 1 bit a pixel.

    masks/street/a__car__0.png      of street/a.jpg, mask 0, a car

`cvat_sam.masks.file_names` has the rules of the names. An image without masks has no
file, and a note says how many such there are.
"""

from pathlib import Path

from PIL import Image

import rle
from cvat_sam.masks import MaskRecord
from cvat_sam.masks.counts import count
from cvat_sam.masks.file_names import mask_stem
from cvat_sam.targets.png_folder import PngFolder
from cvat_sam.targets.target import Target
from cvat_sam.targets.unfinished import UnfinishedFolder


class PngMasksTarget(Target):
    """Writes a PNG for each mask; see `Target`."""

    drops = ("attributes", "occluded", "z_order", "group", "score", "iscrowd")

    def __init__(self, path: Path) -> None:
        unfinished = UnfinishedFolder(path)
        super().__init__(path, unfinished)
        self._files = PngFolder(unfinished.temporary)
        self._stem = ""
        self._number = 0
        self._without = 0  # images that have no mask so far

    def _begin_image(self, name: str, height: int, width: int, frame: int) -> None:
        self._stem = self._files.begin(name)
        self._without += 1
        self._number = 0

    def _add(self, record: MaskRecord) -> None:
        mask = rle.cvat.decode(record.points, height=self._height, width=self._width)
        stem = mask_stem(self._stem, record.label, self._number)
        self._files.save(stem, Image.fromarray(mask))
        self._without -= self._number == 0
        self._number += 1

    def _finish(self) -> None:
        if self._without:
            images = count(self._without, "image")
            self.notes.append(f"not in the result, because they have no masks: {images}")
