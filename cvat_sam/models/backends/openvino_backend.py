"""The exported networks on the CPU, each run by what is faster: OpenVINO encodes, ONNX decodes."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import openvino

from cvat_sam.exceptions import Unavailable
from cvat_sam.models.backends import compiled_files, threads
from cvat_sam.models.backends.backend import Decoded, Floats
from cvat_sam.models.backends.exported import Exported
from cvat_sam.models.backends.preprocessing import batch_of
from cvat_sam.models.prompt import Prompt

if TYPE_CHECKING:
    from cvat_sam.models.backends.onnx_decoder import OnnxDecoder
    from cvat_sam.models.backends.onnx_shared_decoder import OnnxSharedDecoder

PRECISIONS = {"fp32": "f32", "bf16": "bf16"}


class OpenVinoBackend:
    """OpenVINO with a model's exported encoder, and ONNX Runtime with its decoder.

    Args:
        exported: where they are. OpenVINO keeps what it made of the encoder there too.
        precision: `fp32` or `bf16`; OpenVINO's own default is bf16 on CPUs that have it.

    Raises:
        Unavailable: bf16 is asked for, and this CPU does not have it.
    """

    name = "openvino"
    device = "cpu"

    def __init__(self, exported: Exported, *, precision: str = "fp32") -> None:
        self._exported = exported
        # ONNX Runtime is imported and reads its file while OpenVINO compiles.
        with ThreadPoolExecutor(1) as beside:
            decoder = beside.submit(_decoder, exported)
            self._encoder = _compiled(exported, precision)
            self._decoder = decoder.result()
        self._request = self._encoder.create_infer_request()
        self.identity = f"{exported.weights} openvino {openvino.__version__} {precision}"

    def encode(self, image: npt.NDArray[np.uint8]) -> Floats:
        """See `Backend.encode`."""
        answer = self._request.infer({"image": batch_of(image)}, share_inputs=True)
        return np.array(answer["embedding"], np.float32)

    def decode(self, embedding: Floats, prompt: Prompt, *, logits: Floats | None = None) -> Decoded:
        """See `Backend.decode`."""
        return self._decoder.decode(embedding, prompt, logits=logits)

    def decode_many(
        self, embedding: Floats, prompts: Iterable[Prompt], *, least_iou: float | None = None
    ) -> Iterator[Decoded | None]:
        """See `Backend.decode_many`."""
        return self._shared.decode_many(embedding, prompts, least_iou=least_iou)

    @cached_property
    def _shared(self) -> "OnnxSharedDecoder":
        # Who never asks for many does not pay for it at the start.
        from cvat_sam.models.backends.onnx_shared_decoder import OnnxSharedDecoder

        return OnnxSharedDecoder(self._exported)


def _decoder(exported: Exported) -> "OnnxDecoder":
    from cvat_sam.models.backends.onnx_decoder import OnnxDecoder

    return OnnxDecoder(exported.decoder)


def _compiled(exported: Exported, precision: str) -> openvino.CompiledModel:
    core = openvino.Core()
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise Unavailable("this CPU has no instructions for bf16")
    options = {
        "INFERENCE_PRECISION_HINT": PRECISIONS[precision],
        "INFERENCE_NUM_THREADS": threads.available(),
        "PERFORMANCE_HINT": "LATENCY",
    }
    # Compiling takes a second; what was compiled is read in a tenth. It is bound to OpenVINO's
    # version and to the CPU, which OpenVINO sees to. A folder that cannot be written has none.
    if os.access(exported.folder, os.W_OK):
        options["CACHE_DIR"] = str(exported.compiled)
        compiled_files.drop_damaged(exported.compiled)
    compiled = core.compile_model(exported.encoder, "CPU", options)
    compiled_files.note_sums(exported.compiled)
    return compiled
