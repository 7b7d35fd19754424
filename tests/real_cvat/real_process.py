"""A real CVAT as tests use it: a proxy of ours before it, a process of its own.

with RealCvat("https://cvat.example.org", token) as cvat:
    task = cvat.add_task([("a.png", 640, 480)], labels=["car"])   # on that server
    cvat.faults([{"kind": "cut_after", "match": "PATCH"}])        # between it and the client
"""

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import requests
from fake_cvat.fake_backend import OnlyTheStandIn
from fake_cvat.served import Frame, ServedCvat
from real_cvat.real_server import scheme_of


class SentPath(type(Path())):  # type: ignore[misc]
    """A path that cannot be written any more once it is a frame of a task: see `RealCvat.images`.

    Attributes:
        sent: the paths of which this is so.
    """

    sent: ClassVar[set[str]] = set()

    def write_bytes(self, data: bytes) -> int:
        if str(self) in self.sent:
            raise OnlyTheStandIn("a frame cannot be changed once it is in a task")
        return int(super().write_bytes(data))


class RealCvat(ServedCvat):
    """One real server; a context manager. What it makes there it deletes there.

    Args:
        url: of the server; that of CVAT_TEST_URL without it.
        token: a login's key or a personal access token; that of CVAT_TEST_TOKEN without it.

    Attributes:
        token: for either way to send it.
    """

    def __init__(self, url: str | None = None, token: str | None = None) -> None:
        super().__init__()
        self.token = token or os.environ.get("CVAT_TEST_TOKEN", "")
        self._server = url or os.environ.get("CVAT_TEST_URL", "")
        if not (self.token and self._server):
            raise ValueError("a real CVAT is named by CVAT_TEST_URL and CVAT_TEST_TOKEN together")
        self._own = tempfile.TemporaryDirectory(prefix="real-cvat-")
        self.images = SentPath(self._own.name, "images")
        self.images.mkdir()
        self._log = Path(self._own.name, "stderr.txt")

    @property
    def authorization(self) -> str:
        return f"{scheme_of(self.token)} {self.token}"

    @property
    def key(self) -> str:
        """The token, for `Authorization: Token`."""
        if scheme_of(self.token) != "Token":
            raise OnlyTheStandIn("CVAT_TEST_TOKEN is a personal access token, not a login's key")
        return self.token

    @property
    def bearer(self) -> str:
        """The token, for `Authorization: Bearer`."""
        if scheme_of(self.token) != "Bearer":
            raise OnlyTheStandIn("CVAT_TEST_TOKEN is a login's key, not a personal access token")
        return self.token

    @property
    def user(self) -> NoReturn:
        raise OnlyTheStandIn("nobody's password is known")

    password = user

    @property
    def organization(self) -> NoReturn:
        raise OnlyTheStandIn("no organization is known")

    def add_task(
        self,
        frames: Sequence[Frame],
        labels: Sequence[str | Mapping[str, Any]] = ("object",),
        jobs: Sequence[Any] | None = None,
        **options: Any,
    ) -> int:
        """See `ServedCvat.add_task`.

        Raises:
            OnlyTheStandIn: for what a real server cannot be made to have.
        """
        number = super().add_task(frames, labels, jobs, **options)
        SentPath.sent.update(str(self.images / name) for name, *_ in frames)
        return number

    def reset(self) -> None:
        super().reset()
        SentPath.sent.clear()

    def api(self, method: str, target: str, **options: Any) -> requests.Response:
        """See `ServedCvat.api`."""
        if method == "POST" and target.rstrip("/") == "/api/tasks":
            raise OnlyTheStandIn("tasks are made by add_task, which knows what to delete")
        return super().api(method, target, **options)

    def command(self) -> list[str]:
        return ["real_cvat", "--images", str(self.images)]

    def secrets(self) -> dict[str, str]:
        return {"CVAT_TEST_URL": self._server, "CVAT_TEST_TOKEN": self.token}

    def end(self, process: subprocess.Popen[str]) -> None:
        """Let it delete its tasks."""
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(timeout=300)
        finally:
            process.kill()

    def clean_up(self) -> None:
        self._own.cleanup()
