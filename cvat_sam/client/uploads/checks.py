"""Whether masks fit the task they are for: everything the server does not check.

CVAT stores what it is sent. A mask that is wrong breaks every later export of the task, and one on
a frame outside all jobs is dropped without a word.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import rle
from cvat_sam.client.task import Attribute, Job, Label, Task
from cvat_sam.client.uploads.frames import FrameIndex
from cvat_sam.client.uploads.shapes import Shape, shape_of
from cvat_sam.exceptions import InvalidTask
from cvat_sam.masks import MaskRecord

# CVAT's columns: an attribute's text, and a 32-bit integer.
LONGEST_VALUE = 4096
MOST = 2**31 - 1


class Checker:
    """Turns masks into CVAT's shapes, or says why one cannot be.

    Args:
        task: the task.
        job: the one job that masks go into; None for the task as a whole.
        labels: the task's label for a source's label; "" is for all that are not named.
        source: where the masks come from, as CVAT shows it: "file", "auto".

    Attributes:
        unused: those of `labels` that no mask has had so far.

    Raises:
        InvalidTask: a label to map to is not in the task, or its jobs overlap and none is named.
    """

    def __init__(
        self,
        task: Task,
        *,
        job: Job | None = None,
        labels: Mapping[str, str] | None = None,
        source: str = "file",
    ) -> None:
        self._task = task
        self._job = job
        self._map = dict(labels or {})
        self.unused = {name: None for name in self._map if name}
        self._source = source
        self._index = FrameIndex(task)
        self._frames = {frame.number: frame for frame in task.frames}
        self._in_jobs = {number for one in task.jobs for number in range(one.start, one.stop + 1)}
        self._labels = {label.name: label for label in task.labels}
        for target in self._map.values():
            label = self._labels.get(target)
            if label is None:
                raise InvalidTask(f"the task has no label {target}; it has {self._known()}")
            _refuse_other_shapes(label, InvalidTask)
        if job is None:
            self._refuse_overlap()

    def check(self, record: MaskRecord) -> Shape:
        """The shape for a mask.

        Raises:
            ValueError, LookupError: it does not fit; the text is a sentence.
        """
        number = self._index.find(record)
        self._in_a_job(number)
        frame = self._frames[number]
        if record.height is not None and (record.height, record.width) != (
            frame.height,
            frame.width,
        ):
            raise ValueError(
                f"the mask is for an image {record.width} wide and {record.height} high, but frame "
                f"{number} ({frame.name}) is {frame.width} wide and {frame.height} high"
            )
        rle.cvat.validate(record.points, height=frame.height, width=frame.width)
        if record.empty:
            raise ValueError("the mask is empty: no pixel is set")
        label = self._label_of(record)
        for name, value, least in (("z_order", record.z_order, -MOST), ("group", record.group, 0)):
            if not least <= value <= MOST:
                raise ValueError(f"{name} is {value}; it must be from {least} to {MOST}")
        return shape_of(
            record,
            frame=number,
            label_id=label.id,
            attributes=_attributes(record.attributes, label),
            source=self._source,
        )

    def _label_of(self, record: MaskRecord) -> Label:
        self.unused.pop(record.label, None)
        label = self._labels.get(self._map.get(record.label, self._map.get("", record.label)))
        if label is None:
            name = record.label
            raise ValueError(
                f"the task has no label {name}; it has {self._known()} (--label {name}=… maps it)"
            )
        _refuse_other_shapes(label, ValueError)
        return label

    def _known(self) -> str:
        return ", ".join(self._labels) or "none"

    def _in_a_job(self, number: int) -> None:
        if self._job is not None:
            if not self._job.start <= number <= self._job.stop:
                raise LookupError(
                    f"frame {number} is not in job {self._job.id}, which has the frames "
                    f"{self._job.start} to {self._job.stop}"
                )
        elif number not in self._in_jobs:
            raise LookupError(f"frame {number} is in none of the task's jobs")

    def _refuse_overlap(self) -> None:
        jobs = sorted(self._task.jobs, key=lambda job: job.start)
        for one, after in itertools.pairwise(jobs):
            if after.start <= one.stop:
                raise InvalidTask(
                    f"the jobs {one.id} and {after.id} share frames, and CVAT would store a mask "
                    "on these once for each; name one job with --job"
                )


def _refuse_other_shapes(label: Label, error: type[ValueError]) -> None:
    if label.type not in ("mask", "any"):
        raise error(f"the label {label.name} takes shapes of type {label.type} alone, no masks")


def _attributes(values: Mapping[str, str], label: Label) -> list[dict[str, Any]]:
    # What CVAT's API answers has numbers in place of names.
    specs = {str(attribute.id): attribute for attribute in label.attributes}
    specs |= {attribute.name: attribute for attribute in label.attributes}
    found = []
    for name, value in values.items():
        spec = specs.get(name)
        if spec is None:
            known = ", ".join(attribute.name for attribute in label.attributes) or "none"
            raise ValueError(f"the label {label.name} has no attribute {name}; it has {known}")
        _check_value(spec, value)
        found.append({"spec_id": spec.id, "value": value})
    return found


def _check_value(spec: Attribute, value: str) -> None:
    if len(value) > LONGEST_VALUE:
        raise ValueError(
            f"the attribute {spec.name} has {len(value)} characters; the limit is {LONGEST_VALUE}"
        )
    if spec.input_type in ("select", "radio") and value not in spec.values:
        raise ValueError(
            f"the attribute {spec.name} is {value}; it must be one of {', '.join(spec.values)}"
        )
    if spec.input_type == "checkbox" and value not in ("true", "false"):
        raise ValueError(f"the attribute {spec.name} is {value}; it must be true or false")
    if spec.input_type == "number":
        _check_number(spec, value)


def _check_number(spec: Attribute, value: str) -> None:
    # CVAT's own rule, which knows no sign and no fraction.
    if not (value.isascii() and value.isnumeric()):
        raise ValueError(f"the attribute {spec.name} is {value}; it must be a whole number")
    limits = [int(text) for text in spec.values[:2] if text.lstrip("-").isdecimal()]
    if len(limits) == 2 and not limits[0] <= int(value) <= limits[1]:
        raise ValueError(
            f"the attribute {spec.name} is {value}; it must be from {limits[0]} to {limits[1]}"
        )
