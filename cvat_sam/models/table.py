"""The table of models. Adding a model is adding one entry."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cvat_sam.exceptions import CheckpointUnavailable, InvalidSetting, Unavailable
from cvat_sam.models.encoded_image import Model
from cvat_sam.weights import checkpoints
from cvat_sam.weights.checkpoints import Checkpoint

# Strict loading names every tensor that is missing; the first few say enough.
LONGEST_DETAIL = 150

if TYPE_CHECKING:
    from segment_anything.modeling import Sam


# The builders import torch only when they are called: the table is read by what never runs a model.
def _mobile_sam(weights: dict[str, Any]) -> "Sam":
    from cvat_sam.models import mobile_sam

    return mobile_sam.build(weights)


def _sam(name: str) -> "Callable[[dict[str, Any]], Sam]":
    def build(weights: dict[str, Any]) -> "Sam":
        from cvat_sam.models import sam_vit

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


def load(name: str, *, device: str = "auto", checkpoint: Path | None = None) -> Model:
    """Fetch the weights if need be, build the model and bring it to `device`.

    Args:
        name: of an entry of the table.
        device: `auto`, `cpu`, `cuda` or `cuda:N`.
        checkpoint: a file to take in place of the published weights.

    Raises:
        InvalidSetting: there is no such model.
        CheckpointUnavailable: the weights cannot be had, or are not this model's.
        DeviceUnavailable: a GPU was asked for and is not there.
        Unavailable: PyTorch is not installed.
    """
    entry = spec(name)
    try:
        import torch
    except ImportError:
        raise Unavailable(
            "to run a model here PyTorch is needed: pip install '.[torch]' in a clone of cvat-sam"
        ) from None
    from cvat_sam.models import device as devices
    from cvat_sam.models.torch_backend import TorchBackend

    resolved = devices.resolve(device)
    path = checkpoints.find(entry.checkpoint, path=checkpoint)
    not_ours = f"{path} does not hold the weights of {name}: "
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    # Unpickling trips over anything, and torch then advises to run the file's code.
    except Exception as error:
        raise CheckpointUnavailable(not_ours + "torch cannot read it as tensors alone") from error
    try:
        sam = entry.build(weights)
    except (RuntimeError, AttributeError, TypeError) as error:  # strict loading's complaints
        lines = [line.strip() for line in str(error).splitlines()]
        detail = next((line for line in lines[1:] if line), "its contents are something else")
        if len(detail) > LONGEST_DETAIL:
            detail = f"{detail[:LONGEST_DETAIL]}…"
        raise CheckpointUnavailable(not_ours + detail) from error
    return Model(name, TorchBackend(sam, resolved))
