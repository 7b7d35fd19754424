"""CVAT's run lengths as its API answers them and as lists: every value kept, every fault said."""

import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from masks_as_json import (
    compressed,
    only_rejected,
    pixels,
    random_masks,
    records,
    uncompressed,
    write,
)

import rle
from cvat_sam import sources
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import MaskRecord, Place

POINTS = [3, 6, 5, 7, 3, 0, 0, 11, 1]
ITEM = {"image": "a.jpg", "label": "car", "points": POINTS}


def shape(**values):
    """A mask as CVAT 2.15 answers it."""
    return {
        "id": 263, "label_id": 1, "type": "mask", "frame": 0, "group": None, "source": "auto",
        "occluded": False, "outside": False, "z_order": 4, "rotation": 0.0,
        "points": [float(number) for number in POINTS],
        "attributes": [{"spec_id": 1, "value": ""}, {"spec_id": 3, "value": "0"}], "elements": [],
    } | values  # fmt: skip


def annotations(*shapes, **more):
    return {"version": 0, "tags": [], "shapes": shapes, "tracks": [], **more}


LABELS = [
    {"id": 1, "name": "car", "attributes": [{"id": 1, "name": "make"}, {"id": 3, "name": "count"}]}
]


def test_an_answer_of_cvat_without_labels_has_ids_for_names(tmp_path):
    path = write(tmp_path / "a.json", annotations(shape(), shape(frame=7, group=2, occluded=True)))
    first, second = records(path)
    assert first == MaskRecord(
        Place(str(path), 0), "1", POINTS, frame=0, z_order=4, attributes={"1": "", "3": "0"}
    )
    assert {*map(type, first.points)} == {int}
    assert (second.frame, second.group, second.occluded) == (7, 2, True)


@pytest.mark.parametrize("order", ["before", "behind"])
def test_labels_beside_give_names(order, tmp_path):
    whole = annotations(shape(), shape(label_id=2, attributes=[{"spec_id": 9, "value": 1}]))
    whole = {"labels": LABELS} | whole if order == "before" else whole | {"labels": LABELS}
    first, second = records(write(tmp_path / "a.json", whole))
    assert (first.label, first.attributes) == ("car", {"make": "", "count": "0"})
    assert (second.label, second.attributes) == ("2", {"9": "1"})


def test_what_cvat_answers_for_labels_may_stand_beside_as_it_is(tmp_path):
    answer = {"count": 1, "next": None, "previous": None, "results": LABELS}
    path = write(tmp_path / "a.json", annotations(shape()) | {"labels": answer})
    assert records(path) == records(write(path, annotations(shape(), labels=LABELS)))


def test_other_shapes_tags_and_tracks_are_noted_and_passed_over(tmp_path):
    path = write(
        tmp_path / "a.json",
        annotations(
            shape(type="rectangle", points=[1.5, 2, 3, 4]), shape(), shape(type="polygon"),
            labels=LABELS,
        ) | {
            "tracks": [{"frame": 1, "shapes": [{"type": "rectangle"}]}, {"shapes": [shape()]}],
            "tags": [{"frame": 0}] * 3,
        },
    )  # fmt: skip
    notes = []
    one, rejected = sources.read([path], note=notes.append)
    assert one.label == "car"
    assert notes == [
        f"{path}: 3 tags, 1 box, 1 polygon and 1 track are not masks and were passed over"
    ]
    assert rejected.sentence == "tracks[1] has masks, which are read of shapes alone"


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "occluded": st.booleans(),
        "z_order": st.integers(-5, 5),
        "group": st.integers(0, 9),
        "score": st.floats(0, 1),
        "iscrowd": st.booleans(),
        "attributes": st.dictionaries(
            st.text(min_size=1, max_size=5).filter(str.strip), st.text(max_size=5), max_size=3
        ),
    },
)


def written_as(form, record, mask):
    """A record as an item of a list."""
    runs, (left, top, right, bottom) = record.points[:-4], record.points[-4:]
    size = {"height": record.height, "width": record.width}
    box = {"left": left, "top": top, "width": right - left + 1, "height": bottom - top + 1}
    return {
        "points": {"points": record.points, **size},
        "floats": {"points": [*map(float, record.points)], "type": "mask", **size},
        "rle": {"rle": runs, **box},
        "text": {"rle": ", ".join(map(str, runs)), **box},
        "compressed": {"segmentation": compressed(mask)},
        "uncompressed": {"segmentation": uncompressed(mask), **size},
    }[form]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    form=st.sampled_from(["points", "floats", "rle", "text", "compressed", "uncompressed"]),
    values=VALUES,
    seed=st.integers(0, 999),
    frame=st.none() | st.integers(0, 100),
    wrapped=st.booleans(),
    pairs=st.booleans(),
)
def test_records_come_back_from_every_form(form, values, seed, frame, wrapped, pairs, tmp_path):
    (mask,) = random_masks(1, 9, 14, seed=seed)
    path = tmp_path / "any.json"
    record = MaskRecord(
        Place(str(path), 0), "ein Auto", rle.cvat.encode(mask),
        "b/ä.jpg" if frame is None else None, frame, 9, 14, **values,
    )  # fmt: skip
    item = {"label": record.label, **values, **written_as(form, record, mask)}
    item |= {"image": record.image} if frame is None else {"frame": frame}
    if pairs and "attributes" in item:
        item["attributes"] = [{"name": k, "value": v} for k, v in item["attributes"].items()]
    (found,) = records(write(path, {"masks": [item]} if wrapped else [item]))
    assert (pixels(found, 9, 14) == mask).all()
    if form in ("rle", "text"):
        assert (found.height, found.width) == (None, None)
        found = MaskRecord(**{name: getattr(found, name) for name in MaskRecord.__slots__}
                           | {"height": 9, "width": 14})  # fmt: skip
    assert found == record


def test_what_segment_writes(tmp_path):
    item = ITEM | {"confidence": 0.9301, "height": 2, "width": 12}
    (one,) = records(write(tmp_path / "a.json", [item]))
    assert (one.score, one.height, one.width, one.points) == (0.9301, 2, 12, POINTS)


def test_nothing_found_is_an_empty_list(tmp_path):
    assert records(write(tmp_path / "a.json", [])) == []


def test_a_mask_without_a_set_pixel_is_written_as_cvats_codec_does(tmp_path):
    items = [ITEM | {"points": points} for points in ([18, 1, 2, 3, 7], [1, 0, 0, 0, 0, 0])]
    for one in records(write(tmp_path / "a.json", items)):
        assert one.points == [1, 0, 0, 0, 0]


def test_polygons_where_the_size_is_known(tmp_path):
    item = {"image": "a.jpg", "label": "car", "segmentation": [[1, 1, 4, 1, 4, 3, 1, 3]]}
    path = write(tmp_path / "a.json", [item | {"height": 5, "width": 9}, item])
    first, second = sources.read([path])
    assert first.points == [0, 6, 1, 1, 3, 2]
    assert second.sentence == "segmentation is of polygons, but height and width are not known"


def test_an_image_of_several_classes_among_the_items(tmp_path):
    item = {"image": "b.jpg", "size": [1, 4], "values": [0, 2, 1], "counts": [1, 1, 2]}
    item["labels"] = {"1": "car"}
    found = records(write(tmp_path / "a.json", [ITEM, item, ITEM]))
    assert [(one.label, one.place.index) for one in found] == [
        ("car", 0), ("car", 1), ("2", 1), ("car", 2),
    ]  # fmt: skip


FAULTS = {
    "a number": (5, "is 5; it should be an object"),
    "null": (None, "is null; it should be an object"),
    "nowhere": (
        {"label": "car", "points": POINTS},
        "has neither image nor frame, so it is not known where it belongs",
    ),
    "no label": ({"image": "a", "points": POINTS}, "label is null; it should be text"),
    "an empty label": (ITEM | {"label": " "}, "label is ' '; it should be text"),
    "half a character": (
        ITEM | {"label": "a\ud800"}, "label is 'a\\ud800', which has half a character",
    ),
    "a number for an image": (ITEM | {"image": 3}, "image is 3; it should be text"),
    "a frame below 0": (
        ITEM | {"frame": -1}, "frame is -1; it should be a whole number from 0 to 2147483647",
    ),
    "true for a frame": (
        ITEM | {"frame": True}, "frame is true; it should be a whole number from 0 to 2147483647",
    ),
    "half a frame": (
        ITEM | {"frame": 1.5}, "frame is 1.5; it should be a whole number from 0 to 2147483647",
    ),
    "nothing": (
        {"image": "a", "label": "car"}, "has no segmentation, no points and no rle",
    ),
    "twice": (
        ITEM | {"rle": [1]}, "has points and rle, so it is not known which is meant",
    ),
    "no points": (ITEM | {"points": []}, "points has 0 items; it should have at least 5"),
    "a word for points": (
        ITEM | {"points": "1 2"}, "points is '1 2'; it should be a list of numbers",
    ),
    "true": (ITEM | {"points": [True, 0, 0, 0, 0]}, "points[0] is true, which is no number"),
    "a word": (ITEM | {"points": [1, "2", 0, 0, 2, 0]}, "points[1] is '2', which is no number"),
    "a part": (ITEM | {"points": [0.5, 0.5, 0, 0, 0, 0]}, "points[0] is 0.5, which is not a whole"),
    "a part of a box": (
        ITEM | {"points": [0, 1, 0, 0, 0, 0.5]}, "points[5] is 0.5; it should be a whole number",
    ),
    "a sum": (
        ITEM | {"points": [1, 2, 0, 0, 1, 1]}, "the mask's runs add up to 3, but its box of 2×2",
    ),
    "below 0": (ITEM | {"points": [-1, 5, 0, 0, 1, 1]}, "run 0 is -1"),
    "inverted": (ITEM | {"points": [0, 1, 3, 0, 1, 1]}, "the box's left is 3, beyond its right, 1"),
    "outside": (
        ITEM | {"height": 2, "width": 11},
        "the box's right is 11, but the image's last column is 10",
    ),
    "half a size": (ITEM | {"height": 2}, "width is null; it should be a whole number from 1 to"),
    "no box": (
        {"image": "a", "label": "b", "rle": [1, 2]}, "left is null; it should be a whole number",
    ),
    "a box of none": (
        {"image": "a", "label": "b", "rle": [1], "left": 0, "top": 0, "width": 0, "height": 1},
        "width is 0; it should be a whole number from 1 to 2147483647",
    ),
    "text of words": (
        {"image": "a", "label": "b", "rle": "1 2", "left": 0, "top": 0, "width": 3, "height": 1},
        "rle is '1 2'; it must be digits alone",
    ),
    "two sizes": (
        {"image": "a", "label": "b", "height": 1, "width": 2,
         "segmentation": {"size": [2, 1], "counts": [2]}},
        "size is [2, 1], but the image's is [1, 2]",
    ),
    "a group below 0": (ITEM | {"group": -1}, "group is -1; it should be a whole number from 0 to"),
    "a large z_order": (
        ITEM | {"z_order": 2**31}, "z_order is 2147483648; it should be a whole number from -2147",
    ),
    "a word for true": (
        ITEM | {"occluded": "yes"}, "occluded is 'yes'; it should be true or false",
    ),
    "a confidence in text": (
        ITEM | {"confidence": "0.93"}, "confidence is '0.93'; it should be a number from 0 to 1",
    ),
    "an attribute without a value": (
        ITEM | {"attributes": [{"name": "a"}]},
        "attributes[0] is {'name': 'a'}; it should have name and value",
    ),
    "an attribute twice": (
        ITEM | {"attributes": [{"name": "a", "value": 1}] * 2}, "the attribute 'a' is there twice",
    ),
    "a type of nothing": (ITEM | {"type": 3}, 'type is 3; it should be "mask"'),
    "no type of CVAT's": (ITEM | {"type": "maks"}, "type is 'maks'; it should be \"mask\""),
}  # fmt: skip


@pytest.mark.parametrize(("item", "sentence"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_said_and_the_item_can_be_mended(item, sentence, tmp_path):
    path = write(tmp_path / "a.json", [ITEM, item, ITEM])
    first, wrong, last = sources.read([path])
    assert wrong.place == Place(str(path), 1)
    assert wrong.sentence.startswith(sentence)
    assert len(wrong.sentence) < 250
    assert first.points == last.points == POINTS
    json.dumps(wrong.item, allow_nan=False).encode()
    # As it is written it is told to be of this format, and rejected for the same reason or its own.
    again = only_rejected(write(tmp_path / "rejected.json", [wrong.item]))
    assert again.sentence == wrong.sentence or not isinstance(item, dict)
    forms = dict.fromkeys(("rle", "segmentation", "attributes", "height", "width", "type"))
    good = ITEM | {"frame": 0, "z_order": 0, "group": 0, "occluded": False, "confidence": 1}
    assert records(write(tmp_path / "mended.json", [wrong.item | forms | good]))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_nan_in_points_is_said(number, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([ITEM]).replace("[3,", f"[{number},"))
    one = only_rejected(path)
    assert one.sentence.startswith(f"points[0] is {float(number)}, which is not a whole number")
    assert one.item["points"][0] in ("NaN", "Infinity")


def test_a_long_value_makes_no_long_sentence(tmp_path):
    path = write(tmp_path / "a.json", [ITEM | {"label": ["x" * 5000] * 50}])
    assert len(only_rejected(path).sentence) < 200


@pytest.mark.parametrize(
    ("whole", "sentence"),
    [
        ({"version": 0, "tags": []}, "has neither shapes nor masks"),
        ({"shapes": {}}, "has '{' where a list should be (byte 11, in shapes)"),
        ({"shapes": [], "labels": 7}, "has '7' where a list should be (byte 25, in labels)"),
        ({"shapes": [], "labels": [3]}, "labels[0] is 3; it should be an object"),
        ({"shapes": [], "labels": [{"id": "1"}]}, "labels[0].id is '1'; it should be a whole"),
        (
            {"shapes": [], "labels": [{"id": 1, "name": "a", "attributes": 5}]},
            "labels[0].attributes is 5; it should be a list",
        ),
        ("text", "begins with '\"', but should be a list or an object"),
    ],
)
def test_what_is_none_of_these_is_refused(whole, sentence, tmp_path):
    path = write(tmp_path / "a.json", whole)
    with pytest.raises(InvalidSource) as caught:
        list(sources.read([path], format="cvat-json"))
    assert str(caught.value).startswith(f"{path}: {sentence}")


@pytest.mark.parametrize("wrap", [list, lambda items: annotations(*items)], ids=["list", "shapes"])
def test_memory_does_not_grow_with_the_number_of_masks(wrap, tmp_path):
    masks = [rle.cvat.encode(mask) for mask in random_masks(50, 25, 35)]

    def peak(count):
        items = [shape(points=masks[i % 50], label="car") for i in range(count)]
        path = write(tmp_path / f"{count}.json", wrap(items))
        del items
        tracemalloc.start()
        try:
            assert sum(1 for _ in sources.read([path])) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(3000) < 1.3 * peak(1000)


def test_arrays_of_numpy_are_not_needed(tmp_path):
    """Points are plain ints, which json.dumps takes."""
    mask = np.eye(5, dtype=bool)
    path = write(tmp_path / "a.json", [ITEM | {"points": rle.cvat.encode(mask)}])
    assert json.dumps(records(path)[0].points)
