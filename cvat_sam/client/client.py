"""The Python face of the client."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cvat_sam.client import api
from cvat_sam.client.connection import Connection
from cvat_sam.client.server import Server
from cvat_sam.client.task import Task

if TYPE_CHECKING:
    from cvat_sam.client.download import Downloaded
    from cvat_sam.client.uploading import Report


class Client:
    """A CVAT server, for masks; a context manager.

    Args:
        server: which one, and who asks.
        report: hears, in sentences, of requests that are tried again and of what is unsafe.
        **patience: see `Connection`.
    """

    def __init__(
        self,
        server: Server,
        *,
        report: Callable[[str], None] | None = None,
        **patience: Any,
    ) -> None:
        self.connection = Connection(server, report=report, **patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.connection.server.url!r})"

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def task(self, task: int) -> Task:
        """Everything about a task that masks have to fit; see `api.read_task`."""
        return api.read_task(self.connection, task)

    def shapes(self, task: int) -> Iterator[dict[str, Any]]:
        """All shapes of a task; see `api.shapes`."""
        return api.shapes(self.connection, task=task)

    def frame_image(self, task: int, number: int) -> bytes:
        """A frame's image as a file's bytes; see `api.frame_image`."""
        return api.frame_image(self.connection, task, number)

    def download(self, task: int, to: Path | str, **options: Any) -> "Downloaded":
        """Write a task's masks to a file or a folder; see `download.download`."""
        from cvat_sam.client.download import download

        return download(self.connection, task, Path(to), **options)

    def upload(
        self, sources: Sequence[Path | str] | Path | str, *, task: int, **options: Any
    ) -> "Report":
        """Upload masks into a task; see `uploading.upload`."""
        from cvat_sam.client.uploading import upload

        paths = [sources] if isinstance(sources, str | Path) else sources
        return upload(self.connection, [Path(path) for path in paths], task=task, **options)
