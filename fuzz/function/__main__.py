"""Sends hostile requests to the function and prints what should not have come of them."""

import argparse
import sys
from functools import partial
from pathlib import Path

from cvat_sam.exceptions import Unavailable
from fuzz.function import hosts
from fuzz.function.report import Report
from fuzz.function.running import Run

# As a shell has it for what was interrupted.
INTERRUPTED = 130


def main() -> int:
    """Runs; the status is 1 if there is a finding."""
    options = _options()
    is_one = options.case is not None
    run = Run(
        options.seed,
        [options.case] if is_one else range(options.count),
        start=partial(hosts.served, path=options.path),
        is_measured=not is_one,
    )
    report = Report(run)
    run.progress = report.progress
    try:
        for finding in run.findings():
            report.add(finding)
    except KeyboardInterrupt:
        report.summarise()
        return INTERRUPTED
    except Unavailable as error:
        sys.stderr.write(f"{error}\n")
        return 2
    report.summarise()
    return 1 if report.kinds else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz.function", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="how many requests")
    parser.add_argument("--seed", type=int, default=0, help="where they come from")
    parser.add_argument("--case", type=int, help="send this request alone")
    parser.add_argument("--path", type=Path, help="a folder with another main.py")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
