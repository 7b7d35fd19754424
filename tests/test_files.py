import os
import stat

import pytest

from cvat_sam.files import write_atomically


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "a.json"
    write_atomically(path, b"old")
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.json"]


def test_file_can_be_read_by_whom_the_umask_lets(tmp_path):
    write_atomically(tmp_path / "a", b"")
    (tmp_path / "b").touch()
    mode = stat.S_IMODE((tmp_path / "b").stat().st_mode)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode


def test_nothing_is_left_of_a_write_that_failed(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "full").touch()
    with pytest.raises(OSError, match="folder"):
        write_atomically(tmp_path / "folder", b"data")
    assert os.listdir(tmp_path) == ["folder"]
