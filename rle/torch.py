"""Masks that are tensors of PyTorch, on the CPU or on an accelerator.

torch is not imported here: whoever has a tensor has imported it. On the CPU a tensor is looked at
where it lies, without a copy. On an accelerator the places where masks change are found there, and
they alone are brought over, in one transfer for as many masks as fit into `_AT_ONCE` pixels.
"""

import re
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rle import _batch
from rle._batch_edges import apart
from rle._limits import check_pixels
from rle.exceptions import InvalidMask

if TYPE_CHECKING:
    import torch

__all__ = ["encode_coco", "encode_cvat"]

# Pixels that an accelerator looks at together. It needs some ten bytes for each, at worst.
_AT_ONCE = 1 << 26


def encode_coco(masks: "torch.Tensor", *, compressed: bool = True) -> list[dict[str, Any]]:
    """Encodes masks as COCO's segmentations.

    Args:
        masks: (N, H, W) tensor of bool, integers or floats, on any device, of any strides; pixels
            that are not zero belong to the object. Gradients are left alone.
        compressed: Write counts as a string, or else as a list of ints.

    Returns:
        What `rle.coco.encode` gives for each mask.

    Raises:
        InvalidMask: No tensor, no strided one or one without data, not three dimensions, masks
            without pixels or with more than `rle.MAX_PIXELS`, complex numbers, or NaN.

    >>> import torch
    >>> encode_coco(torch.tensor([[[0, 1, 1], [0, 0, 1]]]))
    [{'size': [2, 3], 'counts': '2111'}]
    """
    masks = _checked(masks)
    if masks.device.type == "cpu":
        return _batch.encode_coco(_as_array(masks), compressed=compressed)
    _, height, width = masks.shape
    listed: list[dict[str, Any]] = []
    for begin in range(0, len(masks), _count(height * width)):
        edges, splits = _edges_on_device(masks, begin, by_columns=True)
        listed += _batch.segmentations_of_columns(
            edges, splits, height, width, compressed=compressed
        )
    return listed


def encode_cvat(masks: "torch.Tensor") -> list[list[int]]:
    """Encodes masks as CVAT's points.

    Args:
        masks: See `encode_coco`.

    Returns:
        What `rle.cvat.encode` gives for each mask.

    Raises:
        InvalidMask: See `encode_coco`.

    >>> import torch
    >>> encode_cvat(torch.tensor([[[0, 1, 1], [0, 0, 1]]], dtype=torch.bfloat16))
    [[0, 2, 1, 1, 1, 0, 2, 1]]
    """
    masks = _checked(masks)
    if masks.device.type == "cpu":
        return _batch.encode_cvat(_as_array(masks))
    _, height, width = masks.shape
    listed: list[list[int]] = []
    for begin in range(0, len(masks), _count(height * width)):
        edges, splits = _edges_on_device(masks, begin, by_columns=False)
        listed += _batch.points_of_rows(edges, splits, width)
    return listed


def _checked(masks: Any) -> "torch.Tensor":
    imported = sys.modules.get("torch")
    if imported is None or not isinstance(masks, imported.Tensor):
        raise InvalidMask(f"the masks are of type {type(masks).__name__}; they must be a tensor")
    if masks.layout != imported.strided or masks.is_quantized or masks.is_nested:
        raise InvalidMask(f"the masks are a tensor of {masks.layout} {masks.dtype}; make it dense")
    if masks.device.type == "meta":
        raise InvalidMask("the masks are a tensor on the device meta, so without data")
    if not re.fullmatch(r"torch\.(bool|(u?int|b?float)(8|16|32|64)(_\w+)?)", str(masks.dtype)):
        raise InvalidMask(f"the masks are a tensor of {masks.dtype}; it must be of real numbers")
    if masks.dim() != 3:
        raise InvalidMask(
            f"the masks have shape {tuple(masks.shape)}, so {masks.dim()} dimensions; a tensor of "
            "masks has 3: mask, height, width"
        )
    check_pixels(tuple(masks.shape[1:]))
    last = sum((size - 1) * step for size, step in zip(masks.shape, masks.stride(), strict=True))
    needed = (masks.storage_offset() + last + 1) * masks.element_size()
    if len(masks) and masks.untyped_storage().nbytes() < needed:
        raise InvalidMask("the masks are a tensor whose memory has been given back")
    seen: torch.Tensor = masks.detach().resolve_neg()
    return seen


def _count(area: int) -> int:
    return max(1, _AT_ONCE // area)


def _as_array(masks: "torch.Tensor") -> NDArray[Any]:
    """Sees a tensor on the CPU as an array, in the same memory if numpy has its type."""
    try:
        return masks.numpy()
    except TypeError:  # bfloat16, and what is smaller
        _refuse_nan(masks, 0)
        return (masks != 0).numpy()


def _edges_on_device(
    masks: "torch.Tensor", begin: int, *, by_columns: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Finds the edges of masks where they lie, and brings them over.

    Args:
        masks: (N, H, W), on any device.
        begin: The first mask to look at; from it on `_AT_ONCE` pixels are.
        by_columns: Count pixels column by column, or else row by row.

    Returns:
        Edges and splits, as `rle._batch_edges.row_edges` or `column_edges` gives them.
    """
    import torch

    _, height, width = masks.shape
    part = masks[begin : begin + _count(height * width)]
    if part.dtype == torch.bool:
        part = part.view(torch.uint8)  # whose bytes may be other than 0 and 1
    lines = (part != 0).transpose(1, 2) if by_columns else part != 0
    pixels = lines.reshape(len(part), -1)
    # A place more for each mask: where its last run ends, if it ends with the mask.
    room = height * width + 1
    differ = torch.empty((len(part), room), dtype=torch.bool, device=part.device)
    differ[:, 0] = pixels[:, 0]
    torch.ne(pixels[:, 1:], pixels[:, :-1], out=differ[:, 1:-1])
    differ[:, -1] = pixels[:, -1]
    places = differ.reshape(-1).nonzero().squeeze(1)
    if part.is_floating_point():
        # One number more tells whether there is NaN: asking for it alone would take as long.
        places = torch.cat((places, part.isnan().any().to(places.dtype).reshape(1)))
    found = places.cpu().numpy()
    if part.is_floating_point():
        if found[-1]:
            _refuse_nan(part, begin)
        found = found[:-1]
    return apart(found, room, len(part))


def _refuse_nan(masks: "torch.Tensor", begin: int) -> None:
    found = masks.isnan().nonzero()[:1].tolist()
    if found:
        index, row, column = found[0]
        raise InvalidMask(
            f"mask {begin + index}: the mask holds NaN at row {row}, column {column}; "
            "it must hold numbers"
        )
