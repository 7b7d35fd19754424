"""Something of SA-1B's files that could not be read."""

import logging
from dataclasses import dataclass

_log = logging.getLogger("cvat_sam.sa1b")


@dataclass(frozen=True, slots=True)
class Fault:
    """What was skipped, and why.

    Attributes:
        place: the file; in a tar, the tar and the member.
        sentence: what is wrong with it, without the place.

    >>> str(Fault("sa_000000.tar: sa_1.json", "is not JSON"))
    'sa_000000.tar: sa_1.json: is not JSON'
    """

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


def log(fault: Fault) -> None:
    """What becomes of faults unless somebody else wants to hear of them."""
    _log.warning("%s, so it was skipped", fault)
