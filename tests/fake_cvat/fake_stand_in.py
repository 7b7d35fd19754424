"""The stand-in behind the faults: its API, its store, and the time that it takes."""

import contextlib
import threading
import time
from collections.abc import Mapping
from email.message import Message
from typing import Any

from fake_cvat import fake_annotations, fake_tasks
from fake_cvat.fake_api import MEASURED, Api
from fake_cvat.fake_http import Reply, Request
from fake_cvat.fake_shapes import check_annotations


class StandIn:
    """A `Backend` that is a server of its own.

    Attributes:
        api: what answers.
        cost: 1 is as slow as the measured server, 0 as fast as it goes.
    """

    def __init__(self, api: Api) -> None:
        self.api = api
        self.cost = 0.0
        self._worker = threading.Lock()

    def answer(self, request: Request) -> Reply:
        """See `Backend.answer`; one at a time where it costs something."""
        with self._worker if self.cost else contextlib.nullcontext():
            start = time.perf_counter()
            reply = self.api.answer(request)
            reply.cost *= self.cost
            time.sleep(max(0.0, start + reply.cost - time.perf_counter()))
            return reply

    def authorized(self, headers: Message) -> str:
        """See `Backend.authorized`."""
        return self.api.accounts.authorized(headers)

    def edit(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """See `Backend.edit`."""
        store = self.api.store
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

    def ask(self, asked: str, query: Mapping[str, str], sent: Mapping[str, Any]) -> dict[str, Any]:
        """See `Backend.ask`."""
        store = self.api.store
        match asked:
            case "POST tasks":
                return {"id": fake_tasks.make_task(store, sent)}
            case "GET tasks":
                number = int(query["task"])
                return {"jobs": store.jobs(number), "labels": store.labels(number)}
            case "GET shapes":
                return {"shapes": store.shapes(int(query["task"]))}
            case "GET export":
                return self.api.judge(int(query["task"]))
            case _:
                raise ValueError(f"no such request: {asked}")

    def change_settings(self, settings: Mapping[str, Any]) -> None:
        """See `Backend.change_settings`: `cost`, `version`, and what `Functions` has."""
        functions = {"functions": "listed", "nuclio": "has_nuclio", "models": "has_models"}
        unknown = settings.keys() - {"cost", "version", *functions}
        if unknown:
            raise ValueError(f"no such settings: {sorted(unknown)}")
        self.cost = settings.get("cost", self.cost)
        self.api.version = settings.get("version", self.api.version)
        for name in functions.keys() & settings.keys():
            setattr(self.api.functions, functions[name], settings[name])

    def reset(self) -> None:
        """See `Backend.reset`; ids go on."""
        self.cost, self.api.version = 0.0, MEASURED
        self.api.functions.reset()
        self.api.store.clear()
