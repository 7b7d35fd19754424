"""The stand-in for CVAT as tests use it: a process of its own, and what can be asked of it.

with FakeCvat() as cvat:
    task = cvat.add_task([("a.png", 640, 480)], labels=["car"])
    ...                                    # the client under test talks to cvat.url
    assert len(cvat.shapes(task)) == 3
"""

import secrets
import tempfile
from pathlib import Path

from fake_cvat.served import ServedCvat


class FakeCvat(ServedCvat):
    """One server; a context manager.

    Args:
        images: folder with the frames' files; one of its own without it.
        state: file that keeps what is stored over a restart; one of its own without it.

    Attributes:
        token: for `Authorization: Token`.
        key: the same; of a real server there may be only a personal access token.
        bearer: for `Authorization: Bearer`.
        user: with `password` what `/api/auth/login` takes.
        organization: a slug that exists.
    """

    user = "annotator"
    organization = "lab"

    def __init__(self, *, images: Path | None = None, state: Path | None = None) -> None:
        super().__init__()
        self._own = tempfile.TemporaryDirectory(prefix="fake-cvat-")
        own = Path(self._own.name)
        self.images = images or own / "images"
        self.images.mkdir(parents=True, exist_ok=True)
        self._state = state or own / "state.sqlite"
        self._log = own / "stderr.txt"
        self.token = self.key = secrets.token_hex(20)
        self.bearer = "pat_" + secrets.token_urlsafe(32)
        self.password = secrets.token_urlsafe(12)

    @property
    def authorization(self) -> str:
        return f"Token {self.token}"

    def command(self) -> list[str]:
        return ["fake_cvat", "--state", str(self._state), "--images", str(self.images)]

    def secrets(self) -> dict[str, str]:
        return {
            "FAKE_CVAT_TOKEN": self.token,
            "FAKE_CVAT_BEARER": self.bearer,
            "FAKE_CVAT_PASSWORD": self.password,
        }

    def clean_up(self) -> None:
        self._own.cleanup()
