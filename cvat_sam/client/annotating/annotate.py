"""Every object of a task's frames as a mask: a model looks at them, one after the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cvat_sam.client.annotating.found import Asker, Found
from cvat_sam.client.annotating.frame_work import Fault, FrameProgress, look_at, workable
from cvat_sam.client.annotating.sink import Sink
from cvat_sam.client.api import shapes
from cvat_sam.client.http.connection import Connection
from cvat_sam.client.task import Job, Label, Task
from cvat_sam.exceptions import InvalidTask
from cvat_sam.masks import MaskRecord, Place


@dataclass(frozen=True)
class Annotated:
    """What was done.

    Attributes:
        frames: how many frames the model looked at.
        masks: how many masks it found on them; all are stored.
        empty: on how many of these frames it found nothing.
        before: how many frames were left alone: they have masks, or an earlier run did them.
        faults: the frames that failed.
    """

    frames: int
    masks: int
    empty: int
    before: int
    faults: Sequence[Fault] = field(default=(), repr=False)


def annotate(
    connection: Connection,
    task: Task,
    asker: Asker,
    sink: Sink,
    *,
    label: str,
    frames: Iterable[int] | None = None,
    all_frames: bool = False,
    job: Job | None = None,
    progress: FrameProgress | None = None,
) -> Annotated:
    """Put a mask on every object that a model finds, or go on where an earlier call ended.

    Args:
        connection: to the server.
        task: the task.
        asker: the model.
        sink: where masks go.
        label: the label of all of them.
        frames: numbers of the frames to look at; None is all. Deleted frames are left out.
        all_frames: look at frames too that have masks already.
        job: the one job to work in.
        progress: who hears of it.

    Raises:
        InvalidTask: the label is not there or takes no masks, or a frame is not there.
        ServerRefused, ServerUnreachable, Unclear: it did not come to an end; the same call again
            goes on from there.
    """
    progress = progress or FrameProgress()
    label_for_masks(task, label)
    wanted = _wanted(task, frames, job)
    # What an earlier run has found is on the server before it is asked what is there.
    sink.flush()
    if all_frames:
        todo = [number for number in wanted if not sink.stored(_key(number))]
    else:
        taken = _frames_with_masks(connection, task, job)
        todo = [number for number in wanted if number not in taken]
    # Whoever deletes masks and asks again gets new ones; but nothing is nothing still.
    todo = [number for number in todo if not sink.stored(_nothing(number, asker))]
    progress.begin(len(todo))
    looked = masks = empty = 0
    faults: list[Fault] = []
    sizes = {frame.number: (frame.height, frame.width) for frame in task.frames}
    for number, found in look_at(
        connection, task, todo, lambda _number, image: asker.everything(image)
    ):
        if isinstance(found, Fault):
            faults.append(found)
            progress.fault(found)
            progress.frame(0)
            continue
        records = _records(task, number, found, label=label, size=sizes[number])
        sink.add(_key(number) if records else _nothing(number, asker), records)
        looked += 1
        masks += len(records)
        empty += not records
        progress.frame(len(records))
    sink.flush()
    return Annotated(looked, masks, empty, len(wanted) - len(todo), faults)


def label_for_masks(task: Task, name: str) -> Label:
    """The label of a name.

    Raises:
        InvalidTask: the task has none, or one for other shapes alone.
    """
    for label in task.labels:
        if label.name == name:
            break
    else:
        known = ", ".join(label.name for label in task.labels) or "none"
        raise InvalidTask(f"task {task.id} has no label {name}; it has {known}")
    if label.type not in ("any", "mask"):
        raise InvalidTask(
            f"the label {name} takes shapes of type {label.type} alone, no masks; "
            "its type can be changed in CVAT to any"
        )
    return label


def _wanted(task: Task, frames: Iterable[int] | None, job: Job | None) -> list[int]:
    possible = workable(task, job=job)
    if frames is None:
        return sorted(possible)
    numbers = set()
    for number in frames:
        if not 0 <= number < task.size:
            raise InvalidTask(
                f"task {task.id} has no frame {number}; its frames are 0 to {task.size - 1}"
            )
        numbers.add(number)
    return sorted(numbers & possible)


def _frames_with_masks(connection: Connection, task: Task, job: Job | None) -> set[int]:
    stored = shapes(
        connection, task=task.id if job is None else None, job=None if job is None else job.id
    )
    return {shape["frame"] for shape in stored if shape["type"] == "mask"}


def _records(
    task: Task, number: int, found: Sequence[Found], *, label: str, size: tuple[int, int]
) -> list[MaskRecord]:
    height, width = size
    return [
        MaskRecord(
            Place(f"task {task.id}, frame {number}", index),
            label,
            one.points,
            frame=number,
            height=height,
            width=width,
            score=one.confidence,
        )
        for index, one in enumerate(found)
    ]


def _key(number: int) -> str:
    return f"frame {number}"


def _nothing(number: int, asker: Asker) -> str:
    # Another model may find something.
    return f"nothing on frame {number}, says {asker.name}"
