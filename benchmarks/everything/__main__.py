"""Measures what everything in a photograph costs, prints tables and writes JSON.

Being slow is no failure.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.everything import pictures, table
from benchmarks.everything.plan import QUICK, Plan
from benchmarks.everything.run import run
from benchmarks.processes import WorkerFailed
from benchmarks.progress import say
from benchmarks.results import AUTO

BACKENDS = ("torch", "onnx", "openvino")
ALL = "all"
DEVICES = (AUTO, "cpu", "cuda")


def main() -> int:
    """Run the benchmark; the status is 1 where one of the ways does not run at all."""
    options = _options()
    asked = BACKENDS if ALL in options.backend else dict.fromkeys(options.backend)
    try:
        everything, boxes = run([AUTO, *asked], options.device, _plan(options), say)
    except WorkerFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    say("")
    print(*table.notes(everything.results), sep="\n")
    for part in (everything, boxes):
        print("", *(part.markdown() if options.markdown else part.text()), sep="\n")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    written = table.as_json(everything, boxes)
    options.json.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n")
    print(f"\n{options.json}")
    return 0


def _plan(options: argparse.Namespace) -> Plan:
    plan = QUICK if options.quick else Plan()
    return replace(
        plan,
        divide=options.divide,
        points_per_side=options.points_per_side or plan.points_per_side,
        pictures=tuple(dict.fromkeys(options.photos or plan.pictures)),
        repeats=options.repeat,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.everything", description=__doc__)
    parser.add_argument(
        "--backend",
        action="append",
        default=[],
        choices=[*BACKENDS, ALL],
        help="measure this one too, beside the one that is taken by itself; may be repeated",
    )
    parser.add_argument(
        "--device", default=AUTO, choices=DEVICES, help="where both run; a GPU if torch sees one"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a small grid and one photograph: whether it runs"
    )
    parser.add_argument(
        "--photos", nargs="+", choices=pictures.NAMES, metavar="NAME",
        help=f"of {', '.join(pictures.NAMES)}",
    )  # fmt: skip
    parser.add_argument("--points-per-side", type=int, metavar="N", help="goals are for 32")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="of each photograph")
    parser.add_argument(
        "--divide",
        type=int,
        default=1,
        metavar="N",
        help="photographs of 1/N of the sides; goals do not count then",
    )
    parser.add_argument("--markdown", action="store_true", help="print the tables as Markdown")
    parser.add_argument("--json", type=Path, default=Path("build/bench-everything.json"))
    options = parser.parse_args()
    for name, most in (("points_per_side", 128), ("repeat", 100), ("divide", 50)):
        value = getattr(options, name)
        if value is not None and not 1 <= value <= most:
            parser.error(f"--{name.replace('_', '-')} must be from 1 to {most}, not {value}")
    return options


if __name__ == "__main__":
    sys.exit(main())
