"""What a server says about a task, checked field by field."""

import re
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cvat_sam.client.http.connection import Connection
from cvat_sam.client.task import Attribute, Frame, Job, Label
from cvat_sam.exceptions import ServerUnreachable
from cvat_sam.wire.complaints import first_complaint

_VIDEO = "interpolation"


class _Answer(BaseModel):
    # Strict: "7" for 7 is no answer of CVAT's; but what newer servers add is let be.
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)


Checked = TypeVar("Checked", bound=_Answer)


def checked(connection: Connection, kind: type[Checked], value: object, where: str) -> Checked:
    """Read an answer.

    Raises:
        ServerUnreachable: it is not what CVAT answers; the sentence says where.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        sentence = f"{where} is not answered as CVAT does: {first_complaint(error)}"
    raise ServerUnreachable(connection.redacted(f"{connection.server.url}, {sentence}"))


class TaskAnswer(_Answer):
    """`GET /api/tasks/<id>`."""

    name: str
    size: int | None = None
    mode: str = ""
    dimension: str = "2d"
    project_id: int | None = None


class _FrameAnswer(_Answer):
    name: str
    width: int = Field(ge=1)
    height: int = Field(ge=1)


class MetaAnswer(_Answer):
    """`GET /api/tasks/<id>/data/meta`."""

    size: int = Field(ge=0)
    start_frame: int = 0
    frame_filter: str | None = None
    frames: list[_FrameAnswer] | None = None
    deleted_frames: list[int] = Field(default_factory=list)
    included_frames: list[int] | None = None

    def frames_of(self, mode: str) -> tuple[Frame, ...]:
        """The task's frames, each with its number; () where their count makes no sense.

        Images have an entry each; a video has one for all of its frames.
        """
        entries = self.frames or []
        if len(entries) == 1 and (mode == _VIDEO or self.size != 1):
            return tuple(self._of_video(entries[0], number) for number in self._numbers(self.size))
        if len(entries) not in (self.size, len(self.included_frames or ())):
            return ()
        return tuple(
            Frame(number, entry.name, entry.width, entry.height)
            for number, entry in zip(self._numbers(len(entries)), entries, strict=True)
        )

    def _numbers(self, count: int) -> list[int]:
        if self.included_frames is not None and len(self.included_frames) == count:
            return self.included_frames
        return list(range(count))

    def _of_video(self, entry: _FrameAnswer, number: int) -> Frame:
        # CVAT's own exports name them so, counted in the video.
        step = re.fullmatch(r"step=([1-9][0-9]{0,8})", self.frame_filter or "")
        place = self.start_frame + number * (int(step[1]) if step else 1)
        return Frame(number, f"frame_{place:06d}", entry.width, entry.height)


class _AttributeAnswer(_Answer):
    id: int
    name: str
    input_type: str = "text"
    values: list[str] = Field(default_factory=list)
    mutable: bool = False


class LabelAnswer(_Answer):
    """An item of `GET /api/labels`."""

    id: int
    name: str
    type: str = "any"
    attributes: list[_AttributeAnswer] = Field(default_factory=list)
    parent_id: int | None = None
    has_parent: bool = False

    @property
    def is_part(self) -> bool:
        """Whether it is a part of a skeleton."""
        return self.has_parent or self.parent_id is not None

    @property
    def label(self) -> Label:
        """The same as the client has it."""
        attributes = (
            Attribute(one.id, one.name, one.input_type, tuple(one.values), one.mutable)
            for one in self.attributes
        )
        return Label(self.id, self.name, self.type, tuple(attributes))


class JobAnswer(_Answer):
    """An item of `GET /api/jobs`."""

    id: int
    start_frame: int
    stop_frame: int
    type: str = "annotation"

    @property
    def job(self) -> Job:
        """The same as the client has it."""
        return Job(self.id, self.start_frame, self.stop_frame, self.type)


class ShapeAnswer(_Answer):
    """What every shape of `GET …/annotations` has, whatever its type."""

    id: int
    type: str
    frame: int
    label_id: int


def check_shape(connection: Connection, value: Any, where: str) -> dict[str, Any]:
    """The shape itself, which has an id, a type, a frame, a label and a list of points.

    Raises:
        ServerUnreachable: it has not.
    """
    if (
        isinstance(value, dict)
        and type(value.get("id")) is int
        and type(value.get("frame")) is int
        and type(value.get("label_id")) is int
        and isinstance(value.get("type"), str)
        and isinstance(value.get("points", []), list | None)
        and isinstance(value.get("attributes", []), list | None)
    ):
        return value
    checked(connection, ShapeAnswer, value, where)
    raise ServerUnreachable(
        f"{connection.server.url}, {where} is not answered as CVAT does: the points or the "
        f"attributes of shape {value['id']} are no list"
    )
