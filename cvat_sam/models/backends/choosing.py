"""Which back end runs a model: the one that was asked for, or the fastest that works here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from cvat_sam.exceptions import (
    CheckpointUnavailable,
    DeviceUnavailable,
    InvalidSetting,
    Unavailable,
)
from cvat_sam.models.backends import gpu
from cvat_sam.models.backends.backend import Backend
from cvat_sam.models.backends.making import MAKERS
from cvat_sam.models.backends.wanted import Wanted

AUTO = "auto"
# On a CPU, measured: each takes about two thirds of the next one's time for an image.
FASTEST_FIRST = ("openvino", "onnx", "torch")
NAMES = (AUTO, *MAKERS)


class Chosen(NamedTuple):
    """A back end, and why it and no other.

    Attributes:
        backend: what was made.
        sentence: what runs where, and why.
    """

    backend: Backend
    sentence: str


def choose(name: str, wanted: Wanted) -> Chosen:
    """Make the back end `name`, or for `auto` the fastest that is installed and works.

    Raises:
        InvalidSetting: there is no such back end, or it cannot do what is wanted.
        CheckpointUnavailable: the weights cannot be had, or are not this model's.
        DeviceUnavailable: a GPU was asked for and is not there.
        Unavailable: what it needs is not installed.
    """
    if name not in NAMES:
        raise InvalidSetting(f"there is no back end {name!r}; there are {', '.join(NAMES)}")
    if name != AUTO:
        return _chosen(name, wanted, "as asked for")
    if wanted.device.startswith("cuda"):
        return _chosen("torch", wanted, "which alone runs on a GPU")
    if wanted.device == AUTO and gpu.may_be_here():
        try:
            return _chosen("torch", replace(wanted, device="cuda"), "which alone runs on a GPU")
        except (CheckpointUnavailable, InvalidSetting):
            raise
        except Unavailable as error:
            wanted.report.say(f"warning: a GPU seems to be here and is not used: {error}")
    return _fastest(replace(wanted, device="cpu"))


def _fastest(wanted: Wanted) -> Chosen:
    failed: dict[str, list[str]] = {}
    for index, name in enumerate(FASTEST_FIRST):
        slower = " and ".join(FASTEST_FIRST[index + 1 :])
        why = [*_reasons(failed), f"{slower} would be slower"] if slower else _reasons(failed)
        try:
            return _chosen(name, wanted, "; ".join(why))
        except (CheckpointUnavailable, DeviceUnavailable):
            raise
        except (Unavailable, InvalidSetting) as error:
            failed.setdefault(str(error), []).append(name)
        # A runtime that is installed and broken complains in its own words: a library that is
        # missing, an instruction that this CPU does not have.
        except (ImportError, OSError, RuntimeError) as error:
            failed.setdefault(f"it does not work here: {_first_line(error)}", []).append(name)
    # Without PyTorch its own sentence, the last, names what most people lack.
    raise Unavailable("; ".join(_reasons(failed)))


def _reasons(failed: Mapping[str, Sequence[str]]) -> list[str]:
    """What stood in the way of which back ends; one reason may be that of two."""
    return [f"not {' and not '.join(names)}: {why}" for why, names in failed.items()]


def _chosen(name: str, wanted: Wanted, why: str) -> Chosen:
    backend = MAKERS[name](wanted)
    where = f"{wanted.name} runs on {backend.name}, {backend.device}, {wanted.precision}"
    return Chosen(backend, f"{where} ({why})")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
