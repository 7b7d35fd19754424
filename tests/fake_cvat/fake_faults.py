"""What goes wrong on purpose, where and when.

Kinds, alone or with a suffix:

* `cut_body`: the connection is closed while the request is still being sent.
* `cut_before`, `cut_after`: it is closed without a reply, before or after the commit.
* `cut_late`: closed at once, and committed `seconds` later.
* `cut_reply`: closed in the middle of the reply, after the commit.
* `drop_idle`: a proper reply, then the connection is closed without a word.
* `401` … `504`: answered so, nothing is committed. `502_after`: answered so although it is
  committed. `504_late`: answered so at once, committed `seconds` later.
* `slow_before`, `slow_after`: `seconds` pass before or after the commit, then a proper reply.
* `empty`, `html`: 200 after the commit, without a body, or with a page of HTML.
* `shuffle`: a GET's annotations in another order.
* `redirect`: 307 to `location`, by default to this server under another name.
* `hold_before`, `hold_after`: waits before or after the commit until `/control/release`.
"""

import random
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BROKEN_AFTER = ("500_after", "502_after", "503_after", "504_after")
COMMITTED = ("cut_after", "cut_reply", *BROKEN_AFTER, "slow_after", "empty", "html", "drop_idle")
REFUSED = ("401", "403", "404", "413", "429", "500", "502", "503", "504")
UNTOUCHED = ("cut_body", "cut_before", *REFUSED, "slow_before")
READING = ("shuffle",)
LATE = ("cut_late", "502_late", "504_late")
OTHER = ("redirect", "hold_before", "hold_after")
KINDS = (*COMMITTED, *UNTOUCHED, *READING, *LATE, *OTHER)


@dataclass
class Fault:
    """One thing that goes wrong.

    Attributes:
        kind: see above.
        match: words that the request has: the method first, then parts of its path and query.
        request: which of the matching requests, from 1; 0 is the next, whichever comes.
        times: how often.
        seconds: for what is slow or late.
        retry_after: the header of 429 and 503, a number of seconds or a date; None leaves it out.
        location: where a redirect goes, without the path.
        reset: a cut connection is reset, not closed.
        meanwhile: edits by somebody else, made between the commit and the reply, as
            `/control/annotations` takes them.
    """

    kind: str
    match: str = ""
    request: int = 0
    times: int = 1
    seconds: float = 1.0
    retry_after: float | str | None = 0
    location: str | None = None
    reset: bool = False
    meanwhile: list[dict[str, Any]] = field(default_factory=list)
    seen: int = 0

    @property
    def status(self) -> int | None:
        """The status it answers with, where it does."""
        head = self.kind[:3]
        return int(head) if head.isdigit() else None

    def is_at(self, stage: str) -> bool:
        """Whether the kind has this suffix."""
        return self.kind.endswith(f"_{stage}")


class Plan:
    """Which request gets which fault; a list goes first, then chance.

    Args:
        plan: `faults`, a list of dicts for `Fault`, and, or: `seed`, `rate` (0 to 1), `kinds`,
            `limit` (how many at most), and what `Fault` has for all of them.
    """

    def __init__(self, plan: Mapping[str, Any] | None = None) -> None:
        plan = dict(plan or {})
        self.injected: Counter[str] = Counter()
        self._listed = [Fault(**fault) for fault in plan.pop("faults", [])]
        self._random = random.Random(plan.pop("seed", 0))
        self._rate = plan.pop("rate", 0.0)
        self._limit = plan.pop("limit", None)
        self._kinds = list(plan.pop("kinds", [*COMMITTED, *UNTOUCHED, *READING]))
        self._options = plan
        self._lock = threading.Lock()
        for kind in (*self._kinds, *(fault.kind for fault in self._listed)):
            if kind not in KINDS:
                raise ValueError(f"no such fault: {kind!r}; there are {', '.join(KINDS)}")
        Fault("500", **plan)  # says now what is misspelt

    def pick(self, method: str, path: str) -> Fault | None:
        """The fault of this request, counted."""
        with self._lock:
            fault = self._pick_listed(method, path) or self._pick_by_chance(method, path)
            if fault is not None:
                self.injected[fault.kind] += 1
            return fault

    def _pick_listed(self, method: str, path: str) -> Fault | None:
        chosen = None
        for fault in self._listed:
            if fault.times > 0 and matches(fault.match, method, path):
                fault.seen += 1
                if chosen is None and fault.seen >= fault.request:
                    chosen = fault
        if chosen is not None:
            chosen.times -= 1
        return chosen

    def _pick_by_chance(self, method: str, path: str) -> Fault | None:
        if not matches(self._options.get("match", ""), method, path):
            return None
        if self._limit is not None and self.injected.total() >= self._limit:
            return None
        reads = method == "GET" and "/annotations" in path
        kinds = [kind for kind in self._kinds if reads or kind not in READING]
        if not kinds or self._random.random() >= self._rate:
            return None
        reset = self._random.random() < 0.5
        return Fault(self._random.choice(kinds), **{"reset": reset} | self._options)


def matches(wanted: str, method: str, path: str) -> bool:
    """Whether a request has all the words.

    >>> matches("PATCH annotations", "PATCH", "/api/jobs/3/annotations?action=create")
    True
    >>> matches("GET annotations", "PATCH", "/api/jobs/3/annotations?action=create")
    False
    """
    return all(word == method if word.isupper() else word in path for word in wanted.split())
