"""One mask in one line, for a person."""

from cvat_sam.models.found_mask import FoundMask


def summary(found: FoundMask) -> str:
    """Box (inclusive), area, number of runs and confidence.

    >>> summary(FoundMask([1, 13, 2, 0, 8, 1], confidence=0.97, height=2, width=12))
    'box 2,0–8,1 · area 13 · 2 runs · confidence 0.97'
    """
    left, top, right, bottom = found.box_xyxy
    return (
        f"box {left},{top}–{right},{bottom} · area {found.area:,} · "
        f"{len(found.points) - 4:,} runs · confidence {found.confidence:.2f}"
    )
