"""Pictures of masks on photographs, for people to look at."""

import io
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageDraw, ImageFont

from cvat_sam.files import write_atomically
from cvat_sam.images.colours import mask_colour
from cvat_sam.images.marks import draw_box, draw_click, draw_mask

Pixels = NDArray[np.uint8]
Point = tuple[float, float]

DRAWING_SIDE = 900  # smaller images are enlarged for drawing, so that marks look crisp
GREEN, RED = (22, 163, 74), (220, 38, 38)
PAPER, INK = (24, 25, 30), (236, 238, 242)


def draw(
    image: Pixels,
    masks: Iterable[ArrayLike],
    *,
    positive: Sequence[Point] = (),
    negative: Sequence[Point] = (),
    box_xyxy: Sequence[float] | None = None,
    caption: str | None = None,
) -> Pixels:
    """Draw masks, and the prompts that led to them.

    Args:
        image: RGB uint8 (H, W, 3).
        masks: each (H, W), nonzero where the object is; small ones are drawn over large ones.
        positive: clicks on the object, (x, y) in pixels of `image`; (0, 0) is its corner.
        negative: clicks beside it, likewise.
        box_xyxy: left, top, right and bottom edge, in the same coordinates.
        caption: a line of text for below the picture.

    Returns:
        RGB uint8 (H', W', 3), enlarged by a whole factor where `image` is small.

    Raises:
        ValueError: a mask has not the image's height and width.
    """
    # Without a copy where they are bool: a hundred masks of a photograph are 300 MB.
    found = [np.asarray(mask).astype(np.bool_, copy=False) for mask in masks]
    for mask in found:
        if mask.shape != image.shape[:2]:
            raise ValueError(f"a mask is {mask.shape}, the image {image.shape[:2]}")
    scale = max(1, math.ceil(DRAWING_SIDE / max(image.shape[:2])))
    canvas = _resized(image, scale) if scale > 1 else image.copy()
    line = max(1.5, max(canvas.shape[:2]) / 700)
    largest_first = sorted(range(len(found)), key=lambda index: -np.count_nonzero(found[index]))
    for index in largest_first:
        draw_mask(canvas, found[index], mask_colour(index), line)
    if box_xyxy is not None:
        draw_box(canvas, [edge * scale for edge in box_xyxy], line)
    for x, y in negative:
        draw_click(canvas, x * scale, y * scale, RED, "-", line * 7)
    for x, y in positive:
        draw_click(canvas, x * scale, y * scale, GREEN, "+", line * 7)
    return canvas if caption is None else _captioned(canvas, caption)


def side_by_side(
    pictures: Sequence[Pixels], *, columns: int = 2, gutter: int = 16, width: int | None = None
) -> Pixels:
    """Lay pictures out on one sheet, row by row.

    Args:
        pictures: at least one, each RGB uint8 (H, W, 3).
        columns: pictures in a row.
        gutter: pixels between them.
        width: what each picture becomes, in pixels; None is the narrowest one's.

    Returns:
        RGB uint8 (H', W', 3).
    """
    width = width or min(picture.shape[1] for picture in pictures)
    cells = [_resized(picture, width / picture.shape[1]) for picture in pictures]
    rows = [cells[start : start + columns] for start in range(0, len(cells), columns)]
    heights = [max(cell.shape[0] for cell in row) for row in rows]
    count = min(columns, len(cells))
    shape = (sum(heights) + gutter * (len(rows) - 1), count * (width + gutter) - gutter, 3)
    sheet = np.full(shape, 255, np.uint8)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for column, cell in enumerate(row):
            left = column * (width + gutter)
            sheet[top : top + cell.shape[0], left : left + width] = cell
        top += height + gutter
    return sheet


def save_png(path: Path, picture: Pixels, *, max_bytes: int | None = None) -> None:
    """Write a picture as PNG; the file is there whole or not at all.

    Args:
        path: of the file.
        picture: RGB uint8 (H, W, 3).
        max_bytes: if the file would be larger, use 256 colours, then fewer pixels.
    """
    data = _png(Image.fromarray(picture), compress_level=4)
    scale = 1.0
    while max_bytes is not None and len(data) > max_bytes and min(picture.shape[:2]) * scale > 1:
        data = _png(_with_256_colours(Image.fromarray(_resized(picture, scale))), optimize=True)
        # Bytes go about with the area; a little less, so that few rounds are needed.
        scale *= min(0.97, 0.97 * math.sqrt(max_bytes / len(data)))
    write_atomically(path, data)


def _with_256_colours(image: Image.Image) -> Image.Image:
    # An octree keeps the few pixels of a red dot red; a median cut would make them brown.
    palette = image.quantize(256, method=Image.Quantize.FASTOCTREE)
    return image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def _png(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def _resized(picture: Pixels, scale: float) -> Pixels:
    if scale == 1:
        return picture
    height, width = (max(1, round(side * scale)) for side in picture.shape[:2])
    how = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, (width, height), interpolation=how), np.uint8)


def _captioned(picture: Pixels, caption: str) -> Pixels:
    """The picture with a strip of text below; text that is too long ends in an ellipsis."""
    width = picture.shape[1]
    size = max(13, width // 42)
    font = ImageFont.load_default(size)
    strip = Image.new("RGB", (width, round(size * 2.1)), PAPER)
    pen = ImageDraw.Draw(strip)
    text = caption
    while len(text) > 1 and pen.textlength(text, font) > width - 2 * size:
        text = text.removesuffix("…")[:-1].rstrip() + "…"
    pen.text((size, strip.height / 2), text, INK, font, anchor="lm")
    return np.vstack([picture, np.asarray(strip)])
