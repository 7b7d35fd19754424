"""What a person should know of a source though nothing is wrong with it, as a sentence."""

from collections import Counter

from cvat_sam.masks import Note
from cvat_sam.masks.counts import counts


class Notes:
    """Adds notes up.

    >>> notes = Notes()
    >>> for noun in ("box", "points", "box"):
    ...     notes.add(Note("passed over", noun))
    >>> notes.add(Note("filled", "polygon", 40))
    >>> notes.sentence()
    '2 boxes and 1 points are not masks and were passed over; 40 polygons were filled'
    """

    def __init__(self) -> None:
        self._numbers: dict[str, Counter[str]] = {}

    def add(self, note: Note) -> None:
        """Count what it says."""
        self._numbers.setdefault(note.what, Counter())[note.noun] += note.number

    def sentence(self) -> str:
        """All of it; nothing where there is nothing to say."""
        return "; ".join(
            sentences[self._numbers[what].total() > 1].format(counts(self._numbers[what]))
            for what, sentences in _SENTENCES.items()
            if what in self._numbers
        )


# Of one, and of many.
_SENTENCES = {
    "passed over": (
        "{} is not a mask and was passed over",
        "{} are not masks and were passed over",
    ),
    "filled": ("{} was filled", "{} were filled"),
    "unusable": (
        "{} has no name or size that can be used and was passed over",
        "{} have no names or sizes that can be used and were passed over",
    ),
}
