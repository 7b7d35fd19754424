"""What a back end is wanted for."""

from dataclasses import dataclass

from cvat_sam.models.table import ModelSpec
from cvat_sam.models.weights import ChosenWeights
from cvat_sam.reporting import Reporter


@dataclass(frozen=True)
class Wanted:
    """A model, and how it is to be run.

    Attributes:
        name: of the model.
        entry: its entry of the table.
        weights: which it is to have.
        device: `auto`, `cpu`, `cuda` or `cuda:N`.
        precision: `fp32` or `bf16`.
        compiled: whether PyTorch is to compile the image encoder.
        report: hears what is done.
    """

    name: str
    entry: ModelSpec
    weights: ChosenWeights
    device: str
    precision: str
    compiled: bool
    report: Reporter
