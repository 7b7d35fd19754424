"""The JSONs of a tar with their images, whatever their order in it.

In a plain tar what waits for its other half is a place in the file, some hundred bytes, so all of
it may wait. Of a compressed tar the bytes themselves wait, up to a limit; beyond it what has waited
longest goes on without its other half.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cvat_sam.exceptions import InvalidSource
from cvat_sam.sa1b.entry import IMAGES, JSON, Entry, place
from cvat_sam.sa1b.fault import Fault
from cvat_sam.sa1b.pieces import Piece
from cvat_sam.sources.tar_members import TarMember, TarMembers

# What nobody waits for any more.
_PASSED = object()


@dataclass(slots=True, eq=False)
class _Half:
    """A member, and its bytes where they cannot be fetched later."""

    member: TarMember
    data: bytes | None = None


@dataclass(slots=True, eq=False)
class _Waiting:
    """A JSON whose turn has not come, or whose image has not.

    Attributes:
        fault: why there will be no entry, but this in its turn.
    """

    json: _Half
    image: _Half | None = None
    ready: bool = False
    fault: str | None = None


def tar_entries(
    piece: Piece, *, images: bool, look_ahead: int, aside: Callable[[Fault], object]
) -> Iterator[Entry | Fault]:
    """What is in a tar; see `entries`."""
    path = piece.paths[0]

    def damaged(member: str, sentence: str) -> None:
        if piece.first == 0:  # of several parts of a tar one alone tells it
            aside(Fault(place(str(path), member), sentence))

    suffixes = (JSON, *IMAGES) if images else (JSON,)
    with TarMembers(path, suffixes, damaged) as members:
        yield from _Pairing(piece, members, damaged, look_ahead, images).entries()


class _Pairing:
    def __init__(
        self,
        piece: Piece,
        members: TarMembers,
        damaged: Callable[[str, str], object],
        look_ahead: int,
        images: bool,
    ) -> None:
        self._piece = piece
        self._source = str(piece.paths[0])
        self._members = members
        self._damaged = damaged
        self._look_ahead = look_ahead
        self._images = images
        self._queue: deque[_Waiting] = deque()
        # By the name without its extension: JSONs that wait for their image, or have had their
        # turn; and images that wait for their JSON, the oldest first.
        self._jsons: dict[str, object] = {}
        self._lone: dict[str, _Half] = {}
        self._given_up: set[str] = set()  # images that have waited too long
        self._held = 0
        self._number = 0

    def entries(self) -> Iterator[Entry | Fault]:
        for member in self._members:
            stem, _, suffix = member.name.rpartition(".")
            if f".{suffix.lower()}" == JSON:
                self._json(stem, member)
            else:
                self._image(stem, member)
            yield from self._ready()
            while self._held > self._look_ahead:
                yield from self._let_go()
        for waiting in self._queue:
            waiting.ready = True
        yield from self._ready()

    def _json(self, stem: str, member: TarMember) -> None:
        if stem in self._jsons:
            self._damaged(member.name, "is there twice; the first was taken")
            return
        mine = self._piece.has(self._number)
        self._number += 1
        self._jsons[stem] = _PASSED
        image = self._lone.pop(stem, None)
        if image is not None:
            self._held -= _bytes_of(image)
        if not mine:
            return
        ready = not self._images or image is not None or stem in self._given_up
        waiting = _Waiting(_Half(member), image, ready)
        self._held += _bytes_of(image)
        self._queue.append(waiting)
        try:
            waiting.json = self._half(member)
        except InvalidSource as error:
            waiting.fault, waiting.ready = str(error), True
        if not waiting.ready:
            self._jsons[stem] = waiting

    def _image(self, stem: str, member: TarMember) -> None:
        waiting = self._jsons.get(stem)
        if isinstance(waiting, _Waiting) and not waiting.ready:
            self._jsons[stem] = _PASSED
            waiting.ready = True
            try:
                waiting.image = self._half(member)
            except InvalidSource as error:
                waiting.fault = f"its image {error}"
        elif waiting is None and stem not in self._lone:
            try:
                self._lone[stem] = self._half(member)
            except InvalidSource as error:
                self._damaged(member.name, str(error))

    def _half(self, member: TarMember) -> _Half:
        if self._members.seekable:
            return _Half(member)
        half = _Half(member, self._members.data(member))
        self._held += member.size
        return half

    def _ready(self) -> Iterator[Entry | Fault]:
        while self._queue and self._queue[0].ready:
            yield self._entry(self._queue.popleft())

    def _let_go(self) -> Iterator[Entry | Fault]:
        """Gives up what has waited longest: an image, or a JSON's wait for its image."""
        oldest = next(iter(self._lone), None)
        if oldest is not None and not (
            self._queue and self._queue[0].json.member.at < self._lone[oldest].member.at
        ):
            self._held -= _bytes_of(self._lone.pop(oldest))
            self._given_up.add(oldest)
            return
        self._queue[0].ready = True
        yield from self._ready()

    def _entry(self, waiting: _Waiting) -> Entry | Fault:
        self._held -= _bytes_of(waiting.json) + _bytes_of(waiting.image)
        member = waiting.json.member
        # Else what has waited in vain would be kept to the end of the tar.
        self._jsons[member.name.rpartition(".")[0]] = _PASSED
        if waiting.fault is not None:
            return Fault(place(self._source, member.name), waiting.fault)
        try:
            json = self._data(waiting.json)
            try:
                image = None if waiting.image is None else self._data(waiting.image)
            except InvalidSource as error:
                raise InvalidSource(f"its image {error}") from None
        except InvalidSource as error:
            return Fault(place(self._source, member.name), str(error))
        return Entry(self._source, member.name, json, image)

    def _data(self, half: _Half) -> bytes:
        return self._members.data(half.member) if half.data is None else half.data


def _bytes_of(half: _Half | None) -> int:
    return 0 if half is None or half.data is None else half.member.size
