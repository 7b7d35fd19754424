"""Whether what a function found is what is in the picture, in the form that CVAT takes."""

from collections.abc import Iterator

import numpy as np

from cvat_sam.doctor.finding import Finding, note, ok, one_line, wrong
from cvat_sam.doctor.picture import HEIGHT, WIDTH, BoolMask, Picture, iou
from cvat_sam.doctor.replies import Reply
from cvat_sam.doctor.steps import PORT
from cvat_sam.masks.counts import count

# SAM's models have 0.95 and more on this picture.
GOOD_IOU = 0.7

_WHAT_FOR = {
    "interactor": "an interactor: a click gives a mask (AI Tools, Interactors, in a job)",
    "detector": "a detector: finds objects by itself (a task's menu, Automatic annotation)",
    "embedder": "an embedder: CVAT's Segment Anything plugin decodes the masks in the browser",
}
_FORM = "the forms that CVAT takes are in the README, under What it answers"


def judge(reply: Reply, picture: Picture, *, is_ours: bool) -> Iterator[Finding]:
    """Say what kind of function it is, whether its reply's form is right, and its mask's place.

    Args:
        reply: to the picture and a click on its disc.
        picture: that was sent.
        is_ours: whether it says that it is a function of cvat-sam's.
    """
    if reply.kind is None:
        yield wrong(
            "kind",
            f"it answers 200, but as no function of CVAT's: {reply.faults[0]}",
            PORT,
        )
        return
    yield ok("kind", _WHAT_FOR[reply.kind])
    if reply.others:
        no_masks = count(reply.others, "object")
        yield note("objects", f"{no_masks} of another type than mask, which are not looked at here")
    if reply.faults:
        yield _faulty(reply)
        return
    yield ok("reply", "its form is the one that CVAT stores and shows")
    if reply.kind != "embedder":
        yield _place(reply, picture, is_ours=is_ours)


def _faulty(reply: Reply) -> Finding:
    more = len(reply.faults) - 1
    also = f" (and {count(more, 'more fault')})" if more else ""
    sentence = one_line(reply.faults[0]) + also
    if reply.is_runs:
        return wrong(
            "reply",
            f"run lengths are where pixels should be, and would be stored as garbage: {sentence}",
            "the function should answer the pixels of the mask's box, and then the box; CVAT "
            f"makes run lengths of them itself ({_FORM})",
        )
    return wrong("reply", f"CVAT would take it wrongly: {sentence}", f"mend the function: {_FORM}")


def _place(reply: Reply, picture: Picture, *, is_ours: bool) -> Finding:
    if reply.kind == "detector" and not is_ours:
        # It may look for cars.
        found = count(len(reply.masks), "mask")
        return note("mask", f"{found}; what this detector should find in the picture is not known")
    best = max((iou(mask, picture.disc) for mask in reply.masks), default=0.0)
    if best >= GOOD_IOU:
        return ok("mask", f"it is where the object is (IoU {best:.2f})")
    step = "see whether model and weights are those that were meant (SAM_MODEL, SAM_CHECKPOINT)"
    if any(iou(mask, _mirrored(picture.disc)) >= GOOD_IOU for mask in reply.masks):
        step = "the function takes x for y: points and bounds are [x, y], masks rows of columns"
    elif any(iou(_cornered(mask), _cornered(picture.disc)) >= GOOD_IOU for mask in reply.masks):
        step = "the mask is right but for its place: bounds should be those of its crop"
    return wrong("mask", f"it is not where the object is (IoU {best:.2f})", step)


def _mirrored(disc: BoolMask) -> BoolMask:
    """The disc with x and y exchanged, as much of it as is in the picture."""
    side = max(HEIGHT, WIDTH)
    square = np.zeros((side, side), bool)
    square[:HEIGHT, :WIDTH] = disc
    return square.T[:HEIGHT, :WIDTH]


def _cornered(mask: BoolMask) -> BoolMask:
    """The mask moved into the picture's corner, so that its form alone counts."""
    rows, columns = np.nonzero(mask)
    cornered = np.zeros((HEIGHT, WIDTH), bool)
    if rows.size:
        cornered[rows - rows.min(), columns - columns.min()] = True
    return cornered
