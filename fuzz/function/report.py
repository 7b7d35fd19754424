"""Findings and the summary, as text, and how far it is."""

import re
import sys
import time
from collections import Counter

from fuzz.function.running import Finding, Run

SHOWN = 3  # findings of one kind that are printed


class Report:
    """Prints findings as they come, and the summary.

    Args:
        run: what they come from.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.kinds: Counter[str] = Counter()
        self._began = time.monotonic()
        self._shown = 0.0

    def add(self, finding: Finding) -> None:
        """Print a finding, unless there were many like it."""
        # What differs between findings of one cause: numbers, and what was quoted.
        kind = re.sub(r"\d+|'.*", "", f"{finding.kind} {finding.what}")[:70]
        self.kinds[kind] += 1
        if self.kinds[kind] <= SHOWN:
            self._write(_text(finding, self.run.seed))

    def progress(self, done: int) -> None:
        """Show on a terminal how far it is."""
        if sys.stderr.isatty() and time.monotonic() - self._shown > 1:
            self._shown = time.monotonic()
            sys.stderr.write(f"\r{done:,} of {len(self.run.numbers):,}\033[K\r")
            sys.stderr.flush()

    def summarise(self) -> None:
        """Print what there was in all."""
        for kind, (before, after) in self.run.memory.items():
            self._write(
                f"{kind}: memory {before.resident:,} MB before, {after.resident:,} MB after; "
                f"peak {before.peak:,} and {after.peak:,} MB\n"
            )
        statuses = sorted(self.run.statuses.items())
        counts = ", ".join(f"{count:,} × {status or 'no reply'}" for status, count in statuses)
        self._write(
            f"{self.run.asked:,} requests of seed {self.run.seed} in "
            f"{time.monotonic() - self._began:.0f} s ({counts}): {self.kinds.total():,} findings "
            f"of {len(self.kinds)} kinds\n"
        )

    def _write(self, text: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
        sys.stdout.write(text)
        sys.stdout.flush()


def _text(finding: Finding, seed: int) -> str:
    # The warm-up has no numbers: a run without requests has it.
    again = "--count 0" if finding.number is None else f"--seed {seed} --case {finding.number}"
    what = finding.what.replace("\n", "\n    ")
    return (
        f"{finding.kind}: {finding.name}\n    {what}\n"
        f"    again: python -m fuzz.function {again}\n\n"
    )
