"""The results as text, as Markdown and as JSON: the same figures in each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks import table
from benchmarks.results import Results
from benchmarks.rows import Row


@dataclass(frozen=True)
class Part:
    """One of the two tables.

    Attributes:
        title: what all rows are about.
        rows: of the table.
        results: what came out.
    """

    title: str
    rows: list[Row]
    results: Results

    def text(self) -> Iterator[str]:
        """Lines for a terminal, in columns."""
        return table.text(table.cells(self.rows, self.results, title=self.title))

    def markdown(self) -> Iterator[str]:
        """Lines of a Markdown table."""
        return table.markdown(table.cells(self.rows, self.results, title=self.title))

    def as_json(self) -> list[dict[str, Any]]:
        """The rows that were measured, with the ratios to all rivals."""
        measured = [row for row in self.rows if row.name in self.results.samples]
        written = [table.row_as_json(row, self.results) for row in measured]
        for row, words in zip(measured, written, strict=True):
            for way, figures in words["ways"].items():
                figures["ratios"] = {
                    rival: row.ratio(self.results, way, rival) for rival in self.results.rivals
                }
        return written


def as_json(everything: Part, boxes: Part) -> dict[str, Any]:
    """Everything, for json.dump."""
    return {
        **everything.results.facts,
        "missing": everything.results.missing,
        "rows": everything.as_json(),
        "parts": everything.results.parts,
        "boxes_on": boxes.title,
        "boxes_rows": boxes.as_json(),
    }


def notes(results: Results) -> Iterator[str]:
    """Lines about how it was measured, and what could not be."""
    facts = results.facts
    yield table.machine_in_words(facts)
    for way in (*results.rivals, *results.ways()):
        yield f"{way}: {facts['backends'][way]}"
    warm_up = "" if facts["device"] == "cpu" else ", the second look at the picture"
    yield f"in turns, {facts['repeats']} × each picture, each time in a new process{warm_up}"
    yield f"behind our figures: how many times as much it is for {', '.join(results.rivals)}"
    if not results.goals_count:
        yield (
            f"{facts['points_per_side']}² points, sides of 1/{facts['divide']}: "
            "goals are for 32² points at full size and do not count"
        )
    yield from results.parts_in_words()
    for picture, ways in facts["without_a_partner"].items():
        for way, likeness in ways.items():
            for kind, shares in likeness.items():
                if shares:
                    nearest = ", ".join(f"{share:.4f}" for share in shares)
                    yield f"{picture}, {way}, without a partner: {kind}: {nearest}"
    for way, why in results.missing.items():
        yield f"not measured: {way}: {why}"
