"""The two functions of the project multiclass-rle, under their names.

Its dict has `size` (height, width), `values` and `counts`, all tuples, of the Fortran-flattened
image. Code written against it runs unchanged. Mended are labels above 255, which it decodes into
other labels, bool arrays, whose values it gives as bools, and arrays without pixels, on which it
fails with an IndexError.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rle import multiclass

__all__ = ["array_to_multi_class_rle", "multi_class_rle_to_array"]


def array_to_multi_class_rle(mask_array: ArrayLike) -> dict[str, tuple[int, ...]]:
    """Encodes an image of labels, column by column.

    Args:
        mask_array: (H, W) integers or bool (as 0 and 1).

    Returns:
        `size` (height, width), `values` and `counts`: tuples of plain Python ints.

    Raises:
        InvalidLabels: See `rle.multiclass.encode`.

    >>> array_to_multi_class_rle([[0, 0, 1],
    ...                           [3, 0, 1]])
    {'size': (2, 3), 'values': (0, 3, 0, 1), 'counts': (1, 1, 2, 2)}
    """
    return {key: tuple(part) for key, part in multiclass.encode(mask_array).items()}


def multi_class_rle_to_array(
    multi_class_rle: Mapping[str, Any],
) -> NDArray[np.integer[Any] | np.bool_]:
    """Decodes an image of labels.

    Args:
        multi_class_rle: `size`, `values` and `counts` as above; lists, as JSON has them, are as
            good as tuples.

    Returns:
        (H, W) uint8 where all values fit, else the smallest type of integers that holds them.

    Raises:
        InvalidSize: See `rle.multiclass.decode`, here and below.
        InvalidRuns: As there.
        InvalidLabels: As there.

    >>> multi_class_rle_to_array({"size": (2, 3), "values": (0, 3, 0, 1), "counts": (1, 1, 2, 2)})
    array([[0, 0, 1],
           [3, 0, 1]], dtype=uint8)
    """
    return multiclass.decode(multi_class_rle)
