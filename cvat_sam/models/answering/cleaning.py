"""What an annotator would otherwise rub out and fill in: small islands, small holes.

Parts of the object hang together over corners too (8-connected), holes only over sides, so a hole
never leaks through a diagonal border. A hole is background that does not reach the crop's border.

To give every pixel of a large mask the number of its part takes longer than the decoder. Borders
are traced twenty times as fast, and how much a border encloses follows from its length and area
(G. Pick, 1899): the number of pixels inside a polygon through B pixels that has the area A is
A - B/2 + 1. So only around what is small are pixels looked at.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from cvat_sam.models.answering.full_size import Placed, tight
from cvat_sam.models.answering.manner import Manner
from cvat_sam.models.prompt import Point, Prompt

BoolMask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int32]
Pixel = tuple[int, int]

# What a look at a window costs beside its pixels, in pixels.
WINDOW_COST = 2000


class _Border(NamedTuple):
    """A border between object and background.

    Attributes:
        rows: the rows it takes, of the crop.
        columns: the columns.
        pixels: of the part that it goes around, or of the hole that it is around.
        first: row and column of one of its pixels, which is always one of the object.
    """

    rows: slice
    columns: slice
    pixels: int
    first: Pixel


def cleaned(placed: Placed, prompt: Prompt, manner: Manner, *, height: int, width: int) -> Placed:
    """Drop islands and then fill holes that are small beside the whole mask as it came.

    An island with a positive click on it stays, and so does the largest part; a hole with a
    negative click in it stays.

    Args:
        placed: a mask's tight crop, not empty.
        prompt: in pixels of the image.
        manner: which share of the object is small; where both are 0, no pixel is looked at.
        height: of the image, in pixels.
        width: of the image, in pixels.
    """
    if not (manner.min_island or manner.max_hole):
        return placed
    area = int(np.count_nonzero(placed.crop))
    if manner.min_island:
        wanted = _on_crop(prompt.positive, placed, height, width)
        placed = _without_islands(placed, wanted, manner.min_island * area)
    if manner.max_hole:
        unwanted = _on_crop(prompt.negative, placed, height, width)
        placed = _without_holes(placed, unwanted, manner.max_hole * area)
    return placed


def _without_islands(placed: Placed, wanted: list[Pixel], smallest: float) -> Placed:
    parts, _ = _borders(placed.crop)
    largest = max(part.pixels for part in parts)
    small = [part for part in parts if part.pixels < min(smallest, largest)]
    if not small:
        return placed
    crop = placed.crop.copy()
    for window in _windows(small, crop.shape):
        labels = _labelled(crop[window.rows, window.columns], connectivity=8)
        dropped = np.zeros(labels.max() + 1, bool)
        dropped[[labels[window.place(part.first)] for part in window.borders]] = True
        dropped[[labels[place] for place in window.places(wanted)]] = False
        crop[window.rows, window.columns] &= ~dropped[labels]
    return tight(crop, placed.left, placed.top)


def _without_holes(placed: Placed, unwanted: list[Pixel], largest: float) -> Placed:
    _, holes = _borders(placed.crop)
    small = [hole for hole in holes if hole.pixels < largest]
    if not small:
        return placed
    crop = placed.crop.copy()
    for window in _windows(small, crop.shape):
        # Read from the mask as it came: what was filled meanwhile belongs to another hole.
        background = np.logical_not(placed.crop[window.rows, window.columns])
        labels = _labelled(background, connectivity=4)
        # Of what does not reach the window's edge, that is what has so many pixels.
        filled = np.isin(np.bincount(labels.ravel()), [hole.pixels for hole in window.borders])
        for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            filled[edge] = False
        filled[[labels[place] for place in window.places(unwanted)]] = False
        filled[0] = False
        crop[window.rows, window.columns] |= filled[labels]
    return Placed(crop, placed.left, placed.top)


class _Window(NamedTuple):
    """A part of the crop, and the borders in it that matter there."""

    rows: slice
    columns: slice
    borders: list[_Border]

    def place(self, pixel: Pixel) -> Pixel:
        """Where a pixel of the crop lies in the window."""
        return pixel[0] - self.rows.start, pixel[1] - self.columns.start

    def places(self, pixels: list[Pixel]) -> list[Pixel]:
        """Likewise those of several pixels that lie in it."""
        height, width = self.rows.stop - self.rows.start, self.columns.stop - self.columns.start
        return [
            (row, column)
            for row, column in map(self.place, pixels)
            if 0 <= row < height and 0 <= column < width
        ]


def _windows(borders: list[_Border], shape: tuple[int, ...]) -> list[_Window]:
    """A window for each border; or one for all, where they are more work than the whole mask."""
    windows = [_Window(border.rows, border.columns, [border]) for border in borders]
    areas = (
        (one.rows.stop - one.rows.start) * (one.columns.stop - one.columns.start) + WINDOW_COST
        for one in windows
    )
    height, width = shape
    if sum(areas) <= height * width:
        return windows
    return [_Window(slice(0, height), slice(0, width), borders)]


def _borders(mask: BoolMask) -> tuple[list[_Border], list[_Border]]:
    """The parts of a mask and its holes, each by its border."""
    contours, tree = cv2.findContours(mask.view(np.uint8), cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    parents = tree[0, :, 3].tolist()
    # Within a part's border lie its holes' borders, within those other parts', and so on.
    is_hole = [_depth(index, parents) % 2 == 1 for index in range(len(parents))]
    enclosed = [
        _enclosed(np.asarray(contour, np.int32), outer=not hole)
        for contour, hole in zip(contours, is_hole, strict=True)
    ]
    pixels = list(enclosed)
    for index, parent in enumerate(parents):
        if parent >= 0:
            pixels[parent] -= enclosed[index]
    parts: list[_Border] = []
    holes: list[_Border] = []
    for index, contour in enumerate(contours):
        x, y, columns, rows = cv2.boundingRect(contour)
        first = (int(contour[0, 0, 1]), int(contour[0, 0, 0]))
        border = _Border(slice(y, y + rows), slice(x, x + columns), pixels[index], first)
        (holes if is_hole[index] else parts).append(border)
    return parts, holes


def _depth(index: int, parents: list[int]) -> int:
    """How many borders there are around one."""
    depth = 0
    while (index := parents[index]) >= 0:
        depth += 1
    return depth


def _enclosed(contour: Ints, *, outer: bool) -> int:
    """The pixels within a border, and of an outer one those on it too; by Pick's theorem."""
    if len(contour) == 1:
        return 1
    area, half = cv2.contourArea(contour), len(contour) / 2
    return round(area + half + 1) if outer else round(area - half + 1)


def _labelled(mask: BoolMask, *, connectivity: int) -> Ints:
    """Each pixel's part, 0 where it is not set."""
    contiguous = np.ascontiguousarray(mask).view(np.uint8)
    _, labels = cv2.connectedComponents(contiguous, connectivity=connectivity, ltype=cv2.CV_32S)
    return np.asarray(labels, np.int32)


def _on_crop(points: Sequence[Point], placed: Placed, height: int, width: int) -> list[Pixel]:
    """Row and column on the crop of the pixels under points; those beside it are left out.

    The image's far edges are inside for a click, but on no pixel.
    """
    rows, columns = placed.crop.shape
    pixels = [
        (min(int(y), height - 1) - placed.top, min(int(x), width - 1) - placed.left)
        for x, y in points
    ]
    return [(y, x) for y, x in pixels if 0 <= y < rows and 0 <= x < columns]
