"""Masks as the items of the file that rejected ones are written to."""

from typing import Any

from cvat_sam.masks.record import MaskRecord

_PLACED = ("image", "frame", "label", "points", "height", "width")
_MORE = ("attributes", "occluded", "z_order", "group", "score", "iscrowd")


def item_of(record: MaskRecord) -> dict[str, Any]:
    """A mask as such an item: what is not said is left out.

    >>> from cvat_sam.masks.record import Place
    >>> item_of(MaskRecord(Place("a.json", 0), "cat", [0, 1, 0, 0, 0, 0], image="a.jpg"))
    {'image': 'a.jpg', 'label': 'cat', 'points': [0, 1, 0, 0, 0, 0]}
    """
    item = {name: getattr(record, name) for name in _PLACED}
    item |= {name: getattr(record, name) or None for name in _MORE if name != "score"}
    item["attributes"] = dict(record.attributes) or None
    item["score"] = record.score
    return {name: value for name, value in item.items() if value is not None}
