"""Whether a reply may be: its status, its form, and that nothing of this machine is in it."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cvat_sam import cache
from cvat_sam.exceptions import InvalidImage
from cvat_sam.images.size import size_of
from cvat_sam.serve.host import MAX_REQUEST_BODY_SIZE
from cvat_sam.settings import FunctionKind
from cvat_sam.wire import contract
from fuzz.function.asking import NoReply, Reply
from fuzz.function.bodies import Body
from fuzz.function.requests import Request
from fuzz.function.wires import Wire

# The words of the host itself, Nuclio's and so ours, where what came was no HTTP.
_OF_THE_HOST = (400, "text/plain; charset=utf-8", b"Error when parsing request")

_FOLDERS = (
    *(Path(__file__).parents[2], Path(sys.prefix), Path(sys.base_prefix)),
    *(Path.home(), Path(tempfile.gettempdir()), cache.location()),
)
_PLACES = [str(folder) for folder in _FOLDERS if folder.name] + ["site-packages"]


def wrong(request: Request, reply: Reply | NoReply | None) -> Iterator[str]:
    """What is wrong with what came of a request; nothing where all is as it should be."""
    content = request.content
    if reply is None:
        return
    if isinstance(reply, NoReply):
        is_silent = isinstance(content, Wire) and content.may_be_silent
        if reply.is_over_time or not is_silent:
            yield reply.why
        return
    if reply.status != 200:
        yield from _told(reply.body.decode(errors="replace"))
    if reply.status not in content.statuses:
        expected = " or ".join(map(str, sorted(content.statuses)))
        yield f"answered {reply.status}, not {expected}: {reply.body[:200]!r}"
        return
    is_the_hosts = (reply.status, reply.content_type, reply.body) == _OF_THE_HOST
    if is_the_hosts and _may_be_refused_by_the_host(content):
        return
    if reply.content_type != "application/json":
        yield f"the content type is {reply.content_type!r}"
    if "x-cvat-sam-model" not in reply.headers:
        yield "the reply has no header that says which model it was"
    if reply.status != 200:
        yield from contract.error_faults(reply.body)
        return
    body = content.body if isinstance(content, Wire) else content
    if body is None or body.image is None:
        yield f"answered 200, though it has no image: {reply.body[:200]!r}"
        return
    yield from _wrong_masks(body, body.image, request.kind, reply.body)


def _may_be_refused_by_the_host(content: Body | Wire) -> bool:
    if isinstance(content, Wire):
        return not content.is_right
    return len(content.data) > MAX_REQUEST_BODY_SIZE


def _told(text: str) -> Iterator[str]:
    """What a refusal tells about this machine."""
    if "Traceback" in text:
        yield f"a traceback in the reply: {text[-300:]!r}"
    for place in _PLACES:
        if place in text:
            yield f"the reply has {place}: {text[:300]!r}"


def _wrong_masks(body: Body, image: bytes, kind: FunctionKind, text: bytes) -> Iterator[str]:
    try:
        height, width = size_of(image)
    except InvalidImage as error:
        yield f"answered 200, but {error}"
        return
    as_shapes = text.startswith(b'{"shapes"') if body.as_shapes is None else body.as_shapes
    if as_shapes:
        yield from contract.shapes_faults(text, height=height, width=width)
    else:
        yield from contract.faults(text, kind=kind, height=height, width=width)
