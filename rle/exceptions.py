"""Every error this package raises on purpose.

    RleError                what came from outside is wrong; also a ValueError
    ├── InvalidMask         given to encode: not 2-D, no pixels, NaN, not numbers, over MAX_PIXELS
    ├── InvalidRuns         given to decode: not a flat list of whole numbers, too short, negative,
    │                       or runs that do not add up
    ├── InvalidBox          a box outside the image, or inverted
    └── InvalidSize         height or width: not a whole number above 0, or over MAX_PIXELS

The message is one sentence with the value and the limit. Beside the tree stands
`rle._clash.RleClashError`, an ImportError: another package called `rle` is in the way.
"""

import rle._clash  # noqa: F401  every public module comes through here: it notices a foreign `rle`

__all__ = ["InvalidBox", "InvalidMask", "InvalidRuns", "InvalidSize", "RleError"]


class RleError(ValueError):
    """The base of every error raised on purpose here; its text is one sentence for a person."""


class InvalidMask(RleError):
    """What was given to encode is not a mask."""


class InvalidRuns(RleError):
    """A list of runs, or of runs and a box, is not what its format says."""


class InvalidBox(RleError):
    """A box does not lie in its image, or ends before it begins."""


class InvalidSize(RleError):
    """A height or a width cannot be an image's."""
