"""Throws inputs at `rle` and prints what should not have come of them."""

import argparse
import os
import sys
import time
from collections import Counter

from fuzz import case, crew
from fuzz.case import Found

SHOWN = 3  # findings of one kind that are printed


def main() -> int:
    """Runs; the status is 1 if there is a finding."""
    options = _options()
    if options.case is not None:
        case.prepare()
        found = case.try_one(options.seed, options.case)
        sys.stdout.write(_text(found, options.seed) if found else "nothing is wrong\n")
        return 1 if found else 0
    began = time.monotonic()
    kinds: Counter[tuple[str, str, str]] = Counter()
    finding = crew.run(
        options.seed, options.count, processes=options.processes, progress=_progress(options.count)
    )
    for found in finding:
        kinds[found.kind] += 1
        if kinds[found.kind] <= SHOWN:
            sys.stdout.write(_text(found, options.seed))
            sys.stdout.flush()
    sys.stdout.write(
        f"{options.count:,} inputs of seed {options.seed} in {time.monotonic() - began:.0f} s: "
        f"{kinds.total():,} findings of {len(kinds)} kinds\n"
    )
    return 1 if kinds else 0


def _text(found: Found, seed: int) -> str:
    lines = [f"{found.target}: {found.what}", f"    {found.called}" if found.called else ""]
    lines += [f"    {line}" for line in found.trace.splitlines()]
    lines.append(f"    again: python -m fuzz --seed {seed} --case {found.number}")
    return "\n".join(filter(None, lines)) + "\n\n"


class _progress:  # noqa: N801  used as a function
    """Shows on a terminal how far it is."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.shown = 0.0

    def __call__(self, done: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - self.shown > 1:
            self.shown = time.monotonic()
            sys.stderr.write(f"\r{done:,} of {self.count:,}\033[K" + "\r" * (done == self.count))
            sys.stderr.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="how many inputs")
    parser.add_argument("--seed", type=int, default=0, help="where they come from")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--case", type=int, help="try this input alone, in this process")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
