"""How much is measured."""

from dataclasses import dataclass

from benchmarks.everything.pictures import COFFEE, HEIGHT, NAMES, WIDTH


@dataclass(frozen=True)
class Plan:
    """How often each thing is done.

    Attributes:
        divide: pictures have this part of their full sides; goals are for 1.
        points_per_side: of the grid; goals are for the official generator's 32.
        pictures: which of them.
        repeats: looks at each picture, by each way.
        boxes: on one image.
        box_turns: how often these are asked for, by each way.
    """

    divide: int = 1
    points_per_side: int = 32
    pictures: tuple[str, ...] = NAMES
    repeats: int = 1
    boxes: int = 100
    box_turns: int = 3

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        return WIDTH // self.divide, HEIGHT // self.divide


# A look at whether it runs.
QUICK = Plan(points_per_side=8, pictures=(COFFEE,), boxes=20, box_turns=1)
