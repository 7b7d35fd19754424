"""What a function's status that is not 200 means, and what to do about it.

Nuclio answers some itself, before or in place of the function: see its processor's HTTP trigger.
"""

import json

from cvat_sam.client.http.answers import sentence_of
from cvat_sam.doctor.asking import Answer
from cvat_sam.doctor.finding import Finding, one_line, wrong
from cvat_sam.doctor.steps import BODY_LIMIT, LOG, PORT

# To a body over its limit, or one that is not HTTP's.
NUCLIO_ON_BODIES = b"Error when parsing request"
# While a worker is started again.
NUCLIO_STARTS = b"Processor not ready"

_MEANT = {
    301: ("it redirects elsewhere, which no function does", PORT),
    400: ("it refuses a click as CVAT sends it", LOG),
    401: ("something before it asks who we are, and CVAT cannot say", PORT),
    403: ("something before it lets nobody in, CVAT neither", PORT),
    404: ("there is a server, but nothing at this path", PORT),
    405: ("there is a server that takes no POST, so it is no function", PORT),
    408: (
        "Nuclio's event timeout was up: it has killed the worker, which now loads its model again",
        "set eventTimeout well above the slowest request, then see in the log why it was so slow",
    ),
    413: (
        "something before it, a proxy, takes no body of this size",
        "raise the proxy's limit to 32 MiB (nginx: client_max_body_size 32m)",
    ),
    422: (
        "the model finds nothing on a bright disc, so something is wrong with it",
        "see whether SAM_CHECKPOINT is the right file for SAM_MODEL; without it the published "
        "weights are run",
    ),
    500: (
        "the function failed, or Nuclio is starting its worker again",
        f"{LOG}: the traceback of its last error is there",
    ),
    502: (
        "a proxy gets no answer from it: it is starting, or has ended",
        f"{LOG}, and whether its container is restarted again and again",
    ),
    503: (
        "no worker was free in time, or none is ready yet",
        "ask again when it has loaded its model; if it is busy, deploy more workers or replicas "
        "(numWorkers), or raise workerAvailabilityTimeoutMilliseconds",
    ),
    504: (
        "a proxy, or Nuclio's dashboard, did not wait long enough for it",
        f"{LOG} for how long its answers take, and raise the proxy's time-out to CVAT's 120 s",
    ),
}
_OUT_OF_MEMORY = "memory"


def refusal(answer: Answer) -> Finding:
    """What an answer means that is not 200."""
    status = answer.status
    meaning, step = _MEANT.get(301 if 300 <= status < 400 else status, _unknown(status))
    if status == 400 and is_about_the_body(answer):
        meaning, step = "Nuclio could not read the request", f"{LOG}; {BODY_LIMIT}"
    said = said_by(answer)
    if NUCLIO_STARTS in answer.body[:1000]:
        meaning = "Nuclio starts its worker again, which has ended or was killed"
        step = f"ask again in a minute; {LOG} for why it ended, and the event timeout is one reason"
    if status == 503 and _OUT_OF_MEMORY in said:
        step = (
            "give it a GPU with more memory or a smaller model (SAM_MODEL), run fewer workers, "
            "or see with nvidia-smi what else is on that GPU"
        )
    quoted = f"; it says: {said}" if said else ""
    return wrong("click", f"{status}: {meaning}{quoted}", step)


def is_about_the_body(answer: Answer) -> bool:
    """Whether an answer is Nuclio's to a body that is larger than its limit, or a proxy's."""
    nuclios = answer.status == 400 and NUCLIO_ON_BODIES in answer.body[:1000]
    return nuclios or answer.status == 413


def said_by(answer: Answer) -> str:
    """The sentence in the body of a refusal; of a traceback its last line; "" without one."""
    text = answer.body[: 1 << 16]
    try:
        is_object = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object and b"Traceback (most recent call last)" in text:
        lines = [line for line in text.decode(errors="replace").splitlines() if line.strip()]
        return one_line(lines[-1])
    return one_line(sentence_of(text).removeprefix("error: "))


def _unknown(status: int) -> tuple[str, str]:
    return f"no function of CVAT's answers so ({status // 100}xx)", PORT
