"""The results as text, as Markdown and as JSON: the same figures in each."""

from collections.abc import Iterator
from typing import Any

from benchmarks import table
from benchmarks.clicks.rows import ROWS
from benchmarks.results import Results


def text(results: Results) -> Iterator[str]:
    """Lines for a terminal, in columns."""
    return table.text(table.cells(ROWS, results))


def markdown(results: Results) -> Iterator[str]:
    """Lines of a Markdown table."""
    return table.markdown(table.cells(ROWS, results))


def notes(results: Results) -> Iterator[str]:
    """Lines about how it was measured, and what could not be."""
    facts = results.facts
    yield table.machine_in_words(facts)
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
        "rows": [table.row_as_json(row, results) for row in ROWS if row.name in results.samples],
        "parts": results.parts,
    }
