"""One thing to be read: a file, or a folder of PNGs that is read as a whole."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """What is to be read, and how.

    Attributes:
        format: the name of its format.
        path: the file or the folder.
        named: what the user named: this, or a folder that it is in.
        asked: whether the user said the format. Then it says what is meant, and nothing is unclear;
            else what may mean two things is refused.
    """

    format: str
    path: Path
    named: Path
    asked: bool = True

    @property
    def stem(self) -> str:
        """The path below what was named, with "/" between folders, without the extension.

        >>> Source("arrays", Path("in/b/c.v2.npy"), Path("in")).stem
        'b/c.v2'
        >>> Source("arrays", Path("in/b/c.npy"), Path("in/b/c.npy")).stem
        'c'
        """
        below = self.path.name if self.path == self.named else self.path.relative_to(self.named)
        return Path(below).with_suffix("").as_posix()
