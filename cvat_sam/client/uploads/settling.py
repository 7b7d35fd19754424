"""Whether a chunk was stored, where no answer said so: by what the server has now.

A chunk is stored whole or not at all. What was not there before it was sent (by id, so masks that
only look alike do not count) is compared with it as a multiset. People may have changed or deleted
some of its masks meanwhile, or made others; so most of it is enough, and a little is not clear.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from cvat_sam.client.uploads.shapes import trace_of
from cvat_sam.exceptions import Unclear

Ids = dict[bytes, list[int]]


def newcomers(shapes: Iterable[Mapping[str, Any]], known: Set[int]) -> Ids:
    """The ids of the masks that are not known, by their trace."""
    found: Ids = defaultdict(list)
    for shape in shapes:
        number = shape.get("id")
        trace = None if number in known else trace_of(shape)
        if trace is not None and isinstance(number, int):
            found[trace].append(number)
    return found


def is_stored(traces: Sequence[bytes], found: Ids) -> bool:
    """Whether a chunk is among what is new on the server.

    Raises:
        Unclear: some of it is, but not most of it.

    >>> is_stored([b"a", b"a", b"b"], {b"a": [7, 8], b"b": [9]})
    True
    >>> is_stored([b"a", b"a", b"b"], {b"c": [7]})
    False
    """
    here = sum(min(count, len(found.get(trace, ()))) for trace, count in Counter(traces).items())
    if here and 2 * here <= len(traces):
        raise Unclear(
            f"the connection failed while {len(traces)} masks were sent, and {here} like them are "
            "new in the task: it cannot be told whether they are these; look at the task, delete "
            "these or their likes, and run the same command again"
        )
    return here > 0


def paired(numbers: Mapping[int, bytes], found: Ids) -> list[tuple[int, int | None]]:
    """Gives each mask of a stored chunk an id of the server; None where somebody deleted it."""
    left = {trace: iter(ids) for trace, ids in found.items()}
    return [
        (number, next(left[trace], None) if trace in left else None)
        for number, trace in numbers.items()
    ]


def twins(resent: Iterable[Sequence[bytes]], found: Ids) -> list[int]:
    """The ids of chunks that were stored late, after they had been sent again.

    Args:
        resent: the traces of each chunk that was sent a second time.
        found: what is new on the server and not known to be ours.

    Returns:
        the ids of every chunk that is there once more, whole, with nothing else like it: what
        somebody else uploads at the same time is not taken for ours.
    """
    ids: list[int] = []
    for traces in resent:
        wanted = Counter(traces)
        times = {len(found.get(trace, ())) / count for trace, count in wanted.items()}
        if len(times) == 1 and times.pop().is_integer():
            ids += [number for trace in wanted for number in found.get(trace, ())]
    return ids
