"""The client: masks in bulk into CVAT and out again.

    cvat_sam.client.server       which CVAT
    cvat_sam.client.credentials  who asks
    cvat_sam.client.connection   what is sent, what may be tried again, what nobody knows
    cvat_sam.client.api          tasks, shapes, frames
    cvat_sam.client.uploading    masks from files into a task, once
    cvat_sam.client.with_model   masks that a model makes, there
    cvat_sam.client.download     masks of a task into files

>>> from cvat_sam.client import Client
>>> with Client("http://localhost:8080", token="xyzzy") as client:
...     client
Client('http://localhost:8080')
"""

import importlib
from typing import TYPE_CHECKING, Any

from cvat_sam.client.client import Client
from cvat_sam.client.credentials import AccessToken, Password, Secret
from cvat_sam.client.server import Server

if TYPE_CHECKING:
    from cvat_sam.client.function import DashboardFunction, Function
    from cvat_sam.client.local_model import LocalModel
    from cvat_sam.client.report import Report
    from cvat_sam.client.uploading import upload

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
    "DashboardFunction": "function",
    "Function": "function",
    "LocalModel": "local_model",
    "Report": "report",
    "upload": "uploading",
}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATE[name]}"), name)


def __dir__() -> list[str]:
    return __all__
