"""Masks as tensors on a device: they go there as runs, in one transfer, and are painted there.

The masks of an image are 300 MB of pixels and 1 MB of runs. With the runs go the other values: all
of it is one buffer of 32-bit numbers, cut apart on the device.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import rle
from cvat_sam.exceptions import DeviceUnavailable, InvalidSetting

if TYPE_CHECKING:
    import torch

# Pixels that are painted together: each takes three bytes then.
_AT_ONCE = 1 << 26


def check_device(device: Any) -> None:
    """Makes sure that PyTorch is here and has the device.

    Raises:
        DeviceUnavailable: it is not.
        InvalidSetting: it is no device's name.
    """
    try:
        import torch
    except ImportError:
        raise DeviceUnavailable(
            f"the device {device} needs PyTorch: pip install torch (or use device='cpu')"
        ) from None
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        if "Expected one of" in reason or isinstance(error, TypeError):
            raise InvalidSetting(f"{device!r} is no device of PyTorch: {reason}") from None
        raise DeviceUnavailable(f"the device {device} cannot be used: {reason}") from None


def painted(
    masks: Sequence[rle.Runs],
    height: int,
    width: int,
    values: Mapping[str, NDArray[Any]],
    device: Any,
) -> dict[str, Any]:
    """Masks, and values that belong to them, as tensors.

    Args:
        masks: N masks of height × width.
        height: rows.
        width: columns.
        values: arrays; integers become int64, floats float32.
        device: of PyTorch.

    Returns:
        `masks` (N, height, width) uint8, and the values under their names.

    Raises:
        InvalidSize: an image has 2³¹ pixels or more.
    """
    if height * width >= 2**31:
        raise rle.InvalidSize(
            f"an image of {height}×{width} has {height * width:,} pixels; on a device it must have "
            "fewer than 2³¹"
        )
    edges = [one.in_order("F").edges for one in masks]
    counts = [one.size for one in edges]
    packed = [np.array(counts), *edges, *values.values()]
    sent, *moved_values = _sent(packed[: 1 + len(edges)], list(packed[1 + len(edges) :]), device)
    pixels = _painted(sent, counts, height, width)
    return {"masks": pixels, **dict(zip(values, moved_values, strict=True))}


def moved(values: Mapping[str, NDArray[Any]], device: Any) -> dict[str, Any]:
    """Arrays as tensors, in one transfer; see `painted`."""
    _, *found = _sent([], list(values.values()), device)
    return dict(zip(values, found, strict=True))


def _sent(
    numbers: "list[NDArray[Any]]", values: "list[NDArray[Any]]", device: Any
) -> "list[torch.Tensor]":
    """Moves everything at once; the numbers come back as one int32 tensor, before the values."""
    import torch

    parts = [np.concatenate([np.empty(0, np.int32), *numbers]).astype(np.int32)]
    for value in values:
        small = value.astype(np.int32 if value.dtype.kind in "iu" else np.float32)
        parts.append(np.ascontiguousarray(small).reshape(-1).view(np.int32))
    buffer = torch.from_numpy(np.concatenate(parts)).to(device)
    first, *rest = torch.split(buffer, [part.size for part in parts])
    found = [first]
    for part, value in zip(rest, values, strict=True):
        whole = value.dtype.kind in "iu"
        found.append((part.long() if whole else part.view(torch.float32)).reshape(value.shape))
    return found


def _painted(
    sent: "torch.Tensor", counts: Sequence[int], height: int, width: int
) -> "torch.Tensor":
    """Paints masks where their runs lie.

    Args:
        sent: int32: how many edges each mask has, then all edges, counted column by column.
        counts: the first of these, as they are known here.
        height: rows.
        width: columns.
    """
    import torch

    number, area = len(counts), height * width
    sizes, edges = sent[:number].long(), sent[number:]
    pixels = torch.empty((number, height, width), dtype=torch.uint8, device=sent.device)
    # A place more for each mask: where its last run ends, if it ends with the mask.
    room = area + 1
    most = max(1, _AT_ONCE // room)
    begin = 0
    for first in range(0, number, most):
        count = min(most, number - first)
        end = begin + sum(counts[first : first + count])
        offsets = torch.arange(count, device=sent.device) * room
        places = (
            offsets.repeat_interleave(sizes[first : first + count], output_size=end - begin)
            + edges[begin:end]
        )
        toggles = torch.zeros(count * room, dtype=torch.uint8, device=sent.device)
        toggles.index_fill_(0, places, 1)
        # Whether a pixel is set is whether an odd number of edges is behind it. A sum that goes
        # round at 256 stays odd or even.
        sums = toggles.view(count, room).cumsum(1, dtype=torch.uint8)[:, :area]
        columns = sums.view(count, width, height).transpose(1, 2)
        torch.bitwise_and(columns, 1, out=pixels[first : first + count])
        begin = end
    return pixels
