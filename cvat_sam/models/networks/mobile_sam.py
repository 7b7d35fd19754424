"""vit_t: MobileSAM, a small image encoder before SAM's own prompt encoder and mask decoder.

The encoder is a TinyViT (Wu et al. 2022, "TinyViT: Fast Pretraining Distillation for Small Vision
Transformers"), distilled against ViT-H's embeddings by Zhang et al. 2023, "Faster Segment Anything:
Towards Lightweight SAM for Mobile Applications". timm has the blocks; this module puts them
together as the published weights want them and gives the weights timm's names.
"""

import re
from typing import Any, cast

import torch
from segment_anything.modeling import MaskDecoder, PromptEncoder, Sam, TwoWayTransformer
from segment_anything.modeling.common import LayerNorm2d
from timm.models.tiny_vit import TinyVit
from torch import nn

from cvat_sam.models.backends.backend import INPUT_SIZE

EMBEDDING_CHANNELS = 256
EMBEDDING_SIZE = 64


class TinyVitEncoder(nn.Module):
    """TinyViT with SAM's neck: `(1, 3, 1024, 1024)` in, `(1, 256, 64, 64)` out."""

    # SamPredictor asks an encoder for the side of the square it takes.
    img_size = INPUT_SIZE

    def __init__(self) -> None:
        super().__init__()
        trunk = TinyVit(
            num_classes=0,
            embed_dims=(64, 128, 160, 320),
            depths=(2, 2, 6, 2),
            num_heads=(2, 4, 5, 10),
            window_sizes=(7, 7, 14, 7),
            drop_path_rate=0.0,
        )
        trunk.set_submodule("head", nn.Identity())
        # SAM's decoder wants 64 × 64, a sixteenth of the input: the last merging does not shrink.
        merging = cast(nn.Conv2d, trunk.get_submodule("stages.3.downsample.conv2.conv"))
        merging.stride = (1, 1)
        self.trunk = trunk
        self.neck = nn.Sequential(
            nn.Conv2d(320, EMBEDDING_CHANNELS, kernel_size=1, bias=False),
            LayerNorm2d(EMBEDDING_CHANNELS),
            nn.Conv2d(EMBEDDING_CHANNELS, EMBEDDING_CHANNELS, kernel_size=3, padding=1, bias=False),
            LayerNorm2d(EMBEDDING_CHANNELS),
        )

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Normalised and padded image in, embedding out."""
        return cast(torch.Tensor, self.neck(self.trunk.forward_features(image)))


def build(weights: dict[str, Any]) -> Sam:
    """Build vit_t and load the published `mobile_sam.pt` into it, strictly."""
    sam = Sam(
        image_encoder=TinyVitEncoder(),
        prompt_encoder=PromptEncoder(
            embed_dim=EMBEDDING_CHANNELS,
            image_embedding_size=(EMBEDDING_SIZE, EMBEDDING_SIZE),
            input_image_size=(INPUT_SIZE, INPUT_SIZE),
            mask_in_chans=16,
        ),
        mask_decoder=MaskDecoder(
            num_multimask_outputs=3,
            transformer=TwoWayTransformer(
                depth=2, embedding_dim=EMBEDDING_CHANNELS, mlp_dim=2048, num_heads=8
            ),
            transformer_dim=EMBEDDING_CHANNELS,
            iou_head_depth=3,
            iou_head_hidden_dim=256,
        ),
        pixel_mean=[123.675, 116.28, 103.53],
        pixel_std=[58.395, 57.12, 57.375],
    )
    # Load before eval(): timm keeps attention biases it has seen in evaluation mode.
    sam.load_state_dict(renamed(weights))
    return sam


def renamed(weights: dict[str, Any]) -> dict[str, Any]:
    """The published weights under the names that `TinyVitEncoder` has; ImageNet's head left out.

    >>> list(renamed({"image_encoder.layers.0.blocks.1.conv1.c.weight": 1}))
    ['image_encoder.trunk.stages.0.blocks.1.conv1.conv.weight']
    >>> list(renamed({"image_encoder.norm_head.weight": 1, "mask_decoder.iou_token.weight": 2}))
    ['mask_decoder.iou_token.weight']
    """
    names: dict[str, Any] = {}
    for name, value in weights.items():
        if name.startswith("image_encoder.") and not name.startswith("image_encoder.neck."):
            if name.startswith(("image_encoder.head.", "image_encoder.norm_head.")):
                continue
            names[_trunk_name(name)] = value
        else:
            names[name] = value
    return names


def _trunk_name(name: str) -> str:
    name = name.replace("image_encoder.", "image_encoder.trunk.", 1)
    name = name.replace(".patch_embed.seq.0.", ".patch_embed.conv1.")
    name = name.replace(".patch_embed.seq.2.", ".patch_embed.conv2.")
    # In the published code a merging ends a stage, in timm it begins the next one.
    name = re.sub(
        r"\.layers\.(\d)\.downsample\.",
        lambda match: f".stages.{int(match[1]) + 1}.downsample.",
        name,
    )
    return name.replace(".layers.", ".stages.").replace(".c.", ".conv.")
