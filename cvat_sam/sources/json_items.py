"""JSON read piece by piece: a file of a million masks takes no more memory than its largest item.

Python's own scanner decodes the items, so one of NaN or of numbers beyond any float is an item like
others, for the reader to refuse; what is nested too deep for it is refused here.
"""

import codecs
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from cvat_sam.exceptions import InvalidSource

CHUNK = 1 << 18
LARGEST_ITEM = 1 << 30

_HALF_NUMBER = re.compile(r"\.|[eE][+-]?")  # behind "1", at the end of a file that was cut
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()

# The longest piece of JSON that can be cut and still stand before the place an error names, other
# than a string: an escaped pair of surrogates.
_TOKEN = 16


class JsonFile:
    """The values of a JSON file, one after another.

    Whoever reads stands before a value and takes it: whole with `value`, item by item with
    `items`, key by key with `members`, place by place with `elements`. What is not taken in the
    last two is passed over.

    Args:
        path: the file: UTF-8, with or without a byte order mark.
        most_bytes: reads only the beginning, as if the file ended there.
        data: what is in it, where it is no file of its own; sentences begin with the path still.

    Raises:
        InvalidSource: here and in every method: the file cannot be read, is damaged or cut; the
            sentence says where, and begins with the path.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as made:
    ...     _ = made.write(b'{"info": {"year": 2024}, "images": [{"id": 1}, {"id": 2}]}')
    ...     made.flush()
    ...     with JsonFile(Path(made.name)) as file:
    ...         [(key, list(file.items())) for key in file.members() if key == "images"]
    [('images', [{'id': 1}, {'id': 2}])]
    """

    def __init__(
        self, path: Path | str, *, most_bytes: int | None = None, data: bytes | None = None
    ) -> None:
        self.path = path
        self._left = most_bytes
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._at = 0
        self._dropped = 0  # bytes before the text
        self._read = 0  # bytes
        self._taken = 0  # values, to tell whether one was
        self._within: list[str | int] = []
        try:
            self._file: IO[bytes] = io.BytesIO(data or b"")
            if data is None:
                self._file = Path(path).open("rb")  # noqa: SIM115  __exit__ closes it
        except OSError as error:
            raise InvalidSource(f"{path}: cannot be read: {error.strerror}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def first(self) -> str:
        """The first character of the value that comes next: "{", "[", a quote, a digit, …."""
        return self._peek() or self._cut()

    def value(self) -> Any:
        """The next value, whole."""
        self.first()
        self._taken += 1
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._may_be_cut(error) and self._more():
                    continue
                self._refuse(error)
            except RecursionError:
                raise self._error("is nested too deep", self._at) from None
            except ValueError:  # Python refuses to read integers of thousands of digits
                raise self._error("has a number of too many digits", self._at) from None
            # A number may go on behind what has been read: "1" and ".5e+3".
            if isinstance(value, int | float) and len(self._text) - end < _TOKEN and self._more():
                continue
            if _HALF_NUMBER.fullmatch(self._text, end):
                self._cut()
            self._at = end
            return value

    def items(self) -> Iterator[Any]:
        """The items of a list, each whole."""
        for _ in self.elements():
            yield self.value()

    def elements(self) -> Iterator[int]:
        """The places of a list, from 0; the reader stands before each one's value."""
        self._taken += 1
        self._take("[", "a list")
        self._within.append(0)
        index = 0
        while not (self._ends("]") if index else self._closes("]")):
            self._within[-1] = index
            taken = self._taken
            yield index
            if self._taken == taken:
                self.value()
            index += 1
        self._within.pop()

    def members(self) -> Iterator[str]:
        """The keys of an object; the reader stands before each one's value."""
        self._taken += 1
        self._take("{", "an object")
        self._within.append("")
        seen: set[str] = set()
        while not (self._ends("}") if seen else self._closes("}")):
            self._within[-1] = ""
            if self._peek() != '"':
                self._unexpected("a key")
            key = self.value()
            if key in seen:
                raise self._error(f"has the key {key[:60]!r} twice", self._at)
            seen.add(key)
            self._take(":", "a colon")
            self._within[-1] = key
            taken = self._taken
            yield key
            if self._taken == taken:
                self.skip()
        self._within.pop()

    def skip(self) -> None:
        """Pass over the next value; of a long list only an item at a time is in memory."""
        if self.first() == "[":
            for _ in self.elements():
                self.value()
        else:
            self.value()

    def end(self) -> None:
        """Make sure that nothing follows."""
        if self._peek():
            raise self._error("has something behind its JSON", self._at)

    def _peek(self) -> str:
        """The next character that is no space; none at the end."""
        while True:
            space = _SPACE.match(self._text, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        """Read on, and drop what has been taken; twice as much each time that an item needs it."""
        kept = self._text[self._at :]  # what an item in the middle has so far
        if len(kept) > LARGEST_ITEM:
            raise self._error(f"has an item of more than {LARGEST_ITEM} characters", self._at)
        wanted = max(CHUNK, len(kept))
        if self._left is not None:
            wanted = min(wanted, self._left)
            self._left -= wanted
        try:
            data = self._file.read(wanted)
            pending = len(self._decoder.getstate()[0])
            added = self._decoder.decode(data, final=not data and self._left is None)
        except OSError as error:
            raise InvalidSource(f"{self.path}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError as error:
            place = self._read - pending + error.start
            raise InvalidSource(f"{self.path}: is not text in UTF-8 at byte {place}") from None
        if not data:
            return False  # and places in the text stay what they are
        self._read += len(data)
        self._dropped += _bytes(self._text[: self._at])
        self._text, self._at = kept + added, 0
        return True

    def _take(self, character: str, name: str) -> None:
        if self._peek() != character:
            self._unexpected(name)
        self._at += 1

    def _closes(self, character: str) -> bool:
        if self._peek() != character:
            return False
        self._at += 1
        return True

    def _ends(self, character: str) -> bool:
        """Whether a list or an object ends here; else a comma is taken."""
        if self._closes(character):
            return True
        self._take(",", f"a comma or {character}")
        return False

    def _may_be_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether more text could mend what the scanner did not like."""
        return error.pos >= len(self._text) - _TOKEN or error.msg.startswith("Unterminated string")

    def _refuse(self, error: json.JSONDecodeError) -> None:
        unterminated = error.msg.startswith("Unterminated string")
        if unterminated or error.pos >= len(self._text.rstrip()):
            self._cut()
        reason = error.msg[:1].lower() + error.msg[1:].removesuffix(" at")
        raise self._error("is damaged", error.pos, because=reason)

    def _unexpected(self, name: str) -> None:
        found = self._peek() or self._cut()
        raise self._error(f"has {found!r} where {name} should be", self._at)

    def _cut(self) -> str:
        raise self._error("ends in the middle", len(self._text))

    def _error(self, what: str, at: int, *, because: str = "") -> InvalidSource:
        place = f"byte {self._dropped + _bytes(self._text[:at])}"
        if inner := "".join(map(_step, self._within)).strip("."):
            place += f", in {inner}"
        return InvalidSource(f"{self.path}: {what} ({place})" + (because and f": {because}"))


def _step(key: str | int) -> str:
    """A key or an index as JavaScript writes it, always short."""
    if not isinstance(key, str):
        return f"[{key}]"
    return f".{key[:60]}" if key.isidentifier() or not key else f"[{key[:60]!r}]"


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
