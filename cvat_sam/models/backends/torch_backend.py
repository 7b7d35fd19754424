"""SAM's networks run by PyTorch."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from segment_anything.modeling import Sam

from cvat_sam.models.backends.backend import Decoded, Floats
from cvat_sam.models.backends.batches import Answer, Item, in_batches
from cvat_sam.models.backends.prompt_arrays import prompt_arrays
from cvat_sam.models.networks.shared_decoder import SharedDecoder
from cvat_sam.models.prompt import Prompt

# On a GPU; each takes some 27 MB in the decoder.
PROMPTS_AT_ONCE = 64


class TorchBackend:
    """A `Sam` of segment-anything's (or one built like it) in evaluation mode on a device.

    Args:
        sam: the networks.
        device: `cpu` or `cuda:N`.
        weights: SHA-256 of the file its weights are from.
        precision: `fp32`, or `bf16` for the image encoder; the decoder takes a fiftieth of the time
            and stays at 32 bits.
        compiled: whether `torch.compile` is to make the encoder faster, which takes a minute and a
            C++ compiler once, at the first image.
    """

    name = "torch"

    def __init__(
        self,
        sam: Sam,
        device: str,
        *,
        weights: str = "",
        precision: str = "fp32",
        compiled: bool = False,
    ) -> None:
        self.sam = sam.to(device).eval()
        self.device = device
        # A convolution's channels side by side: a fifth faster on a CPU.
        self.sam.image_encoder.to(memory_format=torch.channels_last)
        self._encoder = torch.compile(sam.image_encoder) if compiled else sam.image_encoder
        # On a CPU a batch takes longer for each prompt than one by itself.
        self.at_once = 1 if device == "cpu" else PROMPTS_AT_ONCE
        self._bf16 = precision == "bf16"
        how = f"{precision} compiled" if compiled else precision
        self.identity = f"{weights} torch {torch.__version__} {device} {how}"

    @cached_property
    def shared(self) -> SharedDecoder:
        """The decoder for many prompts on one image; made when it is first asked for."""
        return SharedDecoder.of(self.sam)

    @torch.inference_mode()
    def encode(self, image: npt.NDArray[np.uint8]) -> Floats:
        """See `Backend.encode`."""
        pixels = torch.from_numpy(np.array(image)).to(self.device)
        batch = self.sam.preprocess(pixels.permute(2, 0, 1)[None])
        batch = batch.contiguous(memory_format=torch.channels_last)
        kind = torch.device(self.device).type
        with torch.autocast(kind, torch.bfloat16, enabled=self._bf16):
            embedding = self._encoder(batch)
        return cast(Floats, embedding.float().contiguous().cpu().numpy())

    @torch.inference_mode()
    def decode(self, embedding: Floats, prompt: Prompt, *, logits: Floats | None = None) -> Decoded:
        """See `Backend.decode`."""
        points = boxes = masks = None
        clicks = [*prompt.positive, *prompt.negative]
        if clicks:
            labels = [1] * len(prompt.positive) + [0] * len(prompt.negative)
            points = (
                torch.tensor([clicks], dtype=torch.float32, device=self.device),
                torch.tensor([labels], device=self.device),
            )
        if prompt.box_xyxy is not None:
            boxes = torch.tensor([prompt.box_xyxy], dtype=torch.float32, device=self.device)
        if logits is not None:
            masks = torch.from_numpy(logits).to(self.device)[None, None]
        sparse, dense = self.sam.prompt_encoder(points=points, boxes=boxes, masks=masks)
        answers, predicted_iou = self.sam.mask_decoder.predict_masks(
            image_embeddings=torch.from_numpy(embedding).to(self.device),
            image_pe=self.sam.prompt_encoder.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
        )
        return Decoded(answers[0].float().cpu().numpy(), predicted_iou[0].float().cpu().numpy())

    def decode_many(
        self, embedding: Floats, prompts: Iterable[Prompt], *, least_iou: float | None = None
    ) -> Iterator[Decoded | None]:
        """See `Backend.decode_many`."""
        with torch.inference_mode():
            side = self.shared.image_side(torch.from_numpy(embedding).to(self.device))
        for _, answers in self.in_batches(
            prompts, lambda batch: self._batch(side, batch, least_iou)
        ):
            yield from answers

    def in_batches(
        self, items: Iterable[Item], ask: Callable[[Sequence[Item]], Answer]
    ) -> Iterator[tuple[int, Answer]]:
        """Ask for as many together as this device has memory for; see `batches.in_batches`."""

        def lowered(at_once: int) -> None:
            self.at_once = at_once

        return in_batches(items, ask, at_once=self.at_once, lowered=lowered)

    @torch.inference_mode()
    def _batch(
        self, side: Sequence[torch.Tensor], prompts: Sequence[Prompt], least_iou: float | None
    ) -> list[Decoded | None]:
        arrays = [prompt_arrays(prompt) for prompt in prompts]
        coordinates, labels = (
            torch.from_numpy(np.concatenate(parts)).to(self.device)
            for parts in zip(*arrays, strict=True)
        )
        predicted_iou, cells, tokens = self.shared.token_side(*side, coordinates, labels)
        if least_iou is None:
            wanted = torch.arange(len(prompts), device=self.device)
        else:
            wanted = (predicted_iou[:, 1:] > least_iou).any(1).nonzero()[:, 0]
        answers: list[Decoded | None] = [None] * len(prompts)
        if len(wanted):
            logits = self.shared.mask_head(cells[wanted], tokens[wanted]).cpu().numpy()
            scores = predicted_iou[wanted].cpu().numpy()
            for index, *decoded in zip(wanted.tolist(), logits, scores, strict=True):
                answers[index] = Decoded(*decoded)
        return answers
