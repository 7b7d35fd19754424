"""Tasks made, filled, exported and deleted by the API, as users do it."""

from collections.abc import Callable
from typing import Any

from fake_cvat import fake_tasks
from fake_cvat.fake_accounts import organization
from fake_cvat.fake_http import Refused, Reply, Request, as_html, as_json, json_object, refused
from fake_cvat.fake_requests import Work, Works
from fake_cvat.fake_store import Store
from fake_cvat.fake_uploads import ImportFailed, Uploads, start_and_step

GONE = "This endpoint is no longer supported. Please use the new API."
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
EXPORT_FAILED = "ValueError: Invalid RLE mask representation"


class Making:
    """Answers what makes tasks and takes them away.

    Args:
        store: where they are kept.
        uploads: takes their files.
        judge: whether the stored masks of a task can be exported, as `Api.judge` says it.
    """

    def __init__(
        self, store: Store, uploads: Uploads, judge: Callable[[int], dict[str, Any]]
    ) -> None:
        self.store = store
        self.uploads = uploads
        self.works = Works()
        self._judge = judge

    def make(self, request: Request) -> int:
        """POST /api/tasks: an empty task, whose id this is."""
        sent = json_object(request)
        if not sent.get("name"):
            raise Refused(as_json({"name": ["This field is required."]}, 400))
        wanted: dict[str, Any] = {"frames": [], "jobs": [], "labels": sent.get("labels", [])}
        wanted["organization"] = organization(request) or None
        wanted |= {key: sent[key] for key in ("name", "segment_size", "overlap") if key in sent}
        return fake_tasks.make_task(self.store, wanted)

    def fill(self, request: Request, task: dict[str, Any], *, is_new: bool) -> Reply:
        """POST /api/tasks/<id>/data."""
        number = task.pop("id")
        options = self.uploads.take(number, request)
        if options is None:
            return Reply(200 if "Upload-Multiple" in request.headers else 202)
        if task["size"]:
            raise Refused(as_json(["Adding more data is not supported"], 400))
        work = Work("create", number)
        try:
            self._import(number, task, options)
        except ImportFailed as failed:
            work.fault = str(failed)
        reply = self.works.begin(work)
        return reply if is_new else as_json({"image_quality": options["image_quality"]}, 202)

    def _import(self, number: int, task: dict[str, Any], options: dict[str, Any]) -> None:
        if options.get("job_file_mapping") and task["segment_size"]:
            raise ImportFailed("job_file_mapping cannot be used with segment_size")
        frames, spans = self.uploads.frames(number, options)
        first, step = start_and_step(options)
        size = len(frames)
        task |= {"frames": frames, "size": size, "start_frame": first, "step": step}
        task["segment_size"] = min(task["segment_size"] or size, size)
        task["overlap"] = min(task["overlap"], task["segment_size"] // 2)
        self.store.change_task(number, **task)
        for job in fake_tasks.read_jobs(spans, task):
            self.store.add_job(number, job["start"], job["stop"])

    def status(self, number: int) -> Reply:
        """GET /api/tasks/<id>/status, of older servers."""
        work = self.works.find("create", number)
        state = "finished" if work is None else work.look()
        fault = work.fault if work is not None and state == "failed" else ""
        return as_json({"state": state.capitalize(), "message": fault, "progress": 0.0})

    def export(self, request: Request, number: int) -> Reply:
        """POST /api/tasks/<id>/dataset/export, of newer servers."""
        if not request.query.get("format"):
            raise Refused(as_json({"format": ["This field is required."]}, 400))
        return self.works.begin(self._exported(number))

    def old_export(self, request: Request, number: int, *, is_new: bool) -> Reply:
        """GET /api/tasks/<id>/dataset?format=…: 202 until it is there, then 201, or 500."""
        if is_new:
            raise refused(410, GONE)
        work = self.works.find("export", number)
        if work is None:
            work = self._exported(number)
            self.works.begin(work)
        status = work.look()
        if status == "started":
            return Reply(202)
        if status == "failed":
            self.works.forget(work)
            return as_html(work.fault, 500)
        if request.query.get("action") != "download":
            return Reply(201)
        return self.download(number)

    def download(self, number: int) -> Reply:
        """What was exported, once."""
        work = self.works.find("export", number)
        if work is None or work.fault:
            raise refused(404, "Not found.")
        self.works.forget(work)
        return Reply(200, EMPTY_ZIP, {"Content-Type": "application/zip"})

    def _exported(self, number: int) -> Work:
        status = self._judge(number)["status"]
        return Work("export", number, fault="" if status == 200 else EXPORT_FAILED)

    def remove(self, number: int) -> Reply:
        """DELETE /api/tasks/<id>."""
        self.store.remove_task(number)
        return Reply(204, committed=True)
