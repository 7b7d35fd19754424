"""The REST API: which path answers what."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from fake_cvat import fake_export, fake_tasks
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
from fake_cvat.fake_lambda import Functions
from fake_cvat.fake_making import Making
from fake_cvat.fake_pages import page_of
from fake_cvat.fake_shapes import BadRequest, Broken
from fake_cvat.fake_store import Store
from fake_cvat.fake_uploads import Uploads

MEASURED = "2.15.0"


class Api:
    """Answers requests.

    Attributes:
        version: what the server says of itself.
        functions: what is deployed beside it.
    """

    def __init__(self, store: Store, images: Images, accounts: Accounts) -> None:
        self.store = store
        self.images = images
        self.accounts = accounts
        self.making = Making(store, Uploads(images), self.judge)
        self.version = MEASURED
        self.functions = Functions()
        self._routes: list[tuple[str, str, Callable[..., Reply]]] = [
            ("GET", r"/api/users/self", self._self),
            ("POST", r"/api/auth/logout", self._logout),
            ("GET", r"/api/server/plugins", lambda _: self.functions.show_plugins()),
            ("GET", r"/api/lambda/functions/?([^/]*)", lambda _, name: self.functions.show(name)),
            ("GET", r"/api/tasks", self._list_tasks),
            ("POST", r"/api/tasks", self._make_task),
            ("GET", r"/api/tasks/(\d+)", self._task),
            ("DELETE", r"/api/tasks/(\d+)", self._remove_task),
            ("POST", r"/api/tasks/(\d+)/data", self._fill_task),
            ("GET", r"/api/tasks/(\d+)/status", self._finished),
            ("GET", r"/api/requests/(.+)", self._work),
            ("POST", r"/api/tasks/(\d+)/dataset/export", self._export),
            ("GET", r"/api/tasks/(\d+)/dataset/download", self._download),
            ("GET", r"/api/tasks/(\d+)/dataset", self._old_export),
            ("GET", r"/api/jobs", self._list_jobs),
            ("GET", r"/api/jobs/(\d+)", self._job),
            ("GET", r"/api/labels", self._list_labels),
            ("GET|PATCH", r"/api/(tasks|jobs)/(\d+)/data/meta", self._meta),
            ("GET", r"/api/(tasks|jobs)/(\d+)/data", self._frame),
            ("GET|PUT|PATCH|DELETE", r"/api/(tasks|jobs)/(\d+)/annotations", self._annotations),
        ]

    @property
    def is_new(self) -> bool:
        """Whether it behaves as a newer server than the measured one."""
        return self.version != MEASURED

    def judge(self, number: int) -> dict[str, Any]:
        """Whether a task's masks can be exported: `status`, and the ids of each sort of mask."""
        task = self.store.task(number)
        if task is None:
            raise ValueError(f"no such task: {number}")
        kept = [frame for frame in range(task["size"]) if frame not in task["deleted"]]
        sizes = {frame: tuple(fake_tasks.frame_of(task, frame)[1:]) for frame in kept}
        found = fake_export.judge_all(self.store.shapes(number), sizes)
        return {"status": 500 if found["broken"] else 200} | found

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

    # tasks that come and go, and their exports

    def _make_task(self, request: Request) -> Reply:
        reply = self._task(request, self.making.make(request))
        reply.status, reply.committed = 201, True
        return reply

    def _fill_task(self, request: Request, number: int) -> Reply:
        return self.making.fill(request, self._find_task(number), is_new=self.is_new)

    def _remove_task(self, _request: Request, number: int) -> Reply:
        return self.making.remove(self._find_task(number)["id"])

    def _finished(self, _request: Request, number: int) -> Reply:
        return self.making.status(self._find_task(number)["id"])

    def _work(self, request: Request, name: str) -> Reply:
        if not self.is_new:
            return as_html("<h1>Not Found</h1>", 404)
        return self.making.works.show(unquote(name), self.accounts.user, request.base)

    def _export(self, request: Request, number: int) -> Reply:
        if not self.is_new:
            return as_html("<h1>Not Found</h1>", 404)
        return self.making.export(request, self._find_task(number)["id"])

    def _download(self, _request: Request, number: int) -> Reply:
        return self.making.download(self._find_task(number)["id"])

    def _old_export(self, request: Request, number: int) -> Reply:
        return self.making.old_export(request, self._find_task(number)["id"], is_new=self.is_new)

    # frames

    def _meta(self, request: Request, sort: str, number: int) -> Reply:
        job, task = (None, self._find_task(number)) if sort == "tasks" else self._find_job(number)
        if request.method == "PATCH":
            deleted = json_object(request).get("deleted_frames", [])
            self.store.change_task(task["id"], deleted=deleted)
            task["deleted"] = deleted
        meta = fake_tasks.shown_meta(task, job)
        if self.is_new:  # what the SDK of newer servers insists on
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
