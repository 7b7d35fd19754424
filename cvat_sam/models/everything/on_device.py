"""Everything mode's look at one picture, run by PyTorch where the model is: points in, runs out.

The steps are those of segment-anything's generator (`automatic_mask_generator.py`), and so are the
masks. The order is another: predicted IoU is asked before a mask is made, masks have the image's
size for a few at a time only, and what comes over from a GPU are a few numbers for each mask and,
of those that are left in the end, the places where they change.

On a CPU other ways are faster; this one works there too.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

import torch
from segment_anything.utils.amg import batched_mask_to_box
from torchvision.ops import nms

from cvat_sam.models.backends.backend import INPUT_SIZE
from cvat_sam.models.backends.batches import in_batches
from cvat_sam.models.backends.prompt_arrays import PADDING, POSITIVE
from cvat_sam.models.backends.torch_backend import TorchBackend
from cvat_sam.models.encoded_image import EncodedImage
from cvat_sam.models.everything.crops import Box
from cvat_sam.models.everything.grid import Grid
from cvat_sam.models.everything.progress import Progress
from cvat_sam.models.everything.survivor import Survivor
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.models.prompt import Point
from rle.torch import encode_cvat

# What masks of the picture's size take together, as logits. Measuring takes 1.5 times that besides.
CHUNK_BYTES = 256 * 2**20
# The tokens 1 to 3; token 0 is for prompts with more than a point.
MASKS_OF_A_POINT = 3


class _Candidate(NamedTuple):
    """A mask that is sure and stable enough.

    Attributes:
        order: its place among all masks of the grid, which decides between equally sure ones.
        predicted_iou: as the model gave it.
        box_xyxy: around its pixels, inclusive.
        logits: `(256, 256)`, on the device. At worst, if all masks of all points are candidates,
            they are 768 KiB a point, 768 MiB for 32 × 32; a tenth of that is usual.
    """

    order: int
    predicted_iou: float
    box_xyxy: Box
    logits: torch.Tensor


@torch.inference_mode()
def find(
    backend: TorchBackend,
    encoded: EncodedImage,
    points: Sequence[Point],
    indices: Sequence[int],
    grid: Grid,
    near_edge: Callable[[Box], bool] | None,
    progress: Progress,
) -> list[Survivor]:
    """Find the objects of a picture, which is an image or a crop of one.

    Args:
        backend: runs the decoder for `backend.at_once` points together.
        encoded: the picture.
        points: where to ask, in pixels of the picture, in the order in which they are asked.
        indices: for each point its place in the grid, row by row.
        grid: what to keep; where to look is up to `points`.
        near_edge: which masks to drop, by their boxes in the picture, inclusive; None drops none.
        progress: hands the points out as long as there is time, and counts them by batches.

    Returns:
        What is left after non-maximum suppression, best predicted IoU first, of the picture's size.
    """
    look = _Look(backend, encoded, grid)
    candidates: list[_Candidate] = []
    asked = progress.hand_out(zip(points, indices, strict=True))
    for count, found in backend.in_batches(asked, lambda batch: look.candidates(batch, near_edge)):
        candidates += found
        progress.done(count)
    return look.survivors(_suppressed(candidates, grid.box_nms_thresh))


class _Look:
    """A picture on the device, and what its masks are measured by."""

    def __init__(self, backend: TorchBackend, encoded: EncodedImage, grid: Grid) -> None:
        self._sam = backend.sam
        self._decoder = backend.shared
        self._device = backend.device
        self._encoded = encoded
        self._grid = grid
        embedding = torch.tensor(encoded.embedding, device=backend.device)
        self._image_side = self._decoder.image_side(embedding)
        # The square that the networks see is larger than a small picture.
        pixels = max(encoded.height * encoded.width, INPUT_SIZE**2)
        self._chunk = max(CHUNK_BYTES // (4 * pixels), 1)

    def candidates(
        self, batch: Sequence[tuple[Point, int]], near_edge: Callable[[Box], bool] | None
    ) -> list[_Candidate]:
        """Ask at points, each with its index, and keep what is sure and stable enough."""
        predicted_iou, cells, tokens = self._asked([point for point, _ in batch])
        sure = predicted_iou > self._grid.pred_iou_thresh
        if self._grid.pred_iou_thresh <= 0:
            sure[:] = True
        rows = sure.any(dim=1).nonzero().squeeze(1)
        if not len(rows):
            return []
        masks = self._decoder.mask_head(cells[rows], tokens[rows])[:, -MASKS_OF_A_POINT:]
        logits = masks[sure[rows]]
        del cells, tokens, masks
        stable, boxes = self._measured(logits)
        orders = torch.tensor(
            [range(index * MASKS_OF_A_POINT, (index + 1) * MASKS_OF_A_POINT) for _, index in batch],
            device=self._device,
        )
        columns = (stable.nonzero().squeeze(1), orders[sure][stable], predicted_iou[sure][stable])
        found = [
            one
            for one in zip(*(column.tolist() for column in (*columns, boxes[stable])), strict=True)
            if near_edge is None or not near_edge(tuple(one[-1]))
        ]
        # A copy, so that the rest can go.
        kept = logits[[number for number, *_ in found]]
        return [
            _Candidate(order, score, cast(Box, tuple(box)), mask)
            for (_, order, score, box), mask in zip(found, kept, strict=True)
        ]

    def survivors(self, candidates: Sequence[_Candidate]) -> list[Survivor]:
        """Make runs of what is left."""
        survivors: list[Survivor] = []
        for _, chunk in in_batches(candidates, self._settled, at_once=self._chunk):
            survivors += chunk
        return survivors

    def _settled(self, chunk: Sequence[_Candidate]) -> list[Survivor]:
        masks = self._enlarged(torch.stack([one.logits for one in chunk])) > 0
        return [
            Survivor(self._found(runs, one.predicted_iou), one.predicted_iou)
            for runs, one in zip(encode_cvat(masks), chunk, strict=True)
        ]

    def _asked(self, points: Sequence[Point]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Predicted IoU `(B, 3)`, cells and tokens; see `TokenSide`."""
        input_width, input_height = self._encoded.input_size
        across, down = input_width / self._encoded.width, input_height / self._encoded.height
        # A point alone is a point and padding, as in segment-anything's prompt encoder.
        coordinates = torch.tensor(
            [[(x * across, y * down), (0.0, 0.0)] for x, y in points],
            dtype=torch.float32,
            device=self._device,
        )
        labels = torch.tensor([[POSITIVE, PADDING]], device=self._device).expand(len(points), -1)
        predicted_iou, cells, tokens = self._decoder.token_side(
            *self._image_side, coordinates, labels
        )
        return predicted_iou[:, -MASKS_OF_A_POINT:], cells, tokens

    def _measured(self, logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Which of N masks have pixels and are stable, bool `(N,)`, and boxes `(N, 4)`."""
        stable, boxes = [], []
        for chunk in torch.split(logits, self._chunk):
            enlarged = self._enlarged(chunk)
            inside = enlarged > 0
            boxes.append(batched_mask_to_box(inside))
            stays = inside.flatten(1).any(dim=1)
            if self._grid.stability_score_thresh > 0:
                offset = self._grid.stability_score_offset
                # 0 / 0 is not a number, and so not stable.
                stability = _pixels(enlarged > offset) / _pixels(enlarged > -offset)
                stays &= stability >= self._grid.stability_score_thresh
            stable.append(stays)
        return torch.cat(stable), torch.cat(boxes)

    def _enlarged(self, logits: torch.Tensor) -> torch.Tensor:
        """Logits `(N, 256, 256)` of the picture's size: `(N, H, W)`."""
        width, height = self._encoded.input_size
        size = (self._encoded.height, self._encoded.width)
        return cast(
            torch.Tensor, self._sam.postprocess_masks(logits[None], (height, width), size)[0]
        )

    def _found(self, runs: list[int], predicted_iou: float) -> FoundMask:
        confidence = min(max(predicted_iou, 0.0), 1.0)
        return FoundMask(runs, confidence, self._encoded.height, self._encoded.width)


def _pixels(masks: torch.Tensor) -> torch.Tensor:
    """How many pixels of each mask are set. PyTorch makes numbers of them first: not 64 bits."""
    return masks.sum(dim=-1, dtype=torch.int32).sum(dim=-1)


def _suppressed(candidates: Sequence[_Candidate], threshold: float) -> list[_Candidate]:
    """Those of which no surer one has nearly the same box, best first."""
    # On the CPU equally sure ones keep their order; thousands of boxes take milliseconds.
    ordered = sorted(candidates, key=lambda one: one.order)
    boxes = torch.tensor([one.box_xyxy for one in ordered], dtype=torch.float32).reshape(-1, 4)
    scores = torch.tensor([one.predicted_iou for one in ordered], dtype=torch.float32)
    return [ordered[index] for index in nms(boxes, scores, threshold).tolist()]
