"""The results as text."""

from collections.abc import Iterator

from benchmarks.rle.field import OURS
from benchmarks.rle.goals import verdicts
from benchmarks.rle.results import Results


def table(results: Results) -> Iterator[str]:
    """Lines: medians in microseconds for one mask, and how many times ours that is."""
    for operation in dict.fromkeys(figure.operation for figure in results.figures):
        cells = {case: cell for (_, case), cell in results.cells(operation).items()}
        labels = list(dict.fromkeys(label for cell in cells.values() for label in cell))
        labels.sort(key=lambda label: label != OURS)
        rows = [[f"{operation}, µs", *labels]]
        for case, cell in cells.items():
            rows.append([case, *(_time(cell, label) for label in labels)])
        if len(cells) > 1:
            means = [results.ratio(operation, label) for label in labels]
            rows.append(["geometric mean", *(_times(mean) for mean in means)])
        yield ""
        yield from _aligned(rows)
    untimed: dict[tuple[str, str, str], list[str]] = {}
    for wrong in results.wrong:
        untimed.setdefault((wrong.operation, wrong.contender, wrong.fault), []).append(wrong.case)
    lines = [
        f"not timed: {operation}, {contender}: {fault} ({', '.join(cases)})"
        for (operation, contender, fault), cases in untimed.items()
    ]
    missing = results.facts.get("missing", {})
    lines += [f"missing: {rival}: {why}" for rival, why in missing.items()]
    if lines:
        yield from ("", *lines)


def goals_table(results: Results) -> Iterator[str]:
    """Lines: each goal, what came out, and whether that is enough."""
    words = {True: "met", False: "MISSED", None: ""}
    rows = [["goal", "", "here", ""]]
    rows += [[what, goal, figure, words[met]] for what, goal, figure, met in verdicts(results)]
    yield from _aligned(rows)


def _time(cell: dict[str, float], label: str) -> str:
    if label not in cell:
        return "–"
    time = cell[label]
    text = f"{time:,.1f}" if time < 100 else f"{time:,.0f}"
    return text if label == OURS or OURS not in cell else f"{text} {_times(time / cell[OURS])}"


def _times(ratio: float | None) -> str:
    if ratio is None:
        return "–"
    return f"({ratio:.2f}×)" if ratio < 10 else f"({ratio:,.0f}×)"


def _aligned(rows: list[list[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first = row[0].ljust(widths[0])
        yield "  ".join([first, *map(str.rjust, row[1:], widths[1:])]).rstrip()
