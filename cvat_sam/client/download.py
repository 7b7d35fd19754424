"""A task's masks out of CVAT, into a file or a folder."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import rle
from cvat_sam import targets
from cvat_sam.client.api import Annotations, Frame, Label, Task, annotations, read_task
from cvat_sam.client.http.connection import Connection
from cvat_sam.exceptions import DamagedMasks, InvalidSource
from cvat_sam.masks import MaskRecord, Place, Rejected
from cvat_sam.masks.spool import Spool
from cvat_sam.masks.spool_rows import SpooledImage
from cvat_sam.targets.rejected_file import write_rejected

_MASK = "mask"
_FROM_A_MODEL = ("auto", "semi-auto")


@dataclass(frozen=True)
class Downloaded:
    """What was written, and what was not.

    Attributes:
        images: how many images.
        masks: how many masks.
        others: how many shapes of each other type, tags and tracks were left in the task.
        deleted: how many masks were left there because their frames are deleted.
        rejected: masks that cannot be read.
        notes: sentences on what the format could not hold.
    """

    images: int
    masks: int
    others: Mapping[str, int] = field(default_factory=dict)
    deleted: int = 0
    rejected: Sequence[Rejected] = ()
    notes: Sequence[str] = ()


def download(
    connection: Connection,
    task: int,
    to: Path,
    *,
    format: str | None = None,
    skip_bad: Path | str | None = None,
    watched: Callable[[Sequence[Frame]], Iterable[Frame]] = iter,
) -> Downloaded:
    """Write all masks of a task, with all of its images, those without masks too.

    Frames that people have deleted are left out, as CVAT's own export does. CVAT stores masks that
    are none; without `skip_bad` nothing is written where there are such.

    Args:
        connection: to the server.
        task: its number.
        to: see `cvat_sam.targets.open_target`.
        format: where the name does not tell it.
        skip_bad: a file; write the others though some masks cannot be read, and those there.
        watched: goes through the frames, and may show how far it is.

    Raises:
        DamagedMasks: there are masks that cannot be read.
        InvalidSource: `to` has no format, or cannot hold something.
        InvalidSetting: `skip_bad` is there already, with something else in it.
        Unwritable: `to` cannot be written.
        ServerRefused, ServerUnreachable: see `Connection.get_json`.
    """
    found = read_task(connection, task)
    # Before the work: a name without a format, or a folder that is read-only.
    with targets.open_target(to, format=format) as target, Spool() as spool:
        with annotations(connection, task=task) as stored:
            others, deleted = _Sorter(found, spool).take(stored)
        rejected = list(spool.rejected())
        if rejected and skip_bad is None:
            raise DamagedMasks(task, rejected)
        if rejected and skip_bad is not None:
            write_rejected(Path(skip_bad).expanduser(), rejected)
        spooled = {image.frame: image for image in spool.images()}
        for frame in watched([one for one in found.frames if one.number not in found.deleted]):
            target.image(frame.name, frame.height, frame.width, frame=frame.number)
            for record in _records(spool, spooled.get(frame.number)):
                target.add(replace(record, image=frame.name))
    return Downloaded(
        images=target.images,
        masks=target.masks,
        others=others,
        deleted=deleted,
        rejected=rejected,
        notes=target.notes,
    )


def _records(spool: Spool, image: SpooledImage | None) -> list[MaskRecord]:
    """The masks of one frame, by their ids: CVAT gives them in no order."""
    if image is None:
        return []
    return sorted(spool.records(image), key=lambda record: record.place.index or 0)


class _Sorter:
    """Puts the shapes of a task where they belong.

    Args:
        task: whose shapes.
        spool: gets the masks, and those that cannot be read.
    """

    def __init__(self, task: Task, spool: Spool) -> None:
        self._task = task
        self._spool = spool
        self._file = f"task {task.id}"
        self._frames = {frame.number: frame for frame in task.frames}
        self._labels = {label.id: label for label in task.labels}
        self._specs = {
            label.id: {spec.id: spec.name for spec in label.attributes} for label in task.labels
        }

    def take(self, stored: Annotations) -> tuple[dict[str, int], int]:
        """Take all; how many are no masks, by type, and how many are on deleted frames."""
        others: Counter[str] = Counter()
        deleted = 0
        for shape in stored.shapes():
            if shape["type"] != _MASK:
                others[shape["type"]] += 1
            elif shape["frame"] in self._task.deleted:
                deleted += 1
            else:
                self._take_mask(shape)
        for name, count in (("tag", stored.tags), ("track", stored.tracks)):
            if count:
                others[name] += count
        return dict(others), deleted

    def _take_mask(self, shape: Mapping[str, Any]) -> None:
        try:
            self._spool.add(self._record(shape))
        except (ValueError, InvalidSource) as error:
            place = Place(f"{self._file}, shape {shape['id']}")
            self._spool.reject(Rejected(place, str(error), self._item(shape)))

    def _record(self, shape: Mapping[str, Any]) -> MaskRecord:
        frame = self._frames.get(shape["frame"])
        if frame is None:
            raise ValueError(f"frame {shape['frame']} is not in the task")
        label = self._labels.get(shape["label_id"])
        if label is None:
            raise ValueError(f"the task has no label with the number {shape['label_id']}")
        points = shape.get("points")
        rle.cvat.validate(points, height=frame.height, width=frame.width)
        runs = [int(number) for number in points or ()]
        if not sum(runs[1:-4:2]):
            runs = [1, 0, 0, 0, 0]  # no pixel is set
        score = shape.get("score")
        return MaskRecord(
            place=Place(self._file, shape["id"]),
            label=label.name,
            points=runs,
            frame=frame.number,
            height=frame.height,
            width=frame.width,
            attributes=self._attributes(shape, label),
            occluded=bool(shape.get("occluded")),
            z_order=_whole(shape, "z_order"),
            group=_whole(shape, "group"),
            score=score if shape.get("source") in _FROM_A_MODEL and _is_share(score) else None,
        )

    def _attributes(self, shape: Mapping[str, Any], label: Label) -> dict[str, str]:
        names, values = self._specs[label.id], {}
        for item in shape.get("attributes") or ():
            name = names.get(item.get("spec_id", -1)) if isinstance(item, dict) else None
            if name is None or not isinstance(item.get("value"), str):
                raise ValueError(f"the label {label.name} has no such attribute: {str(item)[:80]}")
            values[name] = item["value"]
        return values

    def _item(self, shape: Mapping[str, Any]) -> dict[str, Any]:
        """What can be mended and uploaded: a list item of CVAT's run lengths."""
        frame = self._frames.get(shape["frame"])
        label = self._labels.get(shape["label_id"])
        item: dict[str, Any] = {"frame": shape["frame"]}
        if frame is not None:
            item = {"image": frame.name, "height": frame.height, "width": frame.width}
        item["label"] = shape["label_id"] if label is None else label.name
        item["points"] = shape.get("points")
        if label is not None:
            try:
                item["attributes"] = self._attributes(shape, label)
            except ValueError:
                item["attributes"] = shape.get("attributes")
        return item | {
            key: shape[key] for key in ("occluded", "z_order", "group") if shape.get(key)
        }


def _whole(shape: Mapping[str, Any], name: str) -> int:
    value = shape.get(name)
    if value is None:
        return 0
    if type(value) is not int:
        raise ValueError(f"its {name} is {str(value)[:40]}, and no whole number")
    return value


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
