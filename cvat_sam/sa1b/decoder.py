"""The decoders that an article on SA-1B has published, under their names.

Its text builds a feature extractor for SA-1B: `SA1BMaskDecoder` decodes an image's masks with
pycocotools, `ARRCOCMaskProcessor` adds how they lie to one another. Here are the same names,
arguments and results. What is mended: the cache has a bound and notices a file that has changed,
an image without masks gives arrays of the right shape, and the spatial values never alter what is
in the cache, and come on any device.
"""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from cvat_sam.sa1b.annotation_file import load
from cvat_sam.sa1b.arguments import check_whole
from cvat_sam.sa1b.decoded_cache import Decoded, DecodedCache
from cvat_sam.sa1b.spatial import spatial

CACHE_BYTES = 1 << 30


class SA1BMaskDecoder:
    """Decodes the masks of SA-1B's JSON files.

    Args:
        max_masks: of a file with more, those of the highest predicted IoU.
        cache_decoded: whether what was decoded is kept. Arrays that are kept cannot be written to.
        device: "cpu" gives numpy arrays; any other device of PyTorch ("cuda", "cuda:1", "mps")
            tensors on it. They go there in one transfer, as runs, and are painted there.
        cache_bytes: how large the cache may become; what was not asked for longest goes first.

    Raises:
        InvalidSetting: an argument has a value that it cannot have.
        DeviceUnavailable: PyTorch or the device is not there.
    """

    def __init__(
        self,
        max_masks: int = 100,
        cache_decoded: bool = False,
        device: Any = "cpu",
        *,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        check_whole(1, max_masks=max_masks)
        check_whole(0, cache_bytes=cache_bytes)
        self.max_masks = max_masks
        self.cache_decoded = cache_decoded
        self.device = device
        self._on_device = str(device) != "cpu"
        if self._on_device:
            from cvat_sam.sa1b.on_device import check_device

            check_device(device)
        self._cache = DecodedCache(cache_bytes)

    def decode(self, annotation_path: str | os.PathLike[str]) -> dict[str, Any]:
        """Decodes a file.

        Args:
            annotation_path: a JSON file of SA-1B's. `cvat_sam.sa1b.read` is for tars and folders.

        Returns:
            `masks` (N, H, W) uint8 0 or 1, `bboxes` (N, 4) float xywh as in the file, `areas` (N,)
            int64, `predicted_ious` (N,) and `stability_scores` (N,) float: 64 bits in arrays, 32 in
            tensors. Best predicted IoU first where there were more than `max_masks`, else in the
            order of the file. A file without annotations gives (0, H, W), (0, 4), (0,).

        Raises:
            InvalidSource: it is no such file, or one of the masks is damaged.
        """
        return dict(self._decoded(annotation_path).result)

    def clear_cache(self) -> None:
        """Lets go of all that was kept."""
        self._cache.clear()

    def _decoded(self, path: Any, *, with_spatial: bool = False) -> Decoded:
        if not self.cache_decoded:
            return self._decode(path, with_spatial)
        stamp = self._cache.stamp(path)
        kept = self._cache.get(path, stamp)
        if kept is None:
            kept = self._decode(path, with_spatial)
        elif with_spatial and kept.spatial is None:
            kept.spatial = self._moved(spatial(kept.runs))
        else:
            return kept
        for value in (*kept.result.values(), *(kept.spatial or {}).values()):
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
        self._cache.put(path, stamp, kept)
        return kept

    def _decode(self, path: Any, with_spatial: bool) -> Decoded:
        read = load(path)
        which = np.arange(len(read.items))
        if which.size > self.max_masks:
            which = np.argsort(-read.predicted_ious, kind="stable")[: self.max_masks]
        runs = read.runs(which)
        values: dict[str, NDArray[Any]] = {
            "bboxes": read.bboxes[which],
            "areas": read.areas[which],
            "predicted_ious": read.predicted_ious[which],
            "stability_scores": read.stability_scores[which],
        }
        places = spatial(runs) if with_spatial else {}
        result = self._result(runs, read.height, read.width, {**values, **places})
        found = {name: result.pop(name) for name in places}
        return Decoded(result, runs, found if with_spatial else None)

    def _result(
        self, runs: list[rle.Runs], height: int, width: int, values: dict[str, NDArray[Any]]
    ) -> dict[str, Any]:
        """The masks painted, and what belongs to them, where they shall be."""
        if self._on_device:
            from cvat_sam.sa1b.on_device import painted

            return painted(runs, height, width, values, self.device)
        masks = rle.runs.decode_batch(runs) if runs else np.zeros((0, height, width), np.bool_)
        return {"masks": masks.view(np.uint8), **values}

    def _moved(self, values: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
        if not self._on_device:
            return dict(values)
        from cvat_sam.sa1b.on_device import moved

        return moved(values, self.device)


class ARRCOCMaskProcessor(SA1BMaskDecoder):
    """A decoder that also says how an image's masks lie to one another; see `SA1BMaskDecoder`."""

    def decode_with_spatial(self, annotation_path: str | os.PathLike[str]) -> dict[str, Any]:
        """Decodes a file, and looks at its masks' places.

        Args:
            annotation_path: see `decode`.

        Returns:
            What `decode` gives, and beside it `centroids`, `containment` and `iou_matrix` as
            `cvat_sam.sa1b.spatial` has them: computed on runs; float32 where they are tensors.

        Raises:
            InvalidSource: see `decode`.
        """
        decoded = self._decoded(annotation_path, with_spatial=True)
        return {**decoded.result, **(decoded.spatial or {})}
