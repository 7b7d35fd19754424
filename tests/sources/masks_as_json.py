"""Masks written as the formats have it, by hand: what the readers of JSON are tried on."""

import json

import numpy as np
from pycocotools import mask as coco_mask

from cvat_sam import sources
from cvat_sam.masks import MaskRecord, Rejected


def write(path, value):
    path.write_text(json.dumps(value))
    return path


def records(path, **options):
    """All masks of a source, none of them rejected."""
    found = list(sources.read([path], **options))
    assert [one for one in found if isinstance(one, Rejected)] == []
    return found


def only_rejected(path, **options):
    """The one mask of a source, which is rejected."""
    (found,) = sources.read([path], **options)
    assert isinstance(found, Rejected)
    return found


def compressed(mask):
    encoded = coco_mask.encode(np.asfortranarray(mask, np.uint8))
    return {"size": list(mask.shape), "counts": encoded["counts"].decode()}


def uncompressed(mask):
    """COCO's list of counts, by a loop."""
    counts, last = [0], False
    for pixel in np.asarray(mask).ravel("F"):
        if bool(pixel) != last:
            counts.append(0)
            last = not last
        counts[-1] += 1
    return {"size": list(mask.shape), "counts": counts}


def pixels(record, height=None, width=None):
    """A record's mask, by a loop over its runs."""
    assert isinstance(record, MaskRecord)
    *runs, left, top, right, bottom = record.points
    crop = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    mask = np.zeros((height or record.height, width or record.width), bool)
    mask[top : bottom + 1, left : right + 1] = crop.reshape(bottom - top + 1, right - left + 1)
    return mask


def random_masks(count, height, width, seed=0):
    """Masks of some rectangles, and of noise."""
    rng = np.random.default_rng(seed)
    for index in range(count):
        if index % 7 == 6:
            yield rng.random((height, width)) < 0.3
            continue
        mask = np.zeros((height, width), bool)
        for _ in range(rng.integers(1, 4)):
            top, left = rng.integers(height), rng.integers(width)
            mask[
                top : top + rng.integers(1, height + 1), left : left + rng.integers(1, width + 1)
            ] = True
        yield mask
