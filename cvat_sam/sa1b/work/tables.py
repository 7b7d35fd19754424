"""A source as two tables in Parquet: its masks, and which of them share pixels.

`masks/NAME.parquet` has a row for each mask; `pairs/NAME.parquet` one for each two masks of an
image that share a pixel, of which `a` stands before `b` in the image. What is in the columns is
said in `MASKS` and `PAIRS`, and in the files' own descriptions of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import numpy as np

import rle
from cvat_sam.exceptions import Unavailable
from cvat_sam.sa1b.record import Record
from cvat_sam.sa1b.work.jobs import EVERY, Faults, Job, Outcome
from cvat_sam.sa1b.work.results import result_path
from cvat_sam.targets.unfinished import UnfinishedFile, writing

# A column's type and what is in it.
Columns = Mapping[str, tuple[str, str]]

_IMAGE = {
    "image": ("string", "the image's file name"),
    "image_id": ("int64", "SA-1B's id of the image; null where it has none"),
}
MASKS: Columns = {
    **_IMAGE,
    "height": ("int32", "rows of the image"),
    "width": ("int32", "columns of the image"),
    "mask": ("int32", "which of the image's masks it is here, from 0"),
    "id": ("int64", "SA-1B's id of the mask; -1 where it has none"),
    "area": ("int64", "pixels, counted"),
    "left": ("int32", "first column of the box around the mask"),
    "top": ("int32", "first row of it"),
    "columns": ("int32", "how many columns the box has"),
    "rows": ("int32", "how many rows it has"),
    "predicted_iou": ("double", "as SA-1B has it"),
    "stability_score": ("double", "as SA-1B has it"),
    "centroid_x": ("double", "mean column of the pixels"),
    "centroid_y": ("double", "mean row of the pixels"),
    "point_x": ("double", "the point that the model was asked at; null where there is none"),
    "point_y": ("double", "likewise"),
    "counts": ("string", "the mask: COCO's compressed counts for an image of height × width"),
}
PAIRS: Columns = {
    **_IMAGE,
    "a": ("int32", "a mask: its `mask` in the other table"),
    "b": ("int32", "another of the same image, behind it"),
    "iou": ("double", "pixels of both, divided by pixels of either"),
    "a_in_b": ("double", "the share of a's pixels that lie in b"),
    "b_in_a": ("double", "the share of b's pixels that lie in a"),
}

# Rows that are written together.
_MASKS_AT_ONCE, _PAIRS_AT_ONCE = 10_000, 200_000


def features(job: Job) -> Iterator[int | Outcome]:
    """Writes the tables of a source; yields as `stats` does."""
    check_pyarrow()
    faults = Faults()
    images = 0
    with (
        Table(result_path(job, "masks", ".parquet"), MASKS, _MASKS_AT_ONCE) as masks,
        Table(result_path(job, "pairs", ".parquet"), PAIRS, _PAIRS_AT_ONCE) as pairs,
    ):
        for record in job.reader(faults):
            images += 1
            runs = record.runs()
            shared = rle.ops.intersections(runs, runs)
            masks.add(_masks(record, runs), len(runs))
            pairs.add(*_pairs(record, shared))
            if images % EVERY == 0:
                yield images
    yield Outcome(
        images, masks.rows, pairs.rows, skipped=faults.count, faults=tuple(faults.sentences)
    )


def check_pyarrow() -> None:
    """Makes sure that pyarrow is here.

    Raises:
        Unavailable: it is not.
    """
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        raise Unavailable(
            "Parquet needs pyarrow: pip install 'cvat-sam[ray]', or '.[ray]' in a clone"
        ) from None


class Table:
    """A Parquet file that is there when its block ends well, written some rows at a time."""

    def __init__(self, path: Any, columns: Columns, at_once: int) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.rows = 0
        self._at_once = at_once
        self._schema = pa.schema(
            [
                pa.field(name, getattr(pa, _TYPES.get(kind, kind))(), metadata={"about": about})
                for name, (kind, about) in columns.items()
            ]
        )
        self._waiting: list[Any] = []
        self._held = 0
        self._unfinished = UnfinishedFile(path)
        try:
            with writing(path):
                self._writer = pq.ParquetWriter(
                    str(self._unfinished.temporary), self._schema, compression="zstd"
                )
        except BaseException:
            self._unfinished.discard()
            raise

    def add(self, columns: Mapping[str, Any], rows: int) -> None:
        """Adds rows, given by columns."""
        import pyarrow as pa

        if not rows:
            return
        arrays = [
            pa.array(columns[field.name], field.type, from_pandas=True) for field in self._schema
        ]
        self._waiting.append(pa.Table.from_arrays(arrays, schema=self._schema))
        self.rows += rows
        self._held += rows
        if self._held >= self._at_once:
            self._write()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._write()
            with writing(self._unfinished.path):
                self._writer.close()
        except BaseException:
            self._unfinished.discard()
            raise
        self._unfinished.__exit__(kind, error, traceback)

    def _write(self) -> None:
        import pyarrow as pa

        if self._waiting:
            with writing(self._unfinished.path):
                self._writer.write_table(pa.concat_tables(self._waiting).combine_chunks())
            self._waiting.clear()
            self._held = 0


# Names that pyarrow's functions do not have.
_TYPES = {"double": "float64"}


def _masks(record: Record, runs: Sequence[rle.Runs]) -> dict[str, Any]:
    count = len(runs)
    box = rle.ops.bbox(runs)
    centroids = rle.ops.centroid(runs)
    return {
        "image": [record.name] * count,
        "image_id": [record.image_id] * count,
        "height": np.full(count, record.height),
        "width": np.full(count, record.width),
        "mask": np.arange(count),
        "id": record.ids,
        "area": rle.ops.area(runs),
        "left": box[:, 0],
        "top": box[:, 1],
        "columns": box[:, 2],
        "rows": box[:, 3],
        "predicted_iou": record.predicted_ious,
        "stability_score": record.stability_scores,
        "centroid_x": centroids[:, 0],
        "centroid_y": centroids[:, 1],
        "point_x": record.point_coords[:, 0],
        "point_y": record.point_coords[:, 1],
        "counts": [one["counts"] for one in record.segmentations()],
    }


def _pairs(record: Record, shared: Any) -> tuple[dict[str, Any], int]:
    areas = shared.diagonal()
    a, b = np.nonzero(np.triu(shared, 1))
    pixels = shared[a, b]
    columns = {
        "image": [record.name] * a.size,
        "image_id": [record.image_id] * a.size,
        "a": a,
        "b": b,
        "iou": pixels / (areas[a] + areas[b] - pixels),
        "a_in_b": pixels / areas[a],
        "b_in_a": pixels / areas[b],
    }
    return columns, a.size
