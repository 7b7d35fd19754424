"""One numbered input: from a seed and a number to what came of it."""

import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cv2
import numpy as np

import rle
from fuzz.targets import TARGETS
from fuzz.trial import Finding, Trial

# Images are small, so that a million of them take minutes; what is larger is refused.
MAX_PIXELS = 1 << 20

# Memory is looked at for one input in so many: that takes several times as long.
MEASURED = 16

_PROJECT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Found:
    """A finding.

    Attributes:
        number: Of the input.
        target: What was tried.
        what: What is wrong.
        called: The call it came from.
        trace: Where it came from, if an exception was raised.
    """

    number: int
    target: str
    what: str
    called: str
    trace: str = ""

    @property
    def kind(self) -> tuple[str, str, str]:
        """What findings of one cause have in common, mostly."""
        if self.trace and self.target:
            return "", self.what[:24], self.trace.rpartition("\n")[2]
        return self.target, self.what[:24], ""


def prepare() -> None:
    """Sets up a process in which inputs are tried."""
    rle.MAX_PIXELS = MAX_PIXELS
    cv2.setNumThreads(1)
    warnings.simplefilter("error")  # numpy warns where integers wrap around or NaN is cast
    np.seterr(all="warn", under="ignore")  # what is too small to hold is 0 just as well


def try_one(seed: int, number: int) -> Found | None:
    """Tries one input; None if nothing is wrong."""
    rng = Random(f"{seed}:{number}")  # noqa: S311  an input must be had again, not be a secret
    target = rng.choice(TARGETS)
    trial = Trial(rng, measured=number % MEASURED == 0)
    name = f"{target.__module__.rpartition('.')[2]}.{target.__name__}"
    try:
        target(trial)
    except Finding as finding:
        trace = _of_the_package(finding.__cause__) if finding.__cause__ else ""
        return Found(number, name, str(finding), trial.written(), trace)
    except Exception as fault:  # of a target, which did not expect such an answer
        what = f"{type(fault).__name__}: {fault!s:.300}"
        return Found(number, name, what, trial.written(), _of_the_package(fault))
    return None


def _of_the_package(fault: BaseException) -> str:
    """The end of a traceback: where in this project it came from."""
    frames = [
        f"{Path(frame.filename).relative_to(_PROJECT)}:{frame.lineno} in {frame.name}"
        for frame in traceback.extract_tb(fault.__traceback__)
        if _PROJECT in Path(frame.filename).parents
    ]
    return "\n".join(frames[-3:])
