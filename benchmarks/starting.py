"""Which of our back ends start here."""

from collections.abc import Callable, Iterable

from benchmarks.processes import Process, WorkerFailed
from benchmarks.progress import Say
from benchmarks.results import AUTO, Results


def that_start(
    backends: Iterable[str], start: Callable[[str], Process], results: Results, say: Say
) -> list[str]:
    """Start each once, which does not count: networks may have to be exported first.

    What runs goes to `results.facts["backends"]`, why another does not to `results.missing`.

    Raises:
        WorkerFailed: the back end that `auto` takes does not start, or not what was asked for.
    """
    found = []
    for way in backends:
        say(f"first start: {way}")
        try:
            with start(way) as worker:
                backend = worker.facts["backend"]
        except WorkerFailed as error:
            if way == AUTO:
                raise
            results.missing[way] = str(error).splitlines()[-1]
            continue
        if way not in (AUTO, backend):
            raise WorkerFailed(f"{way} was asked for, and {backend} runs")
        found.append(way)
        results.facts["backends"][way] = backend
    return found
