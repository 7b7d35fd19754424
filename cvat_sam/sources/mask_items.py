"""One item of a list of masks: a mask as CVAT's run lengths or COCO's segmentation, or an image.

    {"image": "a.jpg" or "frame": 0, "label": "car", …}     one mask, and of what it is
      "points": [run, …, left, top, right, bottom]          as CVAT's API has it, or
      "rle", "left", "top", "width", "height"               as CVAT's XML has it, or
      "segmentation": {"size", "counts"} or [[x, y, …], …]  as COCO has it
      "height", "width"                                     of the image (not beside "rle")
      "attributes", "occluded", "z_order", "group", "score" or "confidence", "iscrowd"
    {"image": "a.jpg", "size", "values", "counts", …}       the masks of an image, one of each class
      "labels": {"1": "car"}, "background": 0

What is written of a rejected mask is such an item too. An item whose "type" is another of CVAT's,
"rectangle", is no mask: it is noted and passed over.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cvat_sam.exceptions import InvalidInput
from cvat_sam.masks import Found, ImageRecord, MaskRecord, Note, Place, Rejected
from cvat_sam.sources import fields
from cvat_sam.sources.fields import rejected, shown
from cvat_sam.sources.segmentations import Draft
from rle import RleError, convert, cvat

# CVAT's other types of shapes, as a note says them.
NOT_MASKS = {
    **{kind: kind for kind in ("polygon", "polyline", "points", "ellipse", "cuboid", "skeleton")},
    "rectangle": "box",
}

# What an item of one mask may say it by.
FORMS = ("points", "rle", "segmentation")

EMPTY = [1, 0, 0, 0, 0]


def read(item: Any, place: Place) -> Iterator[Draft | Found]:
    """The masks of an item: one, or of an image of several classes one for each."""
    if not isinstance(item, Mapping):
        yield no_object(item, place)
    elif "values" in item:
        yield from classes(item, place)
    else:
        yield mask(item, place)


def no_object(item: Any, place: Place) -> Rejected:
    """What stands where a mask should, and is no JSON object; with keys to be filled in."""
    sentence = f"is {shown(item)}; it should be an object"
    return rejected(place, sentence, {"image": None, "label": None, "read": item})


def mask(item: Mapping[str, Any], place: Place) -> Draft | MaskRecord | Rejected | Note:
    """The mask of an item, or a note where it is another shape."""
    kind = item.get("type")
    if isinstance(kind, str) and kind in NOT_MASKS:
        return Note("passed over", NOT_MASKS[kind])
    try:
        known = _known(item)
        form = _form(item)
        if form == "segmentation":
            return Draft(place, item["segmentation"], known, item)
        numbers = item["points"] if form == "points" else _of_attributes(item)
        points = checked_points(numbers, height=known["height"], width=known["width"])
        return MaskRecord(place=place, points=points, **known)
    except (InvalidInput, RleError) as fault:
        return rejected(place, str(fault), item)


def classes(item: Mapping[str, Any], place: Place) -> Iterator[Found]:
    """The masks of an image of several classes."""
    try:
        image, frame = _image(item)
        labels = labels_of(item.get("labels"))
        background = background_of(item.get("background", 0))
        for key in ("values", "counts"):
            fields.numbers(item.get(key), key)
        found = convert.multiclass_to_cvat(item, background=background)
    except (InvalidInput, RleError) as fault:
        yield rejected(place, str(fault), item)
        return
    height, width = item["size"]
    yield ImageRecord(place, image, frame, height, width)
    for value, points in found.items():
        label = labels.get(str(value), str(value))
        yield MaskRecord(place, label, points, image, frame, height, width)


def labels_of(value: object) -> dict[str, str]:
    """The names of classes by their values as text; null is none."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidInput(f"labels is {shown(value)}; it should be an object")
    return {key: fields.text(name, f"labels[{shown(key)}]") for key, name in value.items()}


def background_of(value: object) -> int | None:
    """The value that is no class; null where all are."""
    return None if value is None else fields.whole(value, "background", least=-(2**63))


def checked_points(value: object, *, height: int | None, width: int | None) -> list[int]:
    """CVAT's points as ints, right in themselves, and in their image where its size is known."""
    points = fields.numbers(value, "points")
    if height is None or width is None:
        if len(points) < 5:
            raise InvalidInput(f"points has {len(points)} items; it should have at least 5")
        # The smallest image that the box's far corner fits into.
        corner = (
            fields.whole(one, f"points[{len(points) - back}]")
            for back, one in ((2, points[-2]), (1, points[-1]))
        )
        width, height = (max(one, 0) + 1 for one in corner)
    cvat.validate(points, height=height, width=width)
    if not any(points[1:-4:2]):
        return [*EMPTY]
    return [*map(int, points)] if float in set(map(type, points)) else points


def _known(item: Mapping[str, Any]) -> dict[str, Any]:
    """All of a mask but its points, by the names of `MaskRecord`."""
    kind = item.get("type")
    if kind not in (None, "mask"):
        raise InvalidInput(f'type is {shown(kind)}; it should be "mask"')
    image, frame = _image(item)
    known: dict[str, Any] = {"image": image, "frame": frame, "label": _label(item)}
    beside_rle = item.get("rle") is not None
    known["height"], known["width"] = (
        (None, None) if beside_rle else fields.size(item.get("height"), item.get("width"))
    )
    known["attributes"] = fields.attributes(item.get("attributes"))
    for key in ("occluded", "iscrowd"):
        if item.get(key) is not None:
            known[key] = fields.flag(item[key], key)
    if item.get("z_order") is not None:
        known["z_order"] = fields.whole(item["z_order"], "z_order")
    if item.get("group") is not None:
        known["group"] = fields.whole(item["group"], "group", least=0)
    for key in ("confidence", "score"):
        if item.get(key) is not None:
            known["score"] = fields.score(item[key], key)
    return known


def _image(item: Mapping[str, Any]) -> tuple[str | None, int | None]:
    image, frame = item.get("image"), item.get("frame")
    if image is None and frame is None:
        raise InvalidInput("has neither image nor frame, so it is not known where it belongs")
    return (
        None if image is None else fields.image_name(image, "image"),
        None if frame is None else fields.whole(frame, "frame", least=0),
    )


def _label(item: Mapping[str, Any]) -> str:
    if item.get("label") is None and item.get("label_id") is not None:
        return str(fields.whole(item["label_id"], "label_id", least=0))
    return fields.text(item.get("label"), "label")


def _form(item: Mapping[str, Any]) -> str:
    forms = [form for form in FORMS if item.get(form) is not None]
    if not forms:
        raise InvalidInput("has no segmentation, no points and no rle")
    if len(forms) > 1:
        raise InvalidInput(f"has {' and '.join(forms)}, so it is not known which is meant")
    return forms[0]


def _of_attributes(item: Mapping[str, Any]) -> list[Any]:
    """The points of an item that has them as CVAT's XML does; runs may be text, as there."""
    left, top = (fields.whole(item.get(key), key, least=0) for key in ("left", "top"))
    width, height = (fields.whole(item.get(key), key, least=1) for key in ("width", "height"))
    runs = item["rle"]
    if isinstance(runs, str):
        box = {"left": left, "top": top, "width": width, "height": height}
        return cvat.from_attributes({"rle": runs, **{key: str(box[key]) for key in box}})
    return [*fields.numbers(runs, "rle"), left, top, left + width - 1, top + height - 1]
