"""How much is measured."""

from dataclasses import dataclass

from benchmarks.clicks.rows import SIZES


@dataclass(frozen=True)
class Plan:
    """How often each thing is done.

    Attributes:
        divide: photographs have this part of their full sides; goals are for 1.
        warm_ups: sessions before those that count.
        sessions: six clicks each, on a photograph that is new; at each size.
        clicks: how many of the six.
        starts: of each way, beside the one of the process that answers.
        replies: written for a large mask.
        compared: clicks on each photograph whose masks are compared with the official ones.
        photos: how many photographs those are.
        pictures: composed ones, on which clicks are simulated; 0 leaves that out.
    """

    divide: int = 1
    warm_ups: int = 1
    sessions: int = 5
    clicks: int = 6
    starts: int = 4
    replies: int = 9
    compared: int = 5
    photos: int = 3
    pictures: int = 12

    def size(self, name: str) -> tuple[int, int]:
        """Width and height of the photographs of that name."""
        width, height = SIZES[name]
        return width // self.divide, height // self.divide


def quick(divide: int) -> Plan:
    """A look at whether it runs."""
    return Plan(
        divide,
        warm_ups=0,
        sessions=1,
        clicks=3,
        starts=0,
        replies=1,
        compared=1,
        photos=1,
        pictures=1,
    )
