"""A file of weights to a network: read as tensors alone, and loaded strictly."""

from pathlib import Path

import torch
from segment_anything.modeling import Sam

from cvat_sam.exceptions import CheckpointUnavailable
from cvat_sam.models.table import ModelSpec

# Strict loading names every tensor that is missing; the first few say enough.
LONGEST_DETAIL = 150


def build(name: str, entry: ModelSpec, path: Path) -> Sam:
    """Build a model of the table with the weights of the file at `path`.

    Raises:
        CheckpointUnavailable: the file does not hold this model's weights.
    """
    not_ours = f"{path} does not hold the weights of {name}: "
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    # Unpickling trips over anything, and torch then advises to run the file's code.
    except Exception as error:
        raise CheckpointUnavailable(not_ours + "torch cannot read it as tensors alone") from error
    try:
        return entry.build(weights)
    except (RuntimeError, AttributeError, TypeError) as error:  # strict loading's complaints
        lines = [line.strip() for line in str(error).splitlines()]
        detail = next((line for line in lines[1:] if line), "its contents are something else")
        if len(detail) > LONGEST_DETAIL:
            detail = f"{detail[:LONGEST_DETAIL]}…"
        raise CheckpointUnavailable(not_ours + detail) from error
