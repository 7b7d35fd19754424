"""Many masks to convert: small ones together, others one by one.

What takes most of the time for a small mask are calls, not runs, and together they share those.
Large ones gain nothing by it, and one after another they take no more memory than one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from rle._turn_many import SMALL
from rle.exceptions import InvalidRuns, RleError

# So many small masks are converted together: what is worked on stays in the processor's cache.
_AT_ONCE = 128


def converted(
    masks: Any,
    numbers: Callable[[Any], Any],
    convert_some: Callable[[list[Any]], list[Any]],
    convert_one: Callable[[Any], Any],
) -> list[Any]:
    """Converts many masks.

    Args:
        masks: What is to be converted, an item each.
        numbers: Gives an item's list or string of numbers, by whose length it is small or not.
        convert_some: Converts a list of items; gives None for those it leaves out, and raises an
            error if it can convert none.
        convert_one: Converts one item, or says what is wrong with it.

    Raises:
        InvalidRuns: The masks are no list.
        RleError: Of whichever kind `convert_one` raises; the sentence says for which mask.
    """
    if isinstance(masks, np.ndarray) and masks.ndim:
        masks = list(masks)
    if not isinstance(masks, list | tuple):
        raise InvalidRuns(
            f"the masks are of type {type(masks).__name__}; they must be a list, an item each"
        )
    found: list[Any] = [None] * len(masks)
    small = [index for index, mask in enumerate(masks) if _is_short(numbers(mask))]
    for begin in range(0, len(small), _AT_ONCE):
        part = small[begin : begin + _AT_ONCE]
        try:
            some = convert_some([masks[index] for index in part])
        except RleError:
            continue  # one by one, then
        for index, one in zip(part, some, strict=True):
            found[index] = one
    for index, one in enumerate(found):
        if one is None:
            try:
                found[index] = convert_one(masks[index])
            except RleError as fault:
                raise type(fault)(f"mask {index}: {fault}") from None
    return found


def _is_short(numbers: Any) -> bool:
    return isinstance(numbers, list | str | bytes) and len(numbers) <= SMALL
