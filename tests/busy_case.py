"""Requests that find the worker busy: the same story for every host."""

import threading
import time
from pathlib import Path

import requests
from serving import write_main


def write_busy_main(folder: Path) -> Path:
    """A handler that says it was entered, and comes back when it is told to."""
    return write_main(
        folder,
        "import time\n"
        "from pathlib import Path\n"
        f"FOLDER = Path({str(folder)!r})\n"
        "def handler(context, event):\n"
        "    if event.path == '/stay':\n"
        "        (FOLDER / 'entered').touch()\n"
        "        while not (FOLDER / 'leave').exists(): time.sleep(0.01)\n"
        "    return 'done'\n",
    )


class BusyWorker:
    """Keeps the worker busy inside a `with` block, and checks that its own request came through."""

    def __init__(self, url: str, folder: Path) -> None:
        self._folder = folder
        self._replies: list[str] = []
        self._client = threading.Thread(
            target=lambda: self._replies.append(requests.get(f"{url}/stay", timeout=60).text)
        )

    def __enter__(self) -> None:
        self._client.start()
        deadline = time.monotonic() + 30
        while not (self._folder / "entered").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def __exit__(self, *_: object) -> None:
        (self._folder / "leave").touch()
        self._client.join()
        assert self._replies == ["done"]


def check_503_while_busy(url: str, folder: Path) -> None:
    """Needs a host that waits less than a second for its worker."""
    with BusyWorker(url, folder):
        reply = requests.get(url, timeout=30)
        assert (reply.status_code, reply.headers.get("Content-Type"), reply.text) == (503, None, "")
        # The host itself is well.
        assert requests.get(f"{url}/__internal/health", timeout=30).status_code == 200
    assert requests.get(url, timeout=30).text == "done"
