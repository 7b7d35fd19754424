"""SAM's networks run by PyTorch."""

from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from segment_anything.modeling import Sam

from cvat_sam.models.backend import Decoded, Floats
from cvat_sam.models.prompt import Prompt


class TorchBackend:
    """A `Sam` of segment-anything's (or one built like it) in evaluation mode on a device."""

    def __init__(self, sam: Sam, device: str) -> None:
        self.sam = sam.to(device).eval()
        self.device = device

    @torch.inference_mode()
    def encode(self, image: npt.NDArray[np.uint8]) -> torch.Tensor:
        """See `Backend.encode`; the embedding is a float32 tensor `(1, 256, 64, 64)`."""
        pixels = torch.from_numpy(np.array(image)).to(self.device)
        batch = pixels.permute(2, 0, 1).contiguous()[None]
        return cast(torch.Tensor, self.sam.image_encoder(self.sam.preprocess(batch)))

    @torch.inference_mode()
    def decode(self, embedding: torch.Tensor, prompt: Prompt) -> Decoded:
        """See `Backend.decode`."""
        points = boxes = None
        clicks = [*prompt.positive, *prompt.negative]
        if clicks:
            labels = [1] * len(prompt.positive) + [0] * len(prompt.negative)
            points = (
                torch.tensor([clicks], dtype=torch.float32, device=self.device),
                torch.tensor([labels], device=self.device),
            )
        if prompt.box_xyxy is not None:
            boxes = torch.tensor([prompt.box_xyxy], dtype=torch.float32, device=self.device)
        sparse, dense = self.sam.prompt_encoder(points=points, boxes=boxes, masks=None)
        logits, predicted_iou = self.sam.mask_decoder.predict_masks(
            image_embeddings=embedding,
            image_pe=self.sam.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
        )
        return Decoded(logits[0].float().cpu().numpy(), predicted_iou[0].float().cpu().numpy())

    def embedding_array(self, embedding: torch.Tensor) -> Floats:
        """See `Backend.embedding_array`."""
        return cast(Floats, embedding.float().cpu().numpy())
