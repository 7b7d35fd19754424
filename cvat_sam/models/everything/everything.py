"""Every object of an image, as segment-anything's automatic mask generator finds them.

The same masks, from any back end (A. Kirillov et al., "Segment Anything", 2023, section 5 and
appendix B): a grid of points is asked, each gives three masks, those stay that the model thinks
well of, that hardly change with the cut-off, and that are no doubles.
"""

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np

from cvat_sam.models.encoded_image import EncodedImage
from cvat_sam.models.everything import grid_points
from cvat_sam.models.everything.crops import Box, Crop, crops, is_near_edge
from cvat_sam.models.everything.grid import Grid
from cvat_sam.models.everything.look import look
from cvat_sam.models.everything.progress import Progress, Tell
from cvat_sam.models.everything.result import Everything
from cvat_sam.models.everything.small_regions import drop_small_regions
from cvat_sam.models.everything.suppression import suppress
from cvat_sam.models.everything.survivor import Survivor
from cvat_sam.models.found_mask import FoundMask

EncodeCrop = Callable[[Box], EncodedImage]


def everything(
    encoded: EncodedImage,
    grid: Grid,
    *,
    encode_crop: EncodeCrop | None = None,
    until: float | None = None,
    tell: Tell | None = None,
) -> Everything:
    """Find all objects of an image.

    Args:
        encoded: the image.
        grid: how finely to look.
        encode_crop: encodes a part of the image, `(left, top, right, bottom)` in pixels, the end
            exclusive; needed where `grid.crop_n_layers` is not 0.
        until: when to stop, on the clock of `time.monotonic`; None is never.
        tell: is told `(visited, points)` after each point, from this thread.

    Raises:
        ValueError: there are crops to look at, and no `encode_crop`.
    """
    if grid.crop_n_layers and encode_crop is None:
        raise ValueError("to look at crops of the image, encode_crop is needed")
    height, width = encoded.height, encoded.width
    parts = crops(height, width, grid.crop_n_layers, grid.crop_overlap_ratio)
    per_side = [
        grid_points.per_side_of_layer(
            grid.points_per_side, part.layer, grid.crop_n_points_downscale_factor
        )
        for part in parts
    ]
    progress = Progress(sum(count**2 for count in per_side), until=until, tell=tell)
    found: list[FoundMask] = []
    areas: list[int] = []
    for part, count in zip(parts, per_side, strict=True):
        if not count or progress.is_over:
            continue
        seen = encoded if encode_crop is None or not part.layer else encode_crop(part.box_xyxy)
        survivors = _look(seen, part, count, grid, progress, height=height, width=width)
        found += [
            one.found.moved(part.left, part.top, height=height, width=width) for one in survivors
        ]
        areas += [part.width * part.height] * len(survivors)
    if len(parts) > 1 and found:
        # An object is seen best where it is largest: in the smaller crop.
        boxes = np.array([one.box_xyxy for one in found])
        kept = suppress(boxes, [1 / area for area in areas], grid.crop_nms_thresh)
        found = [found[index] for index in kept]
    if grid.min_mask_region_area:
        threshold = max(grid.box_nms_thresh, grid.crop_nms_thresh)
        found = drop_small_regions(found, grid.min_mask_region_area, threshold)
    found.sort(key=lambda one: -one.area)
    return Everything(found, progress.visited, progress.points)


def _look(
    seen: EncodedImage,
    part: Crop,
    per_side: int,
    grid: Grid,
    progress: Progress,
    *,
    height: int,
    width: int,
) -> Sequence[Survivor]:
    indices = grid_points.coarse_to_fine(per_side)
    points = grid_points.points(per_side) * (seen.width, seen.height)

    def near_edge(box_xyxy: Box) -> bool:
        return is_near_edge(box_xyxy, part, height, width)

    in_order = [(x, y) for x, y in points[indices].tolist()]
    if seen.backend.device.startswith("cuda"):
        from cvat_sam.models.backends.torch_backend import TorchBackend
        from cvat_sam.models.everything.on_device import find

        # The only one that runs on a GPU.
        backend = cast(TorchBackend, seen.backend)
        return find(backend, seen, in_order, indices, grid, near_edge, progress)
    return look(seen, in_order, indices, grid, near_edge, progress)
