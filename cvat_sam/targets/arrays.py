"""numpy's `.npz` with two arrays for each image.

    "street/a.jpg"          (N, H, W) bool, the masks
    "street/a.jpg/labels"   (N,) text

N is 0 for an image without masks. `numpy.load(path)["street/a.jpg"]` has them again.
"""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import numpy as np

import rle
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import MaskRecord
from cvat_sam.targets.target import Target
from cvat_sam.targets.unfinished import UnfinishedFile

LABELS = "/labels"

# Masks are mostly long runs of one byte, which the fastest level makes small too.
LEVEL = 1


class ArraysTarget(Target):
    """Writes an `.npz` file; see `Target`. Keeps the masks of one image at a time, as runs."""

    drops = ("attributes", "occluded", "z_order", "group", "score", "iscrowd")

    def __init__(self, path: Path) -> None:
        unfinished = UnfinishedFile(path)
        super().__init__(path, unfinished)
        self._file = zipfile.ZipFile(
            unfinished.temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL
        )
        self._keys: set[str] = set()
        self._records: list[MaskRecord] = []
        self._name = ""

    def _begin_image(self, name: str, height: int, width: int, frame: int) -> None:
        if "\0" in name:  # where a zip file's names end
            raise InvalidSource(f"the image's name {name!r} cannot be an array's")
        for key in (name, name + LABELS):
            if key in self._keys:
                raise InvalidSource(f"two arrays would be called {key}: the image {name} is why")
            self._keys.add(key)
        self._name = name

    def _add(self, record: MaskRecord) -> None:
        if record.label.endswith("\0"):  # which numpy takes for the end of a shorter text
            raise InvalidSource(f"{record.place}: the label {record.label!r} cannot be in an array")
        self._records.append(record)

    def _end_image(self) -> None:
        if not self.images:
            return
        size = {"height": self._height, "width": self._width}
        shape = (len(self._records), self._height, self._width)
        masks = (rle.cvat.decode(record.points, **size).tobytes() for record in self._records)
        self._write(self._name, np.dtype(bool), shape, masks)
        labels = np.array([record.label for record in self._records], dtype=np.str_)
        self._write(self._name + LABELS, labels.dtype, labels.shape, [labels.tobytes()])
        self._records.clear()

    def _write(
        self, key: str, dtype: np.dtype[np.generic], shape: tuple[int, ...], parts: Iterable[bytes]
    ) -> None:
        """Write an array whose bytes come part by part."""
        # An entry made by hand has no time of day in it: the same masks give the same file.
        entry = zipfile.ZipInfo(f"{key}.npy")
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry._compresslevel = LEVEL  # type: ignore[attr-defined]  # ZipFile sets its own so, too
        with self._file.open(entry, "w", force_zip64=True) as file:
            file.write(_header(dtype, shape))
            for part in parts:
                file.write(part)

    def _finish(self) -> None:
        self._file.close()

    def _let_go(self) -> None:
        self._file.close()


def _header(dtype: np.dtype[np.generic], shape: tuple[int, ...]) -> bytes:
    header: IO[bytes] = io.BytesIO()
    descr = np.lib.format.dtype_to_descr(dtype)
    np.lib.format.write_array_header_1_0(
        header, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    header.seek(0)
    return header.read()
