"""The mask decoder for many prompts on one image, exported, run by ONNX Runtime."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from onnxruntime import InferenceSession, OrtValue

from cvat_sam.models.backends import onnx_sessions, threads
from cvat_sam.models.backends.backend import Decoded, Floats
from cvat_sam.models.backends.exported import Exported
from cvat_sam.models.backends.in_threads import in_threads
from cvat_sam.models.backends.prompt_arrays import prompt_arrays
from cvat_sam.models.prompt import Prompt


class OnnxSharedDecoder:
    """What `exporting` wrote of `shared_decoder`; see there for what goes in and comes out.

    Each prompt is run by one thread, and as many at once as there are cores: a network on two
    threads takes more than half of the time that it takes on one.

    Args:
        exported: where the networks are.
    """

    def __init__(self, exported: Exported) -> None:
        self._image_side = onnx_sessions.session(exported.image_side)
        self._token_side = _on_one_thread(exported.token_side)
        self._mask_head = _on_one_thread(exported.mask_head)

    def decode_many(
        self, embedding: Floats, prompts: Iterable[Prompt], *, least_iou: float | None
    ) -> Iterator[Decoded | None]:
        """See `Backend.decode_many`."""
        side = self._image_side.run_with_ort_values(None, {"embedding": _value(embedding)})
        names = [output.name for output in self._image_side.get_outputs()]
        image_side = dict(zip(names, side, strict=True))

        def decode(prompt: Prompt) -> Decoded | None:
            return self._decode(image_side, prompt, least_iou)

        return in_threads(decode, prompts, threads=threads.available())

    def _decode(
        self, image_side: dict[str, OrtValue], prompt: Prompt, least_iou: float | None
    ) -> Decoded | None:
        coordinates, labels = prompt_arrays(prompt)
        # Values of the runtime: as arrays the cells, four megabytes, would be copied twice.
        predicted_iou, cells, tokens = self._token_side.run_with_ort_values(
            ["predicted_iou", "told_cells", "mask_tokens"],
            {**image_side, "coordinates": _value(coordinates), "labels": _value(labels)},
        )
        scores = cast(Floats, predicted_iou.numpy())[0]
        if least_iou is not None and not (scores[1:] > least_iou).any():
            return None
        [logits] = self._mask_head.run_with_ort_values(
            ["logits"], {"told_cells": cells, "mask_tokens": tokens}
        )
        return Decoded(cast(Floats, logits.numpy())[0], scores)


def _on_one_thread(path: Path) -> InferenceSession:
    # Added to what they follow, layers' norms take four times as long as by themselves.
    return onnx_sessions.session(path, threads=1, without=["SkipLayerNormFusion"])


def _value(array: Floats) -> OrtValue:
    return OrtValue.ortvalue_from_numpy(array)
