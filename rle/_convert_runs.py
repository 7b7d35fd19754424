"""Masks as `rle.Runs` and back, in CVAT's and in COCO's form: see `rle.convert`."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from rle import _placing, _points, _segmentation
from rle._batch import as_list_of
from rle._stack import splits_of
from rle.exceptions import InvalidRuns
from rle.runs import Runs


def cvat_to_runs(points: Any, *, height: int, width: int) -> Runs:
    """Turns CVAT's points into runs.

    Args:
        points: See `rle.convert.cvat_to_coco`.
        height: Rows of the image.
        width: Columns of the image.

    Returns:
        The mask as runs in order "C", row by row as in the points. One run of a crop is several in
        the image if it goes on from row to row: memory is at most that of a few numbers a pixel.

    Raises:
        InvalidSize: See `rle.cvat.decode`.
        InvalidRuns: See `rle.cvat.decode`.
        InvalidBox: See `rle.cvat.decode`.

    >>> cvat_to_runs([1, 13, 2, 0, 8, 1], height=2, width=12).edges.tolist()
    [3, 9, 14, 21]
    """
    runs, box, height, width = _points.read(points, height, width)
    return Runs.trusted(_placing.rows_of(runs, box, height, width), height, width, "C")


def runs_to_cvat(runs: Runs) -> list[int]:
    """Turns runs into CVAT's points.

    Args:
        runs: The mask as runs, in either order.

    Returns:
        See `rle.convert.coco_to_cvat`.

    Raises:
        InvalidRuns: It is no `rle.Runs`.

    >>> runs_to_cvat(Runs([3, 9, 14, 21], height=2, width=12, order="C"))
    [1, 13, 2, 0, 8, 1]
    """
    edges = _runs(runs).edges
    if runs.order == "C":
        return _placing.points_of_rows(edges, runs.width)
    return _placing.points_of_columns(edges, runs.height, runs.width)


def coco_to_runs(segmentation: Any) -> Runs:
    """Turns a COCO segmentation into runs.

    Args:
        segmentation: See `rle.convert.coco_to_cvat`.

    Returns:
        The mask as runs in order "F", column by column as in the segmentation.

    Raises:
        InvalidSize: See `rle.coco.decode`.
        InvalidRuns: See `rle.coco.decode`.

    >>> coco_to_runs({"size": [2, 12], "counts": "5=6"}).edges.tolist()
    [5, 18]
    """
    counts, height, width = _segmentation.read(segmentation)
    return Runs.trusted(_segmentation.edges_of(counts), height, width, "F")


def runs_to_coco(runs: Runs, *, compressed: bool = True) -> dict[str, Any]:
    """Turns runs into a COCO segmentation.

    Args:
        runs: The mask as runs, in either order.
        compressed: See `rle.convert.cvat_to_coco`.

    Returns:
        See `rle.convert.cvat_to_coco`.

    Raises:
        InvalidRuns: It is no `rle.Runs`.

    >>> runs_to_coco(Runs([5, 18], height=2, width=12))
    {'size': [2, 12], 'counts': '5=6'}
    """
    edges = _runs(runs).in_order("F").edges
    counts = _segmentation.counts_of(edges, runs.height * runs.width)
    return _segmentation.write(counts, runs.height, runs.width, compressed=compressed)


def coco_to_runs_batch(segmentations: Sequence[Any]) -> list[Runs]:
    """Turns many segmentations, of images of any sizes, as `coco_to_runs` does one.

    Args:
        segmentations: A list with the segmentation of each mask.

    Returns:
        The runs of each mask, in order "F".

    Raises:
        InvalidSize: See `rle.coco.decode`; the sentence says which segmentation.
        InvalidRuns: Likewise.

    >>> coco_to_runs_batch([{"size": [2, 12], "counts": "5=6"}, {"size": [1, 3], "counts": [1, 2]}])
    [Runs(2×12, 1 runs, order='F'), Runs(1×3, 1 runs, order='F')]
    """
    counts, splits, sizes = _segmentation.read_many(segmentations)
    edges, splits = _segmentation.edges_of_many(counts, splits, sizes[:, 0] * sizes[:, 1])
    return [
        Runs.trusted(edges[begin:end], height, width, "F")
        for (begin, end), (height, width) in zip(
            pairwise(splits.tolist()), sizes.tolist(), strict=True
        )
    ]


def runs_to_coco_batch(masks: Sequence[Runs], *, compressed: bool = True) -> list[dict[str, Any]]:
    """Turns many masks, of images of any sizes, as `runs_to_coco` does one.

    Args:
        masks: A list with the runs of each mask, in either order.
        compressed: See `rle.convert.cvat_to_coco`.

    Returns:
        The segmentation of each mask.

    Raises:
        InvalidRuns: No list, or one of them is no `rle.Runs`.

    >>> runs_to_coco_batch([Runs([5, 18], height=2, width=12)])
    [{'size': [2, 12], 'counts': '5=6'}]
    """
    turned = [_runs(mask).in_order("F") for mask in as_list_of(masks, "masks")]
    if not turned:
        return []
    sizes = np.array([mask.size for mask in turned])
    splits = splits_of(np.array([mask.edges.size for mask in turned]))
    edges = np.concatenate([mask.edges for mask in turned])
    counts, splits = _segmentation.counts_of_many(edges, splits, sizes[:, 0] * sizes[:, 1])
    return _segmentation.write_many(counts, splits, sizes, compressed=compressed)


def _runs(runs: Any) -> Runs:
    if not isinstance(runs, Runs):
        raise InvalidRuns(f"the runs are of type {type(runs).__name__}; they must be rle.Runs")
    return runs
