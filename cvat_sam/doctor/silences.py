"""What it means that a function does not answer at all."""

from collections.abc import Iterator

from cvat_sam.doctor.asking import Silence, Why
from cvat_sam.doctor.finding import Finding, ok, wrong
from cvat_sam.doctor.steps import LOG, PORT

_MEANT: dict[Why, tuple[str, str]] = {
    "name": (
        "nobody here knows the name in its address",
        "check how it is spelt; names of containers and of Kubernetes' services are known in "
        "their own networks alone: ask from there, or at the port on the host",
    ),
    "refused": (
        "nothing listens there: the connection is refused",
        f"see whether the function runs, and {PORT}; one without a port on the host is asked from "
        "a container of its network",
    ),
    "unreachable": ("", "check the address, and whether there is a way to it from this machine"),
    "no connection": (
        "",
        "check the address; a firewall that drops what it does not like looks like this too",
    ),
    "time": (
        "",
        f"{LOG}: it may still load its model, or be busy; --timeout SECONDS gives it longer than "
        "CVAT does",
    ),
    "cut": (
        "",
        f"{LOG}: it may have ended, for want of memory; or another kind of server listens there",
    ),
    "other": ("", "try it with curl; HTTP_PROXY and NO_PROXY of this environment count here"),
}
_WHILE_CONNECTING = ("name", "refused", "unreachable", "no connection")


def silence(silence: Silence, url: str) -> Iterator[Finding]:
    """What there is to say of it.

    Args:
        silence: that came in place of an answer.
        url: of the function.
    """
    meaning, step = _MEANT[silence.why]
    sentence = meaning or silence.sentence
    if silence.why == "other" and url.startswith("https:"):
        step = "give http://, unless a proxy before the function does TLS"
    if silence.why in _WHILE_CONNECTING:
        yield wrong("listening", sentence, step)
        return
    if silence.why in ("time", "cut"):
        yield ok("listening", "something listens there")
    yield wrong("click", sentence, step)
