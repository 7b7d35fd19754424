"""SAM's prompt encoder and mask decoder as one network that takes any prompt."""

import torch
from segment_anything.modeling import Sam
from torch import nn

from cvat_sam.models.networks.prompt_tokens import PromptTokens


class PromptedDecoder(nn.Module):
    """Embedding and prompt in, SAM's four masks and their predicted IoU out."""

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        self.tokens = PromptTokens(sam)
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
            labels: `(1, N)`; see `PromptTokens`.
            mask: logits to be fed back, `(1, 1, 256, 256)`.
            has_mask: `(1,)`, 1 where `mask` counts, 0 where it does not.

        Returns:
            Logits `(1, 4, 256, 256)` and predicted IoU `(1, 4)`.
        """
        none = self.prompts.no_mask_embed.weight.reshape(1, -1, 1, 1)
        dense = has_mask * self.prompts.mask_downscaling(mask) + (1 - has_mask) * none
        logits, predicted_iou = self.masks.predict_masks(
            image_embeddings=embedding,
            image_pe=self.positions,
            sparse_prompt_embeddings=self.tokens(coordinates, labels),
            dense_prompt_embeddings=dense,
        )
        return logits, predicted_iou
