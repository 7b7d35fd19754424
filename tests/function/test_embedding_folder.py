"""A folder of embeddings: what is found again, what is not believed, what makes room."""

import os
import stat
import threading

import numpy as np
import pytest
from embedding_process import (
    IDENTITY,
    Said,
    bytes_in,
    is_stored,
    key,
    opened,
    stored,
    writers_held,
)

from cvat_sam.function.embeddings.file_format import SHAPE, StoredEmbedding, size_of_file

LARGE = 10**9
ONE = size_of_file(IDENTITY)


def file_of(path, number):
    return path / f"{key(number).hex()}.embedding"


def numbers_in(path):
    return sorted(int(one.name[:2], 16) for one in path.glob("*.embedding"))


def test_a_restart_finds_what_was_kept(tmp_path):
    opened(tmp_path / "new" / "folder", LARGE).keep(key(3), stored(3))
    said = Said()
    after = opened(tmp_path / "new" / "folder", LARGE, said)
    assert is_stored(after.get(key(3)), 3)
    assert after.get(key(4)) is None
    assert said.sentences == []


def test_the_file_is_named_by_its_key_and_may_be_read_as_other_files(tmp_path):
    opened(tmp_path, LARGE).keep(key(3), stored(3))
    assert sorted(os.listdir(tmp_path)) == [".count", f"{key(3).hex()}.embedding"]
    (tmp_path / "other").touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in os.listdir(tmp_path)}
    assert len(modes) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data + b"more",
        lambda data: b"not ours" + data[8:],
        lambda data: data[:8] + b"\7" + data[9:],
        lambda data: data[:200] + b"\0\0\0\0" + data[204:],
    ],
    ids=["torn at its end", "torn", "empty", "too long", "foreign", "version", "flipped"],
)
def test_what_is_damaged_is_ignored_said_once_and_replaced(tmp_path, spoil):
    said = Said()
    folder = opened(tmp_path, LARGE, said)
    folder.keep(key(3), stored(3))
    folder.keep(key(4), stored(4))
    path = file_of(tmp_path, 3)
    path.write_bytes(spoil(path.read_bytes()))
    assert folder.get(key(3)) is None
    assert folder.get(key(3)) is None
    [sentence] = said.sentences
    assert sentence.startswith(str(path))
    assert sentence.endswith("it is ignored")
    assert is_stored(folder.get(key(4)), 4)
    folder.keep(key(3), stored(3))
    assert is_stored(folder.get(key(3)), 3)
    assert len(said.sentences) == 1


def test_a_file_under_another_ones_name_is_not_believed(tmp_path):
    said = Said()
    folder = opened(tmp_path, LARGE, said)
    folder.keep(key(3), stored(3))
    file_of(tmp_path, 3).rename(file_of(tmp_path, 4))
    assert folder.get(key(4)) is None
    assert "another image's" in said.sentences[0]


def test_another_models_embedding_is_not_believed(tmp_path):
    opened(tmp_path, LARGE).keep(key(3), stored(3))
    said = Said()
    assert opened(tmp_path, LARGE, said, identity="vit_h").get(key(3)) is None
    assert "another model's" in said.sentences[0]


def test_what_is_not_finite_is_not_kept(tmp_path):
    embedding = np.zeros(SHAPE, np.float32)
    embedding[0, 0, 0, 0] = np.nan
    opened(tmp_path, LARGE).keep(key(3), StoredEmbedding(embedding, 1, 1))
    assert os.listdir(tmp_path) == []


def test_what_was_used_longest_ago_makes_room(tmp_path):
    folder = opened(tmp_path, 4 * ONE)
    for number in (1, 2, 3, 4):
        folder.keep(key(number), stored(number))
        os.utime(file_of(tmp_path, number), (number, number))
    assert is_stored(folder.get(key(1)), 1)
    folder.keep(key(5), stored(5))
    # To seven eighths of the limit, so that not every embedding that follows needs a listing.
    assert numbers_in(tmp_path) == [1, 4, 5]
    folder.keep(key(6), stored(6))
    assert numbers_in(tmp_path) == [1, 4, 5, 6]
    assert bytes_in(tmp_path) <= 4 * ONE


def test_a_full_folder_is_not_listed_at_every_write(tmp_path, monkeypatch):
    folder = opened(tmp_path, 32 * ONE)
    for number in range(32):
        folder.keep(key(number), stored(number))
    listed, scandir = [], os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(path) or scandir(path))
    for number in range(32, 40):
        folder.keep(key(number), stored(number))
        assert bytes_in(tmp_path) <= 32 * ONE
    assert len(listed) == 2


def test_a_limit_below_one_embedding_keeps_none(tmp_path):
    said = Said()
    folder = opened(tmp_path, ONE - 1, said)
    folder.keep(key(1), stored(1))
    assert numbers_in(tmp_path) == []
    assert said.sentences == []


def test_a_smaller_limit_after_a_restart_is_kept(tmp_path):
    folder = opened(tmp_path, LARGE)
    for number in range(6):
        folder.keep(key(number), stored(number))
    opened(tmp_path, 3 * ONE).keep(key(9), stored(9))
    assert bytes_in(tmp_path) <= 3 * ONE
    assert 9 in numbers_in(tmp_path)


def test_files_of_other_names_are_never_deleted_nor_counted(tmp_path):
    others = [
        "notes.txt", ".hidden", "a" * 64, f"{'g' * 64}.embedding", f"{'a' * 63}.embedding",
        f"{'A' * 64}.embedding", f".{'a' * 40}.{'a' * 15}", f".{'a' * 64}.embedding.part",
    ]  # fmt: skip
    for name in others:
        (tmp_path / name).write_bytes(bytes(ONE))
        os.utime(tmp_path / name, (1, 1))
    folder_of_that_name = tmp_path / f"{'f' * 64}.embedding"
    folder_of_that_name.mkdir()
    folder = opened(tmp_path, 2 * ONE)
    for number in range(4):
        folder.keep(key(number), stored(number))
    assert {*others, folder_of_that_name.name} <= {*os.listdir(tmp_path)}
    assert is_stored(folder.get(key(3)), 3)


def test_what_a_dead_writer_left_is_removed(tmp_path):
    left = tmp_path / f".{key(7).hex()[:40]}.0123456789abcdef"
    left.write_bytes(b"half")
    opened(tmp_path, LARGE).keep(key(1), stored(1))
    assert not left.exists()


@pytest.mark.parametrize(
    "count", [b"", b"x" * 20, b"0" * 19 + b"1 and more", b"-0000000000000000001"]
)
def test_a_count_that_is_none_is_made_anew(tmp_path, count):
    folder = opened(tmp_path, 2 * ONE)
    folder.keep(key(1), stored(1))
    (tmp_path / ".count").write_bytes(count)
    folder.keep(key(2), stored(2))
    assert (tmp_path / ".count").read_bytes() == b"%020d" % (2 * ONE)


def test_a_file_where_the_folder_should_be_is_said_once_and_done_without(tmp_path):
    (tmp_path / "file").touch()
    said = Said()
    folder = opened(tmp_path / "file", LARGE, said)
    for _ in range(2):
        assert folder.get(key(1)) is None
        folder.keep(key(1), stored(1))
    [sentence] = said.sentences
    assert "file cannot be written: File exists" in sentence


def test_nothing_outside_the_folder_is_written_through_a_link(tmp_path):
    outside = tmp_path / "outside"
    outside.write_bytes(b"precious")
    folder_path = tmp_path / "folder"
    folder_path.mkdir()
    file_of(folder_path, 1).symlink_to(outside)
    said = Said()
    folder = opened(folder_path, LARGE, said)
    assert folder.get(key(1)) is None
    assert len(said.sentences) == 1
    folder.keep(key(1), stored(1))
    assert is_stored(folder.get(key(1)), 1)
    assert not file_of(folder_path, 1).is_symlink()
    (folder_path / ".count").unlink()
    (folder_path / ".count").symlink_to(outside)
    folder.keep(key(2), stored(2))
    assert outside.read_bytes() == b"precious"
    assert len(said.sentences) == 2


def test_what_is_no_file_is_never_waited_for(tmp_path):
    os.mkfifo(file_of(tmp_path, 1))
    file_of(tmp_path, 2).mkdir()
    said = Said()
    folder = opened(tmp_path, LARGE, said)
    assert folder.get(key(1)) is folder.get(key(2)) is None
    folder.keep(key(1), stored(1))
    assert is_stored(folder.get(key(1)), 1)
    folder.keep(key(2), stored(2))
    assert len(said.sentences) == 3
    before = len(os.listdir("/proc/self/fd"))
    assert folder.get(key(2)) is None
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_writer_that_hangs_does_not_stop_the_others(tmp_path):
    said = Said()
    folder = opened(tmp_path, LARGE, said)
    folder.keep(key(1), stored(1))
    with writers_held(tmp_path):
        threads = [
            threading.Thread(target=folder.keep, args=(key(2), stored(2)), daemon=True)
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)
        assert is_stored(folder.get(key(1)), 1)
    assert len(said.sentences) == 1
    assert numbers_in(tmp_path) == [1]
