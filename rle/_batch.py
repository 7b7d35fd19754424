"""Many masks at once: for small ones, numpy's calls cost more than their pixels.

Those of mask i, of whatever it is, stand at splits[i]:splits[i + 1].
"""

from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rle import _points, _segmentation
from rle._batch_edges import Crops, Ints, column_edges, crops_of, row_edges
from rle._batch_masks import AT_ONCE, stacks
from rle._columns import column_changes
from rle._crop import Box, runs_and_box
from rle._limits import Order, check_size
from rle._numbers import as_list
from rle._paint import paint
from rle.exceptions import InvalidRuns, InvalidSize

_EMPTY = (1, 0, 0, 0, 0)

# With more than one edge in so many pixels, masks alone are as fast, and take less memory.
_NOISE = 16


def encode_cvat(masks: Any) -> list[list[int]]:
    """Encodes masks, see `rle._batch_masks.stacks`, as CVAT's points."""
    listed: list[list[int]] = []
    for stack in stacks(masks):
        if len(stack) > 1:
            edges, splits = row_edges(stack)
            if edges.size * _NOISE < stack.size:
                listed += points_of_rows(edges, splits, stack.shape[2])
                continue
        for image in stack:
            runs, box = runs_and_box(image)
            listed.append(as_list(runs, then=box))
    return listed


def encode_coco(masks: Any, *, compressed: bool) -> list[dict[str, Any]]:
    """Encodes masks, see `rle._batch_masks.stacks`, as COCO's segmentations."""
    listed: list[dict[str, Any]] = []
    for stack in stacks(masks):
        count, height, width = stack.shape
        if count > 1:
            edges, splits = column_edges(stack)
        else:
            edges = column_changes(stack[0])
            splits = np.array([0, edges.size])
        listed += segmentations_of_columns(edges, splits, height, width, compressed=compressed)
    return listed


def points_of_rows(edges: Ints, splits: Ints, width: int) -> list[list[int]]:
    """Makes CVAT's points of edges counted row by row.

    Args:
        edges: See `rle._batch_edges.row_edges`.
        splits: (N + 1,).
        width: Columns of the images.

    Returns:
        N lists.
    """
    crops = crops_of(edges, splits, width)
    written = _points.write_many(*crops[1:]) if crops.which.size else []
    if len(written) == splits.size - 1:
        return written
    listed = [list(_EMPTY) for _ in splits[1:]]
    for index, points in zip(crops.which.tolist(), written, strict=True):
        listed[index] = points
    return listed


def segmentations_of_columns(
    edges: Ints, splits: Ints, height: int, width: int, *, compressed: bool
) -> list[dict[str, Any]]:
    """Makes COCO's segmentations of edges counted column by column."""
    count = splits.size - 1
    counts, splits = _segmentation.counts_of_many(
        edges.astype(np.int64, copy=False), splits, np.full(count, height * width)
    )
    sizes = np.full((count, 2), (height, width))
    return _segmentation.write_many(counts, splits, sizes, compressed=compressed)


def decode_cvat(masks: Any, height: Any, width: Any) -> NDArray[np.bool_]:
    """Decodes a list of CVAT's points into (N, height, width)."""
    height, width = check_size(height, width)
    masks = as_list_of(masks, "points")
    images = _unset(len(masks), height, width)
    most = max(1, AT_ONCE // (height * width))
    for begin in range(0, len(masks), most):
        runs, splits, boxes = _points.read_many(
            masks[begin : begin + most], height, width, first=begin, name="points[{}]"
        )
        odd = (np.diff(splits) % 2).astype(np.bool_)
        runs = np.insert(runs, splits[1:][odd], 0)  # so that each mask begins with an unset run
        for image, (box, crop) in zip(images[begin:], _painted(runs, boxes), strict=False):
            image[box.top : box.bottom + 1, box.left : box.right + 1] = crop
    return images


def decode_coco(segmentations: Any, order: Order) -> NDArray[np.bool_]:
    """Decodes a list of COCO's segmentations, all of one size, into (N, height, width)."""
    segmentations = as_list_of(segmentations, "segmentations")
    if not segmentations:
        return np.zeros((0, 0, 0), np.bool_)
    counts, splits, sizes = _segmentation.read_many(segmentations)
    height, width = sizes[0].tolist()
    if (other := (sizes != sizes[0]).any(axis=1).nonzero()[0]).size:
        index = int(other[0])
        raise InvalidSize(
            f"segmentation {index} is of {sizes[index, 0]}×{sizes[index, 1]} and segmentation 0 "
            f"of {height}×{width}; masks of one array need one size"
        )
    edges, splits = _segmentation.edges_of_many(counts, splits, np.full(len(sizes), height * width))
    return images_of_columns(edges, splits, height, width, order)


def images_of_columns(
    edges: Ints, splits: Ints, height: int, width: int, order: Order
) -> NDArray[np.bool_]:
    """Decodes edges counted column by column into (N, height, width)."""
    count, area = splits.size - 1, height * width
    images = _unset(count, *((height, width) if order == "C" else (width, height)))
    most = max(1, AT_ONCE // area)
    for begin in range(0, count, most):
        some = splits[begin : begin + most + 1]
        crops = crops_of(edges[some[0] : some[-1]], some - some[0], height)
        for index, (box, crop) in zip(crops.which.tolist(), _painted_crops(crops), strict=True):
            image = images[begin + index]
            if order == "F":
                image[box.top : box.bottom + 1, box.left : box.right + 1] = crop
            else:
                place = image[box.left : box.right + 1, box.top : box.bottom + 1]
                cv2.transpose(crop.view(np.uint8), dst=place.view(np.uint8))
    return images if order == "C" else images.transpose(0, 2, 1)


def as_list_of(masks: Any, name: str) -> Sequence[Any]:
    """Makes sure that many masks came as a list or a tuple; a flat array is one too."""
    if isinstance(masks, np.ndarray) and masks.ndim:
        masks = list(masks)
    if not isinstance(masks, list | tuple):
        raise InvalidRuns(
            f"{name} is of type {type(masks).__name__}; it must be a list, an item for each mask"
        )
    return masks


def _unset(count: int, height: int, width: int) -> NDArray[np.bool_]:
    try:
        return np.zeros((count, height, width), np.bool_)
    except (MemoryError, ValueError):
        raise InvalidSize(
            f"{count} masks of {height}×{width} do not fit into this machine's memory"
        ) from None


def _painted_crops(crops: Crops) -> Iterator[tuple[Box, NDArray[np.bool_]]]:
    if not crops.which.size:
        return iter(())
    areas = _areas(crops.boxes)
    toggles = crops.edges + (areas.cumsum() - areas).repeat(np.diff(crops.splits))
    return _painted(np.diff(toggles, prepend=0, append=areas.sum()), crops.boxes)


def _painted(runs: Ints, boxes: Ints) -> Iterator[tuple[Box, NDArray[np.bool_]]]:
    """Paints crops.

    Args:
        runs: Those of all crops, which fill them, an even number in each, the first unset.
        boxes: (N, 4) inclusive.

    Yields:
        Each box and its pixels.
    """
    ends = _areas(boxes).cumsum().tolist()
    pixels = paint(runs, ends[-1])
    begin = 0
    for sides, end in zip(boxes.tolist(), ends, strict=True):
        box = Box(*sides)
        yield box, pixels[begin:end].reshape(-1, box.width)
        begin = end


def _areas(boxes: Ints) -> Ints:
    left, top, right, bottom = boxes.T
    areas: Ints = (right - left + 1) * (bottom - top + 1)
    return areas
