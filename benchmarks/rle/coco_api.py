"""What rivals with the functions of COCO's API do for CVAT's masks and for batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Segmentation = dict[str, Any]
Segmentations = Sequence[Segmentation]


@dataclass(frozen=True)
class CocoApi:
    """Functions of one rival.

    Attributes:
        module: Has `encode`, `decode`, `merge`, `iou` and `frPyObjects`.
        box: A segmentation's box: left, top, width, height.
        crop: Decodes [height, width] and counts, column by column, into a mask.
        counts: The counts of a segmentation that `encode` gave.
    """

    module: Any
    box: Callable[[Segmentation], Array]
    crop: Callable[[list[int], list[int]], Array]
    counts: Callable[[Segmentation], list[int]]

    def decode(self, segmentation: Segmentation) -> Array:
        """Copies what comes back into C order."""
        return np.ascontiguousarray(self.module.decode(segmentation))

    def decode_batch(self, segmentations: Segmentations) -> Array:
        """All at once, from (H, W, N)."""
        return np.ascontiguousarray(self.module.decode(segmentations).transpose(2, 0, 1))

    def cvat_encode(self, mask: Array) -> list[int]:
        """A mask turned over is in Fortran order without a copy: its columns are its rows."""
        turned = self.module.encode(mask.T.view(np.uint8))
        top, left, height, width = map(int, self.box(turned))
        return self._cropped(mask, left, top, left + width - 1, top + height - 1)

    def cvat_decode(self, points: list[int], height: int, width: int) -> Array:
        """The crop turned over, then pasted."""
        image = np.zeros((height, width), np.uint8)
        self._paste(points, image)
        return image

    def cvat_to_coco(self, points: list[int], height: int, width: int) -> Segmentation:
        """Decodes and encodes; the image is built in Fortran order, which saves its copy."""
        image = np.zeros((height, width), np.uint8, order="F")
        self._paste(points, image)
        encoded: Segmentation = self.module.encode(image)
        return encoded

    def coco_to_cvat(self, segmentation: Segmentation) -> list[int]:
        """Decodes and encodes; the box comes from the runs."""
        left, top, width, height = map(int, self.box(segmentation))
        mask = self.module.decode(segmentation)
        return self._cropped(mask, left, top, left + width - 1, top + height - 1)

    def iou(self, a: Segmentations, b: Segmentations) -> Array:
        """As it is."""
        return np.asarray(self.module.iou(a, b, [0] * len(b)))

    def polygon(self, polygons: list[list[float]], height: int, width: int) -> Array:
        """Runs, their union, then an image."""
        return self.decode(self.module.merge(self.module.frPyObjects(polygons, height, width)))

    def _paste(self, points: list[int], image: Array) -> None:
        left, top, right, bottom = points[-4:]
        turned = self.crop([right - left + 1, bottom - top + 1], points[:-4])
        image[top : bottom + 1, left : right + 1] = turned.T

    def _cropped(self, mask: Array, left: int, top: int, right: int, bottom: int) -> list[int]:
        crop = np.ascontiguousarray(mask[top : bottom + 1, left : right + 1]).view(np.uint8)
        return [*self.counts(self.module.encode(crop.T)), left, top, right, bottom]
