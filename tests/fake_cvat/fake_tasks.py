"""Tasks, jobs, labels and frames: as a test describes them, and as the server shows them."""

from collections.abc import Mapping
from typing import Any

from fake_cvat.fake_store import Store

MADE = "2026-11-20T23:00:20.551033Z"
CHUNK = {"data_chunk_size": 72, "data_compressed_chunk_type": "imageset"}
STORAGES = {"target_storage": None, "source_storage": None}


def make_task(store: Store, wanted: Mapping[str, Any]) -> int:
    """Make a task of a description; gives its id.

    `wanted` has `frames` ([name, width, height] each, or the one entry of a video with `size`) and
    may have `labels` (names or dicts as the server shows them), `jobs` ([start, stop] each,
    inclusive, or dicts with `type` too), or `segment_size` and `overlap` instead, `name`, `owner`,
    `organization`, `start_frame`, `step`, `deleted` (frames), `size` (of a video).
    """
    frames = [list(frame) for frame in wanted["frames"]]
    size = wanted.get("size") or len(frames)
    task = {
        "name": wanted.get("name", "A task of a test"),
        "owner": wanted.get("owner", "annotator"),
        "organization": wanted.get("organization"),
        "frames": frames,
        "size": size,
        "mode": "interpolation" if wanted.get("size") else "annotation",
        "start_frame": wanted.get("start_frame", 0),
        "step": wanted.get("step", 1),
        "deleted": list(wanted.get("deleted", [])),
        "segment_size": wanted.get("segment_size") or size,
        "overlap": wanted.get("overlap", 0),
        "labels": [read_label(label) for label in wanted.get("labels", ["object"])],
    }
    return store.add_task(task, read_jobs(wanted.get("jobs"), task))


def read_label(label: str | Mapping[str, Any]) -> dict[str, Any]:
    """A label as it is kept."""
    given: dict[str, Any] = {"name": label} if isinstance(label, str) else dict(label)
    specs = []
    for spec in given.get("attributes", []):
        specs.append(
            {
                "name": spec["name"],
                "mutable": spec.get("mutable", False),
                "input_type": spec.get("input_type", "text"),
                "default_value": spec.get("default_value", ""),
                "values": spec.get("values") or [spec.get("default_value", "")],
            }
        )
    kind = given.get("type", "any")
    return {"name": given["name"], "color": "#e5b557", "attributes": specs, "type": kind}


def read_jobs(wanted: list[Any] | None, task: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The jobs of a description, or those that the segment size makes."""
    if wanted is None:
        last, length = task["size"] - 1, task["segment_size"]
        step = max(1, length - task["overlap"])
        starts = range(0, max(1, task["size"] - task["overlap"]), step)
        wanted = [(start, min(start + length - 1, last)) for start in starts]
    jobs = [
        dict(job) if isinstance(job, Mapping) else {"start": job[0], "stop": job[1]}
        for job in wanted
    ]
    return [{"type": "annotation"} | job for job in jobs]


def frame_of(task: Mapping[str, Any], number: int) -> list[Any]:
    """Name, width and height of a frame; a video's frames share the one entry."""
    frames = task["frames"]
    return list(frames[number] if len(frames) == task["size"] else frames[0])


def shown_task(task: Mapping[str, Any], jobs: list[dict[str, Any]], base: str) -> dict[str, Any]:
    """GET /api/tasks/<id>."""
    at = f"{base}/api/tasks/{task['id']}"
    return {
        "url": at,
        "id": task["id"],
        "name": task["name"],
        "project_id": None,
        "mode": task["mode"],
        "owner": shown_user(task["owner"], base),
        "assignee": None,
        "bug_tracker": "",
        "created_date": MADE,
        "updated_date": MADE,
        "overlap": task["overlap"],
        "segment_size": task["segment_size"],
        "status": "annotation",
        **CHUNK,
        "guide_id": None,
        "data_original_chunk_type": "imageset",
        "size": task["size"],
        "image_quality": 70,
        "data": task["id"],
        "dimension": "2d",
        "subset": "",
        "organization": task["organization"] and 1,
        **STORAGES,
        "jobs": {
            "count": len(jobs),
            "completed": 0,
            "validation": 0,
            "url": f"{base}/api/jobs?task_id={task['id']}",
        },
        "labels": {"url": f"{base}/api/labels?task_id={task['id']}"},
    }


def shown_user(name: str, base: str) -> dict[str, Any]:
    """A user as others are shown one."""
    number = 1 + sum(name.encode())
    at = f"{base}/api/users/{number}"
    return {"url": at, "id": number, "username": name, "first_name": "", "last_name": ""}


def shown_self(name: str, base: str) -> dict[str, Any]:
    """GET /api/users/self."""
    rest = {"email": "", "groups": ["user"], "is_staff": False, "is_superuser": False}
    rest |= {"is_active": True, "last_login": MADE, "date_joined": MADE}
    return shown_user(name, base) | rest


def shown_job(job: Mapping[str, Any], task: Mapping[str, Any], base: str) -> dict[str, Any]:
    """GET /api/jobs/<id>, and an item of the list."""
    number = job["id"]
    return {
        "url": f"{base}/api/jobs/{number}",
        "id": number,
        "task_id": task["id"],
        "project_id": None,
        "assignee": None,
        "guide_id": None,
        "dimension": "2d",
        "bug_tracker": None,
        "status": "annotation",
        "stage": "annotation",
        "state": "new",
        "mode": task["mode"],
        "frame_count": job["stop"] - job["start"] + 1,
        "start_frame": job["start"],
        "stop_frame": job["stop"],
        **CHUNK,
        "created_date": MADE,
        "updated_date": MADE,
        "issues": {"url": f"{base}/api/issues?job_id={number}", "count": 0},
        "labels": {"url": f"{base}/api/labels?job_id={number}"},
        "type": job["type"],
        "organization": task["organization"] and 1,
        **STORAGES,
    }


def shown_label(label: Mapping[str, Any], task: Mapping[str, Any]) -> dict[str, Any]:
    """An item of GET /api/labels; attributes come by name, not by id."""
    specs = sorted(label["attributes"], key=lambda spec: spec["name"])
    rest = {"sublabels": [], "task_id": task["id"], "parent_id": None, "has_parent": False}
    return {key: label[key] for key in ("id", "name", "color")} | {
        "attributes": specs,
        "type": label["type"],
        **rest,
    }


def shown_meta(task: Mapping[str, Any], job: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """GET /api/tasks/<id>/data/meta, or a job's."""
    first, last = (0, task["size"] - 1) if job is None else (job["start"], job["stop"])
    listed = task["frames"]
    if job is not None and len(listed) == task["size"]:
        listed = listed[first : last + 1]
    frames = [
        {
            "width": width,
            "height": height,
            "name": name,
            "related_files": 0,
            "has_related_context": False,
        }
        for name, width, height in listed
    ]
    step = task["step"]
    return {
        "chunk_size": 72,
        "size": last - first + 1,
        "image_quality": 70,
        "start_frame": task["start_frame"] + first * step,
        "stop_frame": task["start_frame"] + last * step,
        "frame_filter": "" if step == 1 else f"step={step}",
        "frames": frames,
        "deleted_frames": [number for number in task["deleted"] if first <= number <= last],
        "included_frames": None,
    }
