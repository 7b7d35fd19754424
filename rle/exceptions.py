"""Every error this package raises on purpose.

    RleError                what came from outside is wrong; also a ValueError
    ├── InvalidMask         given to encode: not 2-D, no pixels, NaN, not numbers, over MAX_PIXELS
    ├── InvalidLabels       the same for several classes; also values that are no labels
    ├── InvalidRuns         given to decode: not a flat list of whole numbers, too short, negative,
    │                       a damaged string, or runs that do not add up
    ├── InvalidBox          a box outside the image, or inverted
    ├── InvalidPolygon      not flat lists of x, y with three corners at least
    ├── InvalidSize         height or width: not a whole number above 0, or over MAX_PIXELS; or
    │                       masks of different sizes where one size is needed
    └── InvalidArgument     another argument: order, tolerance, iscrowd, points to look up

The message is one sentence with the value and the limit. Beside the tree stands
`rle._clash.RleClashError`, an ImportError: another package called `rle` is in the way.
"""

import rle._clash  # noqa: F401  every public module comes through here: it notices a foreign `rle`

__all__ = [
    "InvalidArgument",
    "InvalidBox",
    "InvalidLabels",
    "InvalidMask",
    "InvalidPolygon",
    "InvalidRuns",
    "InvalidSize",
    "RleError",
]


class RleError(ValueError):
    """The base of every error raised on purpose here; its text is one sentence for a person."""


class InvalidMask(RleError):
    """What was given to encode is not a mask."""


class InvalidLabels(RleError):
    """What was given as labels is no image of whole numbers."""


class InvalidRuns(RleError):
    """A list of runs, or of runs and a box, is not what its format says."""


class InvalidBox(RleError):
    """A box does not lie in its image, or ends before it begins."""


class InvalidPolygon(RleError):
    """A polygon is not a flat list of corners."""


class InvalidSize(RleError):
    """A height or a width cannot be an image's."""


class InvalidArgument(RleError):
    """An argument beside the masks is not what the function takes."""
