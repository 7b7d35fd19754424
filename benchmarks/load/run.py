"""All cases: each with workers that are started for it, and a folder that is new or none."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.load import cores, scripts, workers
from benchmarks.load.dispatcher import Dispatch, Dispatcher
from benchmarks.load.outcome import Outcome
from benchmarks.load.plan import Plan
from benchmarks.load.scripts import Script
from benchmarks.load.users import Users
from benchmarks.load.workers import Worker
from benchmarks.progress import Say


def run(
    count: int, dispatch: Dispatch, device: str, plan: Plan, say: Say
) -> tuple[dict[str, Any], list[Outcome]]:
    """Measure; what it was measured on, and what came of each case.

    Args:
        count: how many workers.
        dispatch: how requests are shared out among them.
        device: `auto`, `cpu` or `cuda`.
        plan: how much.
        say: is told what is done.

    Raises:
        ServerStopped: a worker does not start.
        Unanswered: one that is alone does not answer.
    """
    settings = {"SAM_DEVICE": device}
    with tempfile.TemporaryDirectory(prefix="cvat-sam-load-") as name:
        folder = Path(name)
        say("one worker alone starts")
        # On the cores that it will have beside the others: more threads may round differently.
        with workers.started(1, folder, settings, of=count) as [alone]:
            recorded = scripts.recorded(alone.url, plan, say)
        outcomes = []
        for users in plan.users:
            for embeddings in (None, folder / f"embeddings-{users}"):
                say(f"{count} workers start")
                outcome = Outcome(users, folder=embeddings is not None, workers=count)
                kept = {} if embeddings is None else {"SAM_EMBEDDINGS_DIR": str(embeddings)}
                with workers.started(count, folder, {**settings, **kept}) as ready:
                    measure(ready, dispatch, recorded, plan, outcome, say)
                outcomes.append(outcome)
    share = len(cores.shares(cores.available(), count)[0])
    shared_out = {"workers": count, "cores_each": share, "dispatch": dispatch, "device": device}
    return {**machine.facts(), **shared_out, **asdict(plan)}, outcomes


def measure(
    ready: Sequence[Worker],
    dispatch: Dispatch,
    recorded: Sequence[Script],
    plan: Plan,
    outcome: Outcome,
    say: Say,
) -> None:
    """Have users click at these workers; `outcome` says how many and gets what comes of it."""
    with Dispatcher([worker.url for worker in ready], dispatch) as dispatcher:
        of_workers, of_users = _cpu_seconds(ready), time.process_time()
        Users(dispatcher.url, recorded, plan, outcome).run(say)
        outcome.users_cpu = time.process_time() - of_users
        now = _cpu_seconds(ready)
        outcome.workers_cpu = None if now is None or of_workers is None else now - of_workers


def _cpu_seconds(ready: Sequence[Worker]) -> float | None:
    spent = [worker.cpu_seconds() for worker in ready]
    known = [seconds for seconds in spent if seconds is not None]
    return sum(known) if len(known) == len(spent) else None
