"""Measures SA-1B's masks, our way and an article's, prints a table and writes JSON.

Being slow is no failure; an answer that differs is.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.progress import say
from benchmarks.sa1b import flat, making
from benchmarks.sa1b.answers import same
from benchmarks.sa1b.tasks import TASKS, WAYS, Task
from benchmarks.table import WORDS, text, times

ROOT = Path(__file__).parent.parent.parent


def main() -> int:
    """Run the benchmark; the status is 1 where two ways answer differently."""
    options = _options()
    plan = making.QUICK if options.quick else making.Plan()
    given = {name: getattr(options, name) for name in asdict(plan)}
    plan = replace(plan, **{name: value for name, value in given.items() if value is not None})
    with tempfile.TemporaryDirectory(prefix="sa1b-") as folder:
        say("making images")
        making.make(Path(folder), plan)
        rows = [_measured(Path(folder), index, task, plan) for index, task in enumerate(TASKS)]
        held = _held(Path(folder), plan) if plan.long else []
    say("")
    facts = machine.facts()
    print(f"{facts['processor']}, {facts['cores']} cores, Python {facts['python']}")
    print(f"images of {plan.height}×{plan.width} with {plan.masks} masks\n")
    print(*text(_cells(rows, plan)), sep="\n")
    if held:
        spread = flat.spread(held)
        words = WORDS[spread <= flat.GOAL]
        print(
            f"\nread over {plan.long:,} images: {min(held):.0f} to {max(held):.0f} MB, "
            f"± {spread:.1%} (goal ± {flat.GOAL:.0%}, {words})"
        )
    if options.json is not None:
        written = {"facts": facts, "plan": asdict(plan), "rows": rows, "held": held}
        options.json.write_text(json.dumps(written, indent=1) + "\n")
    wrong = [row["task"] for row in rows if not row["same"]]
    if wrong:
        print(f"the answers differ: {', '.join(wrong)}", file=sys.stderr)
    return bool(wrong)


def _measured(folder: Path, index: int, task: Task, plan: making.Plan) -> dict[str, Any]:
    """Both ways in turns, each time in a process of its own; the best of each counts."""
    best: dict[str, dict[str, Any]] = {}
    for turn in range(plan.rounds):
        for way in WAYS:
            slow = task.slow and way == "article"
            if slow and turn:
                continue
            say(f"{task.name}, {way}, {turn + 1} of {plan.rounds}")
            words = [str(folder), str(index), way, "1" if slow else "3"]
            found = json.loads(_run("benchmarks.sa1b.worker", *words))
            if way not in best or found["seconds"] < best[way]["seconds"]:
                best[way] = found
    answers = [Path(best[way]["answer"]) for way in WAYS]
    return {
        "task": task.name,
        "goal": task.goal,
        "same": same(*answers),
        **{way: {name: best[way][name] for name in ("seconds", "megabytes")} for way in WAYS},
    }


def _held(folder: Path, plan: making.Plan) -> list[float]:
    say(f"making a tar of {plan.long:,} images")
    making.make_long(folder / "long.tar", plan)
    say(f"reading {plan.long:,} images")
    every = max(1, plan.long // 20)
    held: list[float] = json.loads(
        _run("benchmarks.sa1b.flat", str(folder / "long.tar"), str(every))
    )
    return held[2:]  # the first tenth is the start


def _run(module: str, *words: str) -> str:
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def _cells(rows: list[dict[str, Any]], plan: making.Plan) -> list[list[str]]:
    cells = [["", "article", "ours", "faster", "goal", "", "article's memory", "ours"]]
    for row in rows:
        ratio = row["article"]["seconds"] / row["ours"]["seconds"]
        goal = row["goal"]
        cells.append(
            [
                row["task"],
                *(f"{row[way]['seconds'] * 1000:,.1f} ms" for way in WAYS),
                times(ratio),
                f"{goal:g}×" if goal else "",
                WORDS[ratio >= goal] if goal else "",
                *(f"{row[way]['megabytes']:,.0f} MB" for way in WAYS),
            ]
        )
    return cells


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sa1b", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few images: whether it runs")
    for name, value in asdict(making.Plan()).items():
        parser.add_argument(f"--{name}", type=int, metavar="N", help=f"{value} if not said")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
