"""What OpenVINO keeps in files is run only while it is what was written."""

import shutil

import numpy as np
import pytest

from cvat_sam.models.backends import compiled_files
from cvat_sam.models.backends.exported import Exported
from cvat_sam.models.backends.openvino_backend import OpenVinoBackend

PICTURE = np.random.default_rng(0).integers(0, 256, (768, 1024, 3), np.uint8)


@pytest.fixture
def copy(exported, tmp_path):
    """An export that nothing was compiled from yet."""
    folder = tmp_path / "copy"
    shutil.copytree(exported.folder, folder, ignore=shutil.ignore_patterns("openvino"))
    return Exported(folder, exported.weights, exported.differences)


def test_damaged_file_is_compiled_anew_and_never_run(copy):
    embedding = OpenVinoBackend(copy).encode(PICTURE)
    [blob] = copy.compiled.glob("*.blob")
    whole = blob.read_bytes()
    blob.chmod(0o600)
    with blob.open("r+b") as file:
        file.seek(len(whole) - 8_000_000)
        file.write(b"garbage" * 100)
    assert np.array_equal(OpenVinoBackend(copy).encode(PICTURE), embedding)
    # And what is there now is known to be whole.
    before = blob.stat()
    OpenVinoBackend(copy)
    assert (blob.stat().st_ino, blob.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_what_is_not_known_to_be_whole_is_deleted(tmp_path):
    known, unknown, damaged = (tmp_path / f"{name}.blob" for name in ("known", "new", "damaged"))
    for path in (known, damaged):
        path.write_text("compiled")
    compiled_files.note_sums(tmp_path)
    unknown.write_text("compiled")
    damaged.write_text("compilad")
    compiled_files.drop_damaged(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["known.blob", "known.sha256"]


def test_folder_that_is_not_there_is_no_fault(tmp_path):
    compiled_files.drop_damaged(tmp_path / "none")
    compiled_files.note_sums(tmp_path / "none")
