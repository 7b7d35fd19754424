"""Many masks from outside, brought into the one form that encoders of many work on."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from rle._mask import as_bytes
from rle.exceptions import InvalidMask, RleError

# Pixels that are looked at together.
AT_ONCE = 1 << 22

# Masks of more pixels are as fast alone.
_LARGE = 1 << 19


def stacks(masks: Any) -> Iterator[NDArray[np.bool_]]:
    """Puts masks of one size together, as many as are looked at at once.

    Args:
        masks: An array (N, H, W), or a list or tuple of arrays (H, W) of any sizes, each what
            `rle._mask.as_bytes` takes.

    Yields:
        (n, H, W) of the form that `as_bytes` gives, in the order of the masks.

    Raises:
        InvalidMask: They are something else, or one is no mask; the sentence says which.
    """
    if not isinstance(masks, list | tuple):
        masks = _as_array(masks)
        if masks.ndim == 3 and masks.flags.c_contiguous:
            yield from _parts(masks)
            return
    together: list[NDArray[np.bool_]] = []
    for index, mask in enumerate(masks):
        image = _one(mask, index)
        if together and (
            image.shape != together[0].shape or (len(together) + 1) * image.size > _most(image.size)
        ):
            yield _stack(together)
            together = []
        together.append(image)
    if together:
        yield _stack(together)


def _as_array(masks: Any) -> NDArray[Any]:
    try:
        array = np.asarray(masks)
    except (ValueError, TypeError, OverflowError, RuntimeError) as fault:
        raise InvalidMask(f"the masks cannot be read as an array: {fault}") from None
    if array.ndim == 3 or (array.ndim == 1 and array.dtype == object):
        return array
    raise InvalidMask(
        f"the masks have shape {array.shape}, so {array.ndim} dimensions; an array of masks has 3: "
        "mask, height, width"
    )


def _parts(array: NDArray[Any]) -> Iterator[NDArray[np.bool_]]:
    area = max(array.shape[1] * array.shape[2], 1)
    count = max(_most(area) // area, 1)
    for begin in range(0, len(array), count):
        part = array[begin : begin + count]
        if not part.size:
            _one(part[0], begin)  # which refuses it
        try:
            image = as_bytes(part.reshape(-1, part.shape[2]))
        except RleError:
            for index, mask in enumerate(part, begin):
                _one(mask, index)
            raise
        yield image.reshape(part.shape)


def _most(area: int) -> int:
    """Pixels that masks of so many may have together; one alone may have more."""
    return min(AT_ONCE, rle.MAX_PIXELS) if area <= _LARGE else 0


def _one(mask: Any, index: int) -> NDArray[np.bool_]:
    try:
        return as_bytes(mask)
    except RleError as fault:
        raise type(fault)(f"mask {index}: {fault}") from None


def _stack(images: list[NDArray[np.bool_]]) -> NDArray[np.bool_]:
    return images[0][np.newaxis] if len(images) == 1 else np.stack(images)
