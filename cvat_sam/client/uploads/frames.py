"""Which frame of a task a mask belongs to."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import PurePosixPath

from cvat_sam.client.task import Task
from cvat_sam.masks import MaskRecord

SHOWN = 3

_Part = Callable[[PurePosixPath], str]


class FrameIndex:
    r"""Finds frames by number or by file name.

    A name is looked for as it is, then without its extension, then the same without its folders; a
    step is taken only if the one before found nothing. Windows' "\" counts as "/", letters as they
    are. Two images in different folders are never taken for the same frame.

    Args:
        task: whose frames.
    """

    def __init__(self, task: Task) -> None:
        self._task = task
        self._claimed: dict[int, tuple[str, PurePosixPath]] = {}
        self._by: dict[_Part, dict[str, list[int]]] = {
            part: defaultdict(list) for part in (_whole, _bare, _name, _stem)
        }
        for frame in task.frames:
            for part, found in self._by.items():
                found[part(_path(frame.name))].append(frame.number)

    def find(self, record: MaskRecord) -> int:
        """The number of the mask's frame.

        Raises:
            LookupError: there is none, or there are several; its text is a sentence.
        """
        if record.frame is not None:
            return self._numbered(record.frame)
        if record.image is None:
            raise LookupError("neither image nor frame is given")
        name = _path(record.image)
        for part, asked in _STEPS:
            numbers = self._by[part].get(asked(name), [])
            if len(numbers) == 1:
                self._claim(numbers[0], record.image, name.parent)
                return self._kept(numbers[0], f"the image {record.image}")
            if numbers:
                shown = ", ".join(map(str, numbers[:SHOWN])) + ", …" * (len(numbers) > SHOWN)
                raise LookupError(
                    f"the image {record.image} could be any of the frames {shown}; "
                    "give its folder and extension, or the frame's number"
                )
        raise LookupError(f"no frame of the task has the name of the image {record.image}")

    def _claim(self, number: int, image: str, folder: PurePosixPath) -> None:
        """Remember what image a frame is taken for; another name of the same may say less."""
        first, before = self._claimed.setdefault(number, (image, folder))
        here, there = folder.parts, before.parts
        shorter = min(len(here), len(there))
        if here[len(here) - shorter :] != there[len(there) - shorter :]:
            raise LookupError(
                f"the image {image} would be frame {number}, as {first} is already, which lies in "
                "another folder; say which it is by the frame's number"
            )
        if len(here) > len(there):
            self._claimed[number] = image, folder

    def _numbered(self, number: int) -> int:
        if not 0 <= number < self._task.size:
            raise LookupError(
                f"the frame is {number}, but the task's frames are 0 to {self._task.size - 1}"
            )
        return self._kept(number, f"frame {number}")

    def _kept(self, number: int, what: str) -> int:
        if number in self._task.deleted:
            raise LookupError(f"{what} is deleted in the task")
        return number


def _path(name: str) -> PurePosixPath:
    return PurePosixPath(name.replace("\\", "/"))


def _whole(path: PurePosixPath) -> str:
    return str(path)


def _bare(path: PurePosixPath) -> str:
    return str(path.parent / path.stem)


def _name(path: PurePosixPath) -> str:
    return path.name


def _stem(path: PurePosixPath) -> str:
    return path.stem


# From the most that can be asked of a name to the least: a part of the frames' names, and of the
# one that is looked for, which may well come without an extension.
_STEPS: tuple[tuple[_Part, _Part], ...] = (
    (_whole, _whole),
    (_bare, _whole),
    (_bare, _bare),
    (_name, _name),
    (_stem, _name),
    (_stem, _stem),
)
