"""Measures, checks, prints, writes JSON and draws: see `python -m benchmarks.rle --help`."""

import argparse
import json
import platform
import sys
import time
from pathlib import Path

import cv2

from benchmarks import processor
from benchmarks.rle import chart, cost
from benchmarks.rle.field import OURS, Field
from benchmarks.rle.results import Figure, Results, Wrong
from benchmarks.rle.table import goals_table, table
from benchmarks.rle.tasks import Task, tasks
from benchmarks.rle.timing import median, race


def main() -> int:
    """Runs the benchmark; the status is 1 if one of our own answers is wrong."""
    options = _options()
    cv2.setNumThreads(1)
    field, results = Field(), Results()
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(1)
    results.facts = {
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "processor": processor.name(),
        "versions": field.versions,
        "missing": field.missing,
        "seconds": options.seconds,
        "quick": options.quick,
    }
    for task in tasks(quick=options.quick):
        if not options.only or any(
            word in f"{task.operation} {task.case}" for word in options.only
        ):
            _measure(task, field, results, options.seconds)
    if not options.only:
        results.facts["import_seconds"] = cost.import_seconds(1 if options.quick else 9)
        results.facts["peak_memory"] = cost.peak_memory()
    _report(results, options)
    ours = [wrong for wrong in results.wrong if wrong.contender == OURS]
    return 1 if ours else 0


def _measure(task: Task, field: Field, results: Results, seconds: float) -> None:
    inputs, right = task.build()
    contenders = field.functions(task.function)
    if OURS not in contenders:
        results.wrong.append(Wrong(task.operation, task.case, OURS, "has no such function"))
    for name in list(contenders):
        fault = None
        try:
            for arguments, answer in zip(inputs, right, strict=True):
                fault = fault or task.same(contenders[name](*arguments), answer)
        except Exception as error:  # whatever a rival raises is its answer
            fault = f"{type(error).__name__}: {error}"
        if fault:
            results.wrong.append(Wrong(task.operation, task.case, name, fault))
            del contenders[name]
    if sys.stderr.isatty():
        print(f"{task.operation}, {task.case}: {', '.join(contenders)}", file=sys.stderr)
    for name, samples in race(contenders, inputs, seconds=seconds).items():
        each = [sample / task.masks * 1e6 for sample in samples]
        figure = Figure(task.operation, task.case, name, median(each), min(each), len(each))
        results.figures.append(figure)


def _report(results: Results, options: argparse.Namespace) -> None:
    facts = results.facts
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    print(f"{facts['processor']}, one thread, Python {facts['python']}, {versions}")
    print(*table(results), sep="\n")
    print("", *goals_table(results), sep="\n")
    for path in (options.json, options.chart):
        path.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(results.as_json(), indent=1, ensure_ascii=False) + "\n")
    chart.draw(results).save(options.chart)
    print(f"\n{options.json}, {options.chart}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rle", description=__doc__)
    parser.add_argument(
        "--quick",
        action="store_true",
        help="small images and little time: a look at whether it runs",
    )
    parser.add_argument(
        "--only", action="append", metavar="WORDS", help="only tasks with these words in their name"
    )
    parser.add_argument("--seconds", type=float, help="time for each contender of each task")
    parser.add_argument("--json", type=Path, default=Path("build/bench-rle.json"))
    parser.add_argument("--chart", type=Path, default=Path("build/bench-rle.png"))
    options = parser.parse_args()
    if options.seconds is None:
        options.seconds = 0.01 if options.quick else 0.5
    return options


if __name__ == "__main__":
    sys.exit(main())
