"""A task as the rest of the client sees it."""

from dataclasses import dataclass

from cvat_sam.exceptions import InvalidTask


@dataclass(frozen=True, slots=True)
class Frame:
    """One image of a task.

    Attributes:
        number: counted in the task from 0, as shapes have it: after start frame and step.
        name: the file's name with its folders; of a video `frame_000012`, counted in the video.
        width: in pixels.
        height: likewise.
    """

    number: int
    name: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that shapes of a label can have.

    Attributes:
        id: its number on the server, `spec_id` in a shape.
        name: as people see it.
        input_type: select, radio, checkbox, number or text.
        values: those to choose from; of a number least, most and step.
        mutable: whether it may differ from frame to frame.
    """

    id: int
    name: str
    input_type: str
    values: tuple[str, ...] = ()
    mutable: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A class of a task.

    Attributes:
        id: its number on the server.
        name: as people see it.
        type: the shapes it takes: any, mask, polygon, rectangle, …
        attributes: of its shapes.
    """

    id: int
    name: str
    type: str = "any"
    attributes: tuple[Attribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A part of a task.

    Attributes:
        id: its number on the server.
        start: its first frame, counted in the task.
        stop: its last frame, inclusive.
        type: annotation, ground_truth or consensus_replica.
    """

    id: int
    start: int
    stop: int
    type: str = "annotation"

    @property
    def frames(self) -> range:
        """Their numbers."""
        return range(self.start, self.stop + 1)


@dataclass(frozen=True, slots=True)
class Task:
    """A task.

    Attributes:
        id: its number on the server.
        name: as people see it.
        size: how many frames it has, deleted ones included.
        frames: all of them, in order.
        deleted: numbers of frames that people have deleted.
        labels: its own or its project's; the parts of skeletons left out.
        jobs: those that hold the task's annotations, by their first frame.
        other_jobs: ground truth and replicas, whose shapes are not among the task's.
        project_id: its project's number, if it is in one.
        mode: annotation for images, interpolation for a video.
    """

    id: int
    name: str
    size: int
    frames: tuple[Frame, ...]
    deleted: frozenset[int] = frozenset()
    labels: tuple[Label, ...] = ()
    jobs: tuple[Job, ...] = ()
    other_jobs: tuple[Job, ...] = ()
    project_id: int | None = None
    mode: str = "annotation"

    def job(self, number: int | None) -> Job | None:
        """The job of a number; None of None.

        Raises:
            InvalidTask: the task has no such job.
        """
        if number is None:
            return None
        for job in self.jobs:
            if job.id == number:
                return job
        known = ", ".join(str(job.id) for job in self.jobs) or "none"
        raise InvalidTask(f"task {self.id} has no job {number}; it has {known}")
