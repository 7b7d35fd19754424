"""One look at an image, or at a crop of it: which masks are found there, and which of them stay."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from cvat_sam.models.encoded_image import EncodedImage
from cvat_sam.models.everything.candidates import Candidate, Frame
from cvat_sam.models.everything.crops import Box
from cvat_sam.models.everything.grid import Grid
from cvat_sam.models.everything.progress import Progress
from cvat_sam.models.everything.suppression import iou
from cvat_sam.models.everything.survivor import Survivor
from cvat_sam.models.prompt import Point, Prompt

# Of the four masks of a point those from part to whole, as in segment-anything.
TOKENS = (1, 2, 3)
# Bytes of masks not yet at full size; further ones become runs at once, which takes longer.
HELD = 128 * 2**20


def look(
    encoded: EncodedImage,
    points: Sequence[Point],
    indices: Sequence[int],
    grid: Grid,
    near_edge: Callable[[Box], bool],
    progress: Progress,
) -> list[Survivor]:
    """Ask at points, and keep of nearly equal masks the one with the highest predicted IoU.

    Args:
        encoded: the image.
        points: in its pixels, in the order in which they are to be visited.
        indices: each point's place in segment-anything's order, which decides between equals.
        grid: what is kept.
        near_edge: says of a box (inclusive) that it is cut off by a crop's edge.
        progress: says for which points there is time, and counts them.
    """
    frame = Frame(encoded.input_size, encoded.height, encoded.width)
    candidates = _candidates(encoded, points, indices, grid, frame, progress)
    candidates.sort(key=lambda one: one[:2])
    survivors: list[Survivor] = []
    boxes = np.zeros((0, 4))
    for *_, one in candidates:
        if isinstance(one, Candidate):
            settled = None if _surely_covered(one, boxes, grid) else one.settle(frame, grid)
        else:
            settled = one
        if settled is None:
            continue
        box = settled.found.box_xyxy
        is_double = (iou(np.array(box), boxes) > np.float64(grid.box_nms_thresh)).any()
        if not is_double and not near_edge(box):
            boxes = np.vstack([boxes, box])
            survivors.append(settled)
    return survivors


# What decides between two masks, the lesser first; and the mask, at full size or not yet.
_Ranked = tuple[float, int, Candidate | Survivor]


def _candidates(
    encoded: EncodedImage,
    points: Sequence[Point],
    indices: Sequence[int],
    grid: Grid,
    frame: Frame,
    progress: Progress,
) -> list[_Ranked]:
    x_factor, y_factor = frame.input_size[0] / frame.width, frame.input_size[1] / frame.height
    # segment-anything leaves this filter out where its threshold is 0.
    least = grid.pred_iou_thresh if grid.pred_iou_thresh > 0 else -np.inf
    prompts = (
        Prompt(positive=[point]).scaled(x_factor, y_factor) for point in progress.hand_out(points)
    )
    found: list[_Ranked] = []
    held = 0
    answers = encoded.backend.decode_many(encoded.embedding, prompts, least_iou=least)
    for index, answer in zip(indices, answers, strict=False):
        progress.done()
        if answer is None:
            continue
        for token in TOKENS:
            score = float(answer.predicted_iou[token])
            if not score > least:
                continue
            one = Candidate.of(answer.logits[token], frame, grid, predicted_iou=score)
            if one is None:
                continue
            held += one.logits.nbytes
            kept = one if held <= HELD else one.settle(frame, grid)
            if kept is not None:
                found.append((-score, index * len(TOKENS) + token, kept))
    return found


def _surely_covered(candidate: Candidate, boxes: npt.NDArray[np.float64], grid: Grid) -> bool:
    """Whether the mask is a double of one that stays, wherever exactly its box lies."""
    inner, outer = candidate.inner_xyxy, candidate.outer_xyxy
    sides = np.minimum(inner[2:], boxes[:, 2:]) - np.maximum(inner[:2], boxes[:, :2])
    both = np.maximum(sides, 0).prod(axis=1)
    largest = np.maximum(outer[2:] - outer[:2], 0).prod()
    either = largest + (boxes[:, 2:] - boxes[:, :2]).prod(axis=1) - both
    # By a little more than what rounding could make of two equal numbers.
    return bool((both > grid.box_nms_thresh * either * (1 + 1e-6)).any())
