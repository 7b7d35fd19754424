"""The functions that an article on SA-1B has published, under their names (see `decoder`).

"Annotations" is a list of SA-1B's annotations, dicts with a `segmentation`; masks are uint8, 0 and
1, as they were there. Two of its functions take a `segmentation` itself: `decode_rle_mask` and
`gpu_decode_rle`.

All raise `rle.RleError` for a mask that is damaged, and those that take a path
`cvat_sam.exceptions.InvalidSource` for a file that is.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import rle
from cvat_sam.sa1b.annotation_file import load
from cvat_sam.sa1b.arguments import check_whole

Masks = NDArray[np.uint8]


def decode_rle_mask(rle_annotation: Mapping[str, Any]) -> Masks:
    """Decodes a segmentation.

    Args:
        rle_annotation: {"size": [height, width], "counts": …}, an annotation's `segmentation`.

    Returns:
        (H, W) uint8.

    >>> decode_rle_mask({"size": [2, 3], "counts": "2111"}).tolist()
    [[0, 1, 1], [0, 0, 1]]
    """
    return rle.coco.decode(rle_annotation).view(np.uint8)


def decode_sa1b_annotation(
    annotation_path: str | os.PathLike[str],
) -> tuple[list[Masks], dict[str, list[Any]]]:
    """Decodes all masks of a JSON file.

    Returns:
        A list of masks, and the lists `bboxes`, `areas`, `predicted_ious`, `stability_scores` and
        `point_coords`, as they are in the file.
    """
    read = load(annotation_path)
    runs = read.runs(np.arange(len(read.items)))
    masks = list(rle.runs.decode_batch(runs).view(np.uint8))
    keys = {
        "bboxes": "bbox",
        "areas": "area",
        "predicted_ious": "predicted_iou",
        "stability_scores": "stability_score",
        "point_coords": "point_coords",
    }
    return masks, {name: [item.get(key) for item in read.items] for name, key in keys.items()}


def batch_decode_masks(
    annotations: Sequence[Mapping[str, Any]], *, size: tuple[int, int] | None = None
) -> Masks:
    """Decodes many masks of one size.

    Args:
        annotations: see above.
        size: height and width, for a list that may be empty.

    Returns:
        (N, H, W) uint8; (0, 0, 0) of an empty list without a size.
    """
    segmentations = _segmentations(annotations)
    if not segmentations and size is not None:
        return np.zeros((0, *size), np.uint8)
    return rle.coco.decode_batch(segmentations).view(np.uint8)


def batch_decode_parallel(
    annotations: Sequence[Mapping[str, Any]],
    num_workers: int = 4,
    *,
    size: tuple[int, int] | None = None,
) -> Masks:
    """Decodes many masks of one size: `batch_decode_masks`, whatever the number of workers.

    Processes would have to hand the pixels back, which takes longer than to paint them, and for
    threads there is little to share: what takes the time is memory that is touched first. Many
    files are read by processes with `cvat_sam.sa1b.read(…, workers=N)`.

    Args:
        annotations: see above.
        num_workers: as published; from 1.
        size: see `batch_decode_masks`.

    Returns:
        See `batch_decode_masks`.
    """
    check_whole(1, num_workers=num_workers)
    return batch_decode_masks(annotations, size=size)


def merge_masks_vectorized(
    annotations: Sequence[Mapping[str, Any]], *, size: tuple[int, int] | None = None
) -> Masks:
    """Joins masks into one, on their runs.

    Args:
        annotations: see above.
        size: see `batch_decode_masks`.

    Returns:
        (H, W) uint8: 1 where any of them is; (0, 0) of an empty list without a size.
    """
    segmentations = _segmentations(annotations)
    if not segmentations:
        return np.zeros(size or (0, 0), np.uint8)
    runs = rle.convert.coco_to_runs_batch(segmentations)
    return rle.runs.decode(rle.ops.union(runs)).view(np.uint8)


def compute_iou_matrix(annotations: Sequence[Mapping[str, Any]]) -> NDArray[np.float64]:
    """The IoU of each mask with each, on their runs.

    Returns:
        (N, N) float64.
    """
    segmentations = _segmentations(annotations)
    return rle.ops.iou(segmentations, segmentations)


def memory_efficient_decode(
    annotation_path: str | os.PathLike[str], max_masks: int = 100, chunk_size: int = 20
) -> Iterator[tuple[Masks, list[Mapping[str, Any]]]]:
    """Decodes a JSON file some masks at a time.

    Args:
        annotation_path: of the file.
        max_masks: the first so many, in the order of the file.
        chunk_size: so many at a time.

    Yields:
        (n, H, W) uint8, and the annotations they are of.
    """
    check_whole(1, max_masks=max_masks, chunk_size=chunk_size)
    read = load(annotation_path)
    most = min(max_masks, len(read.items))
    for begin in range(0, most, chunk_size):
        end = min(begin + chunk_size, most)
        runs = read.runs(np.arange(begin, end))
        yield rle.runs.decode_batch(runs).view(np.uint8), read.items[begin:end]


def streaming_decode(
    annotation_path: str | os.PathLike[str],
) -> Iterator[tuple[Masks, Mapping[str, Any]]]:
    """Decodes a JSON file mask by mask.

    Yields:
        (H, W) uint8, and the annotation it is of.
    """
    read = load(annotation_path)
    for index, item in enumerate(read.items):
        [runs] = read.runs(np.array([index]))
        yield rle.runs.decode(runs).view(np.uint8), item


def encode_mask_to_rle(binary_mask: ArrayLike) -> dict[str, Any]:
    """Encodes a mask.

    Args:
        binary_mask: (H, W); what is not zero belongs to the object, as everywhere in `rle`. Of
            probabilities pass what is above your cut-off: `scores > 0.5`.

    Returns:
        `{"size": [height, width], "counts": str}`.

    >>> encode_mask_to_rle([[0, 1, 1], [0, 0, 1]])
    {'size': [2, 3], 'counts': '2111'}
    """
    return rle.coco.encode(binary_mask)


def batch_encode_masks(masks: ArrayLike | Sequence[ArrayLike]) -> list[dict[str, Any]]:
    """Encodes many masks, (N, H, W) or a list of (H, W); see `encode_mask_to_rle`."""
    return rle.coco.encode_batch(masks)


def gpu_decode_rle(rle_annotation: Mapping[str, Any], stream: Any = None) -> Any:
    """Decodes a segmentation into an array of CuPy, where CuPy is and has a GPU; else of numpy.

    Args:
        rle_annotation: see `decode_rle_mask`.
        stream: of CuPy, in which it is copied.

    Returns:
        (H, W) uint8.
    """
    return _on_gpu(decode_rle_mask(rle_annotation), stream)


def batch_decode_to_gpu(
    annotations: Sequence[Mapping[str, Any]], *, size: tuple[int, int] | None = None
) -> Any:
    """Decodes many masks of one size into one array of CuPy; see `gpu_decode_rle`."""
    return _on_gpu(batch_decode_masks(annotations, size=size), None)


def decode_to_torch(
    annotations: Sequence[Mapping[str, Any]],
    device: Any = "cuda",
    *,
    size: tuple[int, int] | None = None,
) -> Any:
    """Decodes many masks of one size into a tensor; they go to the device as runs.

    Args:
        annotations: see above.
        device: of PyTorch, "cpu" too.
        size: see `batch_decode_masks`.

    Returns:
        (N, H, W) uint8 tensor.

    Raises:
        DeviceUnavailable: PyTorch or the device is not there.
    """
    from cvat_sam.sa1b import on_device

    on_device.check_device(device)
    segmentations = _segmentations(annotations)
    if str(device) == "cpu" or not segmentations:
        import torch

        return torch.from_numpy(batch_decode_masks(annotations, size=size)).to(device)
    runs = rle.convert.coco_to_runs_batch(segmentations)
    for index, one in enumerate(runs):
        if one.size != runs[0].size:
            raise rle.InvalidSize(
                f"annotation {index} is {one.height}×{one.width} and annotation 0 "
                f"{runs[0].height}×{runs[0].width}; masks of one tensor need one size"
            )
    return on_device.painted(runs, runs[0].height, runs[0].width, {}, device)["masks"]


def _segmentations(annotations: Any) -> list[Any]:
    if isinstance(annotations, Mapping | str | bytes) or not isinstance(annotations, Sequence):
        hint = "; put it into a list" if isinstance(annotations, Mapping) else ""
        raise rle.InvalidRuns(
            f"the annotations are of type {type(annotations).__name__}; they must be a list{hint}"
        )
    for index, one in enumerate(annotations):
        if not isinstance(one, Mapping) or "segmentation" not in one:
            hint = ""
            if isinstance(one, Mapping) and "counts" in one:
                hint = ': it is a segmentation itself; give {"segmentation": it}'
            raise rle.InvalidRuns(f"annotation {index} has no segmentation{hint}")
    return [one["segmentation"] for one in annotations]


def _on_gpu(masks: Masks, stream: Any) -> Any:
    try:
        import cupy
    except ImportError:
        return masks
    if not cupy.cuda.is_available():
        return masks
    with stream or nullcontext():
        return cupy.asarray(masks)
