"""What can be done with masks as runs: measured, compared, combined: no image is built.

    area    bbox    centroid    contains        of each mask
    iou     overlap     intersections           of each mask with each other one
    union   intersection    difference    complement    crop    shift       new masks

`masks` (and `a`, `b`) is a list or another sequence of one of these, all of one size:

* COCO's dicts, {"size": [height, width], "counts": …}, counts a string, bytes or a list;
* CVAT's points, as `rle.cvat` has them; `height=` and `width=` say how large the image is;
* `rle.Runs`. Whoever takes several steps with the same masks makes these first (see
  `rle.convert`): they need no parsing.

Masks counted row by row (CVAT's) and column by column (COCO's) can meet in one call. Some are then
turned, as in `rle.convert`: noise alone takes an image for that.

New masks come back in the form of the first argument's: COCO's as a string if its first mask had a
string (or bytes), as a list if it had a list.

Raises, all of them:
    InvalidArgument: `masks` is not such a sequence (one mask alone is not), or of several forms.
    InvalidSize: Masks are of several sizes, or CVAT's points come without height and width.
    InvalidRuns, InvalidBox, InvalidSize: A mask is damaged; the sentence names its index.
"""

from rle.ops._combine import complement, difference, intersection, union
from rle.ops._compare import intersections, iou, overlap
from rle.ops._measure import area, bbox, centroid, contains
from rle.ops._move import crop, shift

__all__ = [
    "area",
    "bbox",
    "centroid",
    "complement",
    "contains",
    "crop",
    "difference",
    "intersection",
    "intersections",
    "iou",
    "overlap",
    "shift",
    "union",
]
