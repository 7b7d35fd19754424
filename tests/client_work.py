"""What the tests of `annotate` and `refine-boxes` share: a simple sink, and processes."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from fake_cvat.process import FakeCvat

from cvat_sam.client import AccessToken, Secret, Server
from cvat_sam.client.http.connection import Connection
from cvat_sam.client.task import Task
from cvat_sam.client.uploads.checks import Checker
from cvat_sam.client.uploads.shapes import patch_body
from cvat_sam.client.uploads.task_store import TaskStore
from cvat_sam.exceptions import InvalidTask
from cvat_sam.masks import MaskRecord


def connected(cvat: FakeCvat) -> Connection:
    """A connection as a user has it, that is tried again at once."""
    return Connection(Server(cvat.url, AccessToken(Secret(cvat.token))), pause=0.01, tries=3)


class MemorySink:
    """Keeps masks in memory, and sends them when it is told to.

    Args:
        connection: to the server.
        task: whose masks.
        after: how many keys it takes before it breaks, as a crash would.
    """

    def __init__(self, connection: Connection, task: Task, *, after: int | None = None) -> None:
        self.store = TaskStore(connection, task=task.id)
        self.checker = Checker(task, source="auto")
        self.after = after
        self.waiting: dict[str, list[bytes]] = {}
        self.confirmed: list[str] = []
        self.records: list[MaskRecord] = []

    def add(self, key: str, records: Sequence[MaskRecord]) -> None:
        """See `Sink.add`."""
        if self.after is not None and len(self.confirmed) + len(self.waiting) == self.after:
            raise KeyboardInterrupt
        try:
            bodies = [self.checker.check(record).body for record in records]
        except (ValueError, LookupError) as error:
            raise InvalidTask(str(error)) from None
        self.waiting.setdefault(key, []).extend(bodies)
        self.records += records

    def flush(self) -> None:
        """See `Sink.flush`."""
        bodies = [body for some in self.waiting.values() for body in some]
        if bodies:
            stored = self.store.create(patch_body(bodies))
            assert len(stored) == len(bodies)
        self.confirmed += self.waiting
        self.waiting.clear()

    def stored(self, key: str) -> bool:
        """See `Sink.stored`."""
        return key in self.confirmed


class Heard:
    """A progress that remembers."""

    def __init__(self) -> None:
        from cvat_sam.client.annotating.frame_work import FrameProgress

        self.said: list[str] = []
        self.total: list[int] = []
        self.masks: list[int] = []
        self.faults: list[str] = []
        self.progress = FrameProgress(
            say=self.said.append,
            begin=self.total.append,
            frame=self.masks.append,
            fault=lambda fault: self.faults.append(fault.sentence),
        )


def command(name: str, cvat: FakeCvat, state: Any, *arguments: str) -> subprocess.Popen[str]:
    """`cvat-sam NAME` against the stand-in, in a process that can be killed."""
    module = name.replace("-", "_")
    # As cvat_sam.cli.app runs a command, whether or not it is in there.
    program = (
        "import json, sys, typer\n"
        "from cvat_sam.cli import app\n"
        f"from cvat_sam.cli.{module} import {module}\n"
        "app.app = typer.Typer(pretty_exceptions_enable=False)\n"
        f"app.app.command()({module})\n"
        "sys.argv = json.loads(sys.argv[1])\n"
        "app.main()\n"
    )
    words = [name, "--server-host", cvat.url, *arguments]
    return subprocess.Popen(
        [sys.executable, "-c", program, json.dumps(words)],
        env={**os.environ, "CVAT_ACCESS_TOKEN": cvat.token, "XDG_STATE_HOME": str(state)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(name: str, cvat: FakeCvat, state: Any, *arguments: str) -> tuple[int, str, str]:
    """The same to its end: exit code, standard output, standard error."""
    process = command(name, cvat, state, *arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err
