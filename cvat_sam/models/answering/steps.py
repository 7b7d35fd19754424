"""Answers of decoder passes that were made, kept in case the next request begins with the same."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from cvat_sam.models.backends.backend import LOGITS_SIZE, Floats

# The passes of an object being worked on, and of a few clicks back if some are taken back.
MOST_STEPS = 8


class Step(NamedTuple):
    """What a decoder pass answered.

    Attributes:
        logits: of the mask that was chosen, float32 `(256, 256)`; above 0 is object.
        predicted_iou: the model's own estimate of that mask's IoU with the truth.
    """

    logits: Floats
    predicted_iou: float


class Steps:
    """A few steps, those used last.

    A step follows from its key alone, so whether it is still here changes the time of an answer and
    never the answer. Safe with several threads.
    """

    nbytes_at_most = MOST_STEPS * LOGITS_SIZE * LOGITS_SIZE * 4

    def __init__(self) -> None:
        self._steps: OrderedDict[Hashable, Step] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Step | None:
        """The step of this key, if it is still here."""
        with self._lock:
            step = self._steps.get(key)
            if step is not None:
                self._steps.move_to_end(key)
            return step

    def put(self, key: Hashable, step: Step) -> None:
        """Keep a step, and drop the one not used for longest if there are too many."""
        with self._lock:
            self._steps[key] = step
            self._steps.move_to_end(key)
            if len(self._steps) > MOST_STEPS:
                self._steps.popitem(last=False)
