"""Measures what a click costs, prints a table and writes JSON. Being slow is no failure."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks import machine
from benchmarks.clicks import table
from benchmarks.clicks.measuring import measure
from benchmarks.clicks.plan import Plan, quick
from benchmarks.processes import WorkerFailed
from benchmarks.progress import say
from benchmarks.results import AUTO, Results

BACKENDS = ("torch", "onnx", "openvino")
ALL = "all"


def main() -> int:
    """Run the benchmark; the status is 1 where one of the two ways does not run at all."""
    options = _options()
    plan = quick(options.divide) if options.quick else Plan(options.divide)
    results = Results(facts=machine.facts() | asdict(plan))
    asked = BACKENDS if ALL in options.backend else dict.fromkeys(options.backend)
    try:
        measure([AUTO, *asked], plan, results, say)
    except WorkerFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    say("")
    print(*table.notes(results), "", sep="\n")
    print(*(table.markdown(results) if options.markdown else table.text(results)), sep="\n")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(table.as_json(results), indent=1, ensure_ascii=False) + "\n")
    print(f"\n{options.json}")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clicks", description=__doc__)
    parser.add_argument(
        "--backend",
        action="append",
        default=[],
        choices=[*BACKENDS, ALL],
        help="measure this one too, beside the one that is taken by itself; may be repeated",
    )
    parser.add_argument(
        "--quick", action="store_true", help="do everything once: a look at whether it runs"
    )
    parser.add_argument(
        "--divide",
        type=int,
        default=1,
        metavar="N",
        help="photographs of 1/N of the sides; goals do not count then",
    )
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--json", type=Path, default=Path("build/bench-clicks.json"))
    options = parser.parse_args()
    if not 1 <= options.divide <= 50:
        parser.error(f"--divide must be from 1 to 50, not {options.divide}")
    return options


if __name__ == "__main__":
    sys.exit(main())
