"""A JSON of SA-1B with the image it is of, as bytes, and how their files are called."""

from dataclasses import dataclass
from pathlib import Path

JSON = ".json"
IMAGES = (".jpg", ".jpeg", ".png", ".webp")


@dataclass(frozen=True, slots=True)
class Entry:
    """A JSON and its image.

    Attributes:
        source: the tar, or the JSON file.
        member: the JSON's name in the tar; of a file, its name.
        json: its bytes.
        image: those of the image; None where there is none or it was not wanted.
    """

    source: str
    member: str
    json: bytes
    image: bytes | None

    @property
    def place(self) -> str:
        """Where it stands, for sentences."""
        return place(self.source, self.member)


def place(source: str, member: str) -> str:
    """Where a member stands, for sentences.

    >>> place("a.tar", "sa_1.json"), place("in/sa_1.json", "sa_1.json")
    ('a.tar: sa_1.json', 'in/sa_1.json')
    """
    return f"{source}: {member}" if member and Path(source).name != member else source
