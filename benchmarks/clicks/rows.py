"""The rows of the table, and what was aimed at in each."""

import statistics

from benchmarks.rows import Row

SIZES = {"1080p": (1920, 1080), "12 MP": (4000, 3000)}
LARGEST = "12 MP"

REPLY = f"reply for a large mask, {LARGEST}"
# Goals are for a stock way that writes 1.0 for a pixel; what cheaper forms take is shown too.
REPLY_FORMS = {
    "floats": REPLY,
    "integers": "the same, stock writing 0 and 1",
    "booleans": "the same, stock writing true and false",
}
REPLY_SIZE = f"its size, {LARGEST}"
START = "start to ready"
PEAK = "peak memory of a worker"
LIKENESS = "least IoU to the official masks"
QUALITY = {1: "mean IoU after 1 click", 5: "mean IoU after 5 clicks"}


def first(size: str) -> str:
    """The row of clicks on an image that is new."""
    return f"first click, {size}"


def second(size: str) -> str:
    """The row of one more positive click."""
    return f"second click, {size}"


def later(size: str) -> str:
    """The row of all clicks after the second."""
    return f"third to sixth click, {size}"


ROWS = (
    Row(first("1080p"), "ms", times=4),
    Row(first("12 MP"), "ms", times=6),
    Row(second("1080p"), "ms", times=35),
    Row(second("12 MP"), "ms", times=35),
    Row(later("1080p"), "ms"),
    Row(later("12 MP"), "ms"),
    Row(REPLY, "ms", times=100),
    Row(REPLY_FORMS["integers"], "ms"),
    Row(REPLY_FORMS["booleans"], "ms"),
    Row(REPLY_SIZE, "MB", most=9),
    Row(START, "s", most=1),
    Row(PEAK, "GB", most=0.6),
    Row(LIKENESS, "", least=0.999, summary=min),
    *(Row(name, "", summary=statistics.mean) for name in QUALITY.values()),
)
