"""The REST API: which path answers what."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from fake_cvat import fake_tasks
from fake_cvat.fake_accounts import Accounts, organization
from fake_cvat.fake_annotation_api import answer_annotations
from fake_cvat.fake_http import (
    SERVER_ERROR,
    Refused,
    Reply,
    Request,
    as_html,
    as_json,
    json_object,
    refused,
)
from fake_cvat.fake_images import Images, content_type
from fake_cvat.fake_pages import page_of
from fake_cvat.fake_shapes import BadRequest, Broken
from fake_cvat.fake_store import Store

MEASURED = "2.15.0"


class Api:
    """Answers requests.

    Attributes:
        version: what the server says of itself.
    """

    def __init__(self, store: Store, images: Images, accounts: Accounts) -> None:
        self.store = store
        self.images = images
        self.accounts = accounts
        self.version = MEASURED
        self._routes: list[tuple[str, str, Callable[..., Reply]]] = [
            ("GET", r"/api/users/self", self._self),
            ("POST", r"/api/auth/logout", self._logout),
            ("GET", r"/api/tasks", self._list_tasks),
            ("POST", r"/api/tasks", self._make_task),
            ("GET", r"/api/tasks/(\d+)", self._task),
            ("DELETE", r"/api/tasks/(\d+)", self._remove_task),
            ("POST", r"/api/tasks/(\d+)/data", self._fill_task),
            ("GET", r"/api/tasks/(\d+)/status", self._finished),
            ("GET", r"/api/requests/(.+)", self._request),
            ("GET", r"/api/jobs", self._list_jobs),
            ("GET", r"/api/jobs/(\d+)", self._job),
            ("GET", r"/api/labels", self._list_labels),
            ("GET|PATCH", r"/api/(tasks|jobs)/(\d+)/data/meta", self._meta),
            ("GET", r"/api/(tasks|jobs)/(\d+)/data", self._frame),
            ("GET|PUT|PATCH|DELETE", r"/api/(tasks|jobs)/(\d+)/annotations", self._annotations),
        ]

    def answer(self, request: Request) -> Reply:
        """Answer one request; never raises."""
        try:
            return self._answer(request)
        except Refused as ended:
            return ended.reply
        except BadRequest as bad:
            return as_json(bad.body, 400)
        except Broken:
            return as_html(SERVER_ERROR, 500)

    def _answer(self, request: Request) -> Reply:
        if (request.method, request.path) == ("GET", "/api/server/about"):
            about = {"name": "Computer Vision Annotation Tool", "description": "A stand-in."}
            about |= {"version": self.version, "logo_url": "", "subtitle": ""}
            return as_json(about)
        if (request.method, request.path) == ("POST", "/api/auth/login"):
            return self.accounts.login(request)
        self.accounts.check(request)
        allowed = False
        for methods, pattern, answer in self._routes:
            found = re.fullmatch(pattern, request.path)
            if found and request.method in methods.split("|"):
                numbers = [int(part) if part.isdigit() else part for part in found.groups()]
                return answer(request, *numbers)
            allowed = allowed or found is not None
        if allowed:
            raise refused(405, f'Method "{request.method}" not allowed.')
        return as_html("<h1>Not Found</h1>", 404)

    def _logout(self, _request: Request) -> Reply:
        return as_json({"detail": "Successfully logged out."})

    def _self(self, request: Request) -> Reply:
        return as_json(fake_tasks.shown_self(self.accounts.user, request.base))

    # tasks, jobs, labels

    def _find_task(self, number: int) -> dict[str, Any]:
        task = self.store.task(number)
        if task is None:
            raise refused(404, "Not found.")
        if task["owner"] != self.accounts.user:
            raise refused(403, "You do not have permission to perform this action.")
        return task

    def _find_job(self, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
        job = self.store.job(number)
        if job is None:
            raise refused(404, "Not found.")
        return job, self._find_task(job["task"])

    def _visible(self, request: Request, task: Mapping[str, Any] | None) -> bool:
        """Whether a list shows what belongs to this task."""
        if task is None or task["owner"] != self.accounts.user:
            return False
        slug = organization(request)
        return slug is None or slug == (task["organization"] or "")

    def _task(self, request: Request, number: int) -> Reply:
        task = self._find_task(number)
        return as_json(fake_tasks.shown_task(task, self.store.jobs(number), request.base))

    def _list_tasks(self, request: Request) -> Reply:
        tasks = [task for task in self.store.tasks() if self._visible(request, task)]
        return page_of(
            request,
            [
                fake_tasks.shown_task(task, self.store.jobs(task["id"]), request.base)
                for task in reversed(tasks)
            ],
        )

    def _make_task(self, request: Request) -> Reply:
        sent = json_object(request)
        if not sent.get("name"):
            raise Refused(as_json({"name": ["This field is required."]}, 400))
        wanted: dict[str, Any] = {"frames": [], "jobs": [], "labels": sent.get("labels", [])}
        wanted["organization"] = organization(request) or None
        wanted |= {key: sent[key] for key in ("name", "segment_size", "overlap") if key in sent}
        number = fake_tasks.make_task(self.store, wanted)
        if "segment_size" in sent:
            self.store.change_task(number, segment_size=sent["segment_size"])
        reply = self._task(request, number)
        reply.status = 201
        return reply

    def _fill_task(self, request: Request, number: int) -> Reply:
        task = self._find_task(number)
        kind = request.headers.get("Content-Type", "")
        frames, options = self.images.take_upload(kind, request.body)
        first, step = int(options.get("start_frame", 0)), 1
        if options.get("frame_filter", "").startswith("step="):
            step = int(options["frame_filter"].removeprefix("step="))
        frames = frames[first : int(options.get("stop_frame", len(frames))) + 1 : step]
        size = len(frames)
        task |= {"frames": frames, "size": size, "start_frame": first, "step": step}
        task["segment_size"] = task["segment_size"] or size
        del task["id"]
        self.store.change_task(number, **task)
        for job in fake_tasks.read_jobs(None, task):
            self.store.add_job(number, job["start"], job["stop"])
        return as_json({"rq_id": f"action=create&target=task&id={number}"}, 202)

    def _remove_task(self, _request: Request, number: int) -> Reply:
        self._find_task(number)
        self.store.remove_task(number)
        return Reply(204)

    def _finished(self, _request: Request, number: int) -> Reply:
        self._find_task(number)
        return as_json({"state": "Finished", "message": "", "progress": 0.0})

    def _request(self, _request: Request, name: str) -> Reply:
        return as_json({"id": name, "status": "finished", "message": "", "progress": 1.0})

    def _list_jobs(self, request: Request) -> Reply:
        wanted = request.query.get("task_id")
        tasks = self.store.tasks() if wanted is None else [self.store.task(int(wanted))]
        jobs = [
            fake_tasks.shown_job(job, task, request.base)
            for task in tasks
            if task is not None and self._visible(request, task)
            for job in self.store.jobs(task["id"])
            if request.query.get("type", job["type"]) == job["type"]
        ]
        return page_of(request, jobs[::-1])

    def _job(self, request: Request, number: int) -> Reply:
        return as_json(fake_tasks.shown_job(*self._find_job(number), request.base))

    def _list_labels(self, request: Request) -> Reply:
        if "job_id" in request.query:
            task = self._find_job(int(request.query["job_id"]))[1]
        else:
            task = self._find_task(int(request.query.get("task_id", 0)))
        labels = [fake_tasks.shown_label(label, task) for label in self.store.labels(task["id"])]
        return page_of(request, labels)

    # frames

    def _meta(self, request: Request, sort: str, number: int) -> Reply:
        job, task = (None, self._find_task(number)) if sort == "tasks" else self._find_job(number)
        if request.method == "PATCH":
            deleted = json_object(request).get("deleted_frames", [])
            self.store.change_task(task["id"], deleted=deleted)
            task["deleted"] = deleted
        meta = fake_tasks.shown_meta(task, job)
        if self.version != MEASURED:  # what the SDK of newer servers insists on
            meta["chunks_updated_date"] = fake_tasks.MADE
        return as_json(meta)

    def _frame(self, request: Request, sort: str, number: int) -> Reply:
        job, task = (None, self._find_task(number)) if sort == "tasks" else self._find_job(number)
        if request.query.get("type") != "frame":
            raise Refused(as_json(["Data type not specified or not supported"], 400))
        wanted = request.query.get("number", "")
        first, last = (0, task["size"] - 1) if job is None else (job["start"], job["stop"])
        if not wanted.isdigit() or not first <= int(wanted) <= last:
            raise Refused(as_json([f"Incorrect requested frame number: {wanted}"], 400))
        name, width, height = fake_tasks.frame_of(task, int(wanted))
        compressed = request.query.get("quality", "compressed") != "original"
        body = self.images.read(name, width, height, compressed=compressed)
        return Reply(200, body, {"Content-Type": content_type(body)})

    # annotations

    def _annotations(self, request: Request, sort: str, number: int) -> Reply:
        if sort == "tasks":
            task = self._find_task(number)
            jobs = [job for job in self.store.jobs(task["id"]) if job["type"] == "annotation"]
        else:
            jobs = [self._find_job(number)[0]]
        return answer_annotations(self.store, jobs, request, whole_task=sort == "tasks")
