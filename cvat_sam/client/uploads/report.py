"""What an upload tells when it is through."""

from dataclasses import dataclass, field

from cvat_sam.masks import Rejected


@dataclass(frozen=True)
class Report:
    """What an upload did; of a dry run, what it would do, and nothing is stored.

    Attributes:
        masks: how many masks of the sources fit the task.
        stored: how many of them this run stored.
        before: how many an earlier run had stored.
        there: how many were left out, because the task had their equals from elsewhere.
        gone: how many of those are not in the task any more, because somebody has deleted them or
            replaced them with others; they are not sent again.
        deleted: how many masks of an earlier upload were deleted, with `replace_own`.
        kept: the ids of those that were not, because somebody has changed them.
        left_over: how many masks that were uploaded earlier are not in the sources any more; they
            are in the task still.
        rejected: what does not fit, each with its place and a sentence; they were left out.
    """

    masks: int = 0
    stored: int = 0
    before: int = 0
    there: int = 0
    gone: int = 0
    deleted: int = 0
    kept: tuple[int, ...] = ()
    left_over: int = 0
    rejected: tuple[Rejected, ...] = field(default=(), repr=False)

    @property
    def to_send(self) -> int:
        """How many of the masks were not there before, so that they are sent."""
        return self.masks - self.before - self.there
