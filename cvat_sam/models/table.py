"""The table of models. Adding a model is adding one entry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cvat_sam.exceptions import InvalidSetting
from cvat_sam.weights import checkpoints
from cvat_sam.weights.checkpoints import Checkpoint

if TYPE_CHECKING:
    from segment_anything.modeling import Sam


# The builders import torch only when they are called: the table is read by what never runs a model.
def _mobile_sam(weights: dict[str, Any]) -> "Sam":
    from cvat_sam.models.networks import mobile_sam

    return mobile_sam.build(weights)


def _sam(name: str) -> "Callable[[dict[str, Any]], Sam]":
    def build(weights: dict[str, Any]) -> "Sam":
        from cvat_sam.models.networks import sam_vit

        return sam_vit.build(name, weights)

    return build


@dataclass(frozen=True)
class ModelSpec:
    """One model.

    Attributes:
        title: what it is, in a few words.
        checkpoint: the file with its published weights, and where it is to be had.
        build: turns the weights, a dict of tensors, into a `Sam`.
    """

    title: str
    checkpoint: Checkpoint
    build: "Callable[[dict[str, Any]], Sam]"


MODELS = {
    "vit_t": ModelSpec("MobileSAM, the one for a CPU", checkpoints.VIT_T, _mobile_sam),
    "vit_b": ModelSpec("SAM with ViT-B", checkpoints.VIT_B, _sam("vit_b")),
    "vit_l": ModelSpec("SAM with ViT-L", checkpoints.VIT_L, _sam("vit_l")),
    "vit_h": ModelSpec("SAM with ViT-H, the largest", checkpoints.VIT_H, _sam("vit_h")),
}


def spec(name: str) -> ModelSpec:
    """The entry `name`.

    Raises:
        InvalidSetting: there is none.
    """
    if name not in MODELS:
        raise InvalidSetting(f"there is no model {name!r}; there are {', '.join(MODELS)}")
    return MODELS[name]
