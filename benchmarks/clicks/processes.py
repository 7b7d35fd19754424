"""The other end of a worker: starting it, asking it, ending it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).parent.parent.parent
LAST_LINES = 20


class WorkerFailed(Exception):
    """A worker ended; the text is the end of what it wrote."""


class Worker:
    """A process that answers one way; a context manager, ready inside.

    Args:
        way: `stock` or `ours`.
        settings: environment variables of ours; no other `SAM_` variable reaches it.

    Attributes:
        seconds: from the process's start until it was ready.
        facts: what it says of itself.

    Raises:
        WorkerFailed: it does not start.
    """

    def __init__(self, way: str, settings: dict[str, str] | None = None) -> None:
        environment = {name: os.environ[name] for name in os.environ if name[:4] != "SAM_"}
        # A file and not a pipe: nobody reads while the worker writes.
        self._stderr = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  see __exit__
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.clicks.worker", way],
            cwd=ROOT,
            env=environment | (settings or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )
        try:
            self.facts = self._hear()
            self.seconds = time.perf_counter() - began
        except BaseException:
            self.__exit__(None, None, None)
            raise

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._stderr.close()

    def answer(self, text: str, *, wanted: bool = False) -> dict[str, Any]:
        """Have a request's text answered.

        Returns:
            `seconds`, the reply's `bytes`, its `timing`, and its `text` if that is wanted.
        """
        return self._ask({"do": "answer", "text": text, "wanted": wanted})

    def reply(self, width: int, height: int, form: str = "") -> dict[str, Any]:
        """Have a reply written for a large mask: `seconds` and `bytes`."""
        return self._ask({"do": "reply", "width": width, "height": height, "form": form})

    def peak(self) -> int | None:
        """The most bytes of memory it has had; None where the system does not say."""
        peak: int | None = self._ask({"do": "peak"})["bytes"]
        return peak

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None:
            raise WorkerFailed("it has no standard input")
        with suppress(BrokenPipeError):  # it has ended, and what it wrote says why
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if line:
            heard: dict[str, Any] = json.loads(line)
            return heard
        self._process.wait()
        self._stderr.seek(0)
        raise WorkerFailed("".join(self._stderr.readlines()[-LAST_LINES:]).strip() or "no word")
