"""How much is measured."""

from dataclasses import dataclass

WIDTH, HEIGHT = 1920, 1080


@dataclass(frozen=True)
class Plan:
    """How much is asked in each case.

    Attributes:
        users: how many at once; a case for each number, without and with a folder of embeddings.
        images: composed pictures, each with an object and an annotator's clicks on it.
        shared: of these so many are the same file for all users, who come to them at times of
            their own, as in a job that several review; all else that a user opens is new.
        visits: how often an image is opened, by all users together.
        divide: images have this part of 1920 × 1080's sides.
        think: seconds that a user waits before a click, on average.
    """

    users: tuple[int, ...] = (1, 4, 16)
    images: int = 24
    shared: int = 8
    visits: int = 96
    divide: int = 1
    think: float = 0.0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the images."""
        return WIDTH // self.divide, HEIGHT // self.divide


# A look at whether it runs.
QUICK = Plan(users=(2,), images=3, shared=1, visits=6)
