"""The outcomes as text, as Markdown and as JSON: the same figures in each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks import table
from benchmarks.load.outcome import ORIGINS, Click, Outcome, percentile
from benchmarks.load.plan import HEIGHT, WIDTH

PERCENTS = (50, 95, 99)
HEADING = (
    "users",
    "clicks/s",
    "first click, ms",
    "further, ms",
    "all, ms",
    "embedding in memory / folder / new",
    "workers busy, encoding",
    "CPU a click, ms: workers, users",
    "lost",
    "wrong",
)
# Sentences about what was lost or wrong; there can be thousands.
MOST = 10


def cells(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """A heading and a row for each case."""
    return [list(HEADING), *(_row(outcome) for outcome in outcomes)]


def notes(facts: dict[str, Any], outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Lines about how it was measured, and about what was lost or wrong."""
    yield table.machine_in_words(facts)
    width, height = (side // facts["divide"] for side in (WIDTH, HEIGHT))
    yield (
        f"workers: {facts['workers']}, cores of each: {facts['cores_each']}, users and dispatcher "
        f"on the same machine; dispatch: {facts['dispatch']}; device: {facts['device']}"
    )
    yield (
        f"each case: {facts['visits']} images of {width} × {height} opened, 1 to 5 clicks each, "
        f"think time {facts['think']:g} s; "
        f"milliseconds that {' / '.join(map(str, PERCENTS))} % of the clicks are not above"
    )
    for outcome in outcomes:
        yield from _faults(outcome, "lost", Counter(click.lost for click in outcome.lost))
        yield from _faults(outcome, "wrong", Counter(map(_wrong_in_words, outcome.wrong)))


def as_json(facts: dict[str, Any], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Everything, for json.dump."""
    return {**facts, "cases": [_case(outcome) for outcome in outcomes]}


def _case(outcome: Outcome) -> dict[str, Any]:
    kinds = {"first": outcome.first, "further": outcome.further, "all": outcome.all}
    return {
        "users": outcome.users,
        "folder": outcome.folder,
        "seconds": outcome.seconds,
        "clicks_per_second": outcome.rate,
        "milliseconds": {
            kind: {str(percent): percentile(taken, percent) for percent in PERCENTS}
            for kind, taken in kinds.items()
            if taken
        },
        "embedding": {origin: outcome.share(origin) for origin in ORIGINS},
        "busy": outcome.busy(),
        "encoding": outcome.busy("encode"),
        "workers_cpu_seconds": outcome.workers_cpu,
        "users_cpu_seconds": outcome.users_cpu,
        "lost": len(outcome.lost),
        "wrong": len(outcome.wrong),
        "clicks": [asdict(click) for click in outcome.clicks],
    }


def _row(outcome: Outcome) -> list[str]:
    return [
        f"{outcome.users}, {'shared folder' if outcome.folder else 'no folder'}",
        f"{outcome.rate:.1f}",
        *map(_percentiles, (outcome.first, outcome.further, outcome.all)),
        " / ".join(f"{outcome.share(origin):.0%}" for origin in ORIGINS),
        f"{outcome.busy():.0%}, {outcome.busy('encode'):.0%}",
        ", ".join("–" if of is None else f"{of:,.0f}" for of in outcome.cpu_of_a_click()),
        str(len(outcome.lost)),
        str(len(outcome.wrong)),
    ]


def _percentiles(milliseconds: Sequence[float]) -> str:
    if not milliseconds:
        return "–"
    return " / ".join(f"{percentile(milliseconds, percent):,.0f}" for percent in PERCENTS)


def _wrong_in_words(click: Click) -> str:
    return f"click {click.number} on {click.picture}: {click.wrong}"


def _faults(outcome: Outcome, what: str, sentences: Counter[str]) -> Iterator[str]:
    case = f"{outcome.users} users{', shared folder' if outcome.folder else ''}"
    for sentence, times in sentences.most_common(MOST):
        yield f"{what}, {case}: {times} × {sentence}"
    if len(sentences) > MOST:
        yield f"{what}, {case}: and {len(sentences) - MOST} others"
