"""What is asked before memory is looked at for the first time, and again before the last."""

from dataclasses import replace
from typing import Any

from cvat_sam.settings import FunctionKind
from fuzz.function import bombs, hosts, prompts, values
from fuzz.function.bodies import Body, in_base64, of, with_image
from fuzz.function.damage import ANY, REFUSED
from fuzz.function.pictures import USUAL, cat, largest, pictures
from fuzz.function.prompts import Asked
from fuzz.function.requests import Request

# In place of a number.
NONE = -1

_GOOD: dict[FunctionKind, Asked] = {
    "interactor": Asked("a click", {"pos_points": [[215, 110]]}, frozenset({200})),
    "detector": Asked("everything", {}, frozenset({200})),
    "embedder": Asked("nothing", {}, frozenset({200})),
}


def good(kind: FunctionKind) -> Request:
    """What must be answered in the same way before and after."""
    return Request(kind, NONE, of(cat(), _GOOD[kind]))


def filling(kind: FunctionKind) -> list[Request]:
    """The largest images, and as many as make the memory of embeddings full."""
    asked = Asked("a point", {"points": [[0, 0]]}, ANY, as_shapes=kind != "embedder")
    some = [*largest(hosts.MAX_PIXELS), *(pictures()[name] for name in USUAL)]
    return [Request(kind, NONE, of(picture, asked)) for picture in some]


def heaviest(kind: FunctionKind) -> list[Request]:
    """All that is long, in each form; what is not among these takes less.

    None of the images is encoded for them, which takes a hundred times as long.
    """
    asked = prompts.outside(kind)
    made = []
    many: dict[str, dict[str, Any]] = {
        "200 points": {"points": [[0, 0]] * prompts.MOST_PROMPTS},
        "1,000 clicks": {"pos_points": [[0, 0]] * prompts.MOST_POINTS},
        "2,000 clicks": dict.fromkeys(("pos_points", "neg_points"), [[0, 0]] * prompts.MOST_POINTS),
    }
    for name, keys in many.items():
        made.append(of(pictures()[USUAL[0]], Asked(name, keys, ANY, "points" in keys)))
    for value in values.long_ones():
        text = values.text({**with_image(pictures()[USUAL[0]], asked), "token": value})
        made.append(Body(f"token: {value!r}", text.encode(), ANY, pictures()[USUAL[0]].data))
    if kind == "embedder":  # it passes over what others refuse
        made = [replace(body, statuses=ANY, as_shapes=False) for body in made]
    return [Request(kind, NONE, body) for body in made]


def free(kind: FunctionKind) -> list[Request]:
    """The bombs: what memory they take shows in its peak, because none may take any."""
    made = []
    for name, data in {**bombs.bombs(), **bombs.smuggled()}.items():
        text = values.text({"image": in_base64(data), "pos_points": [[0, 0]]})
        made.append(Body(name, text.encode(), REFUSED if name in bombs.bombs() else ANY, data))
    return [Request(kind, NONE, body) for body in made]
