"""The functions that CVAT finds at Nuclio's dashboard, as a server of version 2.15 lists them."""

from collections.abc import Mapping, Sequence
from typing import Any

from fake_cvat.fake_http import Refused, Reply, as_json

DASHBOARD = "http://nuclio:8070"
# What requests says when nothing listens there, which CVAT passes on.
NOBODY = (
    "HTTPConnectionPool(host='nuclio', port=8070): Max retries exceeded with url: {path} "
    "(Caused by NewConnectionError('<urllib3.connection.HTTPConnection object>: Failed to "
    "establish a new connection: [Errno 111] Connection refused'))"
)


class Functions:
    """What is deployed.

    Attributes:
        listed: the functions, see `function`.
        has_nuclio: whether there is a dashboard to ask.
        has_models: whether CVAT's pages show them, CVAT_SERVERLESS.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Nuclio without a function."""
        self.listed: list[dict[str, Any]] = []
        self.has_nuclio = True
        self.has_models = True

    def show(self, name: str | int) -> Reply:
        """GET /api/lambda/functions/<id>; without one all, in a bare list without pages."""
        path = f"/api/functions/{name}".rstrip("/")
        if not self.has_nuclio:
            raise Refused(as_json(NOBODY.format(path=path), 503))
        if name == "":
            return as_json(self.listed)
        for one in self.listed:
            if one["id"] == str(name):
                return as_json(one)
        return as_json(f"404 Client Error: Not Found for url: {DASHBOARD}{path}", 404)

    def show_plugins(self) -> Reply:
        """GET /api/server/plugins: what the pages have."""
        plugins = {"GIT_INTEGRATION": False, "ANALYTICS": False}
        return as_json({**plugins, "MODELS": self.has_models, "PREDICT": False})


def function(
    name: str, kind: str, title: str, *, labels: Sequence[str] = (), **more: Any
) -> dict[str, Any]:
    """A function as CVAT lists it.

    Args:
        name: Nuclio's, which is its id.
        kind: interactor, detector, tracker, reid.
        title: its name for people.
        labels: names of labels for masks.
        **more: other values than the defaults.
    """
    listed: dict[str, Any] = {
        "id": name,
        "kind": kind,
        "labels_v2": [{"name": label, "type": "mask", "attributes": []} for label in labels],
        "description": "",
        "name": title,
        "version": 1,
    }
    if kind == "interactor":
        interactor: Mapping[str, Any] = {
            "version": 2,
            "min_pos_points": 1,
            "min_neg_points": 0,
            "startswith_box": False,
            "help_message": "",
            "animated_gif": "",
        }
        listed |= interactor
    return listed | more
