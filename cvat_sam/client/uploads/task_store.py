"""The shapes of a task on the server, or of one of its jobs: what a `Sender` works on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cvat_sam.client import api
from cvat_sam.client.http.connection import Connection, Doubtful, TooLarge

# Shapes in one request to delete them.
_AT_ONCE = 1000


class TaskStore:
    """The shapes of one task, or of one of its jobs.

    Args:
        connection: to the server.
        task: the task's number.
        job: the job's number, where it is the job's shapes alone.
    """

    def __init__(self, connection: Connection, *, task: int, job: int | None = None) -> None:
        self._connection = connection
        self._task = task if job is None else None
        self._job = job

    def create(self, body: bytes) -> list[Mapping[str, Any]]:
        """Store shapes; what the reply says was stored. See `api.create_shapes`."""
        answer = api.create_shapes(self._connection, task=self._task, job=self._job, body=body)
        stored = answer.json.get("shapes") if isinstance(answer.json, dict) else None
        if not isinstance(stored, list) or not all(isinstance(item, dict) for item in stored):
            raise Doubtful(
                f"{self._connection.server.url} answers {answer.status} without what it stored",
                status=answer.status,
            )
        return stored

    def delete(self, shapes: Sequence[Mapping[str, Any]]) -> None:
        """Delete shapes, in requests as large as the server takes. See `api.delete_shapes`."""
        begin, at_once = 0, _AT_ONCE
        while some := shapes[begin : begin + at_once]:
            try:
                api.delete_shapes(self._connection, some, task=self._task, job=self._job)
            except TooLarge:
                if len(some) == 1:
                    raise
                at_once = len(some) // 2
            else:
                begin += len(some)

    def shapes(self) -> Iterator[dict[str, Any]]:
        """All shapes that are there. See `api.shapes`."""
        return api.shapes(self._connection, task=self._task, job=self._job)
