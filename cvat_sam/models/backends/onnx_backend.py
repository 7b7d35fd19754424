"""Both networks, exported, run by ONNX Runtime on the CPU."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt

from cvat_sam.models.backends import onnx_sessions
from cvat_sam.models.backends.backend import Decoded, Floats
from cvat_sam.models.backends.exported import Exported
from cvat_sam.models.backends.onnx_decoder import OnnxDecoder
from cvat_sam.models.backends.onnx_shared_decoder import OnnxSharedDecoder
from cvat_sam.models.backends.preprocessing import batch_of
from cvat_sam.models.prompt import Prompt


class OnnxBackend:
    """ONNX Runtime with a model's exported networks.

    Args:
        exported: where they are.
    """

    name = "onnx"
    device = "cpu"

    def __init__(self, exported: Exported) -> None:
        self._exported = exported
        self._encoder = onnx_sessions.session(exported.encoder)
        self._decoder = OnnxDecoder(exported.decoder)
        self.identity = f"{exported.weights} onnx {onnx_sessions.VERSION} fp32"

    def encode(self, image: npt.NDArray[np.uint8]) -> Floats:
        """See `Backend.encode`."""
        return cast(Floats, self._encoder.run(["embedding"], {"image": batch_of(image)})[0])

    def decode(self, embedding: Floats, prompt: Prompt, *, logits: Floats | None = None) -> Decoded:
        """See `Backend.decode`."""
        return self._decoder.decode(embedding, prompt, logits=logits)

    def decode_many(
        self, embedding: Floats, prompts: Iterable[Prompt], *, least_iou: float | None = None
    ) -> Iterator[Decoded | None]:
        """See `Backend.decode_many`."""
        return self._shared.decode_many(embedding, prompts, least_iou=least_iou)

    @cached_property
    def _shared(self) -> OnnxSharedDecoder:
        # Who never asks for many does not pay for it at the start.
        return OnnxSharedDecoder(self._exported)
