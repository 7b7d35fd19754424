"""Masks for tests of readers and writers: made by hand, by hypothesis, and compared."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import rle
from cvat_sam.masks import MaskRecord, Place
from cvat_sam.targets import open_target

PLACE = Place("mine")

# Text that people and programs write: no half characters, not blank, no control characters that XML
# does not have.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\\"),
    min_size=1,
    max_size=12,
).filter(str.strip)
HOSTILE = st.sampled_from(
    ["a__b", "_", "__", "a/b", "../x", "/etc", ".", "..", "%2F", "a%", 'q"<&>', "CON:1*?|", "a.b.c"]
)
NAMES = TEXT | HOSTILE
SIZES = st.tuples(st.integers(1, 9), st.integers(1, 9))


def record(mask, **values):
    """A mask of an array or of rows of "." and "#"."""
    if isinstance(mask, list) and isinstance(mask[0], str):
        mask = [[character == "#" for character in row] for row in mask]
    mask = np.asarray(mask, bool)
    given = {"place": PLACE, "label": "cat", "image": "a.jpg"} | values
    height, width = mask.shape
    return MaskRecord(points=rle.cvat.encode(mask), height=height, width=width, **given)


def mask_of(one):
    """The pixels of a record."""
    return rle.cvat.decode(one.points, height=one.height, width=one.width)


@st.composite
def images(draw, *, more=(), names=NAMES, empty=True):
    """Some images of different names and sizes, each with some masks.

    Args:
        more: fields that are drawn too, beside image, label, points and size.
        names: of images and labels.
        empty: whether masks may have no pixels.
    """
    fields = {
        "attributes": st.dictionaries(TEXT, NAMES | st.just(""), max_size=2),
        "occluded": st.booleans(),
        "z_order": st.integers(-3, 3),
        "group": st.integers(0, 3),
        "score": st.none() | st.floats(0, 1),
        "iscrowd": st.booleans(),
    }
    found = []
    for name in draw(st.lists(names, unique=True, max_size=4)):
        size = draw(SIZES)
        masks = draw(st.lists(arrays.arrays(np.bool_, size), max_size=4))
        drawn = [
            record(
                mask,
                image=name,
                label=draw(names),
                **{field: draw(fields[field]) for field in more},
            )
            for mask in masks
            if empty or mask.any()
        ]
        found.append((name, size, drawn))
    return found


def write(path, found, **options):
    """Writes images; returns the notes."""
    with open_target(path, **options) as target:
        for name, (height, width), records in found:
            target.image(name, height, width)
            for one in records:
                target.add(one)
    return target.notes


def flat(found):
    """The masks of all images, their places forgotten."""
    return [placeless(one) for _, _, records in found for one in records]


def placeless(one):
    """A record as if it had been made here; a rejected one stays as it is."""
    return replace(one, place=PLACE) if isinstance(one, MaskRecord) else one
