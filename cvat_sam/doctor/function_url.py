"""A real click through a function's URL, as CVAT would make it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cvat_sam.client.http.server import Server
from cvat_sam.doctor.asking import Answer, Asker, Silence
from cvat_sam.doctor.finding import Finding, note, ok, one_line, wrong
from cvat_sam.doctor.judging import judge
from cvat_sam.doctor.picture import CLICKS, HEIGHT, WIDTH, Picture, draw
from cvat_sam.doctor.replies import Reply, read
from cvat_sam.doctor.silences import silence
from cvat_sam.doctor.statuses import is_about_the_body, refusal
from cvat_sam.doctor.steps import BODY_LIMIT, LOG
from cvat_sam.models.backends import gpu

# CVAT waits so long for an answer, older versions of Nuclio's dashboard half of it.
CVAT_SECONDS = 120.0
OLD_DASHBOARD_SECONDS = 60.0
# As base64 it is above Nuclio's 4 MiB, which is the limit where the YAML names none.
LARGE_BYTES = 3_600_000

MODEL_HEADER = "X-Cvat-Sam-Model"
DEVICE_HEADER = "X-Cvat-Sam-Device"
TIMING_HEADER = "Server-Timing"
_EMBEDDING = re.compile(r"\bembedding;desc=(?P<origin>[a-z]{1,20})")
_POINTS = re.compile(r'\bpoints;desc="(?P<asked>[0-9]{1,9})/(?P<points>[0-9]{1,9})"')


def look(url: str, *, timeout: float = CVAT_SECONDS) -> Iterator[Finding]:
    """Click on a picture made here, twice, and send it once more as a large file.

    Args:
        url: where the function listens.
        timeout: how many seconds each answer may take.
    """
    picture = draw()
    with Asker(url, timeout=timeout) as asker:
        first = asker.ask(_click(picture, 1))
        if isinstance(first, Silence):
            yield from silence(first, url)
            return
        yield ok("listening", "something listens there, and answers")
        if first.status != 200:
            yield refusal(first)
            return
        reply = read(first.body, height=HEIGHT, width=WIDTH)
        yield from judge(reply, picture, is_ours=MODEL_HEADER in first.headers)
        if reply.kind is None:
            return
        yield _model(first, url)
        yield from _cut_short(first)
        if reply.kind == "detector":
            # Each frame is looked at once, so there is nothing to be found again.
            yield _time(first.seconds, "everything in the picture")
        else:
            yield from _second(asker, picture, first)
        yield _large(asker, picture, first, reply)


def _click(picture: Picture, clicks: int) -> dict[str, Any]:
    """A request as CVAT's interactors get it; detectors and embedders pass the clicks over."""
    points = [list(point) for point in CLICKS[:clicks]]
    return {
        "image": picture.base64,
        "pos_points": points,
        "neg_points": [],
        "obj_bbox": None,
    }


def _model(answer: Answer, url: str) -> Finding:
    model = answer.headers.get(MODEL_HEADER)
    if model is None:
        return note("model", "not said, so it is no function of cvat-sam's")
    device = answer.headers.get(DEVICE_HEADER, "a device that is not said")
    sentence = one_line(f"{model} on {device}")
    if device == "cpu" and Server(url).is_local and gpu.may_be_here():
        return note(
            "model",
            f"{sentence}, though this machine has a GPU",
            "deploy the variant for a GPU, deploy/*-gpu.yaml; the function's log says why it "
            "takes none",
        )
    return ok("model", sentence)


def _cut_short(answer: Answer) -> Iterator[Finding]:
    """Whether a detector had no time for all of the picture."""
    found = _POINTS.search(answer.headers.get(TIMING_HEADER, ""))
    if found and int(found["asked"]) < int(found["points"]):
        yield note(
            "deadline",
            f"its time was up after {int(found['asked']):,} of {int(found['points']):,} points",
            "run it on a GPU, lower SAM_POINTS_PER_SIDE, or raise SAM_DEADLINE, as far as CVAT's "
            "120 s allow",
        )


def _second(asker: Asker, picture: Picture, first: Answer) -> Iterator[Finding]:
    """Click once more: a function keeps what it has seen of the image."""
    second = asker.ask(_click(picture, 2))
    if isinstance(second, Silence):
        yield wrong("second click", second.sentence, LOG)
        return
    if second.status != 200:
        yield refusal(second)
        return
    yield _time(first.seconds, f"the second click {second.seconds:.2f} s, the first")
    found = _EMBEDDING.search(second.headers.get(TIMING_HEADER, ""))
    if found is None:
        return
    if found["origin"] == "new":
        yield note(
            "embedding",
            "the second click had the image encoded again",
            "with several workers or replicas give them a folder that they share "
            "(SAM_EMBEDDINGS_DIR, see deploy/)",
        )
    else:
        yield ok("embedding", f"at the second click it was found in the function's {found[1]}")


def _time(seconds: float, what: str) -> Finding:
    sentence = f"{what} {seconds:.2f} s; CVAT waits {CVAT_SECONDS:g} s"
    if seconds > CVAT_SECONDS:
        return wrong("time", sentence, "run it on a GPU, or take a smaller model (SAM_MODEL)")
    if seconds > OLD_DASHBOARD_SECONDS:
        older = f"older dashboards of Nuclio {OLD_DASHBOARD_SECONDS:g} s"
        return note("time", f"{sentence}, {older}")
    return ok("time", sentence)


def _large(asker: Asker, picture: Picture, first: Answer, reply: Reply) -> Finding:
    """Whether the limit on bodies was left at Nuclio's own, with which photographs fail."""
    request: Mapping[str, Any] = _click(picture.padded(LARGE_BYTES), 1)
    if reply.kind == "detector" and MODEL_HEADER in first.headers:
        # Ours can be asked for one point, which does not take everything's time again.
        request = {"image": request["image"], "points": request["pos_points"]}
    size = f"{len(request['image']) / 1e6:.1f} MB"
    answer = asker.ask(request)
    left = wrong(
        "large body",
        f"a request of {size} is refused, a small one was not: the limit is Nuclio's own, 4 MiB",
        f"{BODY_LIMIT} and deploy again",
    )
    if isinstance(answer, Silence):
        # Whoever does not want the rest of a body closes the connection.
        if answer.why == "cut":
            return left
        return wrong("large body", f"at {size} {answer.sentence}", LOG)
    if answer.status == 200:
        return ok("large body", f"a request of {size} is taken")
    if answer.status == 400 and is_about_the_body(answer):
        return left
    told = refusal(answer)
    return wrong("large body", f"at {size} {told.sentence}", told.next_step or "")
