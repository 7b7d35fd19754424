"""What tests ask of the server beside CVAT's API: tasks, faults, the log, others' edits."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from fake_cvat import fake_annotations, fake_export, fake_tasks
from fake_cvat.fake_faults import Plan
from fake_cvat.fake_http import Reply, as_json
from fake_cvat.fake_shapes import BadRequest, Broken, check_annotations

if TYPE_CHECKING:
    from fake_cvat.fake_server import FakeServer


def control(server: "FakeServer", method: str, target: str, body: bytes) -> Reply:
    """Answer a request to /control/…; never a fault, never logged, no token needed.

    `GET log` · `GET tasks?task=` · `GET shapes?task=` · `GET export?task=` · `GET held?seconds=` ·
    `POST tasks` · `POST annotations` · `POST faults` · `POST settings` · `POST release` ·
    `POST reset`
    """
    parts = urlsplit(target)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    sent = json.loads(body) if body else {}
    name = parts.path.removeprefix("/control/")
    try:
        return as_json(_answer(server, f"{method} {name}", query, sent))
    except BadRequest as bad:
        return as_json({"error": bad.body}, 400)
    except (Broken, ValueError, TypeError, KeyError) as error:
        return as_json({"error": f"{type(error).__name__}: {error}"}, 400)


def edit(server: "FakeServer", wanted: Mapping[str, Any]) -> dict[str, Any]:
    """An edit by somebody else.

    `wanted` has `task` or `job`, `action` (create, update, delete, replace) and `shapes`, `tags` or
    `tracks`; an action "clear" empties the task or job, "drop" takes away the shapes with `ids`.
    """
    store = server.api.store
    if "task" in wanted:
        jobs = store.jobs(wanted["task"])
    else:
        jobs = [job for job in [store.job(wanted["job"])] if job is not None]
    action = wanted.get("action", "create")
    if action == "clear":
        return {"removed": fake_annotations.remove(store, jobs)}
    if action == "drop":
        with store.transaction() as db:
            rows = [(number,) for number in wanted["ids"]]
            db.executemany("DELETE FROM annotations WHERE kind = 'shapes' AND id = ?", rows)
        return {"removed": len(rows)}
    sent = check_annotations(wanted)
    if "task" in wanted:
        jobs = fake_annotations.within(jobs, sent)
    return fake_annotations.change(store, jobs, sent, action)


def _answer(
    server: "FakeServer", asked: str, query: Mapping[str, str], sent: Mapping[str, Any]
) -> dict[str, Any]:
    store = server.api.store
    match asked:
        case "GET log":
            return {"requests": server.log, "injected": dict(server.plan.injected)}
        case "GET shapes":
            return {"shapes": _shapes(server, int(query["task"]))}
        case "GET export":
            return _export(server, int(query["task"]))
        case "GET held":
            return {"held": server.wait_until_held(float(query.get("seconds", 30)))}
        case "POST tasks":
            number = fake_tasks.make_task(store, sent)
            return {"id": number}
        case "GET tasks":
            number = int(query["task"])
            return {"jobs": store.jobs(number), "labels": store.labels(number)}
        case "POST annotations":
            return edit(server, sent)
        case "POST faults":
            server.plan = Plan(sent)
        case "POST settings":
            unknown = sent.keys() - {"cost", "max_body", "version"}
            if unknown:
                raise ValueError(f"no such settings: {sorted(unknown)}")
            server.api.version = sent.get("version", server.api.version)
            server.settings |= {name: sent[name] for name in sent if name != "version"}
        case "POST release":
            server.release()
        case "POST reset":
            server.reset()
        case _:
            raise ValueError(f"no such request: {asked}")
    return {}


def _shapes(server: "FakeServer", task_id: int) -> list[dict[str, Any]]:
    """Everything stored, by id, each with its job."""
    query = "SELECT job, body FROM annotations WHERE task = ? AND kind = 'shapes' ORDER BY id"
    with server.api.store.transaction() as db:
        rows = db.execute(query, (task_id,)).fetchall()
    return [json.loads(body) | {"job": job} for job, body in rows]


def _export(server: "FakeServer", task_id: int) -> dict[str, Any]:
    task = server.api.store.task(task_id)
    if task is None:
        raise ValueError(f"no such task: {task_id}")
    kept = [number for number in range(task["size"]) if number not in task["deleted"]]
    sizes = {number: tuple(fake_tasks.frame_of(task, number)[1:]) for number in kept}
    found = fake_export.judge_all(_shapes(server, task_id), sizes)
    return {"status": 500 if found["broken"] else 200} | found
