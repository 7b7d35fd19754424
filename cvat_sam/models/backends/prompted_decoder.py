"""SAM's prompt encoder and mask decoder as one network that takes any prompt.

In PyTorch the prompt encoder is code that branches on what a prompt has; an exported network has
no branches. Here every kind of point adds its own learned vector where it is the kind.
"""

import torch
from segment_anything.modeling import Sam
from torch import nn

from cvat_sam.models.backends.backend import INPUT_SIZE
from cvat_sam.models.backends.onnx_decoder import PADDING

KINDS = 4  # negative, positive, first corner, second corner: the labels 0 to 3


class PromptedDecoder(nn.Module):
    """Embedding and prompt in, SAM's four masks and their predicted IoU out."""

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        self.prompts = sam.prompt_encoder
        self.masks = sam.mask_decoder
        self.register_buffer("positions", sam.prompt_encoder.get_dense_pe().detach())

    def forward(
        self,
        embedding: torch.Tensor,
        coordinates: torch.Tensor,
        labels: torch.Tensor,
        mask: torch.Tensor,
        has_mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Decode one prompt.

        Args:
            embedding: `(1, 256, 64, 64)`.
            coordinates: `(1, N, 2)`, in pixels of the resized image.
            labels: `(1, N)`: -1 padding, 0 negative, 1 positive, 2 and 3 a box's corners.
            mask: logits to be fed back, `(1, 1, 256, 256)`.
            has_mask: `(1,)`, 1 where `mask` counts, 0 where it does not.

        Returns:
            Logits `(1, 4, 256, 256)` and predicted IoU `(1, 4)`.
        """
        # SAM's prompt encoder takes a pixel's centre for its position.
        sparse = self.prompts.pe_layer._pe_encoding((coordinates + 0.5) / INPUT_SIZE)
        kind = labels.unsqueeze(-1)
        sparse = sparse * (kind != PADDING) + self.prompts.not_a_point_embed.weight * (
            kind == PADDING
        )
        for number in range(KINDS):
            sparse = sparse + self.prompts.point_embeddings[number].weight * (kind == number)
        none = self.prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
        dense = has_mask * self.prompts.mask_downscaling(mask) + (1 - has_mask) * none
        logits, predicted_iou = self.masks.predict_masks(
            image_embeddings=embedding,
            image_pe=self.positions,
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
        )
        return logits, predicted_iou
