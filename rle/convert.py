"""From one form of a mask to another without decoding it: what is worked on are the runs.

    cvat_to_coco · coco_to_cvat · cvat_to_coco_batch · coco_to_cvat_batch
    cvat_to_runs · runs_to_cvat · coco_to_runs · runs_to_coco
    coco_to_runs_batch · runs_to_coco_batch
    multiclass_to_cvat · multiclass_to_coco · cvat_to_multiclass · coco_to_multiclass

CVAT counts a mask's pixels row by row through a crop (see `rle.cvat`), COCO column by column
through the whole image (see `rle.coco`). No image is built on the way between them, unless runs are
so dense (noise) that the lines which hold something are painted faster than their runs are counted.

Many small masks are several times faster in a batch than one by one. Whoever takes more than one
step with a mask keeps it as `rle.Runs`, which needs no parsing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rle import _placing, _points, _segmentation
from rle._classes import (
    coco_to_multiclass,
    cvat_to_multiclass,
    multiclass_to_coco,
    multiclass_to_cvat,
)
from rle._convert_many import converted
from rle._convert_runs import (
    coco_to_runs,
    coco_to_runs_batch,
    cvat_to_runs,
    runs_to_coco,
    runs_to_coco_batch,
    runs_to_cvat,
)
from rle._limits import check_size

__all__ = [
    "coco_to_cvat",
    "coco_to_cvat_batch",
    "coco_to_multiclass",
    "coco_to_runs",
    "coco_to_runs_batch",
    "cvat_to_coco",
    "cvat_to_coco_batch",
    "cvat_to_multiclass",
    "cvat_to_runs",
    "multiclass_to_coco",
    "multiclass_to_cvat",
    "runs_to_coco",
    "runs_to_coco_batch",
    "runs_to_cvat",
]


def cvat_to_coco(
    points: Any, *, height: int, width: int, compressed: bool = True
) -> dict[str, Any]:
    """Turns CVAT's points into a COCO segmentation.

    Args:
        points: Runs of a crop, row by row, then inclusive left, top, right, bottom; see
            `rle.cvat.decode`. The crop need not be tight, and runs may be 0.
        height: Rows of the image.
        width: Columns of the image.
        compressed: Whether counts are COCO's string or a list of ints.

    Returns:
        `{"size": [height, width], "counts": …}`, what `rle.coco.encode` makes of the same mask.

    Raises:
        InvalidSize: See `rle.cvat.decode`.
        InvalidRuns: See `rle.cvat.decode`.
        InvalidBox: See `rle.cvat.decode`.

    >>> cvat_to_coco([1, 13, 2, 0, 8, 1], height=2, width=12, compressed=False)
    {'size': [2, 12], 'counts': [5, 13, 6]}
    >>> cvat_to_coco([1, 13, 2, 0, 8, 1], height=2, width=12)
    {'size': [2, 12], 'counts': '5=6'}
    """
    runs, box, height, width = _points.read(points, height, width)
    counts = _segmentation.counts_of(_placing.columns_of(runs, box, height), height * width)
    return _segmentation.write(counts, height, width, compressed=compressed)


def cvat_to_coco_batch(
    masks: Sequence[Any], *, height: int, width: int, compressed: bool = True
) -> list[dict[str, Any]]:
    """Turns many masks of images of one size, as `cvat_to_coco` does one.

    Args:
        masks: A list with the points of each mask.
        height: Rows of the images.
        width: Columns of the images.
        compressed: See `cvat_to_coco`.

    Returns:
        The segmentation of each mask.

    Raises:
        InvalidSize: See `rle.cvat.decode`.
        InvalidRuns: See `rle.cvat.decode`; the sentence says which mask.
        InvalidBox: Likewise.

    >>> cvat_to_coco_batch([[1, 13, 2, 0, 8, 1], [0, 1, 4, 1, 4, 1]], height=2, width=12)
    [{'size': [2, 12], 'counts': '5=6'}, {'size': [2, 12], 'counts': '91>'}]
    """
    height, width = check_size(height, width)

    def convert_one(points: Any) -> dict[str, Any]:
        return cvat_to_coco(points, height=height, width=width, compressed=compressed)

    def convert_some(masks: list[Any]) -> list[dict[str, Any] | None]:
        runs, splits, boxes = _points.read_lists(masks, height, width)
        edges, splits, small = _placing.columns_of_small(runs, splits, boxes, height)
        areas = np.full(len(masks), height * width)
        counts, splits = _segmentation.counts_of_many(edges, splits, areas)
        sizes = np.full((len(masks), 2), (height, width))
        written = _segmentation.write_many(counts, splits, sizes, compressed=compressed)
        return [one if is_small else None for one, is_small in zip(written, small, strict=True)]

    return converted(masks, lambda points: points, convert_some, convert_one)


def coco_to_cvat(segmentation: Any) -> list[int]:
    """Turns a COCO segmentation into CVAT's points.

    Args:
        segmentation: `{"size": [height, width], "counts": str, bytes or list}`, see
            `rle.coco.decode`.

    Returns:
        Run lengths of the tight crop, row by row, zeros first, then inclusive left, top, right,
        bottom: what `rle.cvat.encode` makes of the same mask. `[1, 0, 0, 0, 0]` without a set
        pixel.

    Raises:
        InvalidSize: See `rle.coco.decode`.
        InvalidRuns: See `rle.coco.decode`.

    >>> coco_to_cvat({"size": [2, 12], "counts": "5=6"})
    [1, 13, 2, 0, 8, 1]
    """
    counts, height, width = _segmentation.read(segmentation)
    return _placing.points_of_columns(_placing.toggles_of(counts), height, width)


def coco_to_cvat_batch(segmentations: Sequence[Any]) -> list[list[int]]:
    """Turns many masks, of images of any sizes, as `coco_to_cvat` does one.

    Args:
        segmentations: A list with the segmentation of each mask.

    Returns:
        The points of each mask.

    Raises:
        InvalidSize: See `rle.coco.decode`; the sentence says which segmentation.
        InvalidRuns: Likewise.

    >>> coco_to_cvat_batch(
    ...     [{"size": [2, 12], "counts": "5=6"}, {"size": [1, 3], "counts": [1, 2]}]
    ... )
    [[1, 13, 2, 0, 8, 1], [0, 2, 1, 0, 2, 0]]
    """

    def convert_some(segmentations: list[Any]) -> list[list[int] | None]:
        counts, splits, sizes = _segmentation.read_many(segmentations)
        toggles, splits = _placing.toggles_of_many(counts, splits)
        return _placing.points_of_small_columns(toggles, splits, sizes)

    def numbers(segmentation: Any) -> Any:
        return segmentation.get("counts") if isinstance(segmentation, Mapping) else None

    return converted(segmentations, numbers, convert_some, coco_to_cvat)
