"""A process that finds everything, or the objects in boxes, one way.

python -m benchmarks.everything.worker generator DEVICE POINTS_PER_SIDE POINTS_PER_BATCH
python -m benchmarks.everything.worker predictor DEVICE
python -m benchmarks.everything.worker ours
"""

import sys
import time
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks import worker

if TYPE_CHECKING:
    from benchmarks.everything.predictor import Predictor


class Answers(Protocol):
    """A way of answering requests."""

    facts: dict[str, Any]

    def answer(self, text: str) -> tuple[str, str]:
        """Answer a request's text with a reply's, and with its `Server-Timing`."""


class Orders(worker.Orders):
    """What can be asked for."""

    @staticmethod
    def answer(way: Answers, *, text: str) -> dict[str, Any]:
        """A reply to a request, and what it took."""
        began = time.perf_counter()
        reply, timing = way.answer(text)
        seconds = time.perf_counter() - began
        return {"seconds": seconds, "text": reply, "timing": timing}

    @staticmethod
    def look(way: "Predictor", *, text: str) -> dict[str, Any]:
        """Have the predictor look at an image."""
        way.look(text)
        return {}

    @staticmethod
    def boxes(way: "Predictor", *, boxes_xyxy: list[list[float]]) -> dict[str, Any]:
        """Have the predictor find what is in boxes."""
        seconds, masks = way.boxes(boxes_xyxy)
        return {"seconds": seconds, "masks": masks}

    @staticmethod
    def device_peak(way: Answers) -> dict[str, Any]:
        """The most bytes of a GPU's memory that torch has taken; None where it took none."""
        torch = sys.modules.get("torch")
        if torch is None or not torch.cuda.is_initialized():
            return {"bytes": None}
        return {"bytes": max(map(torch.cuda.max_memory_reserved, range(torch.cuda.device_count())))}


def way() -> worker.Way:
    """Each imports only what it needs."""
    name, *words = sys.argv[1:]
    if name == "generator":
        from benchmarks.everything.generator import Generator

        device, points_per_side, points_per_batch = words
        return Generator(device, int(points_per_side), int(points_per_batch))
    if name == "predictor":
        from benchmarks.everything.predictor import Predictor

        return Predictor(*words)
    from benchmarks.function import Ours

    return Ours()


if __name__ == "__main__":
    worker.serve(way, Orders)
