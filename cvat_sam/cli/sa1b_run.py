"""Jobs of `cvat-sam sa1b` done, with a bar, and what was wrong with them listed."""

import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NoReturn

import typer

from cvat_sam.cli.faults import SHOWN
from cvat_sam.cli.progress import counted_sources
from cvat_sam.masks.counts import count
from cvat_sam.sa1b.work.jobs import Job, Outcome
from cvat_sam.sa1b.work.running import run


def done(
    jobs: Sequence[Job],
    before: Mapping[str, Outcome],
    *,
    workers: int | None,
    ray_address: str | None,
    title: str,
) -> dict[str, Outcome]:
    """Do those that were not done before, and say what is wrong.

    Returns:
        What became of each, by name, in the order of the jobs.
    """
    left = [job for job in jobs if job.name not in before]
    if before:
        typer.echo(f"done before: {len(before)} of {count(len(jobs), 'source')}", err=True)
    outcomes = dict(before)
    images: dict[str, int] = {}
    faults = _Faults()
    try:
        with _ended_by_sigterm(), counted_sources(title, len(left)) as tell:
            for step in run(left, workers=workers, ray_address=ray_address):
                images[step.job.name] = step.images
                if step.outcome is not None:
                    outcomes[step.job.name] = step.outcome
                    faults.list(step.outcome)
                tell(len(outcomes) - len(before), sum(images.values()))
    except KeyboardInterrupt:
        of_all = f"{len(outcomes):,} of {count(len(jobs), 'source')}"
        typer.echo(f"cvat-sam: interrupted after {of_all}", err=True)
        raise typer.Exit(130) from None
    faults.end()
    return {job.name: outcomes[job.name] for job in jobs}


def end(outcomes: Mapping[str, Outcome]) -> None:
    """Exit with 2 if there is a source of which there is nothing."""
    if failed := sum(outcome.failed is not None for outcome in outcomes.values()):
        typer.echo(f"cvat-sam: {count(failed, 'source')} of {len(outcomes)} failed", err=True)
        raise typer.Exit(2)


class _Faults:
    """Lists faults on standard error: on a terminal the first of them alone."""

    def __init__(self) -> None:
        self._most = SHOWN if sys.stderr.isatty() else sys.maxsize
        self._said = self._more = 0

    def list(self, outcome: Outcome) -> None:
        """Say what was wrong with a source."""
        if outcome.failed is not None:
            typer.echo(f"cvat-sam: {outcome.failed}", err=True)
        for sentence in outcome.faults:
            if self._said < self._most:
                typer.echo(sentence, err=True)
                self._said += 1
            else:
                self._more += 1
        self._more += outcome.skipped - len(outcome.faults)

    def end(self) -> None:
        """Say how many were not said."""
        if self._more:
            typer.echo(f"… and {self._more:,} more", err=True)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM end the work as an interrupt does: what was started here ends too."""

    def leave(number: int, frame: object) -> NoReturn:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
