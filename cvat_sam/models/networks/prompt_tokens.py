"""SAM's prompt encoder for points and boxes, without branches, so that it can be exported."""

from typing import cast

import torch
from segment_anything.modeling import Sam
from torch import nn

from cvat_sam.models.backends.backend import INPUT_SIZE
from cvat_sam.models.backends.prompt_arrays import PADDING

KINDS = 4  # negative, positive, first corner, second corner: the labels 0 to 3


class PromptTokens(nn.Module):
    """Points with labels in, tokens out.

    In segment-anything the prompt encoder is code that branches on what a prompt has; an exported
    network has no branches. Here every kind of point adds its own learned vector where it is the
    kind.
    """

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        self.encoder = sam.prompt_encoder

    def forward(self, coordinates: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Encode points.

        Args:
            coordinates: `(B, N, 2)`, in pixels of the resized image.
            labels: `(B, N)`: -1 padding, 0 negative, 1 positive, 2 and 3 a box's corners.

        Returns:
            Tokens `(B, N, 256)`.
        """
        # SAM's prompt encoder takes a pixel's centre for its position.
        tokens = self.encoder.pe_layer._pe_encoding((coordinates + 0.5) / INPUT_SIZE)
        kind = labels.unsqueeze(-1)
        padding = self.encoder.not_a_point_embed.weight
        tokens = tokens * (kind != PADDING) + padding * (kind == PADDING)
        for number in range(KINDS):
            tokens = tokens + self.encoder.point_embeddings[number].weight * (kind == number)
        return cast(torch.Tensor, tokens)
