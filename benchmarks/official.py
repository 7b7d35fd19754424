"""segment-anything's own model with the weights that ours has: what its classes are given."""

import base64
import io
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from cvat_sam.models.networks import mobile_sam
from cvat_sam.weights import checkpoints


def sam(device: str = "cpu") -> Any:
    """A `Sam` with MobileSAM's weights; torch keeps its defaults."""
    path = checkpoints.find(checkpoints.VIT_T)
    model = mobile_sam.build(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval().to(device)


def pixels(image: str) -> npt.NDArray[np.uint8]:
    """An image of a request, base64, as RGB uint8 `(H, W, 3)`: the way READMEs do it."""
    return np.array(Image.open(io.BytesIO(base64.b64decode(image))).convert("RGB"))
