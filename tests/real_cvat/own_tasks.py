"""The tasks that the tests have made on the real server, and delete again."""

import re
import threading
from collections.abc import Mapping
from typing import Any

from fake_cvat.fake_images import Images
from real_cvat.background import wait_for_import
from real_cvat.real_server import RealServer
from real_cvat.task_plan import TaskPlan, plan_task

LARGEST_REQUEST = 50 << 20


class OwnTasks:
    """Makes tasks, remembers them, and deletes them.

    Args:
        server: where.
        images: the frames' files.
    """

    def __init__(self, server: RealServer, images: Images) -> None:
        self.server = server
        self.images = images
        self._lock = threading.Lock()
        self._tasks: dict[int, list[dict[str, Any]]] = {}

    def make(self, wanted: Mapping[str, Any]) -> int:
        """Make a task as `ServedCvat.add_task` describes it; gives its id."""
        plan = plan_task(wanted, self.images)
        number = int(self.server.ask("POST", "/api/tasks", plan.task).json["id"])
        with self._lock:
            self._tasks[number] = []  # at once: whatever comes now, it is deleted in the end
        self._fill(number, plan)
        jobs = self.server.items("/api/jobs", task_id=number)
        jobs.sort(key=lambda job: int(job["id"]))
        with self._lock:
            self._tasks[number] = jobs
        self._compare(number, plan, jobs)
        return number

    def _fill(self, number: int, plan: TaskPlan) -> None:
        at = f"/api/tasks/{number}/data"
        self.server.ask("POST", at, headers={"Upload-Start": ""})
        fields, size = {}, 0
        for index, file in enumerate(plan.files):
            fields[f"client_files[{index}]"] = file
            size += len(file[1])
            if size > LARGEST_REQUEST or index == len(plan.files) - 1:
                head = {"Upload-Multiple": ""}
                self.server.ask("POST", at, {"image_quality": "70"}, files=fields, headers=head)
                fields, size = {}, 0
        begun = self.server.ask("POST", at, plan.data, headers={"Upload-Finish": ""})
        wait_for_import(self.server, number, begun.json)
        if plan.deleted:
            self.server.ask("PATCH", f"{at}/meta", {"deleted_frames": plan.deleted})

    def _compare(self, number: int, plan: TaskPlan, jobs: list[dict[str, Any]]) -> None:
        """Nothing that a test finds later should be the adapter's fault."""
        meta = self.server.ask("GET", f"/api/tasks/{number}/data/meta").json
        frames = [(each["name"], each["width"], each["height"]) for each in meta["frames"]]
        spans = [(job["start_frame"], job["stop_frame"]) for job in jobs]
        if (frames, spans) != (plan.frames, plan.spans):
            asked = f"{plan.frames} in jobs of {plan.spans}"
            raise ValueError(f"task {number} has {frames} in jobs of {spans}, in place of {asked}")

    def jobs(self, task: int) -> list[dict[str, Any]]:
        """The jobs of a task of ours, as they were made."""
        with self._lock:
            if task not in self._tasks:
                raise ValueError(f"task {task} is none of the tests'")
            return self._tasks[task]

    def labels(self, task: int) -> list[dict[str, Any]]:
        """The labels of a task of ours with their attributes, as they were made."""
        self.jobs(task)
        labels = self.server.items("/api/labels", task_id=task)
        labels.sort(key=lambda label: int(label["id"]))
        for label in labels:
            label["attributes"].sort(key=lambda spec: int(spec["id"]))
        return labels

    def shapes(self, task: int) -> list[dict[str, Any]]:
        """Every shape of a task of ours, by id, with its `job`."""
        shapes = []
        for job in self.jobs(task):
            found = self.server.ask("GET", f"/api/jobs/{job['id']}/annotations").json
            shapes += [shape | {"job": job["id"]} for shape in found["shapes"]]
        return sorted(shapes, key=lambda shape: int(shape["id"]))

    def has(self, path: str) -> bool:
        """Whether a path is one of a task or job of ours."""
        found = re.match(r"/api/(tasks|jobs)/(\d+)(?:/|$)", path)
        if found is None:
            return False
        number = int(found[2])
        with self._lock:
            if found[1] == "tasks":
                return number in self._tasks
            return any(job["id"] == number for jobs in self._tasks.values() for job in jobs)

    def delete_all(self) -> None:
        """Delete all of them.

        Raises:
            ValueError: where some are left; they are tried again the next time.
        """
        with self._lock:
            numbers = list(self._tasks)
        left = {}
        for number in numbers:
            try:
                self.server.ask("DELETE", f"/api/tasks/{number}", accept=(404,))
            except ValueError as error:
                left[number] = error
            else:
                with self._lock:
                    del self._tasks[number]
        if left:
            raise ValueError(f"tasks that could not be deleted: {left}")
