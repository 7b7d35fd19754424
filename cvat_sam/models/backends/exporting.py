"""Writes a model's networks as ONNX files, and checks that they answer as PyTorch's do."""

import importlib.util
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from segment_anything.modeling import Sam

from cvat_sam import cache
from cvat_sam.exceptions import Unavailable
from cvat_sam.files import beside
from cvat_sam.models.backends import checking, exported
from cvat_sam.models.backends.backend import INPUT_SIZE, LOGITS_SIZE, Backend
from cvat_sam.models.backends.exported import Exported
from cvat_sam.models.backends.torch_backend import TorchBackend
from cvat_sam.models.networks import from_checkpoint
from cvat_sam.models.networks.prompted_decoder import PromptedDecoder
from cvat_sam.models.networks.shared_decoder import SharedDecoder
from cvat_sam.models.table import ModelSpec
from cvat_sam.models.weights import ChosenWeights
from cvat_sam.reporting import Reporter

# ONNX's version of operators: the first with LayerNormalization, and old enough for every runtime.
OPSET = 17


def export(
    name: str, entry: ModelSpec, weights: ChosenWeights, *, again: bool, report: Reporter
) -> Exported:
    """Export a model into the cache folder, unless it is there.

    Args:
        name: of the model.
        entry: its entry of the table.
        weights: which it is to have.
        again: whether to export it even if it is there.
        report: hears what is done, and the largest differences to PyTorch.

    Raises:
        CheckpointUnavailable: the weights cannot be had, are not this model's, or the cache folder
            cannot be written.
        Unavailable: no runtime is installed that could run what is exported, or what was exported
            answers otherwise than PyTorch.
    """
    sum_of_weights = weights.sum()
    folder = exported.place(name, sum_of_weights)
    with cache.lock(folder.name, report):
        wrong = exported.complaint(folder, sum_of_weights)
        if wrong is None and not again:
            report.say(f"{folder} is there and whole; --again exports it anew")
            return exported.read(folder)
        if folder.exists():
            report.say(f"{folder} {wrong or 'is there'}: exported anew")
        sam = from_checkpoint.build(name, entry, weights.file(report)).eval()
        report.say(f"exporting {name}, once; this takes half a minute, with vit_h ten")
        part = beside(folder)
        try:
            part.mkdir(parents=True)
            try:
                _write(sam, part)
            except RuntimeError as error:  # whatever the exporter trips over
                reason = str(error).strip().partition("\n")[0]
                raise Unavailable(f"PyTorch could not export {name}: {reason}") from error
            _check(Exported(part, sum_of_weights, {}), sam, name, report)
            # What OpenVINO compiled for the check is bound to the path.
            shutil.rmtree(part / exported.COMPILED, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)
            part.rename(folder)
        except OSError as error:
            raise cache.unwritable(folder, error) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return exported.read(folder)


def _write(sam: Sam, folder: Path) -> None:
    _to_onnx(
        sam.image_encoder,
        (torch.zeros(1, 3, INPUT_SIZE, INPUT_SIZE),),
        folder / exported.ENCODER,
        inputs=["image"],
        outputs=["embedding"],
    )
    _to_onnx(
        PromptedDecoder(sam).eval(),
        (
            torch.zeros(1, 256, 64, 64),
            # Three points: with one, their number would be taken for fixed.
            torch.tensor([[[10.0, 20.0], [30.0, 40.0], [0.0, 0.0]]]),
            torch.tensor([[1.0, 0.0, -1.0]]),
            torch.zeros(1, 1, LOGITS_SIZE, LOGITS_SIZE),
            torch.zeros(1),
        ),
        folder / exported.DECODER,
        inputs=["embedding", "coordinates", "labels", "mask", "has_mask"],
        outputs=["logits", "predicted_iou"],
        varying={"coordinates": {1: "points"}, "labels": {1: "points"}},
    )
    _write_shared(SharedDecoder.of(sam), folder)


def _write_shared(shared: SharedDecoder, folder: Path) -> None:
    """Write the decoder for many prompts; one at a time, because that is fastest on a CPU."""
    embedding = torch.zeros(1, 256, 64, 64)
    coordinates, labels = torch.zeros(1, 2, 2), torch.tensor([[1.0, -1.0]])
    with torch.no_grad():
        image_side = shared.image_side(embedding)
        _, cells, tokens = shared.token_side(*image_side, coordinates, labels)
    sides = ["cells", "keys", "values", "queries"]
    _to_onnx(
        shared.image_side,
        (embedding,),
        folder / exported.IMAGE_SIDE,
        inputs=["embedding"],
        outputs=sides,
    )
    _to_onnx(
        shared.token_side,
        (*image_side, coordinates, labels),
        folder / exported.TOKEN_SIDE,
        inputs=[*sides, "coordinates", "labels"],
        outputs=["predicted_iou", "told_cells", "mask_tokens"],
    )
    _to_onnx(
        shared.mask_head,
        (cells, tokens),
        folder / exported.MASK_HEAD,
        inputs=["told_cells", "mask_tokens"],
        outputs=["logits"],
    )


def _to_onnx(
    network: torch.nn.Module,
    example: tuple[torch.Tensor, ...],
    path: Path,
    *,
    inputs: list[str],
    outputs: list[str],
    varying: dict[str, dict[int, str]] | None = None,
) -> None:
    with warnings.catch_warnings(), torch.no_grad():
        # It warns of every branch that it takes for fixed, which they are, and of its own age: the
        # exporter that takes its place needs more packages and gives the same networks.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            example,
            str(path),  # not a Path: with one it refuses to put two gigabytes into files beside it
            input_names=inputs,
            output_names=outputs,
            dynamic_axes=varying,
            opset_version=OPSET,
            dynamo=False,
        )


def _check(candidate: Exported, sam: Sam, name: str, report: Reporter) -> None:
    """Ask every runtime that is here, say how far it is from PyTorch, and write that down."""
    official = TorchBackend(sam, "cpu")
    found = {}
    for runtime, make in _runtimes().items():
        found[runtime] = checking.differences(make(candidate), official)
        report.say(f"{runtime}: largest difference to PyTorch: {checking.in_words(found[runtime])}")
        if wrong := checking.beyond_bounds(found[runtime]):
            raise Unavailable(f"the export of {name} is not kept: run by {runtime}, {wrong}")
    exported.write_manifest(
        candidate.folder, model=name, weights=candidate.weights, differences=found
    )


def _runtimes() -> dict[str, Callable[[Exported], Backend]]:
    runtimes: dict[str, Callable[[Exported], Backend]] = {}
    if importlib.util.find_spec("onnxruntime"):
        from cvat_sam.models.backends.onnx_backend import OnnxBackend

        runtimes["onnx"] = OnnxBackend
        if importlib.util.find_spec("openvino"):
            from cvat_sam.models.backends.openvino_backend import OpenVinoBackend

            runtimes["openvino"] = OpenVinoBackend
    if not runtimes:
        raise Unavailable(
            "nothing is here that could run an exported model, and so check it: "
            "pip install '.[cpu]' in a clone of cvat-sam"
        )
    return runtimes
