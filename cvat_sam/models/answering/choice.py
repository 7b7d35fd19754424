"""Which of SAM's four masks answers a prompt: the rules, by name.

The decoder gives token 0, one mask for a prompt that says enough, and tokens 1 to 3, from part to
whole, for one that is ambiguous, each with its own estimate of its IoU with the truth. Source:
A. Kirillov et al., "Segment Anything", 2023, section 3, "resolving ambiguity", and appendix A.

A rule gives the tokens in the order of preference. A mask with nothing inside the image always
comes last.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cvat_sam.models.backends.backend import INPUT_SIZE, LOGITS_SIZE, Decoded, Floats
from cvat_sam.models.prompt import Point, Prompt

SINGLE = 0
PARTS_TO_WHOLE = (1, 2, 3)
ALL = (SINGLE, *PARTS_TO_WHOLE)

# Doubling the area is worth four points of predicted IoU: alone, that favours parts, and whoever
# clicks once mostly means the object. Anything from 0.02 to 0.06 does nearly as well.
AREA_WEIGHT = 0.04
# Beyond this share of the image it is the background more often than an object.
LARGEST_SHARE = 0.6
# The second click corrects what the first one found, rather than asks for something else, …
KEEP_WEIGHT = 0.3
# … and is there to be obeyed, but not at any price: that spoils more masks than it mends.
DISOBEDIENCE = 0.1
# From the third click on token 0, which is made for a prompt that says enough, unless it leaves the
# mask before far behind: then it has misunderstood a click, and a good mask would be spoilt.
SINGLE_WEIGHT = 0.3

BoolMasks = npt.NDArray[np.bool_]


class Asked(NamedTuple):
    """What a decoder pass was asked.

    Attributes:
        prompt: in pixels of the resized image.
        before: the logits that were fed back, float32 `(256, 256)`; None at the first pass.
        rows: of the logits that lie on the image; what is below them is padding.
        columns: likewise.
    """

    prompt: Prompt
    before: Floats | None
    rows: int
    columns: int

    @property
    def clicks(self) -> int:
        """How many clicks, positive and negative."""
        return len(self.prompt.positive) + len(self.prompt.negative)

    def inside(self, logits: Floats) -> BoolMasks:
        """The object's pixels on the image: `(…, rows, columns)` of logits `(…, 256, 256)`."""
        return np.asarray(logits[..., : self.rows, : self.columns] > 0)


Rule = Callable[[Decoded, Asked], list[int]]


def as_segment_anything(decoded: Decoded, asked: Asked) -> list[int]:
    """One click: the highest predicted IoU of tokens 1 to 3; a box or several clicks: token 0."""
    ambiguous = asked.prompt.box_xyxy is None and asked.clicks == 1
    return _ordered(PARTS_TO_WHOLE if ambiguous else (), decoded.predicted_iou, decoded, asked)


def as_object(decoded: Decoded, asked: Asked) -> list[int]:
    """What an annotator means: rather the whole at the first click, rather the same at the second.

    First click: of tokens 1 to 3 the highest predicted IoU + `AREA_WEIGHT` · log2(area), masks over
    `LARGEST_SHARE` of the image last. Second click: of all four the highest predicted IoU +
    `KEEP_WEIGHT` · IoU with the mask before - `DISOBEDIENCE` for each click on the wrong side of
    its border. Later the same with `SINGLE_WEIGHT` for token 0. With a box: token 0.
    """
    if asked.prompt.box_xyxy is not None:
        return _ordered((), decoded.predicted_iou, decoded, asked)
    masks = asked.inside(decoded.logits)
    if asked.clicks == 1:
        areas = masks.sum(axis=(1, 2))
        worth = decoded.predicted_iou + AREA_WEIGHT * np.log2(np.maximum(areas, 1))
        worth[areas > LARGEST_SHARE * asked.rows * asked.columns] -= _LAST
        return _ordered(PARTS_TO_WHOLE, worth, decoded, asked)
    worth = decoded.predicted_iou - DISOBEDIENCE * _disobeyed(masks, asked.prompt)
    if asked.before is not None:
        worth = worth + KEEP_WEIGHT * _iou(masks, asked.inside(asked.before))
    if asked.clicks > 2:
        worth[SINGLE] += SINGLE_WEIGHT
    return _ordered(ALL, worth, decoded, asked)


RULES: dict[str, Rule] = {"object": as_object, "sam": as_segment_anything}

# More than any two masks can differ in what they are worth.
_LAST = 100.0


def _ordered(preferred: Iterable[int], worth: Floats, decoded: Decoded, asked: Asked) -> list[int]:
    """First `preferred`, best first, then token 0, then the others; what is empty after all."""
    preferred = set(preferred)
    filled = np.asarray(asked.inside(decoded.logits).any(axis=(1, 2)))
    return sorted(
        ALL,
        key=lambda token: (
            not filled[token],
            token not in preferred,
            token != SINGLE and token not in preferred,
            -worth[token],
        ),
    )


def _iou(masks: BoolMasks, other: BoolMasks) -> Floats:
    """IoU of each of `(4, rows, columns)` with another `(rows, columns)`; of two empty ones 0."""
    both = (masks & other).sum(axis=(1, 2))
    either = (masks | other).sum(axis=(1, 2))
    return np.asarray(both / np.maximum(either, 1), np.float32)


def _disobeyed(masks: BoolMasks, prompt: Prompt) -> Floats:
    """How many clicks each mask has on the wrong side of its border."""
    wrong = np.zeros(len(masks), np.float32)
    for points, wanted in ((prompt.positive, True), (prompt.negative, False)):
        for point in points:
            wrong += _at(masks, point) != wanted
    return wrong


def _at(masks: BoolMasks, point: Point) -> npt.NDArray[np.bool_]:
    """Each mask's pixel under a point in pixels of the resized image."""
    cell = INPUT_SIZE // LOGITS_SIZE
    rows, columns = masks.shape[1:]
    x, y = (int(coordinate) // cell for coordinate in point)
    # The image's far edges are inside for a click, but on no pixel.
    pixels: npt.NDArray[np.bool_] = masks[:, min(y, rows - 1), min(x, columns - 1)]
    return pixels
