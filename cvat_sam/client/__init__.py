"""The client: masks in bulk into CVAT and out again.

    cvat_sam.client.server       which CVAT
    cvat_sam.client.credentials  who asks
    cvat_sam.client.connection   what is sent, what may be tried again, what nobody knows
    cvat_sam.client.api          tasks, shapes, frames

>>> from cvat_sam.client import AccessToken, Client, Secret, Server
>>> server = Server("http://localhost:8080", credentials=AccessToken(Secret("xyzzy")))
>>> with Client(server) as client:
...     client
Client('http://localhost:8080')
"""

from typing import TYPE_CHECKING, Any

from cvat_sam.client.client import Client
from cvat_sam.client.credentials import AccessToken, Password, Secret
from cvat_sam.client.server import Server

if TYPE_CHECKING:
    from cvat_sam.client.uploading import upload

__all__ = ["AccessToken", "Client", "Password", "Secret", "Server", "upload"]


def __getattr__(name: str) -> Any:
    # Late: most of what an upload needs is not needed to read a task.
    if name == "upload":
        from cvat_sam.client.uploading import upload

        return upload
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
