"""A real server behind the faults: requests go on to it, and its answers come back."""

import json
import random
from collections.abc import Mapping
from email.message import Message
from typing import Any

import urllib3
from fake_cvat.fake_backend import OnlyTheStandIn
from fake_cvat.fake_failures import failure
from fake_cvat.fake_faults import Fault
from fake_cvat.fake_http import Reply, Request, as_json
from real_cvat.background import export
from real_cvat.own_tasks import OwnTasks
from real_cvat.real_server import WRITES, RealServer

KINDS = ("tags", "shapes", "tracks")
NOT_OURS = "The tests change nothing on this server but the tasks that they have made."

_ORDER = random.Random(0)


class Proxy:
    """A `Backend` that is somewhere else.

    Args:
        server: the way to it.
        tasks: those that the tests have made there.
    """

    def __init__(self, server: RealServer, tasks: OwnTasks) -> None:
        self.server = server
        self.tasks = tasks

    def answer(self, request: Request) -> Reply:
        """See `Backend.answer`; what would change something that is not ours stays here."""
        if request.method in WRITES and request.path.startswith("/api/"):
            is_login = request.path == "/api/auth/login"
            if not is_login and not self.tasks.has(request.path):
                return as_json({"detail": NOT_OURS}, 403)
        try:
            reply = self.server.forward(request)
        except urllib3.exceptions.HTTPError:
            return failure(Fault("502"))
        return _shuffled(reply) if request.shuffled else reply

    def authorized(self, headers: Message) -> str:
        """See `Backend.authorized`; whether it is so only the server knows."""
        sent = headers.get("Authorization", "")
        return sent.partition(" ")[0] if sent == self.server.authorization else ""

    def edit(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """See `Backend.edit`."""
        kind = "task" if "task" in wanted else "job"
        path = f"/api/{kind}s/{wanted[kind]}/annotations"
        if not self.tasks.has(path):
            raise ValueError(f"{kind} {wanted[kind]} is none of the tests'")
        action = wanted.get("action", "create")
        body = {"version": 0} | {name: wanted.get(name, []) for name in KINDS}
        if action == "clear":
            self.server.ask("DELETE", path)
            return {}
        if action == "replace":
            return dict(self.server.ask("PUT", path, body).json)
        if action == "drop":
            found = self.server.ask("GET", path).json["shapes"]
            body["shapes"] = [shape for shape in found if shape["id"] in wanted["ids"]]
            action = "delete"
        return dict(self.server.ask("PATCH", path, body, action=action).json)

    def ask(self, asked: str, query: Mapping[str, str], sent: Mapping[str, Any]) -> dict[str, Any]:
        """See `Backend.ask`."""
        match asked:
            case "POST tasks":
                return {"id": self.tasks.make(sent)}
            case "GET tasks":
                number = int(query["task"])
                return {"jobs": self.tasks.jobs(number), "labels": self.tasks.labels(number)}
            case "GET shapes":
                return {"shapes": self.tasks.shapes(int(query["task"]))}
            case "GET export":
                return export(self.server, int(query["task"]))
            case _:
                raise ValueError(f"no such request: {asked}")

    def change_settings(self, settings: Mapping[str, Any]) -> None:
        """See `Backend.change_settings`: there are none."""
        raise OnlyTheStandIn(f"the server's {', '.join(settings)} cannot be set")

    def reset(self) -> None:
        """See `Backend.reset`."""
        self.tasks.delete_all()


def _shuffled(reply: Reply) -> Reply:
    """The same annotations in another order."""
    if reply.status == 200 and "json" in reply.headers.get("Content-Type", ""):
        found = json.loads(reply.body)
        for kind in KINDS:
            _ORDER.shuffle(found.get(kind, []))
        reply.body = json.dumps(found).encode()
    return reply
