import os
import stat

import pytest

from cvat_sam.exceptions import Unwritable
from cvat_sam.files import beside, make_folder, unfinished_of, write_atomically


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
    with pytest.raises(Unwritable, match="folder cannot be written: Is a directory"):
        write_atomically(tmp_path / "folder", b"data")
    assert os.listdir(tmp_path) == ["folder"]


def test_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(Unwritable, match="no/file cannot be written: No such file or directory"):
        write_atomically(tmp_path / "no" / "file", b"data")


def test_what_was_left_unfinished_is_found_and_nothing_else(tmp_path):
    path = tmp_path / "a[1].json"
    left = [beside(path) for _ in range(3)]
    others = [beside(tmp_path / name) for name in ("a1.json", "xa[1].json", "a[1].json.json")]
    for one in (path, tmp_path / ".a[1].json.mine", *left, *others):
        one.touch()
    assert unfinished_of(path) == sorted(left)
    long = tmp_path / ("b" * 41)
    beside(long).touch()
    assert unfinished_of(long) == []


def test_folders_are_made_and_what_is_in_the_way_is_said(tmp_path):
    make_folder(tmp_path / "a" / "b")
    make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(Unwritable, match="file cannot be written: File exists"):
        make_folder(tmp_path / "file")
