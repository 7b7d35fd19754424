"""Every object of an image: segment-anything's automatic mask generator on an encoded image."""

from typing import Any

import numpy as np
import torch
from segment_anything import SamAutomaticMaskGenerator, SamPredictor
from segment_anything.utils.amg import rle_to_mask

from cvat_sam.models.backends.torch_backend import TorchBackend
from cvat_sam.models.encoded_image import EncodedImage
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.models.grid import Grid

# The generator holds three float32 logits of the image's size for each point of a batch, several
# times over. Which points share a batch changes nothing in the answer; on a CPU small ones are
# faster, because memory is.
BATCH_BYTES = 16 * 2**20
LARGEST_BATCH = 16


def everything(encoded: EncodedImage, grid: Grid) -> list[FoundMask]:
    """The masks of all objects, largest first, so that in CVAT the small ones lie on top."""
    backend = encoded.backend
    if not isinstance(backend, TorchBackend):
        raise TypeError(f"everything mode needs the torch back end, not {type(backend).__name__}")
    height, width = encoded.height, encoded.width
    points_per_batch = BATCH_BYTES // (3 * 4 * height * width)
    generator = SamAutomaticMaskGenerator(
        backend.sam,
        points_per_side=grid.points_per_side,
        points_per_batch=min(max(points_per_batch, 1), LARGEST_BATCH),
        pred_iou_thresh=grid.pred_iou_thresh,
        stability_score_thresh=grid.stability_score_thresh,
        box_nms_thresh=grid.box_nms_thresh,
        output_mode="uncompressed_rle",
    )
    generator.predictor = _EncodedPredictor(encoded, backend)
    # Of the image itself the generator only wants to know the size.
    nothing = np.broadcast_to(np.uint8(0), (height, width, 3))
    found = [
        FoundMask.from_mask(
            rle_to_mask(annotation["segmentation"]), confidence=annotation["predicted_iou"]
        )
        for annotation in generator.generate(nothing)
    ]
    return sorted(found, key=lambda one: -one.area)


class _EncodedPredictor(SamPredictor):  # type: ignore[misc]
    """segment-anything's predictor with an image that has been encoded already."""

    def __init__(self, encoded: EncodedImage, backend: TorchBackend) -> None:
        super().__init__(backend.sam)
        self._encoded = encoded

    def set_image(self, image: Any, image_format: str = "RGB") -> None:
        """Take the embedding that is there; the generator gives the whole image, uncropped."""
        input_width, input_height = self._encoded.input_size
        self.original_size = (self._encoded.height, self._encoded.width)
        self.input_size = (input_height, input_width)
        self.features = torch.from_numpy(self._encoded.embedding).to(self.device)
        self.is_image_set = True
