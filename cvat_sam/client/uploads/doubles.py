"""Masks that a task has already, though not from the upload that is about to send them."""

import json
from contextlib import suppress
from pathlib import Path

from cvat_sam.client.uploads.generations import REPLACE
from cvat_sam.client.uploads.journal import Journal
from cvat_sam.client.uploads.planning import Plan
from cvat_sam.client.uploads.progress import Progress
from cvat_sam.client.uploads.state import other_journals
from cvat_sam.exceptions import InvalidSource, InvalidTask, Unwritable

_WAYS = "--only-new sends the others alone, --again all of them, so that these are there twice"
_WAY_OF_REPLACING = "--replace-own --only-new replaces the others alone"


def refuse_doubles(
    journal: Journal, planned: Plan, *, server: str, task: int, progress: Progress
) -> None:
    """Refuse to send what the task has already; say it of single masks.

    Equal is what has the same frame, label and pixels. Somebody may well have drawn or uploaded the
    same as a few of ours, and that is theirs. But what an upload of ours has put there under
    another name is sent twice by mistake, and so is most of all, whoever put it there: another
    machine, or this one before its journal was lost.

    Args:
        journal: what is planned, and what is in the task.
        planned: how much that is.
        server: its address.
        task: its number.
        progress: who hears of it.

    Raises:
        InvalidTask: see above.
    """
    equal = sum(journal.equals().values())
    if not equal:
        return
    ways = _WAY_OF_REPLACING if journal.fact("begun") == REPLACE else _WAYS
    for path in other_journals(server, task, but=journal.path):
        stored, sources = _stored(path)
        if ours := sum(journal.equals(stored).values()):
            names = ", ".join(Path(source).name for source in sources)
            raise InvalidTask(
                f"{_are(ours)} in task {task} already, from an earlier upload of {names}; {ways}"
            )
    # Of all, not of what is left to send: a run that was begun can be ended.
    if 2 * equal > planned.masks:
        raise InvalidTask(
            f"{_are(equal)} in task {task} already, from somebody else or another machine; {ways}"
        )
    progress.say(
        f"{_are(equal)} in task {task} already, from somebody else, and will be there twice"
    )


def refuse_repeated(journal: Journal, planned: Plan, *, progress: Progress) -> None:
    """Refuse sources of which one is the other once more; say it of single masks.

    Raises:
        InvalidTask: half of the masks, or more, stand in another file too.
    """
    if planned.before or not planned.masks:
        return
    repeated = journal.repeated()
    if 2 * repeated >= planned.masks:
        raise InvalidTask(
            f"{_are(repeated)} in another of the files too, equal to the pixel; give one of these "
            "files, or have all of it in the task with --again"
        )
    if repeated:
        progress.say(f"{_are(repeated)} in another of the files too, equal to the pixel")


def refuse_changed(planned: Plan, *, to_send: int) -> None:
    """Refuse sources that have become others since they were uploaded.

    Raises:
        InvalidTask: most of what was uploaded is not in them any more, or under another label; and
            there is something to send.
    """
    if to_send and planned.left_over > planned.before:
        raise InvalidTask(
            f"{planned.left_over:,} masks of an earlier upload of these sources are not in them "
            "any more, or have another label now (another --label than then?); --replace-own takes "
            "them out of the task first, --only-new leaves them there and sends what is new"
        )


def _stored(path: Path) -> tuple[list[int], list[str]]:
    with suppress(InvalidSource, Unwritable), Journal(path) as other:
        sources = json.loads(other.fact("work", "{}")).get("sources")
        return (other.shape_ids(), sources) if sources else ([], [])
    return [], []


def _are(masks: int) -> str:
    return "1 of the masks is" if masks == 1 else f"{masks:,} of the masks are"
