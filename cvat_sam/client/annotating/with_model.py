"""What a model does to a whole task: puts a mask on every object, makes masks of boxes.

Both write down in a journal what was found, so that the same call goes on where one ended.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cvat_sam.client.annotating.annotate import Annotated, annotate, label_for_masks
from cvat_sam.client.annotating.found import Asker
from cvat_sam.client.annotating.frame_work import FrameProgress
from cvat_sam.client.annotating.journal_sink import JournalSink, open_sink
from cvat_sam.client.annotating.refine_boxes import Refined, refine_boxes
from cvat_sam.client.api import read_task
from cvat_sam.client.http.connection import Connection
from cvat_sam.client.task import Job, Task
from cvat_sam.client.uploads.progress import Progress


def annotate_task(
    connection: Connection,
    asker: Asker,
    *,
    task: int,
    label: str,
    frames: Iterable[int] | None = None,
    all_frames: bool = False,
    job: int | None = None,
    journal: Path | str | None = None,
    progress: FrameProgress | None = None,
) -> Annotated:
    """Put a mask on every object that a model finds; see `annotate`.

    Args:
        connection: to the server.
        asker: the model; entered here, when the task is known to be right.
        task: its number.
        label: the label of all masks.
        frames: numbers of the frames to look at; None is all.
        all_frames: look at frames too that have masks already.
        job: the number of the one job to work in.
        journal: a file in place of the one in the user's state folder.
        progress: who hears of it.

    Raises:
        InUse: another upload into the task is at work.
        InvalidTask, ServerRefused, ServerUnreachable, Unclear: see `annotate`.
    """
    progress = progress or FrameProgress()
    work = {"command": "annotate", "label": label}
    with _open(connection, asker, task, [label], job, work, journal, progress) as opened:
        return annotate(
            connection,
            opened.task,
            asker,
            opened.sink,
            label=label,
            frames=frames,
            all_frames=all_frames,
            job=opened.job,
            progress=progress,
        )


def refine_boxes_of_task(
    connection: Connection,
    asker: Asker,
    *,
    task: int,
    labels: Sequence[str] = (),
    keep_boxes: bool = False,
    job: int | None = None,
    journal: Path | str | None = None,
    progress: FrameProgress | None = None,
) -> Refined:
    """Turn rectangles into masks of the same label and attributes; see `refine_boxes`.

    Args:
        connection: to the server.
        asker: the model; entered here, when the task is known to be right.
        task: its number.
        labels: whose rectangles; none is all.
        keep_boxes: leave the rectangles where they are.
        job: the number of the one job to work in.
        journal: a file in place of the one in the user's state folder.
        progress: who hears of it.

    Raises:
        InUse: another upload into the task is at work.
        InvalidTask, ServerRefused, ServerUnreachable, Unclear: see `refine_boxes`.
    """
    progress = progress or FrameProgress()
    # Not the labels: a rectangle that has its mask has it, whichever call it came from.
    work = {"command": "refine-boxes"}
    with _open(connection, asker, task, labels, job, work, journal, progress) as opened:
        return refine_boxes(
            connection,
            opened.task,
            asker,
            opened.sink,
            labels=labels,
            keep_boxes=keep_boxes,
            job=opened.job,
            progress=progress,
        )


@dataclass(frozen=True)
class _Opened:
    task: Task
    job: Job | None
    sink: JournalSink


@contextmanager
def _open(
    connection: Connection,
    asker: Asker,
    task: int,
    labels: Sequence[str],
    job: int | None,
    work: Mapping[str, str],
    journal: Path | str | None,
    progress: FrameProgress,
) -> Iterator[_Opened]:
    found = read_task(connection, task)
    for name in labels:
        label_for_masks(found, name)
    only = found.job(job)
    path = None if journal is None else Path(journal).expanduser()
    say = Progress(say=progress.say)
    with (
        open_sink(connection, found, work=work, job=only, journal=path, progress=say) as sink,
        asker,
    ):
        yield _Opened(found, only, sink)
