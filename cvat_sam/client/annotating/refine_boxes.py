"""Rectangles of a task become masks: a model is asked what is in each, the rectangle goes last.

A rectangle is deleted only when the server has confirmed its mask, and only if nobody has changed
it in the meantime. Rectangles of tracks are left alone.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cvat_sam.client.annotating.annotate import label_for_masks
from cvat_sam.client.annotating.found import Asker, Found
from cvat_sam.client.annotating.frame_work import Fault, FrameProgress, look_at, workable
from cvat_sam.client.annotating.rectangles import Rectangle, rectangles
from cvat_sam.client.annotating.sink import Sink
from cvat_sam.client.http.connection import Connection, Doubtful
from cvat_sam.client.task import Frame, Job, Task
from cvat_sam.client.uploads.task_store import TaskStore
from cvat_sam.exceptions import InvalidTask, ServerUnreachable

# Rectangles are deleted after so many frames: each time, all shapes are read again.
_FRAMES = 100
_TRIES = 6
_PAUSE = 0.5


@dataclass(frozen=True)
class Refined:
    """What was done.

    Attributes:
        boxes: how many rectangles the model was asked for.
        masks: how many masks it found; all are stored.
        rotated: how many of the rectangles were rotated, and asked for as the box around them.
        before: how many rectangles have had their masks from an earlier run.
        deleted: how many rectangles were deleted.
        faults: the rectangles that stay because there is no mask for them, and why; the frames
            that failed.
        changed: ids of the rectangles that have their mask and stay, because somebody changed them
            in the meantime.
    """

    boxes: int
    masks: int
    rotated: int
    before: int
    deleted: int
    faults: Sequence[Fault] = field(default=(), repr=False)
    changed: Sequence[int] = ()


def refine_boxes(
    connection: Connection,
    task: Task,
    asker: Asker,
    sink: Sink,
    *,
    labels: Sequence[str] = (),
    keep_boxes: bool = False,
    job: Job | None = None,
    progress: FrameProgress | None = None,
) -> Refined:
    """Turn rectangles into masks, or go on where an earlier call ended.

    Args:
        connection: to the server.
        task: the task.
        asker: the model.
        sink: where masks go.
        labels: whose rectangles; none is all.
        keep_boxes: leave the rectangles where they are.
        job: the one job to work in.
        progress: who hears of it.

    Raises:
        InvalidTask: a label is not there, or one of the rectangles' labels takes no masks.
        ServerRefused, ServerUnreachable, Unclear: it did not come to an end; the same call again
            goes on from there.
    """
    return _Refining(connection, task, asker, sink, job, progress or FrameProgress()).run(
        labels, keep_boxes=keep_boxes
    )


class _Refining:
    def __init__(
        self,
        connection: Connection,
        task: Task,
        asker: Asker,
        sink: Sink,
        job: Job | None,
        progress: FrameProgress,
    ) -> None:
        self._connection = connection
        self._task = task
        self._asker = asker
        self._sink = sink
        self._job = job
        self._progress = progress
        self._store = TaskStore(connection, task=task.id, job=None if job is None else job.id)
        self._frames = {frame.number: frame for frame in task.frames}
        self._faults: list[Fault] = []
        self._masks = self._deleted = 0
        self._changed: list[int] = []

    def run(self, labels: Sequence[str], *, keep_boxes: bool) -> Refined:
        for name in labels:
            label_for_masks(self._task, name)
        # Before the rectangles are read: the masks of an earlier run are there then.
        self._sink.flush()
        found = self._rectangles(labels)
        if not labels:
            for name in sorted({one.label.name for one in found}):
                label_for_masks(self._task, name)
        possible = workable(self._task, job=self._job)
        found = [one for one in found if one.frame in possible]
        done = [one for one in found if self._sink.stored(one.key)]
        finished = {one.key: one for one in done}
        by_frame = self._askable(one for one in found if one.key not in finished)
        asked = [one for some in by_frame.values() for one in some]
        self._progress.begin(len(by_frame))
        for count, (number, result) in enumerate(
            look_at(
                self._connection,
                self._task,
                sorted(by_frame),
                lambda number, image: self._asker.boxes(
                    image, [self._box(one) for one in by_frame[number]]
                ),
            ),
            start=1,
        ):
            finished.update(self._take(by_frame[number], result))
            if count % _FRAMES == 0:
                self._finish(finished, labels, keep_boxes=keep_boxes)
        self._finish(finished, labels, keep_boxes=keep_boxes)
        return Refined(
            boxes=len(asked),
            masks=self._masks,
            rotated=sum(one.rotated for one in asked),
            before=len(done),
            deleted=self._deleted,
            faults=self._faults,
            changed=self._changed,
        )

    def _rectangles(self, labels: Sequence[str]) -> list[Rectangle]:
        wanted = [one for one in self._task.labels if not labels or one.name in labels]
        return rectangles(self._store.shapes(), wanted)

    def _box(self, one: Rectangle) -> tuple[float, float, float, float]:
        box = one.inside(self._frames[one.frame])
        assert box is not None  # noqa: S101  those without are not asked for
        return box

    def _askable(self, found: Iterable[Rectangle]) -> dict[int, list[Rectangle]]:
        """Those with a part inside their image, by frame; of the others it is said."""
        by_frame: dict[int, list[Rectangle]] = {}
        for one in found:
            frame = self._frames[one.frame]
            if one.inside(frame) is None:
                self._fault(
                    one, f"nothing of it is inside the image of {frame.width} × {frame.height}"
                )
            else:
                by_frame.setdefault(one.frame, []).append(one)
        return by_frame

    def _take(
        self, asked: Sequence[Rectangle], result: Sequence[Found | None] | Fault
    ) -> dict[str, Rectangle]:
        """Give a frame's masks to the sink; the rectangles that have one, by their keys."""
        if isinstance(result, Fault):
            self._faults.append(result)
            self._progress.fault(result)
            self._progress.frame(0)
            return {}
        frame = self._frames[asked[0].frame]
        taken = {}
        for one, mask in zip(asked, result, strict=True):
            if mask is None:
                self._fault(one, "the model finds no object in it")
                continue
            try:
                self._add(one, mask, frame)
            except InvalidTask as error:
                self._fault(one, str(error))
                continue
            taken[one.key] = one
        self._masks += len(taken)
        self._progress.frame(len(taken))
        return taken

    def _add(self, one: Rectangle, mask: Found, frame: Frame) -> None:
        record = one.record(mask.points, mask.confidence, frame, f"task {self._task.id}")
        self._sink.add(one.key, [record])

    def _fault(self, one: Rectangle, why: str) -> None:
        name = self._frames[one.frame].name
        fault = Fault(
            one.frame,
            f"frame {one.frame} ({name}), rectangle {one.id} ({one.label.name}): {why}",
        )
        self._faults.append(fault)
        self._progress.fault(fault)

    def _finish(
        self, finished: dict[str, Rectangle], labels: Sequence[str], *, keep_boxes: bool
    ) -> None:
        """Have the masks stored, then delete the rectangles that have theirs."""
        self._sink.flush()
        if keep_boxes or not finished:
            finished.clear()
            return
        there = {one.id: one for one in self._rectangles(labels)}
        gone: list[Rectangle] = []
        for key, one in finished.items():
            if not self._sink.stored(key) or one.id not in there:
                continue
            if there[one.id].key == key:
                gone.append(one)
            else:
                self._changed.append(one.id)
        self._delete([one.stored for one in gone])
        self._deleted += len(gone)
        finished.clear()

    def _delete(self, some: Sequence[Mapping[str, object]]) -> None:
        """Delete shapes; what is gone already does not mind being deleted again."""
        for attempt in range(_TRIES):
            try:
                return self._store.delete(some)
            except (Doubtful, ServerUnreachable) as error:
                if attempt + 1 == _TRIES:
                    raise
                self._progress.say(f"{error}; deleting again")
                time.sleep(_PAUSE * 2**attempt)
        return None
