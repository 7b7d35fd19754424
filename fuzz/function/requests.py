"""One numbered request: it comes from the seed and the number alone."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from cvat_sam.settings import FunctionKind
from fuzz.function import bodies, misplaced, misspelt
from fuzz.function.bodies import Body
from fuzz.function.wires import Wire, wire

# A detector and an embedder read the same envelope; their work on each image is larger.
SHARES: dict[FunctionKind, int] = {"interactor": 80, "detector": 12, "embedder": 8}
WIRES = 0.08

_BODIES: dict[Callable[[FunctionKind, Random], Body], int] = {
    bodies.right: 20,
    bodies.half_right: 22,
    bodies.damaged_image: 21,
    bodies.new_image: 1,
    misplaced.misplaced: 22,
    misspelt.misspelt: 8,
    misspelt.bad_base64: 6,
}
# The first is the only one that Nuclio reads JSON for; with any other a function gets bytes.
_TYPES = (
    *("application/json", "application/json; charset=utf-8", "application/json;charset=latin-1"),
    *("APPLICATION/JSON", "text/plain", "application/octet-stream", "multipart/form-data", "", "/"),
    *("image/png", "application/msgpack", "application/json, application/json", "x" * 500),
)


@dataclass(frozen=True)
class Request:
    """What is sent.

    Attributes:
        kind: of the function that is asked.
        number: which request it is.
        content: a body for a sound request, or all bytes of an unsound one.
        content_types: none, one or two.
        chunked: whether the body is sent in chunks.
    """

    kind: FunctionKind
    number: int
    content: Body | Wire
    content_types: tuple[str, ...] = ("application/json",)
    chunked: bool = False

    @property
    def name(self) -> str:
        """What it shows."""
        types = "" if self.content_types[:1] == _TYPES[:1] else f", as {self.content_types!r:.80}"
        return self.content.name + types + ", in chunks" * self.chunked


def kind_of(seed: int, number: int) -> FunctionKind:
    """The function that a request is for."""
    [kind] = _random(seed, number, "kind").choices([*SHARES], [*SHARES.values()])
    return kind


def make(seed: int, number: int) -> Request:
    """A request."""
    kind = kind_of(seed, number)
    rng = _random(seed, number, "request")
    if rng.random() < WIRES:
        return Request(kind, number, wire(kind, rng))
    [make_body] = rng.choices([*_BODIES], [*_BODIES.values()])
    types: tuple[str, ...] = _TYPES[:1]
    if rng.random() < 0.3:
        types = tuple(rng.choice(_TYPES) for _ in range(rng.choice((0, 1, 1, 1, 2))))
    return Request(kind, number, make_body(kind, rng), types, rng.random() < 0.1)


def _random(seed: int, number: int, what: str) -> Random:
    return Random(f"{seed}:{number}:{what}")  # noqa: S311  to be had again, not a secret
