"""A prompt as the arrays that SAM's prompt encoder takes."""

import numpy as np

from cvat_sam.models.backends.backend import Floats
from cvat_sam.models.prompt import Prompt

# What SAM's prompt encoder calls its kinds of points.
PADDING, NEGATIVE, POSITIVE, FIRST_CORNER, SECOND_CORNER = -1.0, 0.0, 1.0, 2.0, 3.0


def prompt_arrays(prompt: Prompt) -> tuple[Floats, Floats]:
    """Coordinates `(1, N, 2)` and labels `(1, N)`, float32, in the order of SAM's prompt encoder.

    >>> coordinates, labels = prompt_arrays(Prompt([(1, 2)], [(3, 4)]))
    >>> labels.tolist()
    [[1.0, 0.0, -1.0]]
    >>> prompt_arrays(Prompt(box_xyxy=(1, 2, 3, 4)))[1].tolist()
    [[2.0, 3.0]]
    """
    points = [*prompt.positive, *prompt.negative]
    labels = [POSITIVE] * len(prompt.positive) + [NEGATIVE] * len(prompt.negative)
    if prompt.box_xyxy is None:
        points.append((0.0, 0.0))
        labels.append(PADDING)
    else:
        points += [prompt.box_xyxy[:2], prompt.box_xyxy[2:]]
        labels += [FIRST_CORNER, SECOND_CORNER]
    return np.array([points], np.float32), np.array([labels], np.float32)


def is_for_many(prompt: Prompt) -> bool:
    """Whether `Backend.decode_many` takes it: two tokens, a click and padding or a box's corners.

    >>> is_for_many(Prompt([(1, 2)])), is_for_many(Prompt([(1, 2)], box_xyxy=(1, 2, 3, 4)))
    (True, False)
    """
    return bool(prompt_arrays(prompt)[0].shape[1] == 2)
