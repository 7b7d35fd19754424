"""The model of a staged folder: its export where it runs on a CPU, else its weights."""

import importlib.util
import json
from pathlib import Path

from cvat_sam.exceptions import CheckpointUnavailable, Unavailable
from cvat_sam.models import table
from cvat_sam.models.backends import exported
from cvat_sam.models.backends.exported import Exported
from cvat_sam.models.weights import ChosenWeights
from cvat_sam.reporting import Reporter
from cvat_sam.staging import plain_files
from cvat_sam.staging.wish import Wish
from cvat_sam.weights import checkpoints, verified

# One name for whatever name it has, which might not be one for a line of YAML.
OWN_WEIGHTS = "own_weights.pt"
# What PyTorch's exporter needs, and what can ask its answer.
EXPORTERS = ("torch", "segment_anything", "onnx", "onnxruntime")


def own_name() -> str | None:
    """The name that the file of `SAM_CHECKPOINT` gets; None without one, for the published weights.

    Raises:
        CheckpointUnavailable: it cannot be read.
    """
    return None if checkpoints.own() is None else OWN_WEIGHTS


def copy(wish: Wish, folder: Path, *, report: Reporter) -> None:
    """Copy into `folder` what `CVAT_SAM_CACHE` is to have.

    Weights are fetched and the model is exported where they are not in this machine's cache.

    Args:
        wish: what is staged.
        folder: it is made.
        report: hears of a download and of an export.

    Raises:
        CheckpointUnavailable: the weights cannot be had.
        Unavailable: there is no export, and none can be made here.
        OSError: a file cannot be written.
    """
    weights = ChosenWeights.of(table.spec(wish.model).checkpoint, None)
    sum_of_weights = weights.sum()
    if weights.own is not None:
        _copy_checked(weights.own, folder / OWN_WEIGHTS, sum_of_weights)
    elif wish.gpu:
        path = weights.file(report)
        _copy_checked(path, folder / path.name, sum_of_weights)
    if not wish.gpu:
        found = exported.find(wish.model, sum_of_weights) or _export(wish.model, weights, report)
        _copy_export(found, folder / "exported" / found.folder.name)


def _export(model: str, weights: ChosenWeights, report: Reporter) -> Exported:
    missing = [name for name in EXPORTERS if importlib.util.find_spec(name) is None]
    if missing:
        folder = exported.place(model, weights.sum())
        raise Unavailable(
            f"{folder} is not there, and to export {model} {' and '.join(missing)} would be "
            "needed: pip install '.[torch,cpu]' in the clone, or copy the folder from where it is"
        )
    from cvat_sam.models.backends import exporting

    return exporting.export(model, table.spec(model), weights, again=False, report=report)


def _copy_export(found: Exported, folder: Path) -> None:
    """Copy the networks; what OpenVINO compiled for this machine is not for another."""
    manifest = found.folder / exported.MANIFEST
    for name, file in json.loads(manifest.read_bytes())["files"].items():
        _copy_checked(found.folder / name, folder / name, file["sha256"])
    plain_files.copy(manifest, folder / exported.MANIFEST)


def _copy_checked(source: Path, target: Path, sha256: str) -> None:
    plain_files.copy(source, target)
    if verified.sum_of(target) != sha256:
        raise CheckpointUnavailable(f"{source} was changed while it was copied")
