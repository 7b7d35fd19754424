"""What an upload tells whoever waits for it."""

from collections.abc import Callable
from dataclasses import dataclass


def _nothing(_: object) -> None:
    pass


@dataclass(frozen=True)
class Progress:
    """Callbacks; each is called from the thread that uploads.

    Attributes:
        say: hears sentences about what went wrong and what is done about it.
        read: hears how many masks have been read so far.
        planned: hears how many masks are going to be sent, before the first is.
        stored: hears how many masks more are stored.
    """

    say: Callable[[str], object] = _nothing
    read: Callable[[int], object] = _nothing
    planned: Callable[[int], object] = _nothing
    stored: Callable[[int], object] = _nothing
