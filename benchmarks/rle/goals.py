"""What was aimed at, and what came out."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.rle.results import Results

MASKS = ("M1", "M2", "M3", "M4", "M5")
FASTEST = None


@dataclass(frozen=True)
class Goal:
    """So many times as fast as a rival, as a geometric mean over cases."""

    operation: str
    rival: str | None
    factor: float
    cases: tuple[str, ...] = MASKS


GOALS = (
    Goal("CVAT encode", "cvat_sdk", 15),
    Goal("CVAT encode", FASTEST, 1),
    Goal("CVAT decode", FASTEST, 1.5),
    Goal("COCO encode", "pycocotools", 8),
    Goal("COCO encode", FASTEST, 0.9),
    Goal("COCO decode", "pycocotools", 6),
    Goal("CVAT to COCO", "pycocotools", 20),
    Goal("COCO to CVAT", "pycocotools", 20),
    Goal("multi-class encode", "multiclass-rle", 3, ("5 classes", "20 classes")),
    Goal("multi-class decode", "multiclass-rle", 6, ("5 classes", "20 classes")),
    Goal("IoU 100×100", "pycocotools", 3, ("100 strings",)),
    *(
        Goal(f"{form} batch {what}", FASTEST, 2, ("100 at 256²",))
        for form in ("CVAT", "COCO")
        for what in ("encode", "decode")
    ),
    Goal("tensor to COCO", "segment-anything", 20, ("100 at 1024²",)),
)

IMPORT_SECONDS = 0.15
PEAK = 1.3


def verdicts(results: Results) -> Iterator[tuple[str, str, str, bool | None]]:
    """Each goal as (what, goal, figure, whether it is met), None where it was not measured."""
    for goal in GOALS:
        what = f"{goal.operation} against {goal.rival or 'the fastest rival'}"
        ratio = results.ratio(goal.operation, goal.rival, goal.cases)
        figure = "not measured" if ratio is None else f"{ratio:.2f}×"
        met = None if ratio is None else ratio >= goal.factor
        yield what, f"≥ {goal.factor:g}×", figure, met
    if "import_seconds" in results.facts:
        seconds = results.facts["import_seconds"]
        met = seconds <= IMPORT_SECONDS
        yield "import over numpy and cv2", f"≤ {IMPORT_SECONDS} s", f"{seconds:.3f} s", met
    if memory := results.facts.get("peak_memory"):
        for what, some in (
            ("M1 to M4", [cost for name, cost in memory.items() if not name.endswith("M5")]),
            ("M5, noise", [cost for name, cost in memory.items() if name.endswith("M5")]),
        ):
            worst = max(some, key=lambda cost: cost["peak"])
            figure = f"{worst['peak']:.2f}×, the answer itself {worst['answer']:.2f}×"
            met = worst["peak"] < PEAK
            yield f"peak memory of encode, {what}", f"< {PEAK}× the mask", figure, met
