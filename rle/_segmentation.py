"""COCO's segmentation dicts, {"size": [height, width], "counts": …}: read and written, not painted.

Counts are run lengths column by column, the first of unset pixels (0 where the first pixel is set).
Many masks are handed on as one array of all counts and `splits`, (N + 1,): those of mask i are
counts[splits[i]:splits[i + 1]]. Edges likewise, counted from each mask's own first pixel.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import rle
from rle import _text
from rle._limits import check_size, show
from rle._numbers import as_list, whole_numbers
from rle._paint import once
from rle.exceptions import InvalidRuns, InvalidSize, RleError

Ints = NDArray[np.int64]


_POLYGONS = " (rle.polygon.to_coco makes one of polygons)"


def read(segmentation: Any) -> tuple[Ints, int, int]:
    """Reads a segmentation.

    Returns:
        counts, (N,) int64, none negative (but any may be 0), their sum exactly height × width.
        Then height and width.

    Raises:
        InvalidRuns: It is no such dict, or its counts are damaged or do not add up.
        InvalidSize: Its size is none, or above `rle.MAX_PIXELS`.
    """
    if not isinstance(segmentation, Mapping):
        raise InvalidRuns(
            f"the segmentation is of type {type(segmentation).__name__}; it must be a dict"
            + _POLYGONS * isinstance(segmentation, list)
        )
    if "values" in segmentation:
        raise InvalidRuns(
            "the segmentation has a key 'values', so it is a multi-class rle: "
            "rle.convert.multiclass_to_coco takes it apart"
        )
    for key in ("size", "counts"):
        if key not in segmentation:
            hint = "; give its 'segmentation'" if "segmentation" in segmentation else ""
            raise InvalidRuns(f"the segmentation has no key {key!r}{hint}")
    height, width = _checked_size(segmentation["size"])
    values = segmentation["counts"]
    if isinstance(values, str | bytes):
        counts = _text.decode(values)
    else:
        counts = whole_numbers(values, name="counts")
    _check_counts(counts, height, width)
    return counts, height, width


def read_many(segmentations: Any) -> tuple[Ints, Ints, Ints]:
    """Reads a list, tuple or other sequence of segmentations, of one size or of several.

    Returns:
        All counts, splits (N + 1,), and sizes (N, 2), height and width of each.

    Raises:
        InvalidRuns: See `read`; the sentence begins with the faulty one's index.
        InvalidSize: Likewise.
    """
    if isinstance(segmentations, Mapping | str | bytes) or not isinstance(segmentations, Sequence):
        raise InvalidRuns(
            f"the segmentations are of type {type(segmentations).__name__}; they must be a list"
        )
    if (read_at_once := _texts_atonce(segmentations)) is not None:
        return read_at_once
    parts, sizes = [], []
    for index, segmentation in enumerate(segmentations):
        try:
            counts, height, width = read(segmentation)
        except RleError as fault:
            raise type(fault)(f"segmentation {index}: {fault}") from None
        parts.append(counts)
        sizes.append((height, width))
    splits = np.cumsum([0, *(part.size for part in parts)])
    counts = np.concatenate([np.empty(0, np.int64), *parts])
    return counts, splits, np.array(sizes, np.int64).reshape(-1, 2)


def write(counts: Ints, height: int, width: int, *, compressed: bool) -> dict[str, Any]:
    """Makes a segmentation of counts that are known to be right."""
    written = _text.encode(counts) if compressed else as_list(counts)
    return {"size": [height, width], "counts": written}


def write_many(
    counts: Ints, splits: Ints, sizes: Ints, *, compressed: bool
) -> list[dict[str, Any]]:
    """Makes many segmentations; the arguments are what `read_many` gives."""
    written: Sequence[str | list[int]]
    if compressed:
        written = _text.encode_many(counts, splits)
    else:
        listed = counts.tolist()
        written = [listed[start:stop] for start, stop in itertools.pairwise(splits.tolist())]
    return [
        {"size": size, "counts": text} for size, text in zip(sizes.tolist(), written, strict=True)
    ]


def edges_of(counts: Ints) -> Ints:
    """Turns counts that are known to be right into edges as `rle.Runs` has them.

    Returns:
        (2K,) strictly ascending. Runs around a run of length 0 are one.
    """
    toggles = counts[: counts.size & -2].cumsum()
    # Anything after the first may make a pair.
    return toggles if counts[1:].all() else toggles[once(toggles)]


def counts_of(edges: Ints, area: int) -> Ints:
    """Turns edges into counts, as few as there can be: the inverse of `edges_of`."""
    if not edges.size:
        return np.array([area])
    counts = np.empty(edges.size + int(edges[-1] < area), np.int64)
    counts[0] = edges[0]
    np.subtract(edges[1:], edges[:-1], out=counts[1 : edges.size])
    if counts.size > edges.size:
        counts[-1] = area - edges[-1]
    return counts


def edges_of_many(counts: Ints, splits: Ints, areas: Ints) -> tuple[Ints, Ints]:
    """Turns many masks' counts that are known to be right into edges.

    Args:
        counts: All counts.
        splits: (N + 1,).
        areas: (N,) pixels of each image, height × width.

    Returns:
        All edges, those of each mask counted from its own first pixel, and their splits.
    """
    stops, sizes = splits[1:], np.diff(splits)
    toggles = counts.cumsum()
    kept = np.ones(counts.size, np.bool_)
    kept[stops[sizes % 2 == 1] - 1] = False  # the image's end, after an unset run
    inner = counts != 0
    inner[splits[:-1]] = True
    if not inner.all():
        # One place more after each mask: its end is not the start of the next.
        apart = toggles + np.arange(sizes.size).repeat(sizes)
        kept[kept] = once(apart[kept])
    toggles -= (areas.cumsum() - areas).repeat(sizes)
    return toggles[kept], np.concatenate(([0], kept.cumsum()))[splits]


def counts_of_many(edges: Ints, splits: Ints, areas: Ints) -> tuple[Ints, Ints]:
    """Turns many masks' edges into counts: the inverse of `edges_of_many`."""
    stops = np.insert(edges, splits[1:], areas)
    splits = splits + np.arange(splits.size)
    starts, last = splits[:-1], splits[1:] - 1
    counts = stops.copy()
    counts[1:] -= stops[:-1]
    counts[starts] = stops[starts]
    full = counts[last] == 0
    if full.any():
        counts = np.delete(counts, last[full])
        splits[1:] -= full.cumsum()
    return counts, splits


def _checked_size(size: Any) -> tuple[int, int]:
    flat = isinstance(size, list | tuple) or (isinstance(size, np.ndarray) and size.ndim == 1)
    if not flat or len(size) != 2:
        raise InvalidSize(f"the size is {show(size)}; it must be [height, width]")
    return check_size(*size)


def _check_counts(counts: Ints, height: int, width: int) -> None:
    area = height * width
    image = f"the image of {height}×{width} has {area} pixels"
    if not counts.size:
        raise InvalidRuns(f"the segmentation has no counts, but {image}")
    if counts.min() < 0:
        index = int((counts < 0).argmax())
        raise InvalidRuns(f"count {index} is {counts[index]}, below 0")
    if counts.max() > area:
        index = int((counts > area).argmax())
        raise InvalidRuns(f"count {index} is {counts[index]}, but {image}")
    if (total := _sum(counts, area)) != area:
        raise InvalidRuns(f"the counts add up to {total}, but {image}")


def _sum(counts: Ints, most: int) -> int:
    """Adds up counts that are from 0 to `most`, also where that takes more than 64 bits."""
    return int(counts.sum()) if counts.size * most < 2**63 else sum(counts.tolist())


def _texts_atonce(segmentations: Sequence[Any]) -> tuple[Ints, Ints, Ints] | None:
    """Reads dicts of texts in a few steps for all; None where anything is unusual or wrong."""
    sizes: list[tuple[int, int]] = []
    areas: list[int] = []
    texts: list[str | bytes] = []
    for segmentation in segmentations:
        if type(segmentation) is not dict or "values" in segmentation:
            return None
        size, text = segmentation.get("size", ()), segmentation.get("counts")
        if type(size) not in (list, tuple) or len(size) != 2 or not isinstance(text, str | bytes):
            return None
        height, width = size
        if type(height) is not int or type(width) is not int or min(height, width) < 1:
            return None
        sizes.append((height, width))
        areas.append(height * width)
        texts.append(text)
    most = max(areas, default=0)
    if most > rle.MAX_PIXELS:
        return None
    try:
        counts, splits = _text.decode_many(texts)
    except RleError:
        return None
    if (splits[1:] == splits[:-1]).any() or counts.size * most >= 2**63:
        return None
    if counts.size:
        totals = np.add.reduceat(counts, splits[:-1])
        if counts.min() < 0 or counts.max() > most or not np.array_equal(totals, areas):
            return None
    return counts, splits, np.array(sizes, np.int64).reshape(-1, 2)
