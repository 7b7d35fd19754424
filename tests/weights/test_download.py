"""Downloads from a real local server that cuts, lies, redirects and refuses."""

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from file_server import Answer, FileServer

from cvat_sam.exceptions import CheckpointUnavailable
from cvat_sam.weights.download import CHUNK_BYTES
from cvat_sam.weights.source import SourceFailed
from cvat_sam.weights.url import Url

CONTENT = random.Random(7).randbytes(1_000_003)
SIZE = len(CONTENT)


class Heard:
    """A reporter that remembers."""

    def __init__(self) -> None:
        self.sentences: list[str] = []
        self.bytes: list[int] = []

    def say(self, sentence: str, /) -> None:
        self.sentences.append(sentence)

    def transfer(self, name: str, total: int, /) -> AbstractContextManager[Callable[[int], None]]:
        assert (name, total) == ("weights.pt", SIZE)
        return self._transfer()

    @contextmanager
    def _transfer(self) -> Iterator[Callable[[int], None]]:
        yield self.bytes.append


def fetch(server: FileServer, part: Path, *, tries: int = 3) -> Heard:
    heard = Heard()
    source = Url(server.url, tries=tries, pause=0.01)
    source.fetch(part, name="weights.pt", size=SIZE, report=heard)
    return heard


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / "weights.pt.part"


def test_a_whole_file_comes_in_one_request_and_its_bytes_are_counted(part: Path) -> None:
    with FileServer(CONTENT) as server:
        heard = fetch(server, part)
    assert part.read_bytes() == CONTENT
    assert server.asked == [None]
    assert heard.bytes == sorted(heard.bytes)
    assert heard.bytes[-1] == SIZE
    assert heard.sentences == []


@pytest.mark.parametrize("seed", range(5))
def test_a_transfer_that_is_cut_again_and_again_goes_on_where_it_was(part: Path, seed: int) -> None:
    # More cuts than tries: a cut after new bytes does not count against them.
    cuts = [random.Random(seed).randrange(CHUNK_BYTES, 3 * CHUNK_BYTES) for _ in range(5)]
    with FileServer(CONTENT, [Answer(cut_after=cut) for cut in cuts]) as server:
        heard = fetch(server, part, tries=2)
    assert part.read_bytes() == CONTENT
    starts = [start or 0 for start in server.asked]
    assert len(starts) == 6
    assert starts == sorted(set(starts))
    assert server.sent < SIZE + 6 * CHUNK_BYTES
    assert all("cut" in sentence for sentence in heard.sentences)


def test_cuts_without_progress_end_after_the_tries(part: Path) -> None:
    with (
        FileServer(CONTENT, [Answer(cut_after=0) for _ in range(9)]) as server,
        pytest.raises(SourceFailed, match="cut, 3 times"),
    ):
        fetch(server, part)
    assert len(server.asked) == 3


def test_a_server_without_ranges_starts_again(part: Path) -> None:
    answers = [Answer(cut_after=300_000), Answer(ignores_range=True)]
    with FileServer(CONTENT, answers) as server:
        fetch(server, part)
    assert part.read_bytes() == CONTENT
    assert server.asked[1] is not None


def test_a_server_without_ranges_that_always_cuts_ends_after_the_tries(part: Path) -> None:
    answers = [Answer(cut_after=300_000, ignores_range=True) for _ in range(9)]
    with FileServer(CONTENT, answers) as server, pytest.raises(SourceFailed, match="3 times"):
        fetch(server, part)
    assert len(server.asked) == 3


def test_a_piece_left_by_an_earlier_process_is_gone_on_with(part: Path) -> None:
    part.write_bytes(CONTENT[:400_000])
    with FileServer(CONTENT) as server:
        fetch(server, part)
    assert part.read_bytes() == CONTENT
    assert server.asked == [400_000]
    assert server.sent == SIZE - 400_000


def test_a_whole_piece_left_by_an_earlier_process_needs_no_request(part: Path) -> None:
    part.write_bytes(CONTENT)
    with FileServer(CONTENT) as server:
        fetch(server, part)
    assert server.asked == []


def test_a_piece_longer_than_the_file_is_thrown_away(part: Path) -> None:
    part.write_bytes(CONTENT + b"more")
    with FileServer(CONTENT) as server:
        fetch(server, part)
    assert part.read_bytes() == CONTENT
    assert server.asked == [None]


def test_a_range_that_cannot_be_had_starts_again(part: Path) -> None:
    part.write_bytes(CONTENT[:400_000])
    with FileServer(CONTENT, [Answer(status=416, body=b"")]) as server:
        fetch(server, part)
    assert part.read_bytes() == CONTENT
    assert server.asked == [400_000, None]


def test_another_range_than_the_one_asked_for_is_refused(part: Path) -> None:
    part.write_bytes(CONTENT[:400_000])
    lie = Answer(status=206, headers={"Content-Range": f"bytes 0-{SIZE - 1}/{SIZE}"})
    with FileServer(CONTENT, [lie]) as server, pytest.raises(SourceFailed, match="400,000"):
        fetch(server, part)
    assert part.read_bytes() == CONTENT[:400_000]


def test_redirects_are_followed(part: Path) -> None:
    with FileServer(CONTENT) as server:
        server.answers = [
            Answer(status=302, body=b"", headers={"Location": "/elsewhere.pt"}),
            Answer(cut_after=200_000),
            Answer(status=302, body=b"", headers={"Location": "/elsewhere.pt"}),
        ]
        fetch(server, part)
    assert part.read_bytes() == CONTENT
    assert server.paths == ["/weights.pt", "/elsewhere.pt"] * 2


def test_a_redirect_in_a_circle_is_refused(part: Path) -> None:
    with FileServer(CONTENT) as server:
        server.answers = [
            Answer(status=302, body=b"", headers={"Location": "/weights.pt"}) for _ in range(40)
        ]
        with pytest.raises(SourceFailed, match="circle"):
            fetch(server, part)


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_refusal_is_final(part: Path, status: int) -> None:
    with (
        FileServer(CONTENT, [Answer(status=status, body=b"no")]) as server,
        pytest.raises(SourceFailed, match=f"it answers {status} "),
    ):
        fetch(server, part)
    assert len(server.asked) == 1
    assert not part.exists()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_passing_trouble_is_asked_again(part: Path, status: int) -> None:
    with FileServer(CONTENT, [Answer(status=status, body=b"no") for _ in range(2)]) as server:
        heard = fetch(server, part)
    assert part.read_bytes() == CONTENT
    assert len(server.asked) == 3
    assert [f"it answers {status}" in sentence for sentence in heard.sentences] == [True, True]


def test_a_file_of_another_length_is_refused_before_it_is_received(part: Path) -> None:
    with (
        FileServer(CONTENT, [Answer(body=bytes(40_000_000))]) as server,
        pytest.raises(SourceFailed, match="40,000,000 bytes instead of 1,000,003"),
    ):
        fetch(server, part)
    assert not part.exists()


def test_a_length_that_promises_too_much_is_a_cut(part: Path) -> None:
    # It says 1,000,003 bytes, sends 500,000 and ends; the second time it keeps its word.
    with FileServer(CONTENT, [Answer(body=CONTENT[:500_000], length=SIZE)]) as server:
        heard = fetch(server, part)
    assert part.read_bytes() == CONTENT
    assert len(server.asked) == 2
    assert "cut" in heard.sentences[0]


def test_more_bytes_than_the_file_has_are_refused(part: Path) -> None:
    # HTTP/1.0 without a length: the body ends where the connection does.
    endless = Answer(body=CONTENT + b"more", headers={"Content-Length": "unknown"})
    with FileServer(CONTENT, [endless]) as server, pytest.raises(SourceFailed, match="more than"):
        fetch(server, part)
    assert not part.exists()


def test_a_compressed_answer_is_refused(part: Path) -> None:
    zipped = Answer(headers={"Content-Encoding": "gzip"})
    with FileServer(CONTENT, [zipped]) as server, pytest.raises(SourceFailed, match="gzip"):
        fetch(server, part)


def test_a_slow_trickle_arrives(part: Path) -> None:
    with FileServer(CONTENT, [Answer(pause=0.002)]) as server:
        heard = fetch(server, part)
    assert part.read_bytes() == CONTENT
    assert len(heard.bytes) > 10


def test_a_port_where_nobody_listens_is_asked_again_then_given_up(part: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        source = Url(f"http://127.0.0.1:{unused.getsockname()[1]}/weights.pt", tries=2, pause=0.01)
        with pytest.raises(SourceFailed, match="the connection failed, 2 times"):
            source.fetch(part, name="weights.pt", size=SIZE, report=Heard())


def test_a_name_nobody_knows_is_given_up_at_once(part: Path) -> None:
    heard = Heard()
    # RFC 2606 keeps .invalid free of names for ever.
    source = Url("https://weights.invalid/weights.pt", tries=5, pause=2)
    with pytest.raises(SourceFailed, match="cannot be resolved"):
        source.fetch(part, name="weights.pt", size=SIZE, report=heard)
    assert heard.sentences == []


def test_a_full_disk_is_one_sentence_and_leaves_nothing(part: Path) -> None:
    part.symlink_to("/dev/full")
    with (
        FileServer(CONTENT) as server,
        pytest.raises(CheckpointUnavailable, match="No space left on device") as caught,
    ):
        fetch(server, part)
    assert not isinstance(caught.value, SourceFailed)  # another source would not help
    assert not part.is_symlink()


def test_what_goes_wrong_is_told_without_addresses(
    part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        proxy = f"http://user:password@127.0.0.1:{unused.getsockname()[1]}"
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        source = Url("http://weights.invalid/weights.pt", tries=1)
        with pytest.raises(SourceFailed) as caught:
            source.fetch(part, name="weights.pt", size=SIZE, report=Heard())
    assert "proxy" in str(caught.value)
    assert "password" not in str(caught.value)
