"""An image of SA-1B with its masks, as it comes out of a tar or a folder."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from cvat_sam.sa1b.annotations import Annotations, Floats, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """An image and those N of its masks that were wanted; they are runs until they are asked for.

    Attributes:
        source: the tar, or the JSON file.
        member: the JSON's name in the tar; of a file, its name.
        name: the image's file name, as the JSON has it. It is no path that may be trusted.
        image_id: None where the JSON has none.
        height: of the image, in pixels.
        width: likewise.
        image: the bytes of the image's file; None where there is none, or it was not wanted.
        pixels: RGB uint8 (H, W, 3), where it was to be decoded.
        ids, bboxes, areas, predicted_ious, stability_scores, point_coords, crop_boxes: of each
            mask, see `Annotations`.
        edges: int32 or int64: all masks' edges, see `rle.Runs`, counted column by column.
        splits: (N + 1,) int64: those of mask i are edges[splits[i]:splits[i + 1]].
    """

    source: str
    member: str
    name: str
    image_id: int | None
    height: int
    width: int
    image: bytes | None
    pixels: NDArray[np.uint8] | None
    ids: Ints
    bboxes: Floats
    areas: Ints
    predicted_ious: Floats
    stability_scores: Floats
    point_coords: Floats
    crop_boxes: Floats
    edges: NDArray[np.signedinteger[Any]]
    splits: Ints

    @classmethod
    def of(
        cls,
        annotations: Annotations,
        which: NDArray[np.intp],
        *,
        source: str,
        member: str,
        image: bytes | None = None,
        pixels: NDArray[np.uint8] | None = None,
    ) -> "Record":
        """Keeps some of an image's masks.

        Raises:
            InvalidSource: one of them is damaged; the sentence is without the file's name.
        """
        runs = annotations.runs(which)
        # Half the bytes where they will do: records wait in queues, and go through pipes.
        kind = np.int32 if annotations.height * annotations.width < 2**31 else np.int64
        edges = [np.empty(0, np.int64), *(one.edges for one in runs)]
        return cls(
            source,
            member,
            annotations.name,
            annotations.image_id,
            annotations.height,
            annotations.width,
            image,
            pixels,
            ids=annotations.ids[which],
            bboxes=annotations.bboxes[which],
            areas=annotations.areas[which],
            predicted_ious=annotations.predicted_ious[which],
            stability_scores=annotations.stability_scores[which],
            point_coords=annotations.point_coords[which],
            crop_boxes=annotations.crop_boxes[which],
            edges=np.concatenate(edges).astype(kind),
            splits=np.cumsum([0, *(one.edges.size for one in runs)]),
        )

    def __len__(self) -> int:
        return self.splits.size - 1

    def __repr__(self) -> str:
        masks = f"{len(self)} mask{'s' * (len(self) != 1)}"
        return f"Record({self.name!r}, {self.height}×{self.width}, {masks})"

    def runs(self) -> list[rle.Runs]:
        """The masks, each as `rle.Runs` in order "F": what `rle.ops` works on."""
        edges = self.edges.astype(np.int64)
        return [
            rle.Runs.trusted(edges[begin:end], self.height, self.width, "F")
            for begin, end in pairwise(self.splits.tolist())
        ]

    def segmentations(self) -> list[dict[str, Any]]:
        """The masks as COCO has them, `{"size": [height, width], "counts": str}`."""
        return rle.convert.runs_to_coco_batch(self.runs())

    def masks(self) -> NDArray[np.bool_]:
        """The masks as pixels, (N, H, W) bool."""
        if not len(self):
            return np.zeros((0, self.height, self.width), np.bool_)
        return rle.runs.decode_batch(self.runs())
