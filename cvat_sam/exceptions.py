"""Every error this package raises on purpose.

    CvatSamError
    ├── InvalidInput            what came from outside is wrong: HTTP 400, exit code 2
    │   ├── InvalidRequest      a request to the function
    │   │   └── NothingFound    a request that is right, but there is no object: HTTP 422
    │   ├── InvalidImage        bytes that are not an image we can read
    │   ├── InvalidSetting      an environment variable or an option
    │   ├── InvalidSource       a file that no masks can be read from
    │   └── InvalidTask         masks that do not fit the task they are for
    │       ├── UnfitMasks          and which ones
    │       └── DamagedMasks        masks that a task has, and that are none
    ├── ServerRefused           a server's answer is no: exit code 2
    │   └── NotAllowed          it does not know us, or we may not: 401, 403
    ├── Unclear                 whether masks were stored cannot be told: exit code 2
    └── Unavailable             what was asked for is not here: the start stops, exit code 2
        ├── CheckpointUnavailable   weights neither found nor fetched, or damaged
        ├── DeviceUnavailable       a GPU asked for and not there
        ├── HooksUnavailable        no main.py, or none with a handler
        ├── PortUnavailable         a port that is in use
        ├── ServerStopped           a server that we started ended before it was ready
        ├── WorkerStopped           a process that we started ended before its work was done
        ├── ServerUnreachable       no connection, no answer in time, or none that is one
        ├── InUse                   another process is at work on the same thing
        └── Unwritable              a file or folder that cannot be made

The message is one sentence for the person who sent the input, with the value and the limit. The
codec's own errors are in `rle.exceptions`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cvat_sam.masks import Rejected


class CvatSamError(Exception):
    """The base of every error raised on purpose here; its text is one sentence for a person."""


class InvalidInput(CvatSamError, ValueError):
    """Something that came from outside is wrong.

    Attributes:
        for_log: the sentence without values that were sent, which are nobody's but the sender's.
    """

    def __init__(self, sentence: str = "", *, for_log: str | None = None) -> None:
        super().__init__(sentence)
        self.for_log = sentence if for_log is None else for_log


class InvalidRequest(InvalidInput):
    """A request to the function is not what the contract says."""


class NothingFound(InvalidRequest):
    """The model finds no object where it was asked to look."""


class InvalidImage(InvalidInput):
    """Bytes are not an image that can be read, or the image is over a limit."""


class InvalidSetting(InvalidInput):
    """An environment variable or an option has a value that cannot be used."""


class InvalidSource(InvalidInput):
    """A file or folder is not what masks can be read from."""


class InvalidTask(InvalidInput):
    """Masks do not fit the task that they are for; nothing was sent."""


class UnfitMasks(InvalidTask):
    """Some masks do not fit the task that they are for; nothing was sent.

    Attributes:
        refusal: the sentence without the first of them.
        rejected: those that do not fit.
    """

    def __init__(self, task: int, masks: int, rejected: Sequence[Rejected]) -> None:
        noun = "mask" if masks == 1 else "masks"
        self.refusal = (
            f"{len(rejected):,} of {masks:,} {noun} cannot go into task {task}, so nothing was sent"
        )
        self.rejected = tuple(rejected)
        first = rejected[0]
        super().__init__(f"{self.refusal}; the first is {first.place}: {first.sentence}")


class DamagedMasks(InvalidTask):
    """A task holds masks that cannot be read; nothing was written.

    Attributes:
        rejected: which.
    """

    def __init__(self, task: int, rejected: Sequence[Rejected]) -> None:
        self.rejected = tuple(rejected)
        super().__init__(
            f"{len(rejected):,} of the masks of task {task} cannot be read; nothing was written "
            "(--skip-bad FILE leaves them out)"
        )


class ServerRefused(CvatSamError):
    """A server answered that it will not do what it was asked.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, sentence: str, *, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class NotAllowed(ServerRefused):
    """A server does not know who asks, or does not let them."""


class Unclear(CvatSamError):
    """It cannot be told whether masks were stored; sending them again could double them."""


class Unavailable(CvatSamError, RuntimeError):
    """Something that was asked for is not on this machine."""


class CheckpointUnavailable(Unavailable):
    """Weights were neither found nor fetched, or are not what they should be."""


class DeviceUnavailable(Unavailable):
    """The device asked for is not there."""


class Unwritable(Unavailable):
    """A file or a folder cannot be made where it was asked for."""


class ServerStopped(Unavailable):
    """A server that was started here ended before it took requests."""


class WorkerStopped(Unavailable):
    """A process that was started here to work for us ended before its work was done."""


class ServerUnreachable(Unavailable):
    """A server cannot be reached, does not answer in time, or with something else."""


class InUse(Unavailable):
    """Another process on this machine is at work on the same thing."""


class HooksUnavailable(Unavailable):
    """There is no main.py with the hooks to serve."""


class PortUnavailable(Unavailable):
    """The port asked for cannot be listened on."""
