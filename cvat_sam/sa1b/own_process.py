"""A Python process of ours, and the pickles that go between it and the one that started it."""

import os
import pickle
import subprocess
import sys
from typing import IO, Any

DONE = "done"


class Failed(str):
    """What a process says when it fails: its traceback."""

    __slots__ = ()


def start(module: str, **options: Any) -> subprocess.Popen[bytes]:
    """Run a module, with a pipe to its standard input and one from its standard output.

    It finds the same modules as this process, wherever they were found, and none that lie about
    where it is started.
    """
    path = os.pathsep.join(one or "." for one in sys.path)
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
        **options,
    )


def own_output() -> IO[bytes]:
    """Standard output for us alone: what a library prints goes to standard error."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def send(message: Any, output: IO[bytes]) -> None:
    """Send something at once."""
    pickle.dump(message, output, protocol=pickle.HIGHEST_PROTOCOL)
    output.flush()
