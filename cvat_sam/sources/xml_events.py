"""XML as a stream of elements, from files that may be hostile."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from cvat_sam.exceptions import InvalidSource

_CHUNK = 1 << 20

# Between two elements: longer than the runs of any image that a mask may have as noise.
_LONGEST = 1 << 28

_DEEPEST = 64


@dataclass(slots=True, eq=False)
class Element:
    """An element without what is inside.

    Attributes:
        name: of the element.
        attributes: its attributes.
        text: the text in it; whole when it ends.
    """

    name: str
    attributes: Mapping[str, str]
    text: str = field(default="")


def elements(path: Path) -> Iterator[tuple[Element, bool]]:
    """Goes through a document.

    Yields:
        Each element twice: with True where it begins, and with False where it ends.

    Raises:
        InvalidSource: it cannot be read, is no XML, or has a document type; without the path.
    """
    handler = _Handler()
    try:
        with path.open("rb") as file:
            size = _CHUNK
            waiting = 0
            while data := file.read(size):
                handler.feed(data)
                waiting = 0 if handler.events else waiting + len(data)
                if waiting > _LONGEST:
                    raise InvalidSource(f"one piece of it has over {_LONGEST >> 20} MiB")
                # The parser begins anew at what it could not end: let it do so seldom.
                size = max(_CHUNK, waiting)
                yield from handler.taken()
        handler.feed(b"", last=True)
        yield from handler.taken()
    except OSError as error:
        raise InvalidSource(f"cannot be read: {error.strerror}") from None
    except expat.ExpatError as error:
        raise InvalidSource(f"is no XML that can be read: {error}") from None
    except (UnicodeError, LookupError, ValueError) as error:
        if isinstance(error, InvalidSource):
            raise
        raise InvalidSource(f"is no XML that can be read: {error}") from None


class _Handler:
    """What expat calls."""

    def __init__(self) -> None:
        self.events: list[tuple[Element, bool]] = []
        self._open: list[Element] = []
        self._text: list[str] = []
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        # All ways to define an entity lead through a document type.
        parser.StartDoctypeDeclHandler = _refuse
        self._parser = parser

    def feed(self, data: bytes, *, last: bool = False) -> None:
        self._parser.Parse(data, last)

    def taken(self) -> list[tuple[Element, bool]]:
        events, self.events = self.events, []
        return events

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) == _DEEPEST:
            raise InvalidSource(f"its elements stand more than {_DEEPEST} deep in one another")
        element = Element(name, attributes)
        self._open.append(element)
        self._text.clear()
        self.events.append((element, True))

    def _end(self, name: str) -> None:
        element = self._open.pop()
        # Text between elements is but spaces; an element with text has none in it.
        element.text = "".join(self._text)
        self._text.clear()
        self.events.append((element, False))


def _refuse(*arguments: Any) -> None:
    raise InvalidSource(
        "has a document type (<!DOCTYPE …>), which hostile files have; CVAT's has none"
    )
