"""SAM's mask decoder for many prompts on one image: what hangs on the image alone is done once.

The networks compute what `segment_anything.modeling.mask_decoder` computes, with its weights, in
another order. Its transformer has two layers, in which a handful of tokens and the 64 × 64 cells of
the image attend to one another, and projects all cells anew for every prompt. Here

* what the first layer projects is made once for the image (`ImageSide`), and what it and the second
  make of the cells' positions once for the model;
* elsewhere the few tokens go through a projection's weights backwards instead of the many cells
  forwards: (cells · W) · token = cells · (W · token), and likewise for what is attended to;
* the masks are made in a network of their own (`MaskHead`), for prompts whose predicted IoU is
  worth it, as products of matrices on the cells, whose pixels are put in their places at the end.

Cells are rows, `(4096, 256)`, all the way. Every prompt has two tokens of its own: a point and
segment-anything's padding, or a box's two corners.
"""

from typing import NamedTuple, Self, cast

import torch
from segment_anything.modeling import Sam
from torch import nn

from cvat_sam.models.networks.attending import backwards, exponentials, look_at, split_heads, told
from cvat_sam.models.networks.mask_head import MASKS, MaskHead
from cvat_sam.models.networks.prompt_tokens import PromptTokens

ANSWERS = 1 + MASKS  # tokens: the predicted IoUs', and one for each mask


class ImageSide(nn.Module):
    """What the decoder's first layer makes of the image, whatever is asked."""

    positions: torch.Tensor
    no_mask: torch.Tensor

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        first = sam.mask_decoder.transformer.layers[0]
        self.to_image = first.cross_attn_token_to_image
        self.to_tokens = first.cross_attn_image_to_token
        self.register_buffer("positions", _positions(sam))
        self.register_buffer("no_mask", sam.prompt_encoder.no_mask_embed.weight.detach())

    def forward(self, embedding: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Project an embedding `(1, 256, 64, 64)`.

        Returns:
            The cells `(1, 4096, 256)`; keys and values for the tokens that look at them, and
            queries with which they look at tokens, each with its heads apart: keys and queries
            `(1, 8, 16, 4096)`, values `(1, 8, 4096, 16)`.
        """
        cells = embedding.flatten(2).transpose(1, 2) + self.no_mask
        placed = cells + self.positions
        keys = split_heads(self.to_image, self.to_image.k_proj(placed)).transpose(2, 3)
        values = split_heads(self.to_image, self.to_image.v_proj(cells))
        queries = split_heads(self.to_tokens, self.to_tokens.q_proj(placed)).transpose(2, 3)
        return cells, keys, values, queries


class TokenSide(nn.Module):
    """The transformer for prompts on an image that went through `ImageSide`."""

    tokens: torch.Tensor
    keys_of_positions: torch.Tensor
    queries_of_positions: torch.Tensor
    final_keys_of_positions: torch.Tensor

    def __init__(self, sam: Sam) -> None:
        super().__init__()
        decoder = sam.mask_decoder
        self.prompts = PromptTokens(sam)
        self.first, self.second = decoder.transformer.layers
        self.final = decoder.transformer.final_attn_token_to_image
        self.norm_final = decoder.transformer.norm_final_attn
        self.scores = decoder.iou_prediction_head
        tokens = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight]).detach()
        self.register_buffer("tokens", tokens[None])
        positions = _positions(sam)
        second = self.second
        for name, attention, projection in (
            ("keys_of_positions", second.cross_attn_token_to_image, "k_proj"),
            ("queries_of_positions", second.cross_attn_image_to_token, "q_proj"),
            ("final_keys_of_positions", self.final, "k_proj"),
        ):
            # With the projection's bias, which the other half of the product then goes without.
            made = split_heads(attention, getattr(attention, projection)(positions)).transpose(2, 3)
            self.register_buffer(name, made.detach())

    def forward(
        self,
        cells: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        queries: torch.Tensor,
        coordinates: torch.Tensor,
        labels: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Run the transformer for B prompts.

        Args:
            cells: and the next three: what `ImageSide` gave.
            keys: see there.
            values: see there.
            queries: see there.
            coordinates: `(B, 2, 2)`, in pixels of the resized image.
            labels: `(B, 2)`; see `PromptTokens`.

        Returns:
            Predicted IoU `(B, 4)`, cells `(B, 4096, 256)` and the masks' tokens `(B, 4, 256)`.
        """
        asked = self.prompts(coordinates, labels)
        begin = torch.cat([self.tokens.expand(len(asked), -1, -1), asked], dim=1)
        tokens = self.first.norm1(self.first.self_attn(q=begin, k=begin, v=begin))
        tokens, cells = self._first(tokens, begin, cells, keys, values, queries)
        tokens, cells = self._second(tokens, begin, cells)
        # The prompt's own tokens have said what they had to say.
        tokens, begin = tokens[:, :ANSWERS], begin[:, :ANSWERS]
        looked = look_at(self.final, tokens + begin, cells, self.final_keys_of_positions)
        tokens = self.norm_final(tokens + looked)
        return self.scores(tokens[:, 0]), cells, tokens[:, 1:]

    def _first(
        self,
        tokens: torch.Tensor,
        begin: torch.Tensor,
        cells: torch.Tensor,
        keys: torch.Tensor,
        values: torch.Tensor,
        queries: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        layer = self.first
        attention = layer.cross_attn_token_to_image
        asking = split_heads(attention, attention.q_proj(tokens + begin))
        shares = exponentials(asking @ keys, attention, dim=-1)
        # Divided at the end, where there is little to divide.
        attended = shares @ values / shares.sum(-1, keepdim=True)
        tokens = layer.norm2(tokens + attention.out_proj(attended.transpose(1, 2).flatten(2)))
        tokens = layer.norm3(tokens + layer.mlp(tokens))
        attention = layer.cross_attn_image_to_token
        scores = split_heads(attention, attention.k_proj(tokens + begin)) @ queries
        return tokens, told(layer, scores, tokens, cells)

    def _second(
        self, tokens: torch.Tensor, begin: torch.Tensor, cells: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        layer = self.second
        asking = tokens + begin
        tokens = layer.norm1(tokens + layer.self_attn(q=asking, k=asking, v=tokens))
        tokens = layer.norm2(
            tokens
            + look_at(
                layer.cross_attn_token_to_image, tokens + begin, cells, self.keys_of_positions
            )
        )
        tokens = layer.norm3(tokens + layer.mlp(tokens))
        attention = layer.cross_attn_image_to_token
        asked = split_heads(attention, attention.k_proj(tokens + begin))
        scores = backwards(asked, attention.q_proj, cells) + asked @ self.queries_of_positions
        return tokens, told(layer, scores, tokens, cells)


class SharedDecoder(NamedTuple):
    """The three networks, in evaluation mode, where the model is.

    Attributes:
        image_side: run once for an image.
        token_side: for each prompt.
        mask_head: for each prompt whose masks are wanted.
    """

    image_side: ImageSide
    token_side: TokenSide
    mask_head: MaskHead

    @classmethod
    def of(cls, sam: Sam) -> Self:
        """Those of a model, with its weights."""
        return cls(
            ImageSide(sam).to(sam.device).eval(),
            TokenSide(sam).to(sam.device).eval(),
            MaskHead(sam).to(sam.device).eval(),
        )


def _positions(sam: Sam) -> torch.Tensor:
    """SAM's code for each cell's place, `(1, 4096, 256)`."""
    return cast(torch.Tensor, sam.prompt_encoder.get_dense_pe().detach().flatten(2).transpose(1, 2))
