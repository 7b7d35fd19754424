"""A CVAT as tests use it: a process between them and a server, and what can be asked of it.

One is the stand-in itself (process.py); the other stands before a real CVAT (real_cvat).
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from fake_cvat.fake_backend import OnlyTheStandIn
from fake_cvat.fake_faults import matches

TESTS = Path(__file__).resolve().parents[1]

Frame = tuple[str, int, int]


class ServedCvat:
    """One process; a context manager.

    Attributes:
        url: as a client gets it.
        images: folder with the frames' files, by their names. A frame that has no file there gets
            a plain picture of its size.
    """

    images: Path
    _log: Path

    def __init__(self) -> None:
        self._port = 0
        self._process: subprocess.Popen[str] | None = None
        # Two, so that no fault of the API reaches what the tests ask beside it.
        self._session, self._control = requests.Session(), requests.Session()
        for session in (self._session, self._control):
            session.trust_env = False

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
        faults = self._log.read_text()
        self.clean_up()
        if faults and error is None:
            raise AssertionError(f"the server's process failed:\n{faults}")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def elsewhere(self) -> str:
        """The same server as another host, for redirects."""
        return f"http://localhost:{self._port}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def authorization(self) -> str:
        """What a test's own requests show."""
        raise NotImplementedError

    def command(self) -> list[str]:
        """What starts the process, but for the interpreter and the port."""
        raise NotImplementedError

    def secrets(self) -> dict[str, str]:
        """What the process gets in its environment, and no list of processes shows."""
        raise NotImplementedError

    def clean_up(self) -> None:
        """Take away the process's files."""

    def start(self) -> None:
        """Start the process; after `stop` at the same port."""
        command = [sys.executable, "-m", *self.command(), "--port", str(self._port)]
        environment = os.environ | {"PYTHONPATH": str(TESTS)} | self.secrets()
        with self._log.open("a") as stderr:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the server's process did not start:\n{self._log.read_text()}")
        self._port = int(line)

    def stop(self) -> None:
        """Kill the process, as a power cut does."""
        if self._process is None:
            return
        self.end(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None
        self._session.close()
        self._control.close()

    def end(self, process: subprocess.Popen[str]) -> None:
        """Make the process end."""
        process.kill()
        process.wait()

    def reset(self) -> None:
        """Forget tasks, faults, log and settings; ids go on."""
        self._ask("POST", "reset")

    def add_task(
        self,
        frames: Sequence[Frame],
        labels: Sequence[str | Mapping[str, Any]] = ("object",),
        jobs: Sequence[Any] | None = None,
        **options: Any,
    ) -> int:
        """Make a task.

        Args:
            frames: name, width, height of each; with `size=` the one entry of a video.
            labels: names, or dicts with `name`, `type` and `attributes`.
            jobs: (first, last) frame of each, or dicts `start`, `stop`, `type`
                ("ground_truth"); one for everything without it.
            **options: `name`, `owner`, `organization`, `start_frame`, `step`, `deleted`, `size`,
                `segment_size`, `overlap`.

        Returns:
            its id.
        """
        body = {"frames": list(frames), "labels": list(labels), "jobs": jobs, **options}
        return int(self._ask("POST", "tasks", body)["id"])

    def jobs(self, task: int) -> list[int]:
        """The ids of a task's jobs, as they were made."""
        return [job["id"] for job in self._ask("GET", f"tasks?task={task}")["jobs"]]

    def labels(self, task: int) -> dict[str, int]:
        """The ids of a task's labels by their names."""
        found = self._ask("GET", f"tasks?task={task}")["labels"]
        return {label["name"]: label["id"] for label in found}

    def specs(self, task: int) -> dict[tuple[str, str], int]:
        """The ids of the attributes by (label, attribute)."""
        found = self._ask("GET", f"tasks?task={task}")["labels"]
        return {
            (label["name"], spec["name"]): spec["id"]
            for label in found
            for spec in label["attributes"]
        }

    def shapes(self, task: int) -> list[dict[str, Any]]:
        """Every stored shape of a task, by id, with its `job`."""
        shapes: list[dict[str, Any]] = self._ask("GET", f"shapes?task={task}")["shapes"]
        return shapes

    def edit(self, **wanted: Any) -> dict[str, Any]:
        """What somebody else does to a task or job, past all faults.

        Args:
            **wanted: `task=` or `job=`, `action=` (create, update, delete, replace, clear, drop
                with `ids=`) and `shapes=`, `tags=`, `tracks=`.
        """
        return self._ask("POST", "annotations", wanted)

    def faults(self, faults: Iterable[Mapping[str, Any]] | None = None, **plan: Any) -> None:
        """Say what goes wrong from now on; nothing, without arguments. See fake_faults.py.

        Args:
            faults: [{"kind": …, "match": "PATCH annotations", "request": 2, …}, …]
            **plan: `seed`, `rate`, `kinds`, `limit`, and what each fault has.
        """
        listed = {} if faults is None else {"faults": list(faults)}
        self._ask("POST", "faults", listed | plan)

    def settings(self, **settings: Any) -> None:
        """`max_body` in bytes; of the stand-in also `cost` (1: as the measured), `version`.

        And of the functions beside it `functions`, a list of what `fake_lambda.function` makes;
        `nuclio=False` for a server without it, `models=False` where its pages hide them.
        """
        self._ask("POST", "settings", settings)

    def log(self, match: str = "") -> list[dict[str, Any]]:
        """The requests since the start or reset: those whose method and path have these words."""
        requests_ = self._ask("GET", "log")["requests"]
        return [entry for entry in requests_ if matches(match, entry["method"], entry["path"])]

    def injected(self) -> dict[str, int]:
        """How often each kind of fault struck since the plan was set."""
        counted: dict[str, int] = self._ask("GET", "log")["injected"]
        return counted

    def export(self, task: int) -> dict[str, Any]:
        """`status` of a dataset export; of the stand-in also the ids that are good or broken."""
        return self._ask("GET", f"export?task={task}")

    def wait_until_held(self, seconds: float = 30) -> None:
        """Wait for a request to reach its `hold_before` or `hold_after`."""
        if not self._ask("GET", f"held?seconds={seconds}")["held"]:
            raise AssertionError(f"no request was held within {seconds} s")

    def release(self) -> None:
        """Let go what is held."""
        self._ask("POST", "release")

    def api(self, method: str, target: str, **options: Any) -> requests.Response:
        """A request to CVAT's API with the token, as a test's own: logged, and struck by faults."""
        self._session.cookies.clear()
        headers = {"Authorization": self.authorization} | options.pop("headers", {})
        return self._session.request(
            method, self.url + target, headers=headers, timeout=60, **options
        )

    def _ask(self, method: str, name: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        url = f"{self.url}/control/{name}"
        with self._control.request(method, url, json=body, timeout=300) as reply:
            answer: dict[str, Any] = reply.json()
        if "only_the_stand_in" in answer:
            raise OnlyTheStandIn(answer["only_the_stand_in"])
        if reply.status_code != 200:
            raise ValueError(answer["error"])
        return answer
