"""A request's clock, and the header that it makes."""

import mmap
import re
import time

import pytest

from cvat_sam.function.resident import resident_megabytes
from cvat_sam.function.timing import Timing, Visited

# RFC 9110's token and quoted string; https://www.w3.org/TR/server-timing/ wants a name to be the
# first, and a value one of them.
WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
QUOTED = r'"[\t !#-\[\]-~]*"'
METRIC = rf"{WORD}(;(dur=\d+(\.\d+)?|desc=({WORD}|{QUOTED})))*"


def test_parts_are_in_the_order_in_which_they_happened_and_the_total_is_last():
    timing = Timing()
    for name in ("parse", "encode", "parse"):
        with timing.part(name):
            pass
    assert list(timing.milliseconds()) == ["parse", "encode", "total"]


def test_a_part_that_comes_again_is_added_and_the_total_is_no_less():
    timing = Timing()
    for _ in range(2):
        with timing.part("encode"):
            sum(range(100_000))
    once = timing.milliseconds()["encode"]
    with timing.part("encode"):
        sum(range(300_000))
    parts = timing.milliseconds()
    assert 0 < once < parts["encode"] <= parts["total"] + 0.1


def test_a_part_that_fails_counts_too():
    timing = Timing()
    with pytest.raises(ZeroDivisionError), timing.part("encode"):
        1 / 0  # noqa: B018
    assert "encode" in timing.milliseconds()


def test_a_clock_that_was_stopped_tells_the_same_for_ever():
    timing = Timing()
    timing.stop()
    before = timing.milliseconds(), timing.header()
    sum(range(300_000))
    assert (timing.milliseconds(), timing.header()) == before


@pytest.mark.parametrize("origin", [None, "memory", "folder", "new"])
def test_the_header_is_server_timing(origin):
    timing = Timing()
    with timing.part("parse"):
        pass
    timing.embedding = origin
    header = timing.header()
    assert re.fullmatch(rf"{METRIC}(, {METRIC})*", header)
    assert header.startswith("parse;dur=")
    assert ("embedding" in header) == (origin is not None)


@pytest.mark.parametrize("visited", [None, Visited(640, 1024), Visited(1024, 1024)])
def test_the_header_says_how_far_everything_mode_got(visited):
    timing = Timing()
    timing.visited = visited
    header = timing.header()
    assert re.fullmatch(rf"{METRIC}(, {METRIC})*", header)
    assert re.findall(r'points;desc="(\d+)/(\d+)"', header) == (
        [] if visited is None else [(str(visited.asked), str(visited.points))]
    )


def test_a_part_inside_another_is_counted_once():
    timing = Timing()
    with timing.part("mask"):
        for _ in range(2):
            with timing.part("encode"):
                sum(range(300_000))
        with timing.part("image"), timing.part("encode"):
            sum(range(300_000))
    timing.stop()
    parts = timing.milliseconds()
    total = parts.pop("total")
    assert set(parts) == {"encode", "image", "mask"}
    assert parts["encode"] > 0
    # Each is rounded to a tenth.
    assert sum(parts.values()) <= total + 0.2


def test_a_request_began_when_its_clock_was_made():
    before = time.monotonic()
    timing = Timing()
    assert before <= timing.began <= time.monotonic()


def test_memory_is_counted_in_megabytes():
    before = resident_megabytes()
    # Straight from the kernel: an allocator may have pages left.
    with mmap.mmap(-1, 100_000_000) as block:
        block.write(bytes(100_000_000))
        assert 90 < resident_megabytes() - before < 250


def test_a_system_that_does_not_tell_is_none(monkeypatch, tmp_path):
    monkeypatch.setattr("cvat_sam.function.resident.STATM", tmp_path / "statm")
    assert resident_megabytes() is None
