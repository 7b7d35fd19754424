"""One thing that was looked at, and how it is."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "note", "wrong"]

LONGEST = 300


@dataclass(frozen=True)
class Finding:
    """One line for the person.

    Attributes:
        level: `ok`; `note` where it works and could surprise; `wrong` where something will not
            work as it is.
        what: was looked at, a word or two.
        sentence: how it is, one line.
        next_step: what to do about it, a sentence; None where nothing needs to be done.
    """

    level: Level
    what: str
    sentence: str
    next_step: str | None = None


def ok(what: str, sentence: str) -> Finding:
    """As it should be."""
    return Finding("ok", what, sentence)


def note(what: str, sentence: str, next_step: str | None = None) -> Finding:
    """Worth knowing."""
    return Finding("note", what, sentence, next_step)


def wrong(what: str, sentence: str, next_step: str) -> Finding:
    """To be mended."""
    return Finding("wrong", what, sentence, next_step)


def one_line(text: str) -> str:
    r"""Text from elsewhere, fit for a line of a terminal: printable, without breaks, not long.

    >>> one_line("one\n  two\x1b[31m")
    'one two?[31m'
    """
    text = "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
