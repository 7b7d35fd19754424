"""Findings as a person reads them: a line each, and at the end the next step."""

import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

from rich.console import Console
from rich.text import Text

from cvat_sam.doctor.finding import Finding, Level

_STYLES: dict[Level, str] = {"ok": "green", "note": "yellow", "wrong": "bold red"}
_LEVEL_WIDTH = max(map(len, _STYLES))
# Of the longest word for what was looked at.
_WHAT_WIDTH = 14


class Report:
    """Prints findings as they come, and remembers the first that needs something done.

    Attributes:
        wrong: those that are wrong, in their order.
    """

    def __init__(self) -> None:
        self._console = Console(soft_wrap=True, highlight=False)
        self._waiting = Console(stderr=True)
        self.wrong: list[Finding] = []

    def section(self, title: str, findings: Iterable[Finding], *, may_ask: bool = False) -> None:
        """Print a title and what is found under it, a line as soon as it is known.

        Args:
            title: what is looked at.
            findings: looked for while they are taken.
            may_ask: whether the person is asked for something meanwhile, which what shows that
                something is going on would be written over.
        """
        self._console.print(Text(title, style="bold"))
        source = iter(findings)
        while True:
            with nullcontext() if may_ask else self._busy():
                finding = next(source, None)
            if finding is None:
                return
            self._line(finding)
            if finding.level == "wrong":
                self.wrong.append(finding)
            sys.stdout.flush()

    def _busy(self) -> AbstractContextManager[object]:
        """What shows on a terminal that something is going on; it leaves nothing there."""
        is_watched = self._waiting.is_terminal
        return self._waiting.status("looking …") if is_watched else nullcontext()

    def _line(self, finding: Finding) -> None:
        level = f"  {finding.level:<{_LEVEL_WIDTH}}"
        # What to do about a note is part of it; of what is wrong only the first is done next.
        advice = finding.next_step if finding.level == "note" else None
        sentence = f"{finding.sentence}; {advice}" if advice else finding.sentence
        rest = f"  {finding.what:<{_WHAT_WIDTH}}  {sentence}"
        self._console.print(Text.assemble((level, _STYLES[finding.level]), rest))

    def end(self) -> None:
        """Print what to do next."""
        if not self.wrong:
            self._console.print("Nothing is wrong.")
            return
        self._console.print(Text.assemble(("Next: ", "bold"), str(self.wrong[0].next_step)))
