"""Images that are none any more, and files that never were."""

from dataclasses import dataclass
from random import Random

from fuzz.function import bombs, pictures
from fuzz.function.pictures import Picture

# A word that stands for what nobody but the sender may read.
CANARY = "kanarienvogel"

REFUSED = frozenset({400})
# Damaged where it does not show, it may be an image still.
ANY = frozenset({200, 400, 422})

_BEGINNINGS = (
    *(b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"BM", b"II*\0", b"MM\0*"),
    *(b"II+\0", b"GIF89a", b"%PDF-1.7\n", b"PK\3\4", b"<svg xmlns='http://www.w3.org/2000/svg'>"),
    *(b"\0\0\0\x18ftypheic", b"8BPS\0\1", b"\0\0\1\0", b"P6 90 60 255\n", b"<!DOCTYPE html>"),
    *(
        b"8BIM",
        b"#!/bin/sh\n",
        b"SIMPLE  =",
        b"\xff\x4f\xff\x51",
        b"\x76\x2f\x31\x01",
        b"\x93NUMPY",
    ),
)


@dataclass(frozen=True)
class Damaged:
    """A file that is no image, or a damaged one.

    Attributes:
        name: what it is.
        data: its bytes.
        statuses: that may answer it.
        is_whole: whether it can well be decoded all the same.
    """

    name: str
    data: bytes
    statuses: frozenset[int] = ANY
    is_whole: bool = False


def damaged(rng: Random) -> Damaged:
    """One of all there are."""
    kind = rng.random()
    if kind < 0.15:
        name = rng.choice([*bombs.bombs()])
        return Damaged(name, bombs.bombs()[name], REFUSED)
    if kind < 0.18:
        name = rng.choice([*bombs.smuggled()])
        return Damaged(name, bombs.smuggled()[name])
    if kind < 0.23:
        return Damaged("random bytes", rng.randbytes(rng.choice((1, 7, 100, 5000))), REFUSED)
    if kind < 0.35:
        begin = rng.choice(_BEGINNINGS)
        data = begin + CANARY.encode() + rng.randbytes(rng.choice((0, 3, 90, 3000)))
        return Damaged(f"random bytes behind {begin!r}", data)
    if kind < 0.37:
        return Damaged("no bytes", b"", REFUSED)
    picture = rng.choice([*pictures.pictures().values()])
    return _cut(picture, rng) if kind < 0.7 else _changed(picture, rng)


def marked(picture: Picture, rng: Random) -> tuple[str, bytes]:
    """The same image with something new to read in it, so that it was never looked at."""
    word = f"{CANARY} {rng.randrange(10**9)}".encode()
    if picture.data.startswith(b"\x89PNG"):
        comment = bombs.chunk(b"tEXt", b"Comment\0" + word)
        return f"{picture.name} with a new comment", picture.data[:33] + comment + picture.data[33:]
    return f"{picture.name} with new bytes behind it", picture.data + word


def _cut(picture: Picture, rng: Random) -> Damaged:
    at = rng.randrange(len(picture.data))
    # Headers are short and have most of what can go wrong.
    at = min(at, rng.choice((12, 64, 256, len(picture.data))))
    return Damaged(f"{picture.name} cut at byte {at:,}", picture.data[:at])


def _changed(picture: Picture, rng: Random) -> Damaged:
    data = bytearray(picture.data)
    count = rng.choice((1, 1, 2, 5, 30))
    reach = rng.choice((40, 200, len(data)))
    for _ in range(count):
        at = rng.randrange(min(reach, len(data)))
        data[at] = rng.choice((0, 255, 128, rng.randrange(256), data[at] ^ 1 << rng.randrange(8)))
    name = f"{picture.name} with {count} bytes changed"
    return Damaged(name, bytes(data), is_whole=True)
