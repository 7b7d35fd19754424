"""Hosts for a main.py, each a process of its own: what the tests of serve/ and nuclio/ talk to."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cvat_sam.serve.process import ServeProcess


@dataclass(frozen=True)
class Hosted:
    """A main.py behind HTTP.

    Attributes:
        url: without a slash at the end.
        process: the host.
        log: the file that the host writes its log to.
    """

    url: str
    process: subprocess.Popen[str]
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, for a bare socket."""
        host, port = self.url.removeprefix("http://").split(":")
        return host, int(port)


def write_main(folder: Path, text: str) -> Path:
    """Put a main.py into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.py").write_text(text)
    return folder


@contextlib.contextmanager
def served(folder: Path, **settings: str) -> Iterator[Hosted]:
    """`cvat-sam serve --path folder`, with environment variables on top."""
    log = folder / "serve.log"
    with ServeProcess("--path", str(folder), settings=settings, log_path=log) as server:
        yield Hosted(server.wait_until_ready(), server.process, log)


@contextlib.contextmanager
def served_with(folder: Path, **limits: float) -> Iterator[Hosted]:
    """The same with limits that the command has no options for, so that no test waits for them."""
    program = (
        "from pathlib import Path; from cvat_sam.serve import serve;"
        f"serve(path=Path({str(folder)!r}), ready=lambda url: print(url, flush=True), **{limits})"
    )
    log = folder / "serve.log"
    with (
        log.open("w") as stream,
        subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=stream, text=True
        ) as process,
    ):
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url, log.read_text()
            yield Hosted(url, process, log)
        finally:
            process.terminate()
