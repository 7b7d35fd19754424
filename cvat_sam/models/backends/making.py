"""Makes one of the back ends, or says in a sentence why it cannot be had."""

import importlib.util
from collections.abc import Callable

from cvat_sam.exceptions import InvalidSetting, Unavailable
from cvat_sam.models.backends import export_aside, exported
from cvat_sam.models.backends.backend import Backend
from cvat_sam.models.backends.exported import Exported
from cvat_sam.models.backends.wanted import Wanted


def torch(wanted: Wanted) -> Backend:
    """PyTorch, on whatever device it sees.

    Raises:
        Unavailable: PyTorch is not installed.
        CheckpointUnavailable: the weights cannot be had, or are not this model's.
        DeviceUnavailable: a GPU was asked for and is not there.
    """
    try:
        import torch as _  # noqa: F401
    except ImportError:
        raise Unavailable(
            "to run a model here PyTorch is needed: pip install '.[torch]' in a clone of cvat-sam"
        ) from None
    from cvat_sam.models.backends import device
    from cvat_sam.models.backends.torch_backend import TorchBackend
    from cvat_sam.models.networks import from_checkpoint

    resolved = device.resolve(wanted.device)
    path = wanted.weights.file(wanted.report)
    return TorchBackend(
        from_checkpoint.build(wanted.name, wanted.entry, path),
        resolved,
        weights=wanted.weights.sum(),
        precision=wanted.precision,
        compiled=wanted.compiled,
    )


def onnx(wanted: Wanted) -> Backend:
    """ONNX Runtime with the exported networks.

    Raises:
        InvalidSetting: it is asked for what it cannot do.
        Unavailable: it is not installed, or the export can neither be found nor made.
    """
    _on_the_cpu("onnx", wanted)
    if wanted.precision != "fp32":
        raise InvalidSetting(
            f"the back end onnx computes in 32 bits alone, not in {wanted.precision}; "
            "openvino and torch do"
        )
    _installed("onnxruntime", "ONNX Runtime")
    networks = _export(wanted)
    from cvat_sam.models.backends.onnx_backend import OnnxBackend

    return OnnxBackend(networks)


def openvino(wanted: Wanted) -> Backend:
    """OpenVINO with the exported encoder, ONNX Runtime with the decoder.

    Raises:
        InvalidSetting: it is asked for what it cannot do.
        Unavailable: one of the two is not installed, the export can neither be found nor made, or
            this CPU has no bf16.
    """
    _on_the_cpu("openvino", wanted)
    _installed("openvino", "OpenVINO")
    _installed("onnxruntime", "ONNX Runtime, which decodes,")
    networks = _export(wanted)
    from cvat_sam.models.backends.openvino_backend import OpenVinoBackend

    return OpenVinoBackend(networks, precision=wanted.precision)


MAKERS: dict[str, Callable[[Wanted], Backend]] = {
    "torch": torch,
    "onnx": onnx,
    "openvino": openvino,
}


def _on_the_cpu(name: str, wanted: Wanted) -> None:
    if wanted.device not in ("auto", "cpu"):
        raise InvalidSetting(
            f"the back end {name} runs on the CPU alone, not on {wanted.device}; torch runs there"
        )


def _installed(package: str, title: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise Unavailable(f"{title} is not installed: pip install '.[cpu]' in a clone of cvat-sam")


def _export(wanted: Wanted) -> Exported:
    """The export: the one that is there, else one that is made now."""
    weights = wanted.weights.sum()
    if found := exported.find(wanted.name, weights):
        return found
    folder = exported.place(wanted.name, weights)
    export_aside.run(wanted, f"{folder} {exported.complaint(folder, weights)}")
    return exported.read(folder)
