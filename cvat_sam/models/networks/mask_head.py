"""SAM's masks as products of matrices on the image's cells."""

from typing import cast

import torch
from segment_anything.modeling import Sam
from torch import nn

MASKS = 4


class MaskHead(nn.Module):
    """Masks out of the cells and the masks' tokens that `shared_decoder.TokenSide` gave."""

    first: torch.Tensor
    first_bias: torch.Tensor
    second: torch.Tensor
    second_bias: torch.Tensor

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        decoder = sam.mask_decoder
        self.heads = decoder.output_hypernetworks_mlps
        enlarge, norm, self.activation, enlarge_again, _ = decoder.output_upscaling
        # A convolution that makes 2 × 2 pixels of one is a product with four matrices side by side.
        self.register_buffer("first", enlarge.weight.detach().permute(0, 2, 3, 1).flatten(1))
        self.register_buffer("first_bias", enlarge.bias.detach().repeat(4))
        self.register_buffer("second", enlarge_again.weight.detach().permute(0, 2, 3, 1).flatten(1))
        self.register_buffer("second_bias", enlarge_again.bias.detach().repeat(4))
        self.norm = nn.LayerNorm(norm.weight.shape[0], eps=norm.eps)
        self.norm.load_state_dict({"weight": norm.weight, "bias": norm.bias})

    def forward(self, cells: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """Make the masks' logits `(B, 4, 256, 256)`."""
        batch = len(cells)
        pixels = (cells @ self.first + self.first_bias).reshape(batch, 4096 * 4, -1)
        pixels = self.activation(self.norm(pixels))
        pixels = (pixels @ self.second + self.second_bias).reshape(batch, 4096 * 16, -1)
        weights = torch.stack([head(tokens[:, index]) for index, head in enumerate(self.heads)], 1)
        masks = weights @ self.activation(pixels).transpose(1, 2)
        # Row and column of the cell, then of the pixel in it, twice.
        masks = masks.reshape(batch, MASKS, 64, 64, 2, 2, 2, 2).permute(0, 1, 2, 4, 6, 3, 5, 7)
        return cast(torch.Tensor, masks.reshape(batch, MASKS, 256, 256))
