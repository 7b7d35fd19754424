"""JSON values that do not belong where they are put, and their text."""

import json
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from fuzz.function.damage import CANARY

MILE = 1_000_000


@dataclass(frozen=True)
class Raw:
    """A value as it stands in the text, right or wrong.

    Attributes:
        text: of it.
        is_number: whether it is one that a float holds.
        is_json: whether Python's reader takes it; what it does not take spoils the whole body.
        name: in place of a long text.
    """

    text: str
    is_number: bool = False
    is_json: bool = True
    name: str = ""

    def __repr__(self) -> str:
        return self.name or self.text[:40]


NUMBERS = (
    *(0, 1, -1, 0.5, 30, 2**31, 2**53 + 1, 2**64, -(2**63), 1e308, 5e-324, 0.1 + 0.2),
    *(Raw("-0.0", True), Raw("-0", True), Raw("1E+2", True), Raw("3.0000000000000000001", True)),
)
# Python's json takes these; as coordinates they are none.
NO_FLOATS = (
    *(Raw(text) for text in ("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e999999999")),
    *(Raw(str(10**400), name="10**400"), Raw("9" * 4300, name="4,300 digits")),
    Raw(f"-{'9' * 309}", name="minus 309 digits"),
)
NO_JSON = (
    *(Raw(text, is_json=False) for text in ("", "nan", "+1", ".5", "1.", "01", "0x10", "1_000")),
    *(Raw(text, is_json=False) for text in ("True", "None", "'x'", '"', "[", "}", "[1,]", "{1:2}")),
    *(Raw(text, is_json=False) for text in ('"\t"', '"\0"', '"\\x41"', '"\\ud8"', "//", "1 2")),
    Raw("9" * 4301, is_json=False, name="4,301 digits"),
    Raw("1" * 1_000_000, is_json=False, name="a million digits"),
)
OTHERS: tuple[Any, ...] = (
    *(None, True, False, "", " ", "0", "1", "NaN", "x", CANARY, f"../{CANARY}", "\0", "é", "🐈"),
    *(Raw('"\\ud800"'), Raw('"\\udc00\\ud800"'), Raw('"\\u0000"'), Raw('"\ufffe"'), "%s%n{0}"),
    *(
        [],
        [None],
        [[]],
        [[[]]],
        [0],
        [1, 2, 3],
        [[1, 2]],
        [[1, 2], [3, 4]],
        [CANARY],
        [True, False],
    ),
    *({}, {"x": 1, "y": 2}, {"0": 1}, {"": None}, {CANARY: CANARY}, [{}], [[1, {"x": 2}]]),
)


def text(value: Any) -> str:
    """The JSON text of lists, dicts, numbers and so on that may hold `Raw`."""
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(text, value)) + "]"
    return json.dumps(value)


def hostile(rng: Random) -> Any:
    """Any value, mostly a wrong one."""
    kind = rng.random()
    if kind < 0.25:
        return rng.choice(NUMBERS)
    if kind < 0.4:
        return rng.choice(NO_FLOATS)
    if kind < 0.47:
        return rng.choice(NO_JSON)
    if kind < 0.9:
        return rng.choice(OTHERS)
    if kind < 0.99:
        return nested(rng)
    return rng.choice([*long_ones()])


def nested(rng: Random) -> Raw:
    """Lists or objects in one another: below what Python's reader takes, about it, far above."""
    deep = rng.choice((3, 60, 400, rng.randrange(880, 1010), 3000, 100_000))
    begin, end = rng.choice((("[", "]"), ('{"a":', "}"), ('[{"pos_points":', "}]")))
    # Whether it is read depends on how deep the reader itself is called.
    return Raw(begin * deep + "1" + end * deep, name=f"{begin} {deep:,} deep")


@cache
def long_ones() -> tuple[Raw, ...]:
    """Values a mile long."""
    return (
        Raw(f"[{'[1,2],' * MILE}[1,2]]", name="a million points"),
        Raw(f"[{'1,' * MILE}1]", name="a million numbers"),
        Raw(f"[{'null,' * MILE}null]", name="a million nulls"),
        Raw(f'"{CANARY * (MILE // 10)}"', name="a long text"),
        Raw("{" + ",".join(f'"{n}":0' for n in range(MILE // 10)) + "}", name="many keys"),
    )


def is_number(value: Any) -> bool:
    """Whether a strict reader takes it for a finite float."""
    if isinstance(value, Raw):
        return value.is_number
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_nothing(value: Any) -> bool:
    """Whether it counts as left out."""
    return value is None or value == []


def spoils_all(value: Any) -> bool:
    """Whether no body with it can be read."""
    return isinstance(value, Raw) and not value.is_json
