"""Which file of weights a model is to have: the published one, or somebody's own."""

from dataclasses import dataclass
from pathlib import Path

from cvat_sam.reporting import Reporter
from cvat_sam.weights import checkpoints, verified
from cvat_sam.weights.checkpoints import Checkpoint


@dataclass(frozen=True)
class ChosenWeights:
    """The weights of one model.

    Attributes:
        published: what is fetched where there is no own file.
        own: a file in place of it.
    """

    published: Checkpoint
    own: Path | None = None

    @classmethod
    def of(cls, published: Checkpoint, path: Path | None) -> "ChosenWeights":
        """The file at `path`, else the one that `SAM_CHECKPOINT` names, else the published one.

        Raises:
            CheckpointUnavailable: the own file cannot be read.
        """
        return cls(published, checkpoints.own(path))

    def sum(self) -> str:
        """The SHA-256 of the file; of the published one without having it."""
        return self.published.sha256 if self.own is None else verified.sum_of(self.own)

    def file(self, report: Reporter) -> Path:
        """The file itself, fetched if need be.

        Raises:
            CheckpointUnavailable: it cannot be had.
        """
        return self.own or checkpoints.find(self.published, report=report)
