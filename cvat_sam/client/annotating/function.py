"""Asks a deployed function for masks: itself, or through Nuclio's dashboard.

CVAT in between would drop the keys that ask for compact replies and for many boxes at once.
"""

import base64
import itertools
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, Self
from urllib.parse import urlsplit

import requests
import urllib3

from cvat_sam.client.annotating.found import Found, read_shapes
from cvat_sam.client.http.answers import seconds_to_wait, sentence_of
from cvat_sam.client.http.transport import new_session, reason_of
from cvat_sam.exceptions import InvalidSetting, NotAllowed, ServerRefused, ServerUnreachable
from cvat_sam.images.size import size_of
from cvat_sam.models.prompt import Box
from cvat_sam.wire.requests import MOST_PROMPTS

CONNECT_SECONDS = 10.0
# Everything mode of a large model on a CPU takes minutes.
READ_SECONDS = 600.0
# Nuclio's dashboard waits this long for the function, whatever we do.
DASHBOARD_SECONDS = 300
LONGEST_PAUSE = 30.0
LONGEST_WAIT = 120.0

# The worker is busy, or is being started: the same question can be answered a little later.
_PASSING = frozenset({408, 425, 429, 502, 503, 504})
_INVOCATIONS = "/api/function_invocations"
# How far our own detector got, in its `Server-Timing`.
_POINTS = re.compile(r'points;desc="(?P<asked>[0-9]{1,9})/(?P<points>[0-9]{1,9})"')


class Function:
    """A function that is asked at its own address; a context manager.

    Args:
        url: where it listens.
        report: hears, in sentences, of questions that are asked again.
        tries: how often a question is asked that gets no answer.
        pause: seconds before the second time; doubled for each further one.
        read_seconds: how long to wait for an answer.

    Raises:
        InvalidSetting: not such an address.
    """

    _option = "--function"
    _path = ""

    def __init__(
        self,
        url: str,
        *,
        report: Callable[[str], None] | None = None,
        tries: int = 5,
        pause: float = 1.0,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self.url = _address(self._option, url)
        self._report = report or (lambda sentence: None)
        self._tries = tries
        self._pause = pause
        self._read_seconds = read_seconds
        self._session = new_session(verify=True)
        self._session.headers["Content-Type"] = "application/json"

    @property
    def name(self) -> str:
        """What is asked, for sentences."""
        return f"the function at {self.url}"

    def boxes(self, image: bytes, boxes_xyxy: Sequence[Box]) -> list[Found | None]:
        """See `Asker.boxes`."""
        height, width = size_of(image)
        found: list[Found | None] = []
        # More than one request only for very many; the function keeps what it saw of the image.
        for begin in range(0, len(boxes_xyxy), MOST_PROMPTS):
            some = [list(box) for box in boxes_xyxy[begin : begin + MOST_PROMPTS]]
            masks = read_shapes(
                self._ask(image, {"boxes": some}), who=self.name, height=height, width=width
            )
            if len(masks) != len(some):
                raise ServerUnreachable(
                    f"{self.name} answers {len(masks)} masks to {len(some)} boxes"
                )
            found += masks
        return found

    def everything(self, image: bytes) -> list[Found]:
        """See `Asker.everything`."""
        height, width = size_of(image)
        masks = read_shapes(self._ask(image, {}), who=self.name, height=height, width=width)
        return [mask for mask in masks if mask is not None]

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _ask(self, image: bytes, keys: Mapping[str, Any]) -> Any:
        """The JSON that answers; asking is harmless, so it is done again where there is none."""
        text = base64.b64encode(image).decode("ascii")
        body = json.dumps({**keys, "reply": "shapes", "image": text}).encode()
        tries = self._tries
        for attempt in itertools.count(1):
            wait: float | None = None
            try:
                response = self._session.post(
                    self.url + self._path,
                    data=body,
                    allow_redirects=False,
                    timeout=(CONNECT_SECONDS, self._read_seconds),
                )
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
                reason = reason_of(error, seconds=self._read_seconds)
                if isinstance(error, requests.ReadTimeout):
                    tries = min(tries, 2)  # so long a wait is not worth many
            else:
                if response.status_code == 200:
                    self._say_if_cut_short(response)
                    return self._json(response)
                if response.status_code not in _PASSING:
                    self._refuse(response)
                reason = f"it answers {response.status_code}{_said(response)}"
                wait = seconds_to_wait(response.headers)
            if attempt >= tries:
                break
            if wait is None:
                wait = min(self._pause * 2 ** (attempt - 1), LONGEST_PAUSE)
            self._report(f"{self.name}: {reason}; asking again")
            time.sleep(min(wait, LONGEST_WAIT))
        raise ServerUnreachable(f"{self.name}: {reason}, {attempt} times")

    def _say_if_cut_short(self, response: requests.Response) -> None:
        found = _POINTS.search(response.headers.get("Server-Timing", ""))
        if found and int(found["asked"]) < int(found["points"]):
            self._report(
                f"{self.name}: its time was up (SAM_DEADLINE) after {int(found['asked']):,} of "
                f"{int(found['points']):,} points, so this frame may have more objects"
            )

    def _json(self, response: requests.Response) -> Any:
        try:
            return json.loads(response.content)
        except (ValueError, RecursionError):
            raise ServerUnreachable(
                f"{self.name} answers 200 with something else than JSON; is it another server?"
            ) from None

    def _refuse(self, response: requests.Response) -> NoReturn:
        status = response.status_code
        kind = NotAllowed if status in (401, 403) else ServerRefused
        raise kind(f"{self.name} answers {status}{_said(response)}", status=status)


class DashboardFunction(Function):
    """A function that Nuclio's dashboard asks for us, where it has no port of its own.

    Args:
        url: the dashboard's.
        function: the function's name.
        namespace: Nuclio's, that the function is in.
        options: see `Function`.

    Raises:
        InvalidSetting: not such an address, or no name.
    """

    _option = "--dashboard"
    _path = _INVOCATIONS

    def __init__(
        self, url: str, function: str, *, namespace: str = "nuclio", **options: Any
    ) -> None:
        for what, text in (("name", function), ("namespace", namespace)):
            # It goes into a header; Nuclio itself takes less.
            if not re.fullmatch(r"[A-Za-z0-9._-]{1,253}", text):
                raise InvalidSetting(f"the function's {what} should be Nuclio's, not {text!r}")
        super().__init__(url, **options)
        self.function = function
        # As CVAT sends them.
        self._session.headers.update(
            {
                "x-nuclio-project-name": "cvat",
                "x-nuclio-function-namespace": namespace,
                "x-nuclio-function-name": function,
                "x-nuclio-invoke-via": "domain-name",
                "x-nuclio-path": "/",
                "X-Nuclio-Invoke-Timeout": f"{DASHBOARD_SECONDS}s",
            }
        )

    @property
    def name(self) -> str:
        """What is asked, for sentences."""
        return f"the function {self.function} behind the dashboard {self.url}"


def _said(response: requests.Response) -> str:
    sentence = sentence_of(response.content)
    sentence = sentence.removeprefix("error: ")  # our functions' own key
    return f": {sentence}" if sentence else ""


def _address(option: str, url: str) -> str:
    text = url.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        right = parts.scheme in ("http", "https") and bool(parts.hostname)
        right = right and not (parts.query or parts.fragment) and parts.port != 0
    except ValueError:
        right = False
    if "@" in text:
        # Not repeated: it may hold a password.
        raise InvalidSetting(f"{option} should be http://host:port without a user in it")
    if not right or not text.isprintable() or " " in text:
        raise InvalidSetting(f"{option} should be http://host:port, not {url!r}")
    return text
