"""A process that answers one way, told over its standard input what to do, a line of JSON each.

    python -m benchmarks.clicks.worker stock|ours

It says what it is as soon as it is ready. A failure ends it, with a traceback.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Protocol


class Way(Protocol):
    """A way of answering requests."""

    facts: dict[str, Any]

    def answer(self, text: str) -> tuple[str, str]:
        """Answer a request's text with a reply's, and with its `Server-Timing`."""

    def reply(self, mask: Any, form: str) -> str:
        """A reply's text for a mask."""


def main() -> None:
    """Answer until standard input ends."""
    # What a library prints is not to be taken for an answer.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    way = _way(sys.argv[1])
    _say(out, way.facts)
    for line in sys.stdin:
        order = json.loads(line)
        _say(out, getattr(_Orders, order.pop("do"))(way, **order))


class _Orders:
    """What can be asked for."""

    @staticmethod
    def answer(way: Way, *, text: str, wanted: bool) -> dict[str, Any]:
        began = time.perf_counter()
        reply, timing = way.answer(text)
        seconds = time.perf_counter() - began
        answered = {"seconds": seconds, "bytes": len(reply.encode()), "timing": timing}
        return answered | ({"text": reply} if wanted else {})

    @staticmethod
    def reply(way: Way, *, width: int, height: int, form: str) -> dict[str, Any]:
        from benchmarks.clicks.photos import large_mask

        mask = large_mask(width, height)
        began = time.perf_counter()
        reply = way.reply(mask, form)
        return {"seconds": time.perf_counter() - began, "bytes": len(reply.encode())}

    @staticmethod
    def peak(way: Way) -> dict[str, Any]:
        # Not what getrusage says: that counts from the fork, when it was a copy of its parent.
        try:
            lines = Path("/proc/self/status").read_text().splitlines()
        except OSError:
            return {"bytes": None}
        [line] = [line for line in lines if line.startswith("VmHWM:")]
        return {"bytes": int(line.split()[1]) * 1024}


def _way(name: str) -> Way:
    """Each imports only what it needs."""
    if name == "stock":
        from benchmarks.clicks.stock import Stock

        return Stock()
    from benchmarks.clicks.ours import Ours

    return Ours()


def _say(out: Any, answer: dict[str, Any]) -> None:
    out.write(json.dumps(answer) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
