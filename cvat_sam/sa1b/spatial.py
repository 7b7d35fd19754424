"""How the masks of an image lie to one another, computed on their runs: no image is built."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle


def spatial(masks: Sequence[Any]) -> dict[str, NDArray[np.float64]]:
    """Centroids, and of each pair of masks the containment and the IoU.

    Args:
        masks: N masks of one size: `rle.Runs` or COCO's dicts.

    Returns:
        `centroids` (N, 2): mean x and mean y of a mask's pixels, 0, 0 of an empty one;
        `containment` (N, N): in row i, column j the share of j's pixels that lie in i, and 0 on the
        diagonal; `iou_matrix` (N, N), 1 on the diagonal. What is divided by an empty mask is 0.

    Raises:
        RleError: one of them is no mask, or their sizes differ.

    >>> whole = {"size": [2, 2], "counts": [0, 4]}
    >>> half = {"size": [2, 2], "counts": [0, 2, 2]}
    >>> found = spatial([whole, half])
    >>> found["centroids"].tolist()
    [[0.5, 0.5], [0.0, 0.5]]
    >>> found["containment"].tolist()
    [[0.0, 1.0], [0.5, 0.0]]
    >>> found["iou_matrix"].tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    if not masks:
        return {
            "centroids": np.zeros((0, 2)),
            "containment": np.zeros((0, 0)),
            "iou_matrix": np.zeros((0, 0)),
        }
    shared = rle.ops.intersections(masks, masks)
    areas = shared.diagonal()
    whole = areas[:, np.newaxis] + areas - shared
    containment = _share(shared, np.broadcast_to(areas, shared.shape))
    np.fill_diagonal(containment, 0)
    return {
        "centroids": rle.ops.centroid(masks),
        "containment": containment,
        "iou_matrix": _share(shared, whole),
    }


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(part.shape), where=part > 0)
