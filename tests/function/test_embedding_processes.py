"""Several processes, some of them killed, on one small folder of embeddings."""

import os
import shutil
import time

import embedding_process
import pytest
from embedding_process import KEYS, Said, is_stored, key, opened, stored, writers_held

MEGABYTE = 1_000_000
# Room for five of twelve.
LIMIT = 23 * MEGABYTE


@pytest.mark.parametrize("processes", [2, 4])
def test_who_hammers_one_folder_gets_whole_embeddings_and_keeps_the_limit(tmp_path, processes):
    opened(tmp_path, LIMIT).keep(key(0), stored(0))
    hammers = [
        embedding_process.start("hammer", tmp_path, LIMIT, seed, 60) for seed in range(processes)
    ]
    looks = 0
    while any(process.poll() is None for process in hammers):
        # What is there while nobody writes, a half-written file too.
        with writers_held(tmp_path):
            assert embedding_process.bytes_in(tmp_path) <= LIMIT
        looks += 1
        time.sleep(0.01)
    assert looks > 10
    for process in hammers:
        hits, *said = process.communicate()[0].splitlines()
        assert process.returncode == 0
        assert int(hits.split()[0]) > 5
        # A lock that is wanted by five may now and then be waited for too long.
        assert [line for line in said if "another process has written for" not in line] == []
    folder = opened(tmp_path, LIMIT)
    found = {number: folder.get(key(number)) for number in range(KEYS)}
    there = {number: one for number, one in found.items() if one is not None}
    assert 3 <= len(there) <= 5
    assert all(is_stored(one, number) for number, one in there.items())


def test_writers_that_are_killed_leave_nothing_that_is_believed_or_that_stays(tmp_path):
    opened(tmp_path, LIMIT).keep(key(0), stored(0))
    killer = embedding_process.start("killed", tmp_path, LIMIT, 1, 3)
    assert killer.communicate()[0].splitlines()[-1:] == ["left"]
    said = Said()
    folder = opened(tmp_path, LIMIT, said)
    for number in range(KEYS):
        found = folder.get(key(number))
        assert found is None or is_stored(found, number)
    folder.keep(key(1), stored(1))
    names = os.listdir(tmp_path)
    assert [name for name in names if name.startswith(".")] == [".count"]
    assert said.sentences == []
    assert embedding_process.bytes_in(tmp_path) <= LIMIT
    assert is_stored(folder.get(key(1)), 1)


def test_full_disk_is_said_once_and_leaves_nothing(tmp_path):
    short = embedding_process.start("short", tmp_path, LIMIT, MEGABYTE)
    said = short.communicate()[0].splitlines()
    assert short.returncode == 0
    [sentence] = said
    assert "File too large" in sentence
    assert os.listdir(tmp_path) == [".count"]


def test_folder_that_vanishes_is_said_and_done_without(tmp_path):
    said = Said()
    folder = opened(tmp_path / "shared", LIMIT, said)
    shutil.rmtree(tmp_path / "shared")
    for _ in range(2):
        folder.keep(key(1), stored(1))
        assert folder.get(key(1)) is None
    [sentence] = said.sentences
    assert "No such file or directory" in sentence
