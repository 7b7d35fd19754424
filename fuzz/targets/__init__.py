"""What is tried. A target takes a trial, makes an input, calls what reads it and looks at that."""

from collections.abc import Callable

from fuzz.targets import classes, coco, converting, cvat, encoding, kaggle, ops, polygons, runs
from fuzz.trial import Trial

Target = Callable[[Trial], None]

# Those with more ways to go wrong come up more often.
TARGETS: tuple[Target, ...] = (
    *(cvat.decode, cvat.decode, cvat.decode_batch, cvat.attributes, cvat.article),
    *(coco.decode, coco.decode, coco.decode_batch),
    *(converting.cvat_to_coco, converting.coco_to_cvat, converting.batches, converting.round_trip),
    *(classes.decode, classes.decode_batch, classes.published),
    *(classes.to_binary, classes.from_binary),
    *(kaggle.decode, kaggle.decode),
    *(polygons.to_mask, polygons.from_mask),
    *(ops.measure, ops.compare, ops.combine, ops.move, ops.contains, ops.garbled),
    *(encoding.masks, encoding.labels, encoding.batches),
    *(runs.made, runs.garbled),
)
