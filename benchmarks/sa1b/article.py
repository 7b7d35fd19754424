"""What an article on SA-1B has published, written anew from its description, as fast as it goes so.

Its way is pycocotools mask by mask, arrays of whole images, and dense formulas over all pairs.
"""

import json
import tarfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as api

Array = NDArray[Any]
Annotations = list[dict[str, Any]]

# Between pycocotools and numpy 2.
warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)


def load(path: Path) -> Annotations:
    """A file's annotations."""
    with path.open() as file:
        read: Annotations = json.load(file)["annotations"]
    return read


def batch_decode_masks(annotations: Annotations) -> Array:
    """Each mask by itself, then all of them in one array."""
    return np.stack([api.decode(one["segmentation"]) for one in annotations])


def best(annotations: Annotations, count: int) -> Annotations:
    """Those of the highest predicted IoU, where there are more."""
    if len(annotations) <= count:
        return annotations
    return sorted(annotations, key=lambda one: one["predicted_iou"], reverse=True)[:count]


def decode(path: Path, max_masks: int = 100) -> dict[str, Array]:
    """The decoder's result."""
    annotations = best(load(path), max_masks)
    return {
        "masks": batch_decode_masks(annotations),
        "bboxes": np.array([one["bbox"] for one in annotations]),
        "areas": np.array([one["area"] for one in annotations]),
        "predicted_ious": np.array([one["predicted_iou"] for one in annotations]),
        "stability_scores": np.array([one["stability_score"] for one in annotations]),
    }


def decode_with_spatial(path: Path) -> dict[str, Array]:
    """The processor's: centroids and containment on whole images."""
    found = decode(path)
    masks = found["masks"].astype(bool)
    count = len(masks)
    centroids, containment = np.zeros((count, 2)), np.zeros((count, count))
    areas = masks.sum(axis=(1, 2))
    for i in range(count):
        rows, columns = np.nonzero(masks[i])
        if rows.size:
            centroids[i] = columns.mean(), rows.mean()
        for j in range(count):
            if i != j:
                shared = np.count_nonzero(np.logical_and(masks[i], masks[j]))
                containment[i, j] = shared / (areas[j] + 1e-6)
    iou = compute_iou_matrix(load(path))
    return {**found, "centroids": centroids, "containment": containment, "iou_matrix": iou}


def compute_iou_matrix(annotations: Annotations) -> Array:
    """By pycocotools, which is faster than whole images."""
    encoded = [one["segmentation"] for one in annotations]
    return np.asarray(api.iou(encoded, encoded, [0] * len(encoded)))


def merge_masks_vectorized(annotations: Annotations) -> Array:
    """By pycocotools likewise."""
    return np.asarray(api.decode(api.merge([one["segmentation"] for one in annotations])))


def memory_efficient_decode(path: Path, chunk_size: int = 20) -> Iterator[tuple[Array, Any]]:
    """Some masks at a time."""
    annotations = load(path)[:100]
    for begin in range(0, len(annotations), chunk_size):
        chunk = annotations[begin : begin + chunk_size]
        yield batch_decode_masks(chunk), chunk


def streaming_decode(path: Path) -> Iterator[tuple[Array, Any]]:
    """One mask at a time."""
    for one in load(path):
        yield api.decode(one["segmentation"]), one


def batch_encode_masks(masks: Array) -> list[dict[str, Any]]:
    """Each mask turned into pycocotools' order by itself."""
    found = []
    for mask in masks:
        encoded = api.encode(np.asfortranarray(mask.astype(np.uint8)))
        found.append({**encoded, "counts": encoded["counts"].decode()})
    return found


def decode_to_torch(annotations: Annotations) -> Any:
    """Through an array."""
    import torch

    return torch.from_numpy(batch_decode_masks(annotations))


def jsons(tar: Path) -> Iterator[tuple[Annotations, bytes]]:
    """The annotations of each image of a tar, and the image's bytes."""
    image = b""
    with tarfile.open(tar) as file:
        for member in file:
            opened = file.extractfile(member)
            data = opened.read() if opened else b""
            if member.name.endswith(".json"):
                yield json.loads(data)["annotations"], image
            else:
                image = data
