"""A process that is told over its standard input what to do, a line of JSON each.

It says what it is as soon as it is ready. A failure ends it, with a traceback.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol


class Way(Protocol):
    """A way of doing what is measured: what it says of itself first."""

    facts: dict[str, Any]


class Orders:
    """What can be asked of any way; benchmarks add their own orders."""

    @staticmethod
    def peak(way: Way) -> dict[str, Any]:
        """The most bytes of memory that this process has had."""
        # Not what getrusage says: that counts from the fork, when it was a copy of its parent.
        try:
            lines = Path("/proc/self/status").read_text().splitlines()
        except OSError:
            return {"bytes": None}
        [line] = [line for line in lines if line.startswith("VmHWM:")]
        return {"bytes": int(line.split()[1]) * 1024}


def serve(make: Callable[[], Way], orders: type[Orders]) -> None:
    """Make a way, and carry out orders until standard input ends."""
    # What a library prints is not to be taken for an answer.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    way = make()
    _say(out, way.facts)
    for line in sys.stdin:
        order = json.loads(line)
        _say(out, getattr(orders, order.pop("do"))(way, **order))


def _say(out: Any, answer: dict[str, Any]) -> None:
    out.write(json.dumps(answer) + "\n")
    out.flush()
