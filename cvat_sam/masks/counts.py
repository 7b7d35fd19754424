"""How many of a thing there are, as people write it."""

from collections.abc import Mapping, Sequence

# What is many without an "s" alone.
_PLURALS = {
    "box": "boxes",
    "points": "points",
    "set of keypoints": "sets of keypoints",
    "picture of another format": "pictures of another format",
}


def count(number: int, noun: str) -> str:
    """A number of things.

    >>> count(1, "mask"), count(1234, "image"), count(2, "box")
    ('1 mask', '1,234 images', '2 boxes')
    """
    return f"{number:,} {noun if number == 1 else _PLURALS.get(noun, f'{noun}s')}"


def counts(numbers: Mapping[str, int]) -> str:
    """Numbers of several things.

    >>> counts({"box": 12, "tag": 1, "points": 3})
    '12 boxes, 1 tag and 3 points'
    """
    return listed([count(number, noun) for noun, number in numbers.items()])


def listed(words: Sequence[str]) -> str:
    """Words as a sentence has them.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join([", ".join(words[:-1]), *words[-1:]] if len(words) > 1 else words)
