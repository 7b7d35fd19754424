"""Work that the server does in the background, by the API of newer servers and of older ones."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from real_cvat.real_server import RealServer

SECONDS = 180
FORMAT = "COCO 1.0"


def wait_for_import(server: RealServer, task: int, begun: Any) -> None:
    """Wait until a task's files are its frames.

    Args:
        server: where.
        task: its id.
        begun: what the server said to the files; a newer one names the request.

    Raises:
        ValueError: where it fails, or takes too long.
    """
    if isinstance(begun, dict) and begun.get("rq_id"):
        status, message = _end_of_request(server, begun["rq_id"])
    else:
        status, message = _end_of_status(server, task)
    if status != "finished":
        raise ValueError(f"the import of task {task} has {status}: {message}")


def export(server: RealServer, task: int) -> dict[str, Any]:
    """Export a task as COCO without images: `status` 200 or 500, and the server's `message`."""
    path = f"/api/tasks/{task}/dataset/export"
    begun = server.ask("POST", path, accept=(404, 405), format=FORMAT, save_images="false")
    if begun.status in (404, 405):  # a server older than that API
        return _older_export(server, f"/api/tasks/{task}/dataset")
    status, message = _end_of_request(server, begun.json["rq_id"])
    return {"status": 200 if status == "finished" else 500, "message": message}


def _older_export(server: RealServer, path: str) -> dict[str, Any]:
    for _ in _looks():
        answer = server.ask("GET", path, accept=(500,), format=FORMAT)
        if answer.status == 500:
            return {"status": 500, "message": answer.text}
        if answer.status != 202:  # fetched, so that the next one is made anew
            server.ask("GET", path, format=FORMAT, action="download")
            return {"status": 200, "message": ""}
    raise AssertionError


def _end_of_request(server: RealServer, name: str) -> tuple[str, str]:
    for _ in _looks():
        found = server.ask("GET", f"/api/requests/{quote(name, safe='')}").json
        if found["status"] in ("finished", "failed"):
            return found["status"], found["message"]
    raise AssertionError


def _end_of_status(server: RealServer, task: int) -> tuple[str, str]:
    for _ in _looks():
        found = server.ask("GET", f"/api/tasks/{task}/status").json
        if found["state"] in ("Finished", "Failed"):
            return found["state"].lower(), found["message"]
    raise AssertionError


def _looks() -> Iterator[None]:
    """Again and again, and less often the longer it takes."""
    start, pause = time.monotonic(), 0.05
    while time.monotonic() - start < SECONDS:
        yield
        time.sleep(pause)
        pause = min(2, pause * 1.5)
    raise ValueError(f"it takes longer than {SECONDS} s")
