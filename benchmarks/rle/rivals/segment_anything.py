"""segment-anything's own encoder for masks that are tensors."""

from typing import Any

import torch
from segment_anything.utils.amg import mask_to_rle_pytorch

LABEL = "segment-anything"


def tensor_coco(masks: torch.Tensor) -> list[dict[str, Any]]:
    """As it is: its counts are lists, not yet strings."""
    return mask_to_rle_pytorch(masks)
