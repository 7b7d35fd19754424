"""Measures what many annotators at once get from several workers; prints a table, writes JSON.

Being slow is no failure; a lost request is one, and so is a mask that one worker alone would not
have given.
"""

import argparse
import json
import signal
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.load import table
from benchmarks.load.dispatcher import POLICIES
from benchmarks.load.outcome import Outcome
from benchmarks.load.plan import QUICK, Plan
from benchmarks.load.run import run
from benchmarks.load.scripts import Unanswered
from benchmarks.progress import say
from benchmarks.table import markdown, text
from cvat_sam.exceptions import ServerStopped

INTERRUPTED = 130


def main() -> int:
    """Run the load test; the status is 1 where something was lost or wrong."""
    options = _options()
    # Workers are ended on the way out, whoever asks for it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        facts, outcomes = run(
            options.workers, options.dispatch, options.device, _plan(options), say
        )
    except (ServerStopped, Unanswered) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; nothing is written", file=sys.stderr)
        return INTERRUPTED
    say("")
    print(*table.notes(facts, outcomes), "", sep="\n")
    form = markdown if options.markdown else text
    print(*form(table.cells(outcomes)), sep="\n")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    written = table.as_json(facts, outcomes)
    options.json.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    print(f"\n{options.json}")
    return status(outcomes)


def status(outcomes: list[Outcome]) -> int:
    """What the command ends with: 1 where a request was lost or an answer wrong."""
    return int(any(outcome.lost or outcome.wrong for outcome in outcomes))


def _plan(options: argparse.Namespace) -> Plan:
    plan = QUICK if options.quick else Plan()
    return replace(
        plan,
        users=tuple(dict.fromkeys(options.users or plan.users)),
        visits=options.visits or plan.visits,
        divide=options.divide,
        think=options.think,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="default: 2")
    parser.add_argument(
        "--dispatch",
        choices=list(POLICIES),
        default="free",
        help="free: to a worker that has nothing to do, as Nuclio does inside a pod; "
        "round-robin: to the next one, as a Kubernetes Service does over replicas",
    )
    parser.add_argument(
        "--users", nargs="+", type=int, metavar="N", help="how many at once; default: 1 4 16"
    )
    parser.add_argument(
        "--visits", type=int, metavar="N", help="how often an image is opened in each case"
    )
    parser.add_argument(
        "--think", type=float, default=0.0, metavar="SECONDS", help="before a click, on average"
    )
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument(
        "--quick", action="store_true", help="two users and three images: whether it runs"
    )
    parser.add_argument(
        "--divide", type=int, default=1, metavar="N", help="images of 1/N of 1080p's sides"
    )
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--json", type=Path, default=Path("build/bench-load.json"))
    options = parser.parse_args()
    limits = [("workers", 1, 64), ("visits", 1, 100_000), ("think", 0, 3600), ("divide", 1, 50)]
    for name, least, most in limits:
        _check(parser, name, getattr(options, name), least, most)
    for users in options.users or ():
        _check(parser, "users", users, 1, 256)
    return options


def _check(
    parser: argparse.ArgumentParser, name: str, value: float | None, least: float, most: float
) -> None:
    if value is not None and not least <= value <= most:
        parser.error(f"--{name} must be from {least:,} to {most:,}, not {value}")


if __name__ == "__main__":
    sys.exit(main())
