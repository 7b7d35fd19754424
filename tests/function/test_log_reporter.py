"""What a start says, as lines of Nuclio's log."""

import io
import logging

import nuclio_sdk
import nuclio_sdk.logger

from cvat_sam.function.log_reporter import LogReporter


def lines_of(write):
    """The lines that Nuclio's own logger makes of it."""
    stream = io.StringIO()
    logger = nuclio_sdk.Logger(logging.DEBUG, name="test_log_reporter")
    logger.set_handler("default", stream, nuclio_sdk.logger.HumanReadableFormatter())
    write(LogReporter(logger))
    return stream.getvalue().splitlines()


def test_a_sentence_is_a_line_whatever_it_has_in_it():
    [line] = lines_of(lambda report: report.say("100 % of %s {} is here"))
    assert line.endswith("100 % of %s {} is here")


def test_a_warning_is_one_in_the_log_too():
    [line] = lines_of(lambda report: report.say("warning: no embeddings are kept"))
    assert "[warning] no embeddings are kept" in line


def test_a_transfer_is_a_line_for_each_quarter():
    def transfer(report):
        with report.transfer("vit_x.pth", 4_000_000) as advance:
            for done in range(0, 4_000_001, 50_000):
                advance(done)

    ends = [line.partition("vit_x.pth: ")[2] for line in lines_of(transfer)]
    assert ends == [f"{quarter}.0 MB of 4.0 MB" for quarter in (1, 2, 3, 4)]


def test_a_transfer_that_goes_back_says_nothing_twice():
    def transfer(report):
        with report.transfer("vit_x.pth", 4_000_000) as advance:
            for done in (1_000_000, 0, 1_000_000, 4_000_000):
                advance(done)

    first, last = lines_of(transfer)
    assert "1.0 MB of 4.0 MB" in first
    assert "4.0 MB of 4.0 MB" in last


def test_a_transfer_of_nothing_is_no_fault():
    def transfer(report):
        with report.transfer("empty", 0) as advance:
            advance(0)

    assert lines_of(transfer) == []
