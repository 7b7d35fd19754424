"""Where masks go that are found one frame at a time."""

from collections.abc import Sequence
from typing import Protocol

from cvat_sam.masks import MaskRecord


class Sink(Protocol):
    """Stores masks on the server, all of them and once; remembers over a crash what it took.

    What belongs together is added under one key: the masks of a frame, the mask of a rectangle.
    """

    def add(self, key: str, records: Sequence[MaskRecord]) -> None:
        """Take masks, or that there are none; they are sent sooner or later.

        When this returns, they outlive the process: the next one's `flush` sends them.

        Args:
            key: theirs. Adding to a key again adds more masks: ask `stored` first.
            records: all of them, or none is taken.

        Raises:
            InvalidTask: one of them does not fit the task.
            ServerRefused, ServerUnreachable, Unclear: as `flush`.
        """

    def flush(self) -> None:
        """Send what was taken, by an earlier process too; return when the server has all of it.

        Raises:
            ServerRefused, ServerUnreachable, Unclear: it did not come to an end.
        """

    def stored(self, key: str) -> bool:
        """Whether the key was added, and the server has confirmed all of its masks."""
