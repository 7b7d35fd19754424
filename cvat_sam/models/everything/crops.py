"""The parts of an image that everything mode looks at by themselves, to find what is small.

The same as segment-anything's generator: layer n cuts both sides of the image into 2ⁿ. Crops
overlap, because what ends at a crop's border is not seen whole there.
"""

import math
from dataclasses import dataclass

# What ends so near to a crop's border, in pixels, is likely to go on behind it.
NEAR = 20

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Crop:
    """A part of an image.

    Attributes:
        left: its first column.
        top: its first row.
        right: the column after its last.
        bottom: the row after its last.
        layer: 0 is the whole image; layer n has 2ⁿ crops on a side.
    """

    left: int
    top: int
    right: int
    bottom: int
    layer: int

    @property
    def box_xyxy(self) -> Box:
        """Left, top, right, bottom; the ends exclusive."""
        return self.left, self.top, self.right, self.bottom

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top


def crops(height: int, width: int, layers: int, overlap_ratio: float) -> list[Crop]:
    """The whole image, then the crops of each layer, column by column.

    An image of a few pixels cannot be cut so often: a crop without a pixel is left out.

    Args:
        height: of the image, in pixels.
        width: of the image, in pixels.
        layers: beside the whole image: 4 crops in the first, 16 in the next.
        overlap_ratio: of the image's short side, 0 to 1, by which the first layer's crops overlap;
            it is halved with each layer.

    >>> [crop.box_xyxy for crop in crops(60, 100, 1, 0.2)]
    [(0, 0, 100, 60), (0, 0, 56, 36), (0, 24, 56, 60), (44, 0, 100, 36), (44, 24, 100, 60)]
    """
    found = [Crop(0, 0, width, height, 0)]
    for layer in range(1, layers + 1):
        overlap = int(overlap_ratio * min(height, width) * (2 / 2**layer))
        found += [
            Crop(left, top, right, bottom, layer)
            for left, right in _stretches(width, 2**layer, overlap)
            for top, bottom in _stretches(height, 2**layer, overlap)
        ]
    return found


def is_near_edge(box_xyxy: Box, crop: Crop, height: int, width: int) -> bool:
    """Whether a mask ends so near to its crop's border that it likely goes on behind it.

    What is as near to the image's own border is not: there is nothing behind that.

    Args:
        box_xyxy: the mask's, inclusive, in pixels of the crop.
        crop: which.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """
    left, top, right, bottom = box_xyxy
    box = (left + crop.left, top + crop.top, right + crop.left, bottom + crop.top)
    return any(
        abs(side - border) <= NEAR < abs(side - end)
        for side, border, end in zip(box, crop.box_xyxy, (0, 0, width, height), strict=True)
    )


def _stretches(length: int, count: int, overlap: int) -> list[tuple[int, int]]:
    """First pixel and end, exclusive, of `count` equal stretches of a side; those with a pixel."""
    each = math.ceil((overlap * (count - 1) + length) / count)
    begins = [(each - overlap) * index for index in range(count)]
    return [(begin, min(begin + each, length)) for begin in begins if begin < length]
