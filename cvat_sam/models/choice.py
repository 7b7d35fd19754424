"""Which of SAM's four masks answers a prompt."""

from cvat_sam.models.backend import Decoded
from cvat_sam.models.prompt import Prompt

SINGLE = 0
PARTS_TO_WHOLE = (1, 2, 3)


def choose(decoded: Decoded, prompt: Prompt) -> list[int]:
    """The tokens in the order of preference; a later one serves where an earlier mask is empty.

    segment-anything's own way: one click is ambiguous, so the mask with the highest predicted IoU
    of the three for part, object and whole; several clicks or a box say enough for the single one.
    """
    by_iou = sorted(PARTS_TO_WHOLE, key=lambda token: -decoded.predicted_iou[token])
    ambiguous = prompt.box_xyxy is None and len(prompt.positive) + len(prompt.negative) == 1
    return [*by_iou, SINGLE] if ambiguous else [SINGLE, *by_iou]
