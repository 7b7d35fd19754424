"""The functions that a CVAT server lists, and whether ours are among them."""

from collections.abc import Iterator, Sequence
from typing import Any

from cvat_sam.doctor.finding import Finding, note, ok, one_line, wrong
from cvat_sam.masks.counts import count

# As our YAMLs name them.
OURS = {"cvat-sam-interactor": "interactor", "cvat-sam-detector": "detector"}
# Under this name, and no other, CVAT's own plugin takes an embedding.
PLUGINS = "pth-facebookresearch-sam-vit-h"

MOST_LABELS = 5
MOST = 30

_DEPLOY = (
    "deploy one, as with deploy/local.sh interactor; if that was done, see whether it is in the "
    "project cvat (`nuctl get functions`), and whether cvat_server's log speaks of its metadata"
)


def judge_list(listed: Sequence[Any]) -> Iterator[Finding]:
    """Say what is listed, and what it means for us.

    Args:
        listed: what GET /api/lambda/functions answers.
    """
    if not listed:
        yield wrong("functions", "CVAT lists none: Nuclio is there, and has none for it", _DEPLOY)
        return
    functions = [one for one in listed if isinstance(one, dict)]
    yield ok("functions", f"CVAT lists {count(len(functions), 'function')}")
    for one in functions[:MOST]:
        yield _one(one)
    if len(functions) > MOST:
        yield note("function", f"and {len(functions) - MOST:,} more")
    known = {str(one.get("id")) for one in functions}
    if not known & {*OURS, PLUGINS}:
        names = ", ".join([*OURS, PLUGINS])
        yield note("ours", f"none has a name of ours ({names})", _DEPLOY)


def _one(function: dict[str, Any]) -> Finding:
    name = one_line(str(function.get("id")))
    kind = one_line(str(function.get("kind")))
    title = one_line(str(function.get("name")))
    sentence = f"{name}: {kind}, {title}"
    labels = _labels(function)
    if labels:
        more = f" and {len(labels) - MOST_LABELS:,} more" if len(labels) > MOST_LABELS else ""
        sentence += f", labels {', '.join(labels[:MOST_LABELS])}{more}"
    expected = "interactor" if name == PLUGINS else OURS.get(name)
    if expected is not None and kind != expected:
        return wrong(
            "function",
            f"{sentence}; under this name it should be of the type {expected}",
            f"set `type: {expected}` in the annotations of its YAML and deploy it again",
        )
    if kind == "detector" and not labels:
        return note(
            "function",
            f"{sentence}, without labels, so that none of a task's can be given to what it finds",
            "its YAML should have them in the annotations' `spec`",
        )
    if name == PLUGINS:
        sentence += "; CVAT's Segment Anything plugin asks it, so it has to be an embedder"
    return ok("function", sentence)


def _labels(function: dict[str, Any]) -> list[str]:
    # CVAT before 2.14 or so has them under the other name.
    labels = function.get("labels_v2") or function.get("labels") or []
    if not isinstance(labels, list):
        return []
    names = [label.get("name") if isinstance(label, dict) else label for label in labels]
    return [one_line(str(name)) for name in names]
