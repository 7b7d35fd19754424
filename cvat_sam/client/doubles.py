"""Masks that a task has already, though not from the upload that is about to send them."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cvat_sam.client.journal import PLANNED, Journal
from cvat_sam.client.progress import Progress
from cvat_sam.client.state import other_journals
from cvat_sam.exceptions import InvalidSource, InvalidTask, Unwritable


def refuse_doubles(journal: Journal, *, server: str, task: int, progress: Progress) -> None:
    """Refuse what another upload of ours has put there; say it of single masks.

    Equal is what has the same frame, label and pixels. Somebody may well have drawn or uploaded the
    same, and that is theirs; but sources that were uploaded under another name, or without others,
    are sent twice by mistake.

    Args:
        journal: what is planned, and what is in the task.
        server: its address.
        task: its number.
        progress: who hears of it.

    Raises:
        InvalidTask: another journal on this machine has some of these masks as stored, and is of
            some of these sources, or of most of these masks.
    """
    equal = journal.equals()
    if not equal:
        return
    sources = _sources_of(journal)
    for path in other_journals(server, task, but=journal.path):
        stored, theirs = _stored(path)
        ours = journal.equals(stored)
        if ours and (_overlap(sources, theirs) or 2 * ours > journal.count(PLANNED)):
            names = ", ".join(source.name for source in theirs)
            raise InvalidTask(
                f"{_are(ours)} in task {task} already, from an earlier upload of {names}; leave "
                "out what was uploaded then, or have it there twice with --again"
            )
    progress.say(
        f"{_are(equal)} in task {task} already, from somebody else or from other work, and will be "
        "there twice"
    )


def _stored(path: Path) -> tuple[list[int], list[Path]]:
    with suppress(InvalidSource, Unwritable), Journal(path) as other:
        sources = _sources_of(other)
        return (other.shape_ids(), sources) if sources else ([], [])
    return [], []


def _sources_of(journal: Journal) -> list[Path]:
    return [Path(name) for name in json.loads(journal.fact("work", "{}")).get("sources", ())]


def _overlap(some: Sequence[Path], others: Sequence[Path]) -> bool:
    """Whether there are files that both have, a folder's among them."""
    return any(
        one.is_relative_to(other) or other.is_relative_to(one) for one in some for other in others
    )


def _are(masks: int) -> str:
    return "1 of the masks is" if masks == 1 else f"{masks:,} of the masks are"
