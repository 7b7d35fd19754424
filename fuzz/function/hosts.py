"""The process that answers: how it is started, what memory it takes, what its log must not have."""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cvat_sam.serve.process import ServeProcess
from cvat_sam.settings import FunctionKind
from fuzz.function.bodies import Body, in_base64
from fuzz.function.damage import CANARY
from fuzz.function.requests import Request

MAX_PIXELS = 4_000_000
# So many images fit into a worker's memory, at 6.3 MB each: those that are sent often, and a few.
EMBEDDINGS = 7
SETTINGS = {
    "SAM_DEVICE": "cpu",
    # So that what is large in a file and what is allowed are apart, and the peak of memory shows.
    "SAM_MAX_PIXELS": str(MAX_PIXELS),
    "SAM_EMBEDDINGS_MB": str(EMBEDDINGS * 6 + 4),
    "SAM_POINTS_PER_SIDE": "2",
    # Whatever time this takes on a busy machine, the answer is the same.
    "SAM_DEADLINE": "100000",
}
PIECE = 24
LONGEST_LINE = 4000


@dataclass(frozen=True)
class Host:
    """A function that runs.

    Attributes:
        url: of it.
        pid: of the process that holds the model.
        log_path: the file that it logs to.
    """

    url: str
    pid: int
    log_path: Path

    def memory(self) -> "Memory | None":
        """What it takes now; None where the system does not say, or it is gone (proc(5))."""
        try:
            text = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return None
        found = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB$", text, re.MULTILINE))
        if len(found) < 2:
            return None
        return Memory(int(found["VmRSS"]) // 1024, int(found["VmHWM"]) // 1024)


@dataclass(frozen=True)
class Memory:
    """Megabytes of 2**20 bytes.

    Attributes:
        resident: now.
        peak: since the process began.
    """

    resident: int
    peak: int


@contextlib.contextmanager
def served(kind: FunctionKind, *, path: Path | None = None) -> Iterator[Host]:
    """`cvat-sam serve` for a kind of function.

    Args:
        kind: of the function.
        path: a folder with another main.py.
    """
    arguments = ["--function", kind, *(["--path", str(path)] if path else [])]
    with tempfile.TemporaryDirectory(prefix="fuzz-function-") as folder:
        log_path = Path(folder) / "serve.log"
        with ServeProcess(*arguments, log_path=log_path, settings=SETTINGS) as process:
            yield Host(process.wait_until_ready(), process.process.pid, log_path)
            process.kill()


def pieces_of(request: Request) -> Iterator[str]:
    """Pieces of a request's image, as text, that no log may have."""
    body = request.content if isinstance(request.content, Body) else request.content.body
    if body is None or body.image is None:
        return
    for text in (in_base64(body.image), repr(body.image)[2:-1]):
        for at in (0, len(text) // 3, len(text) - PIECE):
            piece = text[at : at + PIECE]
            # A run of one letter is no secret.
            if len(piece) == PIECE and len(set(piece)) > 8:
                yield piece


def wrong_in_log(text: str, pieces: set[str]) -> Iterator[str]:
    """What is in a log that must not be."""
    # What is written as JSON has each backslash twice.
    for line in text.replace("\\\\", "\\").splitlines():
        windows = (line[at : at + PIECE] for at in range(len(line) - PIECE + 1))
        if CANARY in line.lower():
            yield f"the log has a word of a request: {line[:300]!r}"
        elif any(window in pieces for window in windows):
            yield f"the log has a piece of an image: {line[:300]!r}"
        elif "Traceback" in line:
            yield f"the log has a traceback: {line[:1000]!r}"
        elif len(line) > LONGEST_LINE:
            yield f"the log has a line of {len(line):,} letters: {line[:300]!r}"
