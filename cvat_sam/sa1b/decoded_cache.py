"""What a decoder has decoded, as long as it fits."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import rle

# What tells one state of a file from another: its size, and when it was written.
Stamp = tuple[int, int]


@dataclass(slots=True)
class Decoded:
    """A file that was decoded, and what its masks are as runs.

    Attributes:
        result: what `decode` gives; arrays, or tensors.
        runs: the masks.
        spatial: what `decode_with_spatial` adds, once somebody has asked.
    """

    result: dict[str, Any]
    runs: list[rle.Runs]
    spatial: dict[str, Any] | None = None

    @property
    def nbytes(self) -> int:
        """How much memory it takes."""
        values = [*self.result.values(), *(self.spatial or {}).values()]
        held: int = sum(value.nbytes for value in values)
        return held + sum(one.edges.nbytes for one in self.runs)


class DecodedCache:
    """What was decoded, by path; bounded in bytes. A copy, as a pickle makes one, is empty.

    Args:
        most: bytes. What is larger by itself is not kept at all.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._kept: OrderedDict[str, tuple[Stamp | None, int, Decoded]] = OrderedDict()

    def __reduce__(self) -> tuple[Any, ...]:
        return DecodedCache, (self._most,)

    @staticmethod
    def stamp(path: Any) -> Stamp | None:
        """The state of a file; None where there is none to look at."""
        try:
            found = os.stat(path)  # noqa: PTH116  what is given may be no path
        except (OSError, TypeError, ValueError):
            return None
        return found.st_size, found.st_mtime_ns

    def get(self, path: Any, stamp: Stamp | None) -> Decoded | None:
        """What was decoded of a file as it is now."""
        if stamp is None or (kept := self._kept.get(_key(path))) is None or kept[0] != stamp:
            return None
        self._kept.move_to_end(_key(path))
        return kept[2]

    def put(self, path: Any, stamp: Stamp | None, decoded: Decoded) -> None:
        """Keep it, in the place of what was kept of that file; others go if need be."""
        key, size = _key(path), decoded.nbytes
        _, before, _ = self._kept.pop(key, (None, 0, None))
        self._held -= before
        if size > self._most:
            return
        self._kept[key] = stamp, size, decoded
        self._held += size
        while self._held > self._most:
            _, (_, gone, _) = self._kept.popitem(last=False)
            self._held -= gone

    def clear(self) -> None:
        """Let go of everything."""
        self._kept.clear()
        self._held = 0


def _key(path: Any) -> str:
    return str(os.path.abspath(path))  # noqa: PTH100  links stay: they may point elsewhere later
