"""Images of labels (semantic segmentation) as runs of equal labels.

    {"size": [height, width], "values": [label, label, …], "counts": [length, length, …]}

Runs follow one another over the flattened image, column by column (order "F") or row by row ("C");
the dict does not say which, so decode with the order that was used to encode. A binary codec needs
one mask for every class and decodes as many times; this one decodes once.

Source of the format: the project multiclass-rle, whose two functions are in
`rle.published_multiclass` under their own names. Its arrays are Fortran-ordered, as COCO's.

Ways to and from binary masks are `rle.convert.multiclass_to_cvat`, `multiclass_to_coco` and
`cvat_to_multiclass`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from rle import _label_runs
from rle._label_changes import label_runs
from rle._label_runs import LabelRuns
from rle._labels import as_labels
from rle._limits import check_order
from rle.exceptions import InvalidLabels, InvalidRuns, RleError
from rle.runs import Order

__all__ = ["decode", "decode_batch", "encode", "encode_batch"]

Done = TypeVar("Done")


def encode(labels: ArrayLike, *, order: Order = "F") -> dict[str, Any]:
    """Encodes an image of labels.

    Args:
        labels: (H, W) integers of any width, sign, byte order and strides, or bool (as 0 and 1).
        order: "F" counts pixels column by column, "C" row by row.

    Returns:
        `size` [height, width], `values` and `counts`: plain Python ints. No count is 0, and
        neighbouring values differ.

    Raises:
        InvalidLabels: Not two-dimensional, no pixels, more than `rle.MAX_PIXELS`, or no integers.
        InvalidArgument: The order is neither "F" nor "C".

    >>> encode([[0, 0, 7],
    ...         [0, 7, 7]])
    {'size': [2, 3], 'values': [0, 7], 'counts': [3, 3]}
    >>> encode([[0, 0, 7],
    ...         [0, 7, 7]], order="C")
    {'size': [2, 3], 'values': [0, 7, 0, 7], 'counts': [2, 1, 1, 2]}
    """
    order = check_order(order)
    image = as_labels(labels)
    return _label_runs.write(LabelRuns(*label_runs(image, order), *image.shape))


def decode(
    rle: Any, dtype: DTypeLike | None = None, *, order: Order = "F"
) -> NDArray[np.integer[Any] | np.bool_]:
    """Decodes runs of labels into their image.

    Args:
        rle: A dict as `encode` makes it. Values and counts are lists, tuples or flat arrays of
            whole numbers; arrays need no reading, which is a third of the time. A count of 0 is
            passed over.
        dtype: What the image's labels shall be: a type of integers, or bool where they are 0 and
            1. Without one it is uint8 where all values fit, else the smallest type that holds
            them all.
        order: How the runs are counted: what `encode` was given.

    Returns:
        (H, W) of that dtype, C-contiguous.

    Raises:
        InvalidSize: The size is not two whole numbers above 0, or above `rle.MAX_PIXELS`.
        InvalidRuns: Not such a dict, or counts that are no whole numbers, negative, or do not add
            up to the pixels of the image.
        InvalidLabels: Values that are no whole numbers within 64 bits, or not as many as counts.
        InvalidArgument: The order is neither "F" nor "C", or the dtype holds no integers, or not
            all of the values.

    >>> decode({"size": [2, 3], "values": [0, 7], "counts": [3, 3]})
    array([[0, 0, 7],
           [0, 7, 7]], dtype=uint8)
    >>> decode({"size": [1, 3], "values": [-1, 300], "counts": [1, 2]})
    array([[ -1, 300, 300]], dtype=int16)
    """
    order = check_order(order)
    runs = _label_runs.read(rle)
    return _label_runs.paint(runs, _label_runs.type_for(runs.values, dtype), order)


def encode_batch(
    labels: ArrayLike | Sequence[ArrayLike], *, order: Order = "F"
) -> list[dict[str, Any]]:
    """Encodes many images of labels.

    Args:
        labels: (N, H, W), or a list of (H, W), of one size and type or of several.
        order: See `encode`.

    Returns:
        What `encode` gives for each.

    Raises:
        InvalidLabels: See `encode`; the sentence begins with the faulty one's index.
        InvalidArgument: The order is neither "F" nor "C".

    >>> encode_batch([[[1, 1]], [[2], [3]]])[1]
    {'size': [2, 1], 'values': [2, 3], 'counts': [1, 1]}
    """
    order = check_order(order)
    return _each(lambda image: encode(image, order=order), labels, InvalidLabels)


def decode_batch(
    rles: Sequence[Any], dtype: DTypeLike | None = None, *, order: Order = "F"
) -> list[NDArray[np.integer[Any] | np.bool_]]:
    """Decodes many images of labels.

    Args:
        rles: A list of dicts as `encode` makes them, of one size or of several.
        dtype: See `decode`. Without one each image has the smallest that holds its own labels.
        order: See `decode`.

    Returns:
        What `decode` gives for each: a list, whatever the sizes. `np.stack` makes (N, H, W) of
        images of one size.

    Raises:
        InvalidSize: See `decode`, here and below; the sentence begins with the faulty one's index.
        InvalidRuns: Likewise, or no list.
        InvalidLabels: Likewise.
        InvalidArgument: Likewise.

    >>> [image.tolist() for image in decode_batch(encode_batch([[[1, 1]], [[2], [3]]]))]
    [[[1, 1]], [[2], [3]]]
    """
    order = check_order(order)
    return _each(lambda rle: decode(rle, dtype, order=order), rles, InvalidRuns)


def _each(do: Callable[[Any], Done], items: Any, error: type[RleError]) -> list[Done]:
    if not isinstance(items, list | tuple) and not (isinstance(items, np.ndarray) and items.ndim):
        raise error(
            f"the images are of type {type(items).__name__}; they must be a list, an item each"
        )
    done = []
    for index, item in enumerate(items):
        try:
            done.append(do(item))
        except RleError as fault:
            raise type(fault)(f"image {index}: {fault}") from None
    return done
