"""From one image of several classes to a mask of each, and back, in the run domain.

Exported by `rle.convert`. A multi-class dict counts column by column here, as `rle.multiclass` does
unless told otherwise.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from rle import _label_runs, _layers, _placing, _points, _segmentation
from rle._label_changes import Ints
from rle._label_runs import LabelRuns
from rle._labels import Labels, as_ints
from rle._limits import check_size, show
from rle.exceptions import InvalidArgument, InvalidLabels, InvalidRuns, InvalidSize, RleError

__all__ = ["coco_to_multiclass", "cvat_to_multiclass", "multiclass_to_coco", "multiclass_to_cvat"]


def multiclass_to_cvat(rle: Any, *, background: int | None = 0) -> dict[int, list[int]]:
    """Turns an image of labels into CVAT's points of each class.

    Args:
        rle: A dict as `rle.multiclass.encode` makes it in the order "F".
        background: The value that is no class. None: every value is one.

    Returns:
        Points (see `rle.cvat.encode`) for each value that occurs, ascending.

    Raises:
        InvalidSize: See `rle.multiclass.decode`, here and below.
        InvalidRuns: As there.
        InvalidLabels: As there.
        InvalidArgument: The background is no whole number.

    >>> multiclass_to_cvat({"size": [2, 3], "values": [0, 7, 2, 7], "counts": [2, 1, 2, 1]})
    {2: [1, 2, 1, 1, 0, 2, 1], 7: [0, 1, 2, 1, 1, 0, 2, 1]}
    """
    classes = _of_classes(rle, background)
    return {
        label: _placing.points_of_columns(edges, classes.height, classes.width)
        for label, edges in classes.items()
    }


def multiclass_to_coco(
    rle: Any, *, background: int | None = 0, compressed: bool = True
) -> dict[int, dict[str, Any]]:
    """Turns an image of labels into the COCO segmentation of each class.

    Args:
        rle: See `multiclass_to_cvat`.
        background: See `multiclass_to_cvat`.
        compressed: Whether counts are COCO's string or a list of ints.

    Returns:
        `{"size": [height, width], "counts": …}` (see `rle.coco.encode`) for each value that
        occurs, ascending.

    Raises:
        InvalidSize: See `rle.multiclass.decode`, here and below.
        InvalidRuns: As there.
        InvalidLabels: As there.
        InvalidArgument: The background is no whole number.

    >>> labels = {"size": [2, 3], "values": [0, 7, 2, 7], "counts": [2, 1, 2, 1]}
    >>> multiclass_to_coco(labels, compressed=False)[7]
    {'size': [2, 3], 'counts': [2, 1, 2, 1]}
    """
    classes = _of_classes(rle, background)
    sizes = np.full((len(classes.labels), 2), (classes.height, classes.width))
    counts, splits = _segmentation.counts_of_many(classes.edges, classes.splits, sizes.prod(axis=1))
    written = _segmentation.write_many(counts, splits, sizes, compressed=compressed)
    return dict(zip(classes.labels, written, strict=True))


def cvat_to_multiclass(
    pairs: Iterable[tuple[int, Any]] | Mapping[int, Any],
    *,
    height: int,
    width: int,
    background: int = 0,
) -> dict[str, Any]:
    """Paints CVAT's masks into one image of labels, later ones on top.

    Args:
        pairs: The value and the points (see `rle.cvat.decode`) of each mask; a value may come more
            than once. A dict as `multiclass_to_cvat` makes it will do.
        height: Rows of the image.
        width: Columns of the image.
        background: The value of pixels that belong to no mask.

    Returns:
        What `rle.multiclass.encode` makes of that image in the order "F".

    Raises:
        InvalidSize: See `rle.cvat.decode`, here and below.
        InvalidRuns: As there, or the pairs are none.
        InvalidBox: As there.
        InvalidLabels: A value is no whole number, or no type of integers holds all values and the
            background.
        InvalidArgument: The background is no whole number.

    >>> cvat_to_multiclass([(7, [0, 4, 0, 0, 1, 1]), (2, [0, 2, 1, 0, 2, 0])], height=2, width=3)
    {'size': [2, 3], 'values': [7, 2, 7, 2, 0], 'counts': [2, 1, 1, 1, 1]}
    """
    height, width = check_size(height, width)
    labels, masks = _separated(pairs)
    table = _label_table(labels, background)
    parts = [np.empty(0, np.int64)]
    for index, points in enumerate(masks):
        try:
            runs, box, _, _ = _points.read(points, height, width)
        except RleError as fault:
            raise type(fault)(f"mask {index}: {fault}") from None
        parts.append(_placing.columns_of(runs, box, height))
    splits = np.cumsum([part.size for part in parts])
    return _layered(np.concatenate(parts), splits, table, height, width)


def coco_to_multiclass(
    pairs: Iterable[tuple[int, Any]] | Mapping[int, Any], *, background: int = 0
) -> dict[str, Any]:
    """Paints COCO's masks into one image of labels, later ones on top.

    Args:
        pairs: The value and the segmentation (see `rle.coco.decode`) of each mask, at least one,
            all of one size. A dict as `multiclass_to_coco` makes it will do.
        background: See `cvat_to_multiclass`.

    Returns:
        See `cvat_to_multiclass`.

    Raises:
        InvalidSize: See `rle.coco.decode`; or there is no mask, or masks differ in size.
        InvalidRuns: As there, or the pairs are none.
        InvalidLabels: See `cvat_to_multiclass`.
        InvalidArgument: The background is no whole number.

    >>> coco_to_multiclass([(7, {"size": [2, 3], "counts": [0, 4, 2]}),
    ...                     (2, {"size": [2, 3], "counts": [2, 1, 1, 1, 1]})])
    {'size': [2, 3], 'values': [7, 2, 7, 2, 0], 'counts': [2, 1, 1, 1, 1]}
    """
    labels, masks = _separated(pairs)
    table = _label_table(labels, background)
    counts, splits, sizes = _segmentation.read_many(masks)
    if not masks:
        raise InvalidSize("there are no masks, so the image has no size")
    if (other := np.flatnonzero((sizes != sizes[0]).any(axis=1))).size:
        raise InvalidSize(
            f"mask {other[0]} has size {sizes[other[0]].tolist()}, but mask 0 has "
            f"{sizes[0].tolist()}"
        )
    height, width = sizes[0].tolist()
    edges, splits = _segmentation.edges_of_many(counts, splits, sizes.prod(axis=1))
    return _layered(edges, splits, table, height, width)


class _Classes(NamedTuple):
    """Masks of one size, one for each label: edges are counted column by column, see `rle.Runs`."""

    labels: list[int]
    edges: Ints
    splits: Ints
    height: int
    width: int

    def items(self) -> Iterator[tuple[int, Ints]]:
        """Each class's label and edges."""
        for label, (begin, end) in zip(self.labels, pairwise(self.splits.tolist()), strict=True):
            yield label, self.edges[begin:end]


def _of_classes(rle: Any, background: Any) -> _Classes:
    """Sorts the runs of an image of labels by class."""
    values, counts, height, width = _label_runs.read(rle)
    stops = counts.cumsum()
    last = np.empty(values.size, np.bool_)  # of several runs of one label
    np.not_equal(values[1:], values[:-1], out=last[:-1])
    last[-1] = True
    values, stops = values[last], stops[last]
    starts = np.empty_like(stops)
    starts[0], starts[1:] = 0, stops[:-1]
    values = values.astype(_label_runs.type_for(values, None))
    if background is not None:
        nothing = _label(background, "the background", InvalidArgument)
        if np.iinfo(values.dtype).min <= nothing <= np.iinfo(values.dtype).max:
            kept = values != values.dtype.type(nothing)
            values, starts, stops = values[kept], starts[kept], stops[kept]
    order = values.argsort(kind="stable")  # which is linear in narrow integers
    values = values[order]
    edges = np.empty(2 * order.size, np.int64)
    edges[0::2], edges[1::2] = starts[order], stops[order]
    first = np.flatnonzero(values[1:] != values[:-1]) + 1
    splits = np.concatenate(([0], first, [values.size])) if values.size else np.zeros(1, np.int64)
    labels = as_ints(values[splits[:-1]])
    return _Classes(labels, edges, 2 * splits, height, width)


def _separated(pairs: Any) -> tuple[list[Any], list[Any]]:
    """Takes pairs of a value and a mask apart."""
    if isinstance(pairs, Mapping):
        return list(pairs.keys()), list(pairs.values())
    # Text holds no masks, and numbers in an array none either.
    if isinstance(pairs, str | bytes | np.ndarray) or not isinstance(pairs, Iterable):
        raise InvalidRuns(
            f"the pairs are of type {type(pairs).__name__}; they must be a list of value and mask"
        )
    labels, masks = [], []
    for index, pair in enumerate(pairs):
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise InvalidRuns(f"pair {index} is {show(pair)}; it must be a value and a mask")
        labels.append(pair[0])
        masks.append(pair[1])
    return labels, masks


def _label_table(labels: list[Any], background: Any) -> Labels:
    """Puts the background before labels, as an array."""
    table = [_label(background, "the background", InvalidArgument)]
    table += [_label(label, f"value {i}", InvalidLabels) for i, label in enumerate(labels)]
    low, high = min(table), max(table)
    if high < 2**63:
        return np.array(table, np.int64)
    if low < 0:
        raise InvalidLabels(f"no type of integers holds both {low} and {high}")
    return np.array(table, np.uint64)


def _label(label: Any, name: str, error: type[RleError]) -> int:
    if not isinstance(label, int | np.integer) or not -(2**63) <= label < 2**64:
        raise error(f"{name} is {show(label)}; it must be a whole number within 64 bits")
    return int(label)


def _layered(edges: Ints, splits: Ints, table: Labels, height: int, width: int) -> dict[str, Any]:
    seen, lengths = _layers.painted(edges, splits, height * width)
    values = table[seen]
    last = np.append(values[1:] != values[:-1], True)
    counts = np.diff(lengths.cumsum()[last], prepend=0)
    return _label_runs.write(LabelRuns(values[last], counts, height, width))
