"""Multi-class RLE: one mask for each class of an image, with its name."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from masks_as_json import only_rejected, pixels, records, write

import rle
from cvat_sam import sources
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import Place
from cvat_sam.sources import json_items

RLE = {"size": [1, 4], "values": [0, 2, 1], "counts": [1, 1, 2]}
LABELS = st.none() | st.dictionaries(st.sampled_from("0123"), st.sampled_from(["car", "ä"]))
IMAGES = st.dictionaries(
    st.text(min_size=1, max_size=6).filter(
        lambda name: name.strip() and "\\" not in name and name not in ("labels", "background")
    ),
    arrays(np.uint8, array_shapes(min_dims=2, max_dims=2), elements=st.integers(0, 3)),
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    images=IMAGES,
    labels=LABELS,
    background=st.sampled_from(["unsaid", 0, 2, None]),
    form=st.sampled_from(["object", "object, options last", "list"]),
)
def test_masks_are_the_pixels_of_each_value(images, labels, background, form, tmp_path):
    options = {} if labels is None else {"labels": labels}
    options |= {} if background == "unsaid" else {"background": background}
    rles = {name: rle.multiclass.encode(image) for name, image in images.items()}
    whole = {
        "object": {**options, **rles},
        "object, options last": {**rles, **options},
        "list": [{"image": name, **one, **options} for name, one in rles.items()],
    }[form]
    found = records(write(tmp_path / "any.json", whole), format="multiclass")
    expected = [
        (name, (labels or {}).get(str(value), str(value)), image == value)
        for name, image in images.items()
        for value in np.unique(image)
        if value != (0 if background == "unsaid" else background)
    ]
    assert [(one.image, one.label) for one in found] == [one[:2] for one in expected]
    for one, (_, _, mask) in zip(found, expected, strict=True):
        assert (pixels(one) == mask).all()
        assert (one.height, one.width) == mask.shape


def test_a_frame_beside_the_name_or_alone(tmp_path):
    path = write(tmp_path / "a.json", [{"image": "a.jpg", "frame": 3, **RLE}, {"frame": 4, **RLE}])
    assert [(one.image, one.frame, one.label) for one in records(path)] == [
        ("a.jpg", 3, "1"), ("a.jpg", 3, "2"), (None, 4, "1"), (None, 4, "2"),
    ]  # fmt: skip


def test_what_the_published_functions_write(tmp_path):
    rows = [[0, 0, 1, 1, 0], [3, 0, 1, 1, 0], [3, 3, 1, 1, 0], [3, 3, 0, 0, 0]]
    encoded = rle.array_to_multi_class_rle(np.array(rows, np.uint8))
    found = records(write(tmp_path / "a.json", {"a.png": encoded}))
    assert [one.label for one in found] == ["1", "3"]
    assert all((pixels(one) == (np.array(rows) == int(one.label))).all() for one in found)


FAULTS = {
    "no rle": (5, "'b.jpg' is 5; it should be an object with size, values, counts"),
    "no values": ({"size": [1, 4]}, "'b.jpg' is {'size': [1, 4]}; it should be an object with"),
    "no counts": (RLE | {"counts": None}, "counts is null; it should be a list of numbers"),
    "true": (RLE | {"values": [0, True, 1]}, "values[1] is true, which is no number"),
    "a word": (RLE | {"values": [0, "2", 1]}, "values[1] is '2', which is no number"),
    "a part": (RLE | {"counts": [1, 1.5, 2]}, "counts[1] is 1.5, which is not a whole number"),
    "a sum": (RLE | {"counts": [1, 1, 3]}, "the counts add up to 5, but the image of 1×4 has 4"),
    "a value more": (RLE | {"values": [0, 1, 0, 1]}, "there are 4 values for 3 counts"),
    "no size": (RLE | {"size": None}, "size is None; it must be [height, width]"),
    "labels": (RLE | {"labels": ["car"]}, "labels is ['car']; it should be an object"),
    "a label": (RLE | {"labels": {"1": 5}}, "labels['1'] is 5; it should be text"),
    "a background": (RLE | {"background": "0"}, "background is '0'; it should be a whole number"),
}


@pytest.mark.parametrize(("faulty", "sentence"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_said_and_other_images_are_read(faulty, sentence, tmp_path):
    whole = {"labels": {"1": "car"}, "a.jpg": RLE, "b.jpg": faulty, "c.jpg": RLE}
    path = write(tmp_path / "a.json", whole)
    found = list(sources.read([path]))
    assert [one.place.index for one in found] == [0, 0, 1, 2, 2]
    assert found[2].place == Place(str(path), 1)
    assert found[2].sentence.startswith(sentence)
    assert found[2].item["image"] == "b.jpg"
    mended = found[2].item | RLE | {"background": 0, "labels": {"1": "car"}}
    again = records(write(tmp_path / "mended.json", [mended]))
    assert [(one.image, one.label) for one in again] == [("b.jpg", "car"), ("b.jpg", "2")]


def test_a_rejected_image_stands_alone(tmp_path):
    faulty = RLE | {"counts": [9, 1, 2]}
    whole = {"a.jpg": faulty, "labels": {"1": "car"}, "background": None}
    one = only_rejected(write(tmp_path / "a.json", whole))
    assert one.item == {"image": "a.jpg", "labels": {"1": "car"}, "background": None, **faulty}
    records(write(tmp_path / "mended.json", [one.item | RLE]))


def test_rejected_images_and_masks_are_mended_in_one_list(tmp_path):
    mask = {"image": "b.jpg", "label": "car", "points": [0, 1, 0, 0, 0, 0]}
    for items in ([mask, {"image": "a.jpg", **RLE}], [{"image": "a.jpg", **RLE}, mask]):
        found = records(write(tmp_path / "a.json", items))
        assert sorted(one.label for one in found) == ["1", "2", "car"]


@pytest.mark.parametrize(
    ("whole", "sentence"),
    [
        ({"a": RLE, "labels": [1]}, "labels is [1]; it should be an object"),
        ({"a": RLE, "background": 1.5}, "background is 1.5; it should be a whole number"),
        (5, "begins with '5', but should be a list or an object"),
    ],
)
def test_a_file_that_is_none_is_refused(whole, sentence, tmp_path):
    path = write(tmp_path / "a.json", whole)
    with pytest.raises(InvalidSource) as caught:
        list(sources.read([path], format="multiclass"))
    assert str(caught.value).startswith(f"{path}: {sentence}")


def test_an_image_twice_is_refused(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"a.jpg": {"values": []}, "a.jpg": {"values": []}}')
    with pytest.raises(InvalidSource, match=r"has the key 'a\.jpg' twice"):
        list(sources.read([path]))


def test_memory_does_not_grow_with_the_number_of_images(tmp_path, monkeypatch):
    monkeypatch.setattr(json_items, "CHUNK", 1 << 14)  # of a file of several MB in little time
    labels = np.random.default_rng(0).integers(0, 4, (30, 40))
    encoded = rle.multiclass.encode(labels)

    def peak(count):
        path = write(tmp_path / f"{count}.json", [{"frame": i, **encoded} for i in range(count)])
        tracemalloc.start()
        try:
            assert sum(1 for _ in sources.read([path])) == 3 * count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(400) < 1.2 * peak(100)
