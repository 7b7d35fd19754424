"""Takes frames from the server to a model, one after the other; one that fails stops no other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cvat_sam.client.annotating.ahead import ahead
from cvat_sam.client.api import frame_image
from cvat_sam.client.http.connection import Connection
from cvat_sam.client.task import Frame, Job, Task
from cvat_sam.exceptions import (
    InvalidImage,
    NotAllowed,
    ServerRefused,
    ServerUnreachable,
)
from cvat_sam.images.size import size_of

# Refusals that are about what was asked. Any other (404, a redirect) is about whom.
_ABOUT_THE_FRAME = frozenset({400, 413, 422, 500})
# So many refusals of one wording before the first success are no accident of the frames.
_ALIKE = 5

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Fault:
    """A frame, or a rectangle on it, that nothing came of.

    Attributes:
        frame: its number in the task.
        sentence: why, with what it is about.
    """

    frame: int
    sentence: str


@dataclass(frozen=True, slots=True)
class FrameProgress:
    """Who hears how the work goes.

    Attributes:
        say: hears sentences about what is tried again.
        begin: hears once how many frames there are to look at.
        frame: hears of each that was looked at: how many masks were found on it.
        fault: hears of each fault at once.
    """

    say: Callable[[str], None] = lambda sentence: None
    begin: Callable[[int], None] = lambda frames: None
    frame: Callable[[int], None] = lambda masks: None
    fault: Callable[[Fault], None] = lambda fault: None


def look_at(
    connection: Connection,
    task: Task,
    numbers: Sequence[int],
    ask: Callable[[int, bytes], Result],
) -> Iterator[tuple[int, Result | Fault]]:
    """What `ask` makes of each frame's number and image, or why it cannot.

    The next frame's image, in its original quality, comes while the model looks at this one's.

    Args:
        connection: to the server.
        task: whose frames.
        numbers: of the frames.
        ask: a question to a model.

    Raises:
        ServerRefused: the refusal is not about a frame, or all of the first frames are refused.
        ServerUnreachable: two frames in a row get no answer.
    """
    frames = {frame.number: frame for frame in task.frames}
    silent = False
    succeeded = False
    refusals: list[str] = []
    for fetched in ahead(numbers, lambda number: frame_image(connection, task.id, number)):
        frame = frames[fetched.item]
        try:
            image = fetched.result()
            _check_size(image, frame)
            result = ask(frame.number, image)
        except InvalidImage as error:
            yield frame.number, _fault(frame, error)
        except ServerRefused as error:
            if isinstance(error, NotAllowed) or error.status not in _ABOUT_THE_FRAME:
                raise
            refusals.append(str(error))
            if not succeeded and len(refusals) == _ALIKE and len(set(refusals)) == 1:
                raise
            yield frame.number, _fault(frame, error)
        except ServerUnreachable as error:
            # One may be the frame's own fault: a picture that is lost, or too large for a worker.
            if silent:
                raise
            silent = True
            yield frame.number, _fault(frame, error)
            continue
        else:
            succeeded = True
            yield frame.number, result
        silent = False


def _fault(frame: Frame, error: Exception) -> Fault:
    return Fault(frame.number, f"frame {frame.number} ({frame.name}): {error}")


def _check_size(image: bytes, frame: Frame) -> None:
    height, width = size_of(image)
    if (height, width) != (frame.height, frame.width):
        raise InvalidImage(
            f"the image is {width} × {height} pixels, but the task says "
            f"{frame.width} × {frame.height}"
        )


def workable(task: Task, *, job: Job | None = None) -> set[int]:
    """The frames that masks can be put on: in a job, and not deleted.

    Args:
        task: the task.
        job: the one job whose frames count.
    """
    jobs = task.jobs if job is None else [job]
    inside = {number for one in jobs for number in range(one.start, one.stop + 1)}
    return inside - task.deleted
