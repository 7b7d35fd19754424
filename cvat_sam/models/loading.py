"""Loads a model: its weights or its export, and the back end that runs it."""

from pathlib import Path

from cvat_sam.models.answering.manner import USUAL, Manner
from cvat_sam.models.backends import choosing
from cvat_sam.models.backends.wanted import Wanted
from cvat_sam.models.model import Model
from cvat_sam.models.table import spec
from cvat_sam.models.weights import ChosenWeights
from cvat_sam.reporting import Reporter, StandardError


def load(
    name: str,
    *,
    device: str = "auto",
    checkpoint: Path | None = None,
    backend: str = "auto",
    precision: str = "fp32",
    compiled: bool = False,
    manner: Manner = USUAL,
    report: Reporter | None = None,
) -> Model:
    """Have a model ready to look at images.

    Args:
        name: of an entry of the table.
        device: `auto`, `cpu`, `cuda` or `cuda:N`.
        checkpoint: a file to take in place of the published weights.
        backend: `auto`, `torch`, `onnx` or `openvino`.
        precision: `fp32` or `bf16`.
        compiled: whether PyTorch is to compile the image encoder.
        manner: how the model answers a prompt.
        report: hears of downloads, of an export, and which back end was taken and why. Without it
            downloads, export and warnings go to standard error.

    Raises:
        InvalidSetting: there is no such model or back end, or the options do not go together.
        CheckpointUnavailable: the weights cannot be had, or are not this model's.
        DeviceUnavailable: a GPU was asked for and is not there.
        Unavailable: what the back end needs is not installed.
    """
    entry = spec(name)
    wanted = Wanted(
        name=name,
        entry=entry,
        weights=ChosenWeights.of(entry.checkpoint, checkpoint),
        device=device,
        precision=precision,
        compiled=compiled,
        report=report or StandardError(),
    )
    chosen = choosing.choose(backend, wanted)
    if report is not None:
        report.say(chosen.sentence)
    return Model(name, chosen.backend, manner)
