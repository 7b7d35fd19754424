"""Weights come to be here: from a path, the cache or a source, whole, right and only once."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from file_server import Answer, FileServer

from cvat_sam import cache as cache_folder
from cvat_sam.exceptions import CheckpointUnavailable
from cvat_sam.weights.checkpoints import VIT_B, VIT_H, VIT_L, VIT_T, Checkpoint, find
from cvat_sam.weights.url import Url

CONTENT = random.Random(11).randbytes(1_000_003)
SUM = hashlib.sha256(CONTENT).hexdigest()
OTHER = random.Random(12).randbytes(len(CONTENT))


def checkpoint(*urls, content=CONTENT):
    return Checkpoint(
        filename="weights.pt",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        sources=tuple(Url(url, tries=2, pause=0.01) for url in urls),
    )


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder of this test's own; not made yet."""
    folder = tmp_path / "cache" / "folder"
    monkeypatch.setenv("CVAT_SAM_CACHE", str(folder))
    monkeypatch.delenv("SAM_CHECKPOINT", raising=False)
    return folder


def visible(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


# A process of its own that looks for the weights and prints where they are.
PROGRAM = """
import sys
from pathlib import Path
from cvat_sam.weights.checkpoints import Checkpoint, find
from cvat_sam.weights.url import Url

url, size, sha256 = sys.argv[1:]
print(find(Checkpoint("weights.pt", int(size), sha256, (Url(url, tries=2, pause=0.01),))))
"""


def start(url, content=CONTENT):
    arguments = [url, str(len(content)), hashlib.sha256(content).hexdigest()]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_weights_are_fetched_once_and_then_found(cache, capfd):
    with FileServer(CONTENT) as server:
        path = find(checkpoint(server.url))
        assert path == cache / "weights.pt"
        assert path.read_bytes() == CONTENT
        said = capfd.readouterr()
        assert find(checkpoint(server.url)) == path
    assert server.asked == [None]
    assert visible(cache) == ["weights.pt"]
    assert said.out == ""
    assert said.err.splitlines() == [
        f"fetching weights.pt (1.0 MB) from {server.url}",
        f"{path}: complete, and its SHA-256 is right",
    ]
    assert capfd.readouterr() == ("", "")


def test_who_wants_to_can_hear_of_it_instead(cache, capfd):
    class Listener:
        def __init__(self):
            self.sentences, self.done = [], []

        def say(self, sentence):
            self.sentences.append(sentence)

        def transfer(self, name, total):
            self.name, self.total = name, total
            return self

        def __enter__(self):
            return self.done.append

        def __exit__(self, *_):
            pass

    heard = Listener()
    with FileServer(CONTENT) as server:
        find(checkpoint(server.url), report=heard)
    assert (heard.name, heard.total) == ("weights.pt", len(CONTENT))
    assert heard.done[-1] == len(CONTENT)
    assert len(heard.sentences) == 2
    assert capfd.readouterr() == ("", "")


def test_a_named_file_comes_first_and_its_sum_is_not_asked(cache, tmp_path, monkeypatch):
    fine_tuned = tmp_path / "fine-tuned.pt"
    fine_tuned.write_bytes(OTHER)
    cache.mkdir(parents=True)
    (cache / "weights.pt").write_bytes(CONTENT)
    monkeypatch.setenv("SAM_CHECKPOINT", str(fine_tuned))
    assert find(checkpoint()) == fine_tuned
    another = tmp_path / "another.pt"
    another.write_bytes(b"x")
    assert find(checkpoint(), path=another) == another


@pytest.mark.parametrize("what", ["missing", "folder", "empty"])
def test_a_named_file_that_cannot_be_used_is_not_replaced_by_another(
    cache, tmp_path, monkeypatch, what
):
    cache.mkdir(parents=True)
    (cache / "weights.pt").write_bytes(CONTENT)
    named = tmp_path / "named.pt"
    if what == "folder":
        named.mkdir()
    if what == "empty":
        named.touch()
    monkeypatch.setenv("SAM_CHECKPOINT", str(named))
    with pytest.raises(CheckpointUnavailable, match=r"named\.pt (cannot be read|are an empty)"):
        find(checkpoint())


def test_an_empty_variable_names_nothing(cache, monkeypatch):
    monkeypatch.setenv("SAM_CHECKPOINT", "")
    cache.mkdir(parents=True)
    (cache / "weights.pt").write_bytes(CONTENT)
    assert find(checkpoint()) == cache / "weights.pt"


def test_a_file_put_there_by_hand_is_taken(cache):
    cache.mkdir(parents=True)
    (cache / "weights.pt").write_bytes(CONTENT)
    assert find(checkpoint()) == cache / "weights.pt"


@pytest.mark.parametrize("damaged", [CONTENT[:-1], CONTENT + b"x", OTHER, b""])
def test_a_damaged_file_is_deleted_said_and_fetched_again(cache, capfd, damaged):
    cache.mkdir(parents=True)
    (cache / "weights.pt").write_bytes(damaged)
    with FileServer(CONTENT) as server:
        assert find(checkpoint(server.url)).read_bytes() == CONTENT
    first = capfd.readouterr().err.splitlines()[0]
    assert first.endswith("deleted, to be fetched again")
    if len(damaged) == len(CONTENT):
        assert hashlib.sha256(OTHER).hexdigest() in first
        assert SUM in first
    else:
        assert f"has {len(damaged):,} bytes instead of 1,000,003" in first


def test_a_file_that_changes_after_it_was_found_right_is_looked_at_again(cache, capfd):
    with FileServer(CONTENT) as server:
        path = find(checkpoint(server.url))
        path.write_bytes(OTHER)
        os.utime(path, ns=(1, 1))
        assert find(checkpoint(server.url)).read_bytes() == CONTENT
    assert len(server.asked) == 2


def test_the_sum_is_taken_once_and_remembered(cache):
    with FileServer(CONTENT) as server:
        path = find(checkpoint(server.url))
    # The same size and the same time of change, so nobody looks inside; that is the bargain.
    status = path.stat()
    path.write_bytes(OTHER)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert find(checkpoint()) == path


def test_what_was_remembered_of_one_sum_does_not_serve_for_another(cache):
    with FileServer(CONTENT) as server:
        find(checkpoint(server.url))
    with FileServer(OTHER) as server:
        assert find(checkpoint(server.url, content=OTHER)).read_bytes() == OTHER


def test_a_file_with_a_wrong_sum_is_deleted_and_reported_with_both_sums(cache):
    with (
        FileServer(CONTENT, [Answer(body=OTHER)]) as server,
        pytest.raises(CheckpointUnavailable) as caught,
    ):
        find(checkpoint(server.url))
    assert f"SHA-256 {hashlib.sha256(OTHER).hexdigest()} instead of {SUM}" in str(caught.value)
    assert "deleted" in str(caught.value)
    assert visible(cache) == []


def test_the_piece_of_another_file_is_thrown_away_and_all_of_it_fetched(cache, capfd):
    cache.mkdir(parents=True)
    (cache / "weights.pt.part").write_bytes(OTHER[:500_000])
    with FileServer(CONTENT) as server:
        assert find(checkpoint(server.url)).read_bytes() == CONTENT
    assert server.asked == [500_000, None]
    assert "begun earlier" in capfd.readouterr().err
    assert visible(cache) == ["weights.pt"]


def test_where_the_first_source_fails_the_next_is_asked(cache, capfd):
    with FileServer(b"", [Answer(status=404)]) as bad, FileServer(CONTENT) as good:
        assert find(checkpoint(bad.url, good.url)).read_bytes() == CONTENT
    assert f"{bad.url}: it answers 404 Not Found" in capfd.readouterr().err


def test_a_piece_from_one_source_is_finished_by_the_next(cache):
    cuts = [Answer(cut_after=300_000), Answer(status=404, body=b"")]
    with FileServer(CONTENT, cuts) as bad, FileServer(CONTENT) as good:
        assert find(checkpoint(bad.url, good.url)).read_bytes() == CONTENT
    assert good.asked[0] > 0
    assert good.sent == len(CONTENT) - good.asked[0]


def test_where_all_sources_fail_one_sentence_says_why_and_what_to_do(cache):
    with (
        FileServer(b"", [Answer(status=404)]) as one,
        FileServer(b"", [Answer(status=503), Answer(status=503)]) as two,
        pytest.raises(CheckpointUnavailable) as caught,
    ):
        find(checkpoint(one.url, two.url))
    assert str(caught.value) == (
        f"weights.pt could not be fetched from {one.url} (it answers 404 Not Found) "
        f"nor from {two.url} (it answers 503 Service Unavailable, 2 times); "
        f"put it at {cache / 'weights.pt'} by hand (SHA-256 {SUM}), "
        "or name a file with SAM_CHECKPOINT"
    )


def test_a_cache_folder_that_is_a_file_is_one_sentence(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    for place in [tmp_path / "file", tmp_path / "file" / "folder"]:
        monkeypatch.setenv("CVAT_SAM_CACHE", str(place))
        with pytest.raises(CheckpointUnavailable, match=r"cannot be written \((N|n)ot a"):
            find(checkpoint())


def test_a_cache_that_cannot_be_written_serves_what_is_in_it(cache):
    cache.mkdir(parents=True)
    path = cache / "weights.pt"
    path.write_bytes(CONTENT)
    # Folders where the lock and the note would go: root is stopped by these, unlike by chmod.
    (cache / ".weights.pt.lock").mkdir()
    (cache / ".weights.pt.verified").mkdir()
    assert find(checkpoint()) == path
    path.unlink()
    with pytest.raises(CheckpointUnavailable, match="cannot be written"):
        find(checkpoint())


def test_a_folder_in_the_files_place_is_one_sentence(cache):
    (cache / "weights.pt").mkdir(parents=True)
    with FileServer(CONTENT) as server, pytest.raises(CheckpointUnavailable, match="written"):
        find(checkpoint(server.url))


def test_a_full_disk_is_one_sentence_and_no_file_is_left(cache):
    cache.mkdir(parents=True)
    (cache / "weights.pt.part").symlink_to("/dev/full")
    with (
        FileServer(CONTENT) as server,
        pytest.raises(CheckpointUnavailable, match="No space left on device"),
    ):
        find(checkpoint(server.url))
    assert visible(cache) == []


def test_a_disk_with_too_little_room_is_not_begun_on(cache):
    huge = Checkpoint("weights.pt", 10**18, SUM, (Url("http://weights.invalid/"),))
    with pytest.raises(CheckpointUnavailable, match=r"needs 1,000,000,000,000\.0 MB more"):
        find(huge)


def test_two_processes_at_once_fetch_it_once(cache):
    gate = threading.Event()
    with FileServer(CONTENT, [Answer(gate=gate)]) as server:
        first = start(server.url)
        assert server.request_came.wait(30)
        second = start(server.url)
        # The first is held in the middle of its transfer until the second says that it waits.
        assert second.stderr.readline() == (
            "another process is at work on weights.pt; waiting for it\n"
        )
        gate.set()
        answers = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0]
    assert answers == [f"{cache / 'weights.pt'}\n"] * 2
    assert (cache / "weights.pt").read_bytes() == CONTENT
    assert server.asked == [None]
    assert server.sent == len(CONTENT)


def test_many_processes_at_once_with_a_bad_line_all_get_it(cache):
    cuts = [Answer(cut_after=150_000) for _ in range(5)]
    with FileServer(CONTENT, cuts) as server:
        processes = [start(server.url) for _ in range(4)]
        answers = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, answers
    assert (cache / "weights.pt").read_bytes() == CONTENT
    assert visible(cache) == ["weights.pt"]


def test_a_process_killed_in_the_middle_loses_nothing_but_its_last_bytes(cache):
    content = random.Random(13).randbytes(4_000_000)
    part = cache / "weights.pt.part"
    with FileServer(content, [Answer(pause=0.01)]) as server:
        process = start(server.url, content)
        # Its first answer takes 2.4 s or more, so it is killed well before the end.
        while not part.exists() or part.stat().st_size < 500_000:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert not (cache / "weights.pt").exists()
        kept = part.stat().st_size
        assert kept >= 500_000
        assert find(checkpoint(server.url, content=content)).read_bytes() == content
    assert server.asked == [None, kept]
    assert visible(cache) == ["weights.pt"]


def test_the_table_holds_the_published_files():
    assert [(one.filename, one.size) for one in (VIT_T, VIT_B, VIT_L, VIT_H)] == [
        ("mobile_sam.pt", 40_728_226),
        ("sam_vit_b_01ec64.pth", 375_042_383),
        ("sam_vit_l_0b3195.pth", 1_249_524_607),
        ("sam_vit_h_4b8939.pth", 2_564_550_879),
    ]
    for one in (VIT_T, VIT_B, VIT_L, VIT_H):
        assert len(bytes.fromhex(one.sha256)) == 32
        assert one.sha256 == one.sha256.lower()
        assert str(one.sources[0]).startswith("https://")
        assert str(one.sources[0]).endswith(f"/{one.filename}")


def test_the_real_weights_are_here_and_right():
    # Into the usual cache: the tests that follow use them.
    path = find(VIT_T)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == VIT_T.sha256


def test_looking_for_weights_does_not_import_torch():
    program = "import sys, cvat_sam.weights.checkpoints; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_cache_folder_follows_its_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("CVAT_SAM_CACHE", "relative/folder")
    assert cache_folder.location() == Path.cwd() / "relative" / "folder"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CVAT_SAM_CACHE", "~/weights")
    assert cache_folder.location() == tmp_path / "weights"
    monkeypatch.setenv("CVAT_SAM_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder.location().is_relative_to(tmp_path)
    assert cache_folder.location().name == "cvat-sam"
