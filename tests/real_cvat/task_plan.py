"""How a real server can be made to have the task that a test describes, or why it cannot."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fake_cvat.fake_backend import OnlyTheStandIn
from fake_cvat.fake_images import Images
from fake_cvat.fake_tasks import read_label
from PIL import Image

Span = tuple[int, int]

NAME = "A task of cvat-sam's tests"
CANNOT = {
    "owner": "one token makes no tasks of somebody else",
    "organization": "no organization is known",
    "size": "no video is made there",
}
KNOWN = {
    *("frames", "labels", "jobs", "name", "start_frame", "step", "deleted", "segment_size"),
    "overlap",
}


@dataclass(frozen=True)
class TaskPlan:
    """What is sent to make a task, and what it must be like then.

    Attributes:
        task: the body that makes it.
        files: name and content of each file.
        data: the body that says what to make of them.
        frames: name, width and height of each frame.
        spans: first and last frame of each job.
        deleted: frames to delete.
    """

    task: dict[str, Any]
    files: list[tuple[str, bytes]]
    data: dict[str, Any]
    frames: list[tuple[str, int, int]]
    spans: list[Span]
    deleted: list[int]


def plan_task(wanted: Mapping[str, Any], images: Images) -> TaskPlan:
    """Plan a task.

    Args:
        wanted: as `ServedCvat.add_task` has it.
        images: the frames' files.

    Raises:
        OnlyTheStandIn: for what a real server cannot be made to have.
    """
    for name, why in CANNOT.items():
        if wanted.get(name) is not None:
            raise OnlyTheStandIn(why)
    unknown = wanted.keys() - KNOWN - CANNOT.keys()
    if unknown:
        raise ValueError(f"no such options: {sorted(unknown)}")
    frames = [(name, width, height) for name, width, height in wanted["frames"]]
    if not frames:
        raise ValueError("a task has one frame at least")
    names = [name for name, *_ in frames]
    first, step = wanted.get("start_frame", 0), wanted.get("step", 1)
    options, spans = _split(len(names), wanted)
    data: dict[str, Any] = {"image_quality": 70}
    if not options or names != sorted(names):
        if options.get("overlap") or (first, step) != (0, 1):
            raise OnlyTheStandIn("frames out of order go with no overlap, start or step")
        options = {}
        data["job_file_mapping"] = [names[start : stop + 1] for start, stop in spans]
    files = [(frame[0], _picture(images, *frame)) for frame in frames]
    if (first, step) != (0, 1):
        files = _with_others_between(files, first, step)
        data |= {"start_frame": first, "frame_filter": f"step={step}"}
    labels = [_label(label) for label in wanted.get("labels", ["object"])]
    task = {"name": wanted.get("name", NAME), "labels": labels, **options}
    return TaskPlan(task, _packed(files), data, frames, spans, list(wanted.get("deleted", [])))


def segments(size: int, length: int, overlap: int) -> list[Span]:
    """The jobs that a segment size and an overlap make, as the server counts.

    >>> segments(10, 6, 1), segments(3, 0, 0)
    ([(0, 5), (5, 9)], [(0, 2)])
    """
    length = min(length or size, size)
    overlap = min(overlap, length // 2)
    starts = range(0, size - overlap, length - overlap)
    return [(start, min(start + length - 1, size - 1)) for start in starts]


def _split(size: int, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], list[Span]]:
    """Segment size and overlap for the jobs asked for, or none where the files must name them."""
    jobs = wanted.get("jobs")
    if jobs is None:
        length, overlap = wanted.get("segment_size") or 0, wanted.get("overlap") or 0
        return {"segment_size": length, "overlap": overlap}, segments(size, length, overlap)
    spans = [_span(job) for job in jobs]
    length = spans[0][1] - spans[0][0] + 1
    overlap = max(0, spans[0][1] - spans[1][0] + 1) if len(spans) > 1 else 0
    if overlap < length and segments(size, length, overlap) == spans:
        return {"segment_size": length, "overlap": overlap}, spans
    if [frame for start, stop in spans for frame in range(start, stop + 1)] == list(range(size)):
        return {}, spans
    raise OnlyTheStandIn(f"jobs of the frames {spans} cannot be asked for by the API")


def _span(job: Sequence[int] | Mapping[str, Any]) -> Span:
    if not isinstance(job, Mapping):
        return job[0], job[1]
    if job.get("type", "annotation") != "annotation":
        raise OnlyTheStandIn(f"a job of the type {job['type']} cannot be made on every server")
    return job["start"], job["stop"]


def _label(label: str | Mapping[str, Any]) -> dict[str, Any]:
    whole = read_label(label)
    del whole["color"]  # the server takes a fresh one for each
    return whole


def _picture(images: Images, name: str, width: int, height: int) -> bytes:
    content = images.read(name, width, height)
    try:
        with Image.open(io.BytesIO(content)) as image:
            size = image.size
    except OSError:
        raise OnlyTheStandIn(f"{name} is no picture, and so makes no frame") from None
    if size != (width, height):
        raise OnlyTheStandIn(f"{name} is {size[0]} × {size[1]}, and no frame of another size")
    return content


def _with_others_between(
    files: list[tuple[str, bytes]], first: int, step: int
) -> list[tuple[str, bytes]]:
    """The files so that they are the frames from `first` on, every `step`-th, by their names."""
    name, content = files[0]
    if name <= "!":
        raise OnlyTheStandIn(f"no file comes before {name}")
    found = [(f"!{number:04}.png", content) for number in range(first)]
    for name, content in files:
        found += [(name, content), *((f"{name}.{n:04}.png", content) for n in range(1, step))]
    return found[: len(found) - step + 1]


def _packed(files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """One archive where a name has a folder, which an upload of single files takes away."""
    if not any("/" in name for name, _ in files):
        return files
    with io.BytesIO() as whole:
        with zipfile.ZipFile(whole, "w") as archive:
            for name, content in files:
                archive.writestr(name, content)
        return [("frames.zip", whole.getvalue())]
