"""The rows of both tables, and what was aimed at in each."""

from benchmarks.everything.likeness import SAME
from benchmarks.everything.plan import Plan
from benchmarks.results import STOCK
from benchmarks.rows import Row

# Ours, asked for one box after the other, beside ours asked for all at once.
SINGLY = "ours, a request for each"

# A processor is for everybody; on a GPU the official generator has less to lose.
TIMES = {"cpu": 6, "cuda": 8}
# Of a worker. On a GPU most of it is CUDA's own.
MOST_GIGABYTES = {"cpu": 1.5, "cuda": None}

BOXES_ALIKE = "least IoU to stock's masks"
BOXES_SAME = "least IoU to those of a request for each"
DECODING = "the same, without reading requests and writing replies"


def time(picture: str) -> str:
    """The row of how long it takes."""
    return f"{picture}: time"


def peak(picture: str) -> str:
    """The row of the most memory that the process has had."""
    return f"{picture}: peak memory"


def device_peak(picture: str) -> str:
    """The row of the most memory of a GPU."""
    return f"{picture}: peak memory of the GPU"


def masks(picture: str) -> str:
    """The row of how many masks there are."""
    return f"{picture}: masks"


def matched(picture: str) -> str:
    """The row of how many official masks are among them."""
    return f"{picture}: official masks among them"


def alone(picture: str) -> str:
    """The row of how many of them are no official ones."""
    return f"{picture}: masks that are not official"


def least(picture: str) -> str:
    """The row of the pair that is least alike."""
    return f"{picture}: least IoU of a pair"


def of_everything(plan: Plan, device: str) -> list[Row]:
    """All rows about finding everything, in order."""
    rows = []
    for picture in plan.pictures:
        rows += [
            Row(time(picture), "s", times=TIMES[device]),
            Row(peak(picture), "GB", most=MOST_GIGABYTES[device]),
            Row(device_peak(picture), "GB"),
            Row(masks(picture), "masks"),
            Row(matched(picture), "masks", all_but=1, summary=min),
            Row(alone(picture), "masks", summary=max),
            Row(least(picture), "", summary=min),
        ]
    return rows


def boxes(count: int) -> str:
    """The row of how long many boxes take."""
    return f"{count} boxes"


def of_boxes(plan: Plan) -> list[Row]:
    """All rows about boxes, in order."""
    return [
        Row(boxes(plan.boxes), "ms", times=2, rivals=(STOCK, SINGLY)),
        Row(DECODING, "ms"),
        Row(BOXES_ALIKE, "", least=SAME, summary=min),
        Row(BOXES_SAME, "", least=SAME, summary=min),
    ]
