"""The client: masks in bulk into CVAT and out again.

    http        which CVAT, who asks, what is sent, what became of it
    api         tasks, shapes, frames
    uploads     masks from files into a task, once
    annotating  masks that a model makes, there
    download    masks of a task into files

>>> from cvat_sam.client import Client
>>> with Client("http://localhost:8080", token="xyzzy") as client:
...     client
Client('http://localhost:8080')
"""

import importlib
from typing import TYPE_CHECKING, Any

from cvat_sam.client.client import Client
from cvat_sam.client.http.credentials import AccessToken, Password, Secret
from cvat_sam.client.http.server import Server

if TYPE_CHECKING:
    from cvat_sam.client.annotating.function import DashboardFunction, Function
    from cvat_sam.client.annotating.local_model import LocalModel
    from cvat_sam.client.uploads.report import Report
    from cvat_sam.client.uploads.uploading import upload

__all__ = [
    "AccessToken",
    "Client",
    "DashboardFunction",
    "Function",
    "LocalModel",
    "Password",
    "Report",
    "Secret",
    "Server",
    "upload",
]

# Late: most of what these need is not needed to read a task.
_LATE = {
    "DashboardFunction": "annotating.function",
    "Function": "annotating.function",
    "LocalModel": "annotating.local_model",
    "Report": "uploads.report",
    "upload": "uploads.uploading",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATE[name]}"), name)


def __dir__() -> list[str]:
    return __all__
