"""The other end of a worker: starting it, asking it, ending it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parent.parent
LAST_LINES = 20


class WorkerFailed(Exception):
    """A worker ended; the text is the end of what it wrote."""


class Process:
    """A process that answers one way; a context manager, ready inside.

    Args:
        module: what it runs, which says what it is and answers orders as `benchmarks.worker` does.
        words: of its command line.
        settings: environment variables of ours; no other `SAM_` variable reaches it.

    Attributes:
        seconds: from the process's start until it was ready.
        facts: what it says of itself.

    Raises:
        WorkerFailed: it does not start.
    """

    def __init__(
        self, module: str, words: Sequence[str], settings: Mapping[str, str] | None = None
    ) -> None:
        environment = {name: os.environ[name] for name in os.environ if name[:4] != "SAM_"}
        # A file and not a pipe: nobody reads while the worker writes.
        self._stderr = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  see __exit__
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env={**environment, **(settings or {})},
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

    def __enter__(self) -> Self:
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

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        """Have an order carried out, and hear what comes of it.

        Raises:
            WorkerFailed: it ended instead.
        """
        if self._process.stdin is None:
            raise WorkerFailed("it has no standard input")
        with suppress(BrokenPipeError):  # it has ended, and what it wrote says why
            self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
            self._process.stdin.flush()
        return self._hear()

    def peak(self) -> int | None:
        """The most bytes of memory it has had; None where the system does not say."""
        peak: int | None = self.ask("peak")["bytes"]
        return peak

    def _hear(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if line:
            heard: dict[str, Any] = json.loads(line)
            return heard
        self._process.wait()
        self._stderr.seek(0)
        raise WorkerFailed("".join(self._stderr.readlines()[-LAST_LINES:]).strip() or "no word")
