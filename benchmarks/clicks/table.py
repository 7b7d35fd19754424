"""The results as text, as Markdown and as JSON: the same figures in each."""

from collections.abc import Iterator
from typing import Any

from benchmarks.clicks.results import AUTO, STOCK, Results
from benchmarks.clicks.rows import ROWS, Row

WORDS = {True: "reached", False: "NOT reached", None: ""}


def text(results: Results) -> Iterator[str]:
    """Lines for a terminal, in columns."""
    cells = _cells(results)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        name = row[0].ljust(widths[0])
        yield "  ".join([name, *map(str.rjust, row[1:], widths[1:])]).rstrip()


def markdown(results: Results) -> Iterator[str]:
    """Lines of a Markdown table."""
    heading, *rest = _cells(results)
    yield _markdown_row(heading)
    yield _markdown_row(["---", *["---:"] * (len(heading) - 1)])
    yield from map(_markdown_row, rest)


def notes(results: Results) -> Iterator[str]:
    """Lines about how it was measured, and what could not be."""
    facts = results.facts
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    yield f"{facts['processor']}, {facts['cores']} cores, Python {facts['python']}, {versions}"
    for way, backend in facts["backends"].items():
        yield f"{way}: {backend}"
    yield (
        f"in turns: {facts['sessions']} sessions of {facts['clicks']} clicks at each size, "
        f"{facts['starts'] + 1} starts, {facts['replies']} replies; figures are medians"
    )
    if facts["divide"] != 1:
        yield f"images of 1/{facts['divide']} of the sides that the rows name: goals do not count"
    yield from results.parts_in_words()
    for way, why in results.missing.items():
        yield f"not measured: {way}: {why}"


def as_json(results: Results) -> dict[str, Any]:
    """Everything, for json.dump."""
    return {
        **results.facts,
        "missing": results.missing,
        "rows": [_row_as_json(row, results) for row in ROWS if row.name in results.samples],
        "parts": results.parts,
    }


def _row_as_json(row: Row, results: Results) -> dict[str, Any]:
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


def _cells(results: Results) -> list[list[str]]:
    ways = results.ways()
    backends = results.facts["backends"]
    headings = [f"ours, {backends[way]}" if way == AUTO else way for way in ways]
    cells = [["", STOCK, *headings, "goal", ""]]
    for row in ROWS:
        if row.name in results.samples:
            figures = [_cell(row, results, way) for way in (STOCK, *ways)]
            cells.append([row.name, *figures, row.goal, WORDS[row.is_reached(results)]])
    return cells


def _cell(row: Row, results: Results, way: str) -> str:
    value, ratio = row.figure(results, way), row.ratio(results, way)
    if value is None:
        return "–"
    if not row.unit:
        # Cut, not rounded: 0.99996 is not 1.
        return f"{int(value * 10_000) / 10_000:.4f}"
    figure = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{figure} {row.unit}" + ("" if ratio is None else f" ({times(ratio)})")


def times(ratio: float) -> str:
    """A ratio for people.

    >>> times(3.14159), times(35.2), times(1234.5)
    ('3.1×', '35×', '1,234×')
    """
    return f"{ratio:.1f}×" if ratio < 10 else f"{ratio:,.0f}×"


def _markdown_row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
