"""The Python face of the client."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cvat_sam.client import api
from cvat_sam.client.http.connection import Connection
from cvat_sam.client.http.credentials import AccessToken, Secret, find
from cvat_sam.client.http.server import Server
from cvat_sam.client.task import Task
from cvat_sam.exceptions import InvalidSetting

if TYPE_CHECKING:
    from cvat_sam.client.annotating.annotate import Annotated
    from cvat_sam.client.annotating.found import Asker
    from cvat_sam.client.annotating.refine_boxes import Refined
    from cvat_sam.client.download import Downloaded
    from cvat_sam.client.uploads.report import Report


class Client:
    """A CVAT server, for masks; a context manager.

    Args:
        server: which one, and who asks; or its address alone.
        token: an access token, with an address alone. Without it, `CVAT_ACCESS_TOKEN`, else the
            user's name with `PASS`, as on the command line.
        report: hears, in sentences, of requests that are tried again and of what is unsafe.
        **patience: see `Connection`.

    Raises:
        InvalidSetting: the address is none, or nothing says who asks.
    """

    def __init__(
        self,
        server: Server | str,
        *,
        token: Secret | str | None = None,
        report: Callable[[str], None] | None = None,
        **patience: Any,
    ) -> None:
        self.connection = Connection(_server(server, token), report=report, **patience)

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
        """Upload masks into a task.

        Args:
            sources: files and folders.
            task: its number.
            **options: see `help(cvat_sam.client.upload)`: job, labels, format, dry_run, skip_bad,
                replace_own, again, only_new, journal, progress.
        """
        from cvat_sam.client.uploads.uploading import upload

        return upload(self.connection, sources, task=task, **options)

    def annotate(self, task: int, asker: "Asker", *, label: str, **options: Any) -> "Annotated":
        """Put a mask on every object that a model finds; see `annotating.with_model.annotate_task`.

        Args:
            task: its number.
            asker: `Function(url)`, `DashboardFunction(url, name)` or `LocalModel("vit_t")`.
            label: the label of all masks.
            **options: see there.
        """
        from cvat_sam.client.annotating.with_model import annotate_task

        return annotate_task(self.connection, asker, task=task, label=label, **options)

    def refine_boxes(self, task: int, asker: "Asker", **options: Any) -> "Refined":
        """Turn rectangles into masks; see `annotating.with_model.refine_boxes_of_task`.

        Args:
            task: its number.
            asker: see `annotate`.
            **options: see there.
        """
        from cvat_sam.client.annotating.with_model import refine_boxes_of_task

        return refine_boxes_of_task(self.connection, asker, task=task, **options)


def _server(server: Server | str, token: Secret | str | None) -> Server:
    if isinstance(server, Server):
        if token is not None:
            raise InvalidSetting("a token goes with an address; a Server has its own credentials")
        return server
    url = Server(server).url
    if token is None:
        return Server(url, find(url))
    return Server(url, AccessToken(token if isinstance(token, Secret) else Secret(token)))
