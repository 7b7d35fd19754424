"""`cvat-sam serve` as a process of its own: what the demo and the tests talk to."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from cvat_sam.exceptions import ServerStopped

STOP_SECONDS = 10


class ServeProcess:
    """Starts `cvat-sam serve` on a free port, and ends it at the end of a `with` block.

    Args:
        arguments: options of `cvat-sam serve`.
        settings: environment variables on top of this process's own.
        log_path: the file that its log goes to.
    """

    def __init__(
        self, *arguments: str, log_path: Path, settings: Mapping[str, str] | None = None
    ) -> None:
        self.log_path = log_path
        with log_path.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cvat_sam", "serve", *arguments],
                env={**os.environ, **(settings or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def wait_until_ready(self) -> str:
        """Its URL, which it prints once it takes requests.

        Raises:
            ServerStopped: it ended before that; the sentence has the last line of its log.
        """
        assert self.process.stdout is not None  # noqa: S101  Popen was asked for a pipe
        url = self.process.stdout.readline().strip()
        if not url:
            code = self.process.wait()
            last_line = self.log_path.read_text().strip().rpartition("\n")[2]
            raise ServerStopped(f"the function did not start (exit code {code}): {last_line}")
        return url

    def kill(self) -> None:
        """End it at once: it holds nothing to lose, and torch takes seconds to leave politely."""
        self.process.kill()

    def stop(self) -> None:
        """Ask it to end, wait, and end it if it does not."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
