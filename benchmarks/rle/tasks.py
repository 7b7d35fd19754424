"""What is measured: operations, their inputs and the right answers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rle import answers, masks, plain

Work = tuple[Sequence[tuple[Any, ...]], Sequence[Any]]


@dataclass(frozen=True)
class Task:
    """One row of the table.

    Attributes:
        operation: What is done, in words.
        case: With what.
        function: What the function is called in the modules of `rivals`.
        build: Gives the arguments of each call and the right answer to each.
        same: Compares an answer with the right one.
        masks: How many masks one call does: times are given for each.
    """

    operation: str
    case: str
    function: str
    build: Callable[[], Work]
    same: answers.Same
    masks: int = 1


def tasks(*, quick: bool = False) -> Iterator[Task]:
    """All of them; with `quick` on images of an eighth of the sides, and tens instead of hundreds.

    Inputs are built when they are asked for, and memory for the large ones is held by one task at
    a time.
    """
    step, count = (8, 10) if quick else (1, 100)
    for case in ("M1", "M2", "M3", "M4", "M5"):
        yield from _single(case, partial(_named, case, step))
    for case in ("squares", "5", "20"):
        yield from _several_classes(case, partial(_labels, case, step))
    yield from _many(count, partial(masks.blobs, count, 480 // step, 640 // step))
    yield from _polygons(1000 // step)
    yield from _batch(f"{count} at 256²", partial(masks.blobs, count, 256 // step, 256 // step))
    large = partial(masks.blobs, count, 1500 // step, 2250 // step)
    yield from _batch(f"{count} as SA-1B's", large)
    yield from _tensors(f"{count} at 1024²", count, 1024 // step)
    yield from _notebook(step)


@lru_cache
def _named(case: str, step: int) -> list[masks.Mask]:
    return [np.ascontiguousarray(mask[::step, ::step]) for mask in _all_named()[case]]


@lru_cache
def _all_named() -> dict[str, list[masks.Mask]]:
    return masks.named_masks()


@lru_cache
def _labels(case: str, step: int) -> NDArray[Any]:
    image = masks.squares((1, 2, 4)) if case == "squares" else masks.labels(int(case))
    return np.ascontiguousarray(image[::step, ::step])


def _single(case: str, make: Callable[[], list[masks.Mask]]) -> Iterator[Task]:
    def work(source: Callable[[masks.Mask], tuple[Any, ...]], right: Callable[..., Any]) -> Work:
        return [source(mask) for mask in make()], [right(mask) for mask in make()]

    for operation, function, source, right, same in (
        ("CVAT encode", "cvat_encode", _itself, plain.cvat, answers.points),
        ("CVAT decode", "cvat_decode", _points, _same_mask, answers.mask),
        ("COCO encode", "coco_encode", _itself, plain.coco, answers.segmentation),
        ("COCO decode", "coco_decode", _segmentation, _same_mask, answers.mask),
        ("CVAT to COCO", "cvat_to_coco", _points, plain.coco, answers.segmentation),
        ("COCO to CVAT", "coco_to_cvat", _segmentation, plain.cvat, answers.points),
        ("Kaggle encode", "kaggle_encode", _itself, plain.kaggle, answers.text),
        ("Kaggle decode", "kaggle_decode", _text, _same_mask, answers.mask),
    ):
        yield Task(operation, case, function, partial(work, source, right), same)


def _itself(mask: masks.Mask) -> tuple[Any, ...]:
    return (mask,)


def _same_mask(mask: masks.Mask) -> masks.Mask:
    return mask


def _points(mask: masks.Mask) -> tuple[Any, ...]:
    return (plain.cvat(mask), *mask.shape)


def _segmentation(mask: masks.Mask) -> tuple[Any, ...]:
    return (plain.coco(mask),)


def _text(mask: masks.Mask) -> tuple[Any, ...]:
    return (plain.kaggle(mask), *mask.shape)


def _several_classes(case: str, make: Callable[[], NDArray[Any]]) -> Iterator[Task]:
    name = case if case == "squares" else f"{case} classes"
    yield Task(
        "multi-class encode",
        name,
        "multiclass_encode",
        lambda: ([(make(),)], [plain.multiclass(make())]),
        answers.runs,
    )
    yield Task(
        "multi-class decode",
        name,
        "multiclass_decode",
        lambda: ([(plain.multiclass(make()),)], [make()]),
        answers.labels,
    )


def _many(count: int, make: Callable[[], NDArray[np.bool_]]) -> Iterator[Task]:
    def work(right: Callable[[NDArray[np.bool_]], Any], times: int) -> Work:
        images = make()
        coded = [plain.coco(image) for image in images]
        return [(coded,) * times], [right(images)]

    case = f"{count} strings"
    each_area = partial(np.sum, axis=(1, 2))
    for operation, function, right, times, same in (
        (f"IoU {count}×{count}", "iou", lambda m: plain.iou(m, m), 2, answers.numbers),
        ("union", "union", lambda m: plain.coco(m.any(0)), 1, answers.segmentation),
        ("area", "area", each_area, 1, answers.numbers),
        ("box", "bbox", lambda m: [plain.box(one) for one in m], 1, answers.numbers),
    ):
        yield Task(operation, case, function, partial(work, right, times), same)


def _polygons(side: int) -> Iterator[Task]:
    """The right answer is pycocotools': how a polygon is drawn is a convention, its own."""

    def work() -> Work:
        from pycocotools import mask as api

        objects = [
            [(np.array(flat) * side / 1000).round(2).tolist() for flat in some]
            for some in masks.polygons(20)
        ]
        drawn = [api.decode(api.merge(api.frPyObjects(some, side, side))) for some in objects]
        return [(some, side, side) for some in objects], [image.astype(bool) for image in drawn]

    yield Task("polygon to mask", f"20 at {side}²", "polygon", work, answers.mask)


def _batch(case: str, make: Callable[[], NDArray[np.bool_]]) -> Iterator[Task]:
    # The images are made once and thrown away with the last of these tasks.
    once = lru_cache(make)

    def encoding(right: Callable[[masks.Mask], Any]) -> Work:
        return [(once(),)], [[right(image) for image in once()]]

    def decoding(source: Callable[[masks.Mask], Any], *, sized: bool) -> Work:
        size = once().shape[1:] if sized else ()
        return [([source(image) for image in once()], *size)], [once()]

    count = int(case.split()[0])
    points, segmentations = answers.each(answers.points), answers.each(answers.segmentation)
    for operation, function, build, same in (
        ("CVAT batch encode", "cvat_encode_batch", partial(encoding, plain.cvat), points),
        (
            "CVAT batch decode",
            "cvat_decode_batch",
            partial(decoding, plain.cvat, sized=True),
            answers.mask,
        ),
        ("COCO batch encode", "coco_encode_batch", partial(encoding, plain.coco), segmentations),
        (
            "COCO batch decode",
            "coco_decode_batch",
            partial(decoding, plain.coco, sized=False),
            answers.mask,
        ),
    ):
        yield Task(operation, case, function, build, same, masks=count)


def _tensors(case: str, count: int, side: int) -> Iterator[Task]:
    try:
        import torch
    except ImportError:
        return

    once = lru_cache(partial(masks.blobs, count, side, side))

    def work(device: str, right: Callable[[masks.Mask], Any]) -> Work:
        images = once()
        return [(torch.from_numpy(images).to(device),)], [[right(image) for image in images]]

    devices = {"cpu": case}
    if torch.cuda.is_available():
        devices["cuda"] = f"{case}, {torch.cuda.get_device_name()}"
    for device, name in devices.items():
        for operation, function, right, same in (
            ("tensor to COCO", "tensor_coco", plain.coco, answers.any_segmentation),
            ("tensor to CVAT", "tensor_cvat", plain.cvat, answers.points),
        ):
            yield Task(operation, name, function, partial(work, device, right), answers.each(same))


def _notebook(step: int) -> Iterator[Task]:
    def mask() -> NDArray[Any]:
        return np.ascontiguousarray(masks.squares((1, 1, 1))[::step, ::step]).view(bool)

    def rows(image: NDArray[Any]) -> dict[str, Any]:
        return plain.multiclass(image, order="C")

    def counted(image: NDArray[Any]) -> dict[str, Any]:
        return {"size": list(image.shape), "counts": plain.counts_of(image.T)}

    def turned(image: NDArray[Any]) -> str:
        return plain.kaggle(image.T)

    several = partial(_labels, "squares", step)
    for letter, make, right, same in (
        ("a", mask, rows, answers.runs),
        ("b", mask, plain.coco, answers.segmentation),
        ("c", mask, turned, answers.text),
        ("d", mask, counted, answers.segmentation),
        ("e", mask, counted, answers.segmentation),
        ("f", several, rows, answers.runs),
        ("g", several, rows, answers.runs),
        ("h", several, rows, answers.runs),
        ("i", several, plain.multiclass, answers.runs),
    ):

        def work(make: Callable[[], Any] = make, right: Callable[..., Any] = right) -> Work:
            return [(make(),)], [right(make())]

        yield Task("the notebook's", f"({letter})", f"notebook_{letter}", work, same)
