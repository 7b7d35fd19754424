"""Work in the background: a request begins it, and later ones ask how far it is.

The measured server has no `/api/requests`: there a task says itself whether it is made, and an
export is asked for again and again until it is there. Newer ones have it.
"""

from dataclasses import dataclass
from typing import Any

from fake_cvat.fake_http import Reply, as_json, refused
from fake_cvat.fake_tasks import MADE


@dataclass
class Work:
    """One piece of work, done already; whoever looks for the first time is told it is not.

    Attributes:
        kind: "create" or "export".
        task: whose.
        fault: why it failed; "" where it did not.
        looks: how often somebody asked.
    """

    kind: str
    task: int
    fault: str = ""
    looks: int = 0

    @property
    def name(self) -> str:
        """As `/api/requests/` takes it."""
        return f"action={self.kind}&target=task&target_id={self.task}"

    def look(self) -> str:
        """How far it is: started, finished or failed."""
        self.looks += 1
        if self.looks == 1:
            return "started"
        return "failed" if self.fault else "finished"


class Works:
    """What is done in the background; of each kind the last one of a task."""

    def __init__(self) -> None:
        self._works: dict[str, Work] = {}

    def begin(self, work: Work) -> Reply:
        """Keep it, and name it in a reply."""
        self._works[work.name] = work
        return as_json({"rq_id": work.name}, 202)

    def find(self, kind: str, task: int) -> Work | None:
        """The last one of this kind for a task."""
        return self._works.get(Work(kind, task).name)

    def forget(self, work: Work) -> None:
        """Let the next one begin anew."""
        self._works.pop(work.name, None)

    def show(self, name: str, user: str, base: str) -> Reply:
        """GET /api/requests/<id>."""
        work = self._works.get(name)
        if work is None:
            raise refused(404, "Not found.")
        return as_json(_shown(work, user, base))


def _shown(work: Work, user: str, base: str) -> dict[str, Any]:
    status = work.look()
    over = MADE if status != "started" else None
    url = f"{base}/api/tasks/{work.task}/dataset/download?rq_id={work.name}"
    return {
        "status": status,
        "message": work.fault if status == "failed" else "",
        "id": work.name,
        "operation": {
            "type": f"{work.kind}:{'dataset' if work.kind == 'export' else 'task'}",
            "target": "task",
            "project_id": None,
            "task_id": work.task,
            "job_id": None,
            "format": "COCO 1.0" if work.kind == "export" else None,
            "function_id": None,
        },
        "progress": 1.0 if status == "finished" else None,
        "created_date": MADE,
        "started_date": MADE,
        "finished_date": over,
        "expiry_date": over,
        "owner": {"id": 1, "username": user},
        "result_url": url if (work.kind, status) == ("export", "finished") else None,
        "result_id": work.task if work.kind == "create" else None,
    }
