"""A process that answers one way.

python -m benchmarks.clicks.worker stock|ours
"""

import sys
import time
from typing import Any, Protocol

from benchmarks import worker


class Way(Protocol):
    """A way of answering requests."""

    facts: dict[str, Any]

    def answer(self, text: str) -> tuple[str, str]:
        """Answer a request's text with a reply's, and with its `Server-Timing`."""

    def reply(self, mask: Any, form: str) -> str:
        """A reply's text for a mask."""


class Orders(worker.Orders):
    """What can be asked for."""

    @staticmethod
    def answer(way: Way, *, text: str, wanted: bool) -> dict[str, Any]:
        """A reply to a request, and what it took."""
        began = time.perf_counter()
        reply, timing = way.answer(text)
        seconds = time.perf_counter() - began
        answered = {"seconds": seconds, "bytes": len(reply.encode()), "timing": timing}
        return answered | ({"text": reply} if wanted else {})

    @staticmethod
    def reply(way: Way, *, width: int, height: int, form: str) -> dict[str, Any]:
        """What it takes to write a reply."""
        from benchmarks.clicks.photos import large_mask

        mask = large_mask(width, height)
        began = time.perf_counter()
        reply = way.reply(mask, form)
        return {"seconds": time.perf_counter() - began, "bytes": len(reply.encode())}


def way() -> Way:
    """Each imports only what it needs."""
    if sys.argv[1] == "stock":
        from benchmarks.clicks.stock import Stock

        return Stock()
    from benchmarks.clicks.ours import Ours

    return Ours()


if __name__ == "__main__":
    worker.serve(way, Orders)
