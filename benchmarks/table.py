"""Results as text, as Markdown and as JSON: the same figures in each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from benchmarks.results import AUTO, Results
from benchmarks.rows import COSTS, Row

WORDS = {True: "reached", False: "NOT reached", None: ""}


def text(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines for a terminal, in columns."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        name = row[0].ljust(widths[0])
        yield "  ".join([name, *map(str.rjust, row[1:], widths[1:])]).rstrip()


def markdown(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of a Markdown table."""
    heading, *rest = cells
    yield _markdown_row(heading)
    yield _markdown_row(["---", *["---:"] * (len(heading) - 1)])
    yield from map(_markdown_row, rest)


def cells(rows: Iterable[Row], results: Results, *, title: str = "") -> list[list[str]]:
    """A heading and the rows that were measured: rivals, our ways, the goal, and whether it is met.

    Behind a figure of ours stands how many times it each rival's is, in the order of the columns.
    """
    ways = results.ways()
    backends = results.facts["backends"]
    headings = [f"ours, {backends[way]}" if way == AUTO else way for way in ways]
    table = [[title, *results.rivals, *headings, "goal", ""]]
    for row in rows:
        if row.name in results.samples:
            figures = [_cell(row, results, way) for way in (*results.rivals, *ways)]
            table.append([row.name, *figures, row.goal, WORDS[row.is_reached(results)]])
    return table


def machine_in_words(facts: dict[str, Any]) -> str:
    """A sentence about `machine.facts()`."""
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    return f"{facts['processor']}, {facts['cores']} cores, Python {facts['python']}, {versions}"


def row_as_json(row: Row, results: Results) -> dict[str, Any]:
    """All that is known of a row, for json.dump."""
    return {
        "name": row.name,
        "unit": row.unit,
        "goal": row.goal,
        "ways": {
            way: {
                "figure": row.figure(results, way),
                "ratio": row.ratio(results, way),
                "reached": row.is_reached(results, way),
                "samples": samples,
            }
            for way, samples in results.samples[row.name].items()
        },
    }


def times(ratio: float) -> str:
    """A ratio for people.

    >>> times(3.14159), times(35.2), times(1234.5)
    ('3.1×', '35×', '1,234×')
    """
    return f"{ratio:.1f}×" if ratio < 10 else f"{ratio:,.0f}×"


def _cell(row: Row, results: Results, way: str) -> str:
    value = row.figure(results, way)
    if value is None:
        return "–"
    if not row.unit:
        # Cut, not rounded: 0.99996 is not 1.
        return f"{int(value * 10_000) / 10_000:.4f}"
    if row.unit not in COSTS:
        return f"{value:g}"
    figure = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    known = [row.ratio(results, way, rival) for rival in results.rivals]
    ratios = ", ".join(times(ratio) for ratio in known if ratio is not None)
    return f"{figure} {row.unit}" + (f" ({ratios})" if ratios else "")


def _markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
