"""All that is measured: everything in each picture, then boxes on the fullest one."""

from collections.abc import Sequence
from dataclasses import asdict

from benchmarks import machine
from benchmarks.everything import boxes, measuring, processes, rows
from benchmarks.everything.plan import Plan
from benchmarks.everything.table import Part
from benchmarks.progress import Say
from benchmarks.results import AUTO, STOCK, Results


def run(backends: Sequence[str], device: str, plan: Plan, say: Say) -> tuple[Part, Part]:
    """Measure; the tables of everything and of boxes.

    Args:
        backends: of ours, `AUTO` first.
        device: `auto`, `cpu` or `cuda`: where rivals and ours run.
        plan: how much.
        say: is told what is done.

    Raises:
        WorkerFailed: one of the ways does not run.
    """
    device = _device() if device == AUTO else device
    facts = machine.facts() | asdict(plan) | {"device": device}
    everything = Results(
        facts=facts | {"backends": {}, "without_a_partner": {}},
        rivals=(STOCK, processes.tuned(device)),
    )
    found = measuring.measure(backends, device, plan, everything, say)
    fullest = max(found, key=lambda official: len(official.annotations))
    backend = {AUTO: everything.facts["backends"][AUTO]}
    of_boxes = Results(facts=facts | {"backends": backend}, rivals=(STOCK, rows.SINGLY))
    boxes.measure(fullest, device, plan, of_boxes, say)
    width, height = plan.size
    return (
        Part(
            f"{width} × {height}, {plan.points_per_side}² points",
            rows.of_everything(plan, device),
            everything,
        ),
        Part(f"{fullest.picture}, looked at before", rows.of_boxes(plan), of_boxes),
    )


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
