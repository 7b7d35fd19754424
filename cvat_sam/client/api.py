"""What is asked of a CVAT server: a task and all about it, its shapes, its frames."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from cvat_sam.client.http.connection import Answer, Connection
from cvat_sam.client.task import Attribute, Frame, Job, Label, Task
from cvat_sam.client.task_answers import (
    JobAnswer,
    LabelAnswer,
    MetaAnswer,
    TaskAnswer,
    check_shape,
    checked,
)
from cvat_sam.exceptions import InvalidSource, InvalidTask, ServerRefused, ServerUnreachable
from cvat_sam.sources.json_items import JsonFile

__all__ = [
    "Annotations",
    "Attribute",
    "Frame",
    "Job",
    "Label",
    "Task",
    "annotations",
    "create_shapes",
    "delete_shapes",
    "frame_image",
    "read_task",
    "shapes",
]

_ANNOTATION = "annotation"
# What a deletion needs of a shape.
_IDENTITY = ("id", "type", "frame", "label_id")
# Every shape of CVAT has all of these; the server asks for them in a deletion too.
_USUAL: dict[str, Any] = {"points": [], "occluded": False, "z_order": 0, "attributes": []}


def read_task(connection: Connection, task_id: int) -> Task:
    """Everything about a task that masks have to fit.

    Raises:
        InvalidTask: there is no such task, or it has no images.
        ServerRefused: we may not see it.
        ServerUnreachable: no answer that is one.
    """
    path = f"/api/tasks/{task_id}"
    try:
        answer = connection.get_json(path)
    except ServerRefused as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise InvalidTask(
            f"{connection.server.url} has no task {task_id}, or not for this user and organization"
        ) from None
    about = checked(connection, TaskAnswer, answer, f"GET {path}")
    if about.dimension != "2d":
        raise InvalidTask(f"task {task_id} is {about.dimension}; there are masks in 2d alone")
    meta_path = f"{path}/data/meta"
    meta = checked(connection, MetaAnswer, connection.get_json(meta_path), f"GET {meta_path}")
    frames = meta.frames_of(about.mode)
    if len(frames) != meta.size:
        raise ServerUnreachable(
            f"{connection.server.url}, GET {meta_path} says that there are {meta.size} frames, and "
            f"describes {len(meta.frames or ())}"
        )
    labels = [
        checked(connection, LabelAnswer, item, "GET /api/labels")
        for item in connection.pages("/api/labels", task_id=task_id, sort="id")
    ]
    jobs = [
        checked(connection, JobAnswer, item, "GET /api/jobs").job
        for item in connection.pages("/api/jobs", task_id=task_id, sort="id")
    ]
    jobs.sort(key=lambda job: (job.start, job.id))
    return Task(
        id=task_id,
        name=about.name,
        size=meta.size,
        frames=frames,
        deleted=frozenset(meta.deleted_frames),
        labels=tuple(one.label for one in labels if not one.is_part),
        jobs=tuple(job for job in jobs if job.type == _ANNOTATION),
        other_jobs=tuple(job for job in jobs if job.type != _ANNOTATION),
        project_id=about.project_id,
        mode=about.mode,
    )


class Annotations:
    """All annotations of a task or a job, as they were when they were asked for; on disk.

    Attributes:
        tags: how many tags there are; known when `shapes` has come to its end.
        tracks: how many tracks there are; likewise.
    """

    def __init__(self, connection: Connection, path: str, file: Path) -> None:
        self.tags = 0
        self.tracks = 0
        self._connection = connection
        self._where = f"GET {path}"
        self._file = file

    def shapes(self) -> Iterator[dict[str, Any]]:
        """Every shape as CVAT's REST API has it, of whatever type.

        Raises:
            ServerUnreachable: the answer is not what CVAT answers.
        """
        try:
            yield from self._shapes()
        except InvalidSource as error:
            sentence = str(error).removeprefix(f"{self._file}: ")
        else:
            return
        raise ServerUnreachable(
            self._connection.redacted(
                f"{self._connection.server.url}, {self._where}: the answer {sentence}"
            )
        )

    def _shapes(self) -> Iterator[dict[str, Any]]:
        found = False
        counts = {"tags": 0, "tracks": 0}
        with JsonFile(self._file) as file:
            for key in file.members():
                if key == "shapes":
                    found = True
                    for item in file.items():
                        yield check_shape(self._connection, item, self._where)
                elif key in counts:
                    counts[key] = sum(1 for _ in file.elements())
            file.end()
        if not found:
            raise InvalidSource("has no list of shapes")
        self.tags, self.tracks = counts["tags"], counts["tracks"]


@contextmanager
def annotations(
    connection: Connection, *, task: int | None = None, job: int | None = None
) -> Iterator[Annotations]:
    """Ask for all annotations of a task, or of a job; memory does not grow with them.

    Args:
        connection: to the server.
        task: its number.
        job: its number, in place of a task's.

    Raises:
        ServerRefused, ServerUnreachable: see `Connection.get_json`.
    """
    path = _annotations(task, job)
    with connection.json_file(path) as file:
        yield Annotations(connection, path, file)


def shapes(
    connection: Connection, *, task: int | None = None, job: int | None = None
) -> Iterator[dict[str, Any]]:
    """All shapes of a task, or of a job; see `annotations`.

    The whole answer is here before the first shape is given.
    """
    with annotations(connection, task=task, job=job) as found:
        yield from found.shapes()


def create_shapes(
    connection: Connection, *, task: int | None = None, job: int | None = None, body: bytes
) -> Answer:
    """Store what is in `body`, once: a repeated create duplicates.

    Args:
        connection: to the server.
        task: its number.
        job: its number, in place of a task's.
        body: JSON with `version`, `tags`, `shapes` and `tracks`.

    Raises:
        ServerRefused, ServerUnreachable, Doubtful: see `Connection.send`.
    """
    return connection.send("PATCH", f"{_annotations(task, job)}?action=create", body)


def delete_shapes(
    connection: Connection,
    gone: Sequence[Mapping[str, Any]],
    *,
    task: int | None = None,
    job: int | None = None,
) -> Answer:
    """Delete shapes; deleting one that is not there any more does no harm.

    Args:
        connection: to the server.
        gone: shapes as the server gave them; their id, type, frame and label_id at least.
        task: its number.
        job: its number, in place of a task's.

    Raises:
        ServerRefused, ServerUnreachable, Doubtful: see `Connection.send`.
    """
    items = [{**_USUAL, **{key: shape[key] for key in _IDENTITY}} for shape in gone]
    body = json.dumps(
        {"version": 0, "tags": [], "shapes": items, "tracks": []}, separators=(",", ":")
    )
    return connection.send("PATCH", f"{_annotations(task, job)}?action=delete", body.encode())


def frame_image(connection: Connection, task: int, number: int) -> bytes:
    """A frame's image in its original quality, as a file's bytes.

    Args:
        connection: to the server.
        task: the task's number.
        number: the frame's, counted in the task.

    Raises:
        ServerRefused, ServerUnreachable: see `Connection.get_json`.
    """
    return connection.get_bytes(
        f"/api/tasks/{task}/data", type="frame", number=number, quality="original"
    )


def _annotations(task: int | None, job: int | None) -> str:
    if (task is None) == (job is None):
        raise TypeError("a task or a job, one of them")
    return f"/api/tasks/{task}/annotations" if job is None else f"/api/jobs/{job}/annotations"
