"""Downloads from an address on the web, going on where a transfer was cut."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
import urllib3

from cvat_sam import cache
from cvat_sam.reporting import Reporter, megabytes
from cvat_sam.weights.source import SourceFailed

CONNECT_SECONDS = 10
READ_SECONDS = 60
CHUNK_BYTES = 1 << 16


@dataclass(frozen=True)
class Transfer:
    """One file on its way from a web server.

    Attributes:
        url: its address.
        name: of the file, for sentences.
        size: in bytes.
        tries: how often in a row it is asked without a byte of progress.
        pause: seconds before the second try; doubled for each further one.
    """

    url: str
    name: str
    size: int
    tries: int
    pause: float

    def run(self, part: Path, report: Reporter) -> None:
        """Download to `part`, in as many requests as it takes; see `Source.fetch`."""
        began = furthest = _bytes_in(part)
        failures = 0
        with report.transfer(self.name, self.size) as advance:
            while _bytes_in(part) != self.size:
                try:
                    _receive(self.url, part, self.size, advance)
                    reason = f"the transfer ended after {_bytes_in(part):,} of {self.size:,} bytes"
                except requests.RequestException as error:
                    reason = _reason(error)
                    # A name that was known when the transfer began will be known again.
                    if _is_final(error) or (_name_is_unknown(error) and furthest == began):
                        raise SourceFailed(reason) from error
                reached = _bytes_in(part)
                if reached == self.size:
                    return
                failures = 1 if reached > furthest else failures + 1
                furthest = max(furthest, reached)
                if failures >= self.tries:
                    raise SourceFailed(f"{reason}, {failures} times")
                report.say(f"{self.name}: {reason}; trying again, {megabytes(reached)} are here")
                time.sleep(self.pause * 2 ** (failures - 1))


def _receive(url: str, part: Path, size: int, advance: Callable[[int], None]) -> None:
    """Make one request and append what it brings; returns at its end, wherever that is."""
    if _bytes_in(part) > size:
        part.unlink()
    done = _bytes_in(part)
    # Positions in a compressed answer would not be positions in the file.
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    timeout = (CONNECT_SECONDS, READ_SECONDS)
    with requests.get(url, headers=headers, stream=True, timeout=timeout) as response:
        if response.status_code == requests.codes.requested_range_not_satisfiable:
            part.unlink(missing_ok=True)  # the next request starts at the beginning
        response.raise_for_status()
        done = _start(response, done)
        _check_length(response, size)
        try:
            with part.open("ab" if done else "wb") as file:
                for chunk in response.iter_content(CHUNK_BYTES):
                    done += len(chunk)
                    if done > size:
                        part.unlink()
                        raise SourceFailed(f"it sends more than the {size:,} bytes of the file")
                    file.write(chunk)
                    advance(done)
        except requests.RequestException:  # an OSError too, but not of ours
            raise
        except OSError as error:
            part.unlink(missing_ok=True)  # a full disk is not to be left full
            raise cache.unwritable(part, error) from error


def _bytes_in(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _start(response: requests.Response, asked: int) -> int:
    """The position in the file at which the body of `response` starts."""
    if response.status_code != requests.codes.partial_content:
        return 0
    unit_and_range = response.headers.get("Content-Range", "")
    if not unit_and_range.startswith(f"bytes {asked}-"):
        raise SourceFailed(f"asked to go on at byte {asked:,}, it sends {unit_and_range or '?'}")
    return asked


def _check_length(response: requests.Response, size: int) -> None:
    """Refuse a file of another length before it is received."""
    if encoding := response.headers.get("Content-Encoding"):
        raise SourceFailed(f"it sends the file in the encoding {encoding}, which was not asked for")
    if response.status_code == requests.codes.partial_content:
        announced = response.headers["Content-Range"].rpartition("/")[2]
    else:
        announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) != size:
        raise SourceFailed(f"its file has {int(announced):,} bytes instead of {size:,}")


def _is_final(error: requests.RequestException) -> bool:
    """Whether the same answer is to be expected a second later."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        status = error.response.status_code
        return status < 500 and status not in (408, 416, 425, 429)
    passing = (
        requests.ConnectionError,
        requests.Timeout,
        requests.exceptions.ChunkedEncodingError,
    )
    return isinstance(error, requests.exceptions.SSLError) or not isinstance(error, passing)


def _name_is_unknown(error: requests.RequestException) -> bool:
    return isinstance(_cause(error), urllib3.exceptions.NameResolutionError)


def _reason(error: requests.RequestException) -> str:
    """What happened, without addresses: a proxy's can hold a password."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"it answers {error.response.status_code} {error.response.reason}"
    if _name_is_unknown(error):
        return "the name of its server cannot be resolved here"
    if isinstance(_cause(error), urllib3.exceptions.ReadTimeoutError):
        return f"nothing was received for {READ_SECONDS} s"
    reasons = {
        requests.exceptions.SSLError: "its certificate cannot be verified",
        requests.exceptions.ProxyError: "the proxy does not let it through",
        requests.ConnectTimeout: f"no connection within {CONNECT_SECONDS} s",
        requests.exceptions.ChunkedEncodingError: "the connection was cut",
        requests.ConnectionError: "the connection failed",
        requests.TooManyRedirects: "it redirects in a circle",
    }
    known = (reason for kind, reason in reasons.items() if isinstance(error, kind))
    return next(known, f"the request failed with {type(error).__name__}")


def _cause(error: requests.RequestException) -> object:
    """What urllib3 says was the cause, under what requests and its retries wrap around it."""
    inner = error.args[0] if error.args else None
    return getattr(inner, "reason", inner)
