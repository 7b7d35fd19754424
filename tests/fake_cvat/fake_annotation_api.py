"""GET, PATCH, PUT and DELETE of /annotations, of a task or of a job."""

import random
from typing import Any

from fake_cvat import fake_annotations, fake_cost
from fake_cvat.fake_http import JSON_TYPE, Reply, Request, as_json, refused
from fake_cvat.fake_shapes import BadRequest, read_annotations
from fake_cvat.fake_store import Store

_ORDER = random.Random(0)


def answer_annotations(
    store: Store, jobs: list[dict[str, Any]], request: Request, *, whole_task: bool
) -> Reply:
    """Answer one request.

    Args:
        store: where they are kept.
        jobs: the task's, or the one.
        request: any of the four.
        whole_task: the request is for the task, so that its jobs take what lies in their frames.
    """
    if request.method == "GET":
        order = _ORDER if request.shuffled else None
        body, shapes = fake_annotations.read(store, jobs, order=order)
        cost = fake_cost.of_read(shapes, body.count(b".0,"), len(jobs))
        return Reply(200, body, {"Content-Type": JSON_TYPE}, cost)
    if request.method == "DELETE":
        removed = fake_annotations.remove(store, jobs)
        return Reply(204, cost=fake_cost.of_delete(removed), committed=True)
    action = "replace" if request.method == "PUT" else request.query.get("action", "")
    if action not in ("create", "update", "delete", "replace"):
        raise BadRequest(["Please specify a correct 'action' for the request"])
    if "json" not in request.headers.get("Content-Type", ""):
        raise refused(415, "Unsupported media type in request.")
    sent = read_annotations(request.body)
    if whole_task:
        jobs = fake_annotations.within(jobs, sent)
    reply = {"version": 0} | fake_annotations.change(store, jobs, sent, action)
    runs = sum(len(shape.get("points", [])) - 4 for shape in sent["shapes"])
    cost = fake_cost.of_change(len(sent["shapes"]), runs, len(jobs))
    return as_json(reply, cost=cost, committed=True)
