"""How SAM's tokens and cells attend to one another, with the projections where they cost least.

An attention of segment-anything's projects whoever asks and whoever is asked. Where a few tokens
meet 4096 cells, the product (cells · W) · token is cells · (W · token) too: then the tokens go
through the weights, and the cells are taken as they are. Weights are split by heads for that.
"""

from typing import cast

import torch
from segment_anything.modeling.transformer import Attention, TwoWayAttentionBlock
from torch import nn


def split_heads(attention: Attention, projected: torch.Tensor) -> torch.Tensor:
    """`(B, N, 128)` with its heads apart: `(B, 8, N, 16)`."""
    batch, count, width = projected.shape
    size = width // attention.num_heads
    return projected.reshape(batch, count, attention.num_heads, size).transpose(1, 2)


def exponentials(scores: torch.Tensor, attention: Attention, *, dim: int) -> torch.Tensor:
    """A softmax that is still to be divided by its sum along `dim`."""
    scores = scores / float((attention.internal_dim // attention.num_heads) ** 0.5)
    return torch.exp(scores - scores.amax(dim, keepdim=True))


def backwards(asking: torch.Tensor, projection: nn.Linear, cells: torch.Tensor) -> torch.Tensor:
    """Products of tokens `(B, 8, N, 16)` with projected cells, `(B, 8, N, 4096)`; no bias."""
    batch, heads, count, size = asking.shape
    weight = projection.weight.reshape(heads, size, -1)
    whole = (asking @ weight).reshape(batch, heads * count, -1)
    return (whole @ cells.transpose(1, 2)).reshape(batch, heads, count, -1)


def look_at(
    attention: Attention, tokens: torch.Tensor, cells: torch.Tensor, positions: torch.Tensor
) -> torch.Tensor:
    """What tokens `(B, N, 256)` see in the cells: `attention(tokens, cells + …, cells)`."""
    asking = split_heads(attention, attention.q_proj(tokens))
    batch, heads, count, size = asking.shape
    scores = backwards(asking, attention.k_proj, cells) + asking @ positions
    shares = exponentials(scores, attention, dim=-1).reshape(batch, heads * count, -1)
    seen = shares @ cells / shares.sum(-1, keepdim=True)
    weight = attention.v_proj.weight.reshape(heads, size, -1).transpose(1, 2)
    values = seen.reshape(batch, heads, count, -1) @ weight
    together = values.transpose(1, 2).flatten(2) + attention.v_proj.bias
    return cast(torch.Tensor, attention.out_proj(together))


def told(
    layer: TwoWayAttentionBlock, scores: torch.Tensor, tokens: torch.Tensor, cells: torch.Tensor
) -> torch.Tensor:
    """The cells after they have looked at the tokens, `(B, 8, N, 4096)` being how much at each."""
    attention = layer.cross_attn_image_to_token
    values = split_heads(attention, attention.v_proj(tokens))
    batch, heads, count, size = values.shape
    weight = attention.out_proj.weight.T.reshape(heads, size, -1)
    # A cell's shares add up to 1 in each head, so each head may add its part of the bias.
    words = (values @ weight + attention.out_proj.bias / heads).reshape(batch, heads * count, -1)
    shares = exponentials(scores, attention, dim=2)
    shares = (shares / shares.sum(2, keepdim=True)).reshape(batch, heads * count, -1)
    return cast(torch.Tensor, layer.norm4(cells + shares.transpose(1, 2) @ words))
