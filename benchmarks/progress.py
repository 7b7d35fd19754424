"""What is being measured, for whoever waits."""

import sys
from collections.abc import Callable

Say = Callable[[str], None]


def say(words: str) -> None:
    """Show it on a terminal, in one line that is written over."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)
