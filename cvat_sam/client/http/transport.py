"""The HTTP session: what is set for every request, and what became of one that failed."""

import ssl
import warnings
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from cvat_sam.client.http.credentials import Secret

# Larger writes than http.client's own 16 KiB; still small enough that the time-out, which counts
# for each of them, is generous on a slow line.
BLOCK_BYTES = 1 << 18

_HOPELESS = (
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidSchema,
    UnicodeError,
)
# What OpenSSL calls an answer that is none of TLS's.
_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")


class Header(AuthBase):
    """Puts `Authorization` on a request: an auth object, so that ~/.netrc does not replace it.

    Args:
        scheme: `Token` or `Bearer`.
        secret: what follows it.
    """

    def __init__(self, scheme: str, secret: Secret) -> None:
        self.scheme = scheme
        self._secret = secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put it there."""
        request.headers["Authorization"] = _Hidden(f"{self.scheme} {self._secret.reveal()}")
        return request

    def __repr__(self) -> str:
        return f"Header({self.scheme} ***)"


class Nobody(AuthBase):
    """Sends nothing that says who asks, whatever ~/.netrc has."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class _Hidden(str):
    """Text whose repr shows nothing: headers are printed by debuggers and by pretty tracebacks."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


class Body:
    """Bytes to send, that knows whether all of them were handed over.

    It is read in blocks: the time-out of a socket counts for the whole of what it is given at once,
    and a large body on a slow line would run into it.
    """

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self.sent = 0

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[memoryview]:
        while block := self.read(BLOCK_BYTES):
            yield block

    def read(self, count: int = -1) -> memoryview:
        """The next block."""
        block = self._data[self.sent : self.sent + (count if count >= 0 else len(self._data))]
        self.sent += len(block)
        return block

    @property
    def is_all_sent(self) -> bool:
        """Whether the last block was taken; what was taken may or may not have arrived."""
        return self.sent == len(self._data)


class _Adapter(HTTPAdapter):
    """Requests' adapter with larger blocks."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, blocksize=BLOCK_BYTES)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **{"blocksize": BLOCK_BYTES, **kwargs})


class _Session(requests.Session):
    """A session that knows no redirects: requests reads their targets even if it follows none."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """None there is."""


def new_session(*, verify: bool) -> requests.Session:
    """A session that follows no redirects of its own and keeps no cookies.

    Proxies and certificates come from the environment, as people expect.
    """
    session = _Session()
    session.auth = Nobody()
    # The key of a login says who we are; a session cookie beside it would ask for CSRF tokens.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for prefix in ("https://", "http://"):
        session.mount(prefix, _Adapter(max_retries=0))
    if not verify:
        # Said once by us, in place of at every request.
        warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)
    return session


def never_sent(error: Exception | None) -> bool:
    """Whether there was no connection at all to send anything on."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    return isinstance(cause_of(error), urllib3.exceptions.NewConnectionError)


def is_hopeless(error: Exception | None) -> bool:
    """Whether the same is to be expected a second later."""
    if isinstance(error, requests.exceptions.SSLError):
        return not isinstance(_tls_cause(error), ssl.SSLEOFError)  # which is a mere cut
    return isinstance(error, _HOPELESS)


def is_nowhere(error: Exception | None) -> bool:
    """Whether nobody knows the server's name, or nothing listens where it should be."""
    inner = cause_of(error)
    if isinstance(inner, urllib3.exceptions.NewConnectionError):
        return isinstance(inner.__cause__, ConnectionRefusedError) or _is_unknown_name(error)
    return False


def _is_unknown_name(error: Exception | None) -> bool:
    return isinstance(cause_of(error), urllib3.exceptions.NameResolutionError)


def reason_of(error: Exception | None, *, seconds: float) -> str:
    """What happened, without addresses: a proxy's can hold a password."""
    inner = cause_of(error)
    if _is_unknown_name(error):
        return "its name cannot be resolved here"
    if isinstance(inner, urllib3.exceptions.NewConnectionError):
        return "the connection is refused"
    if isinstance(inner, urllib3.exceptions.ReadTimeoutError):
        return f"nothing was received for {seconds:g} s"
    if isinstance(_tls_cause(error), ssl.SSLCertVerificationError):
        return "its certificate cannot be verified (--insecure does not check it)"
    if getattr(_tls_cause(error), "reason", "") in _NO_TLS:
        return "it speaks no TLS there; should it be http://?"
    reasons: dict[type[Exception], str] = {
        requests.exceptions.SSLError: "the encrypted connection failed",
        requests.exceptions.ProxyError: "the proxy does not let the connection through",
        requests.ConnectTimeout: "there was no connection in time",
        requests.ReadTimeout: f"nothing was received for {seconds:g} s",
        requests.exceptions.ChunkedEncodingError: "the connection was cut",
        requests.exceptions.ContentDecodingError: "its answer is compressed and damaged",
        requests.ConnectionError: "the connection was cut",
        requests.exceptions.InvalidProxyURL: "the proxy's address is none",
        requests.exceptions.InvalidURL: "its address is none",
        UnicodeError: "its name is none",
    }
    known = (reason for kind, reason in reasons.items() if isinstance(error, kind))
    return next(known, f"the request failed with {type(error).__name__}")


def cause_of(error: Exception | None) -> object:
    """What urllib3 says was the cause, under what requests and its retries wrap around it."""
    inner = error.args[0] if error is not None and error.args else None
    return getattr(inner, "reason", inner)


def _tls_cause(error: Exception | None) -> object:
    inner = cause_of(error)
    return inner.args[0] if isinstance(inner, urllib3.exceptions.SSLError) and inner.args else inner
