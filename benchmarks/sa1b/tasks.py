"""What is measured: each task in the article's way and in ours.

A way is prepared once and then called several times; what it gives is compared.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.sa1b import article
from cvat_sam import sa1b

# Of a folder of `making`: what can be called again and again.
Prepare = Callable[[Path], Callable[[], Any]]

TOP = 20


@dataclass(frozen=True)
class Task:
    """One thing to be done.

    Attributes:
        name: for the table.
        article: the article's way.
        ours: our way.
        goal: how many times as fast ours shall be; None where nothing was promised.
        slow: whether the article's way takes so long that it runs once.
    """

    name: str
    article: Prepare
    ours: Prepare
    goal: float | None = None
    slow: bool = False


def _file(folder: Path) -> Path:
    return next((folder / "files").glob("*.json"))


def _of_file(function: Callable[[Path], Any]) -> Prepare:
    return lambda folder: lambda: function(_file(folder))


def _of_annotations(function: Callable[[Any], Any]) -> Prepare:
    def prepare(folder: Path) -> Callable[[], Any]:
        annotations = article.load(_file(folder))
        return lambda: function(annotations)

    return prepare


def _of_masks(function: Callable[[Any], Any]) -> Prepare:
    def prepare(folder: Path) -> Callable[[], Any]:
        # In the order in which images are, as a model or our own functions give them.
        masks = np.ascontiguousarray(article.batch_decode_masks(article.load(_file(folder))))
        return lambda: function(masks)

    return prepare


def _sums(chunks: Any) -> Any:
    """Goes through chunks of masks that nobody keeps; their areas are the answer."""
    return {"areas": np.concatenate([_areas(masks) for masks, _ in chunks])}


def _areas(masks: Any) -> Any:
    whole = masks if masks.ndim == 3 else masks[np.newaxis]
    return np.array([np.count_nonzero(mask) for mask in whole])


def _article_read(folder: Path) -> Callable[[], Any]:
    def read() -> Any:
        found = []
        for annotations, image in article.jsons(folder / "a.tar"):
            masks = article.batch_decode_masks(article.best(annotations, TOP))
            found.append((len(image), masks.shape[0], masks[0, 0].sum()))
        return {"masks": np.array(found)}

    return read


def _our_read(folder: Path) -> Callable[[], Any]:
    def read() -> Any:
        found = []
        for record in sa1b.read(folder / "a.tar", top_k=TOP):
            masks = record.masks()
            found.append((len(record.image or b""), masks.shape[0], masks[0, 0].sum()))
        return {"masks": np.array(found)}

    return read


def _article_runs(folder: Path) -> Callable[[], Any]:
    def read() -> Any:
        found = []
        for annotations, _ in article.jsons(folder / "a.tar"):
            masks = article.batch_decode_masks(article.best(annotations, TOP))
            found.append(_areas(masks))
        return {"areas": np.concatenate(found)}

    return read


def _our_runs(folder: Path) -> Callable[[], Any]:
    def read() -> Any:
        import rle

        records = sa1b.read(folder / "a.tar", top_k=TOP)
        return {"areas": np.concatenate([rle.ops.area(record.runs()) for record in records])}

    return read


TASKS = (
    Task(
        "decode",
        _of_file(article.decode),
        _of_file(lambda path: sa1b.SA1BMaskDecoder().decode(path)),
        goal=5,
    ),
    Task(
        "decode_with_spatial",
        _of_file(article.decode_with_spatial),
        _of_file(lambda path: sa1b.ARRCOCMaskProcessor().decode_with_spatial(path)),
        goal=50,
        slow=True,
    ),
    Task(f"read, top_k={TOP}, as pixels", _article_read, _our_read, goal=8),
    Task(f"read, top_k={TOP}, areas counted", _article_runs, _our_runs),
    Task(
        "batch_decode_masks",
        _of_annotations(article.batch_decode_masks),
        _of_annotations(sa1b.batch_decode_masks),
    ),
    # As published it cannot run; what is beside it is the loop.
    Task(
        "batch_decode_parallel",
        _of_annotations(article.batch_decode_masks),
        _of_annotations(sa1b.batch_decode_parallel),
    ),
    Task(
        "merge_masks_vectorized",
        _of_annotations(article.merge_masks_vectorized),
        _of_annotations(sa1b.merge_masks_vectorized),
    ),
    Task(
        "compute_iou_matrix",
        _of_annotations(article.compute_iou_matrix),
        _of_annotations(sa1b.compute_iou_matrix),
    ),
    Task(
        "memory_efficient_decode",
        _of_file(lambda path: _sums(article.memory_efficient_decode(path))),
        _of_file(lambda path: _sums(sa1b.memory_efficient_decode(path))),
    ),
    Task(
        "streaming_decode",
        _of_file(lambda path: _sums(article.streaming_decode(path))),
        _of_file(lambda path: _sums(sa1b.streaming_decode(path))),
    ),
    Task(
        "batch_encode_masks",
        _of_masks(article.batch_encode_masks),
        _of_masks(sa1b.batch_encode_masks),
    ),
    Task(
        "decode_to_torch, CPU",
        _of_annotations(article.decode_to_torch),
        _of_annotations(lambda annotations: sa1b.decode_to_torch(annotations, device="cpu")),
    ),
)

WAYS = ("article", "ours")
