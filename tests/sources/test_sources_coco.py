"""COCO's instances: the pixels pycocotools gives, in any order of keys; what is wrong is said."""

import contextlib
import io
import json
import random
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
from pycocotools.coco import COCO

from cvat_sam import sources
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import MaskRecord, Place, Rejected

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

IMAGE = {"id": 1, "file_name": "street/a.jpg", "height": 20, "width": 30}
CAR = {"id": 7, "name": "car"}
SQUARE = [[2, 3, 8, 3, 8, 9, 2, 9]]


def instances(*annotations, images=(IMAGE,), categories=(CAR,)):
    return {"images": images, "categories": categories, "annotations": annotations}


def annotation(**values):
    return {"id": 1, "image_id": 1, "category_id": 7, "segmentation": SQUARE} | values


def with_pycocotools(path):
    """Each annotation's mask as pycocotools has it, in the file's order."""
    with contextlib.redirect_stdout(io.StringIO()):
        loaded = COCO(str(path))
    return [loaded.annToMask(one).astype(bool) for one in loaded.dataset["annotations"]]


@st.composite
def polygons(draw):
    corner = st.tuples(st.floats(-5, 40), st.floats(-5, 30))
    corners = draw(st.lists(st.lists(corner, min_size=3, max_size=7), min_size=1, max_size=3))
    return [[number for pair in one for number in pair] for one in corners]


@st.composite
def segmentations(draw):
    """Any of the three forms, of an image of 20 × 30."""
    if draw(st.booleans()):
        return draw(polygons())
    seed, density = draw(st.integers(0, 2**32 - 1)), draw(st.sampled_from([0, 0.02, 0.5, 1]))
    mask = np.random.default_rng(seed).random((20, 30)) < density
    return draw(st.sampled_from([compressed, uncompressed]))(mask)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150
)
@given(shapes=st.lists(segmentations(), max_size=6), keys=st.permutations([*instances()]))
def test_pixels_are_those_of_pycocotools(shapes, keys, tmp_path):
    whole = instances(*(annotation(id=i, segmentation=one) for i, one in enumerate(shapes)))
    path = write(tmp_path / "any.json", {key: whole[key] for key in keys})
    expected = with_pycocotools(path)
    found = list(sources.read([path], format="coco"))
    assert [one.place for one in found] == [Place(str(path), i) for i in range(len(shapes))]
    for one, mask, shape in zip(found, expected, shapes, strict=True):
        if isinstance(shape, list) and not mask.any():
            assert one.sentence == "segmentation is of polygons that cover no pixel of the image"
        else:
            assert (pixels(one) == mask).all()
            assert (one.image, one.label, one.height, one.width) == ("street/a.jpg", "car", 20, 30)


def test_an_empty_run_length_mask_is_a_record_without_pixels(tmp_path):
    path = write(
        tmp_path / "a.json", instances(annotation(segmentation=compressed(np.zeros((20, 30)))))
    )
    assert [one.points for one in records(path)] == [[1, 0, 0, 0, 0]]


def test_masks_of_several_sizes_keep_their_order_among_rejected_ones(tmp_path):
    sizes = [(int(h), int(w)) for h, w in np.random.default_rng(1).integers(1, 40, (50, 2))]
    images = [
        {"id": i, "file_name": f"{i}.jpg", "height": h, "width": w}
        for i, (h, w) in enumerate(sizes)
    ]
    masks = [next(random_masks(1, *sizes[i % 50], seed=i)) for i in range(700)]
    annotations = [
        annotation(id=i, image_id=i % 50, segmentation=(compressed, uncompressed)[i % 2](mask))
        for i, mask in enumerate(masks)
    ]
    for index in range(5, 700, 60):
        annotations[index]["segmentation"]["size"] = [1000, 1000]
    path = write(tmp_path / "a.json", instances(*annotations, images=images))
    found = list(sources.read([path]))
    assert [one.place.index for one in found] == list(range(700))
    for index, (one, mask) in enumerate(zip(found, masks, strict=True)):
        if index % 60 == 5:
            assert one.sentence == f"size is [1000, 1000], but the image's is {list(mask.shape)}"
        else:
            assert (pixels(one) == mask).all()


def test_what_cvat_exports_of_attributes(tmp_path):
    attributes = {
        "occluded": True,
        "rotation": 0.0,
        "track_id": 3,
        "keyframe": True,
        "colour": "red",
        "count": 0.0,
        "flag": False,
        "unset": None,
        "share": 0.25,
    }
    path = write(tmp_path / "a.json", instances(annotation(iscrowd=1, attributes=attributes)))
    (one,) = records(path)
    assert one.occluded and one.iscrowd
    assert one.attributes == {"colour": "red", "count": "0", "flag": "false", "share": "0.25"}
    assert (one.score, one.z_order, one.group) == (None, 0, 0)


def test_attributes_that_have_the_names_of_cvats_own_are_kept(tmp_path):
    attributes = {"occluded": "by a tree", "rotation": "90", "track_id": "a"}
    path = write(
        tmp_path / "a.json",
        instances(annotation(attributes=attributes, occluded=True, z_order=-2, group=5, score=0.5)),
    )
    (one,) = records(path)
    assert one.attributes == attributes
    assert one == MaskRecord(
        place=Place(str(path), 0),
        label="car",
        points=one.points,
        image="street/a.jpg",
        height=20,
        width=30,
        attributes=attributes,
        occluded=True,
        z_order=-2,
        group=5,
        score=0.5,
    )


def test_an_image_without_a_size_has_that_of_its_masks(tmp_path):
    mask = next(random_masks(1, 20, 30))
    image = {"id": 1, "file_name": "b\\a.jpg"}
    path = write(
        tmp_path / "a.json",
        instances(annotation(segmentation=compressed(mask)), annotation(), images=[image]),
    )
    first, second = sources.read([path])
    assert (first.height, first.width, first.image) == (20, 30, "b/a.jpg")
    assert second.sentence == "segmentation is of polygons, but height and width are not known"


def test_ids_may_be_text(tmp_path):
    images, categories = [IMAGE | {"id": "x"}], [CAR | {"id": "y"}]
    faulty = annotation(image_id="x", category_id="y")
    path = write(tmp_path / "a.json", instances(faulty, images=images, categories=categories))
    assert [one.label for one in records(path)] == ["car"]


MASK = compressed(np.eye(20, 30))
NOTHING = "has no segmentation, no points and no rle"
FAULTS = {
    "no image": (annotation(image_id=2), "image_id is 2, but there is no such image"),
    "no category": (annotation(category_id=9), "category_id is 9, but there is no such category"),
    "neither": (
        {"segmentation": SQUARE},
        "image_id is null; it should be a number; category_id is null; it should be a number",
    ),
    "a list for an id": (annotation(image_id=[1]), "image_id is [1]; it should be a number"),
    "true for an id": (annotation(image_id=True), "image_id is true; it should be a number"),
    "no segmentation": ({"image_id": 1, "category_id": 7}, NOTHING),
    "null": (annotation(segmentation=None), NOTHING),
    "no polygon": (annotation(segmentation=[]), "segmentation is empty: there is no polygon"),
    "an empty one": (annotation(segmentation=[[]]), "segmentation is empty: there is no polygon"),
    "two corners": (
        annotation(segmentation=[[1, 2, 3, 4]]),
        "polygons[0] has 4 numbers; a polygon has at least 6, x and y of three corners; "
        "a box is no polygon: write its four corners",
    ),
    "a word": (
        annotation(segmentation=[[1, 2, 3, "4", 5, 6]]),
        "polygons[0][3] is '4', which is no number",
    ),
    "true": (
        annotation(segmentation=[[1, 2, 3, True, 5, 6]]),
        "polygons[0][3] is True, which is no number",
    ),
    "outside": (
        annotation(segmentation=[[100, 100, 110, 100, 110, 110]]),
        "segmentation is of polygons that cover no pixel of the image",
    ),
    "text": (
        annotation(segmentation="abc"),
        "segmentation is 'abc'; it should be an object with size and counts, or a list of polygons",
    ),
    "another size": (
        annotation(segmentation=MASK | {"size": [30, 20]}),
        "size is [30, 20], but the image's is [20, 30]",
    ),
    "no size": (
        annotation(segmentation={"counts": "abc"}), "size is null, but the image's is [20, 30]",
    ),
    "no counts": (
        annotation(segmentation={"size": [20, 30]}),
        "counts is null; it should be text or a list of numbers",
    ),
    "counts of words": (
        annotation(segmentation={"size": [20, 30], "counts": [300, "300"]}),
        "counts[1] is '300', which is no number",
    ),
    "counts of true": (
        annotation(segmentation={"size": [20, 30], "counts": [599, True]}),
        "counts[1] is true, which is no number",
    ),
    "too few counts": (
        annotation(segmentation={"size": [20, 30], "counts": [5, 6]}),
        "the counts add up to 11, but the image of 20×30 has 600 pixels",
    ),
    "a crowd of three": (annotation(iscrowd=3), "iscrowd is 3; it should be true or false"),
    "a percentage": (annotation(score=93.5), "score is 93.5; it should be a number from 0 to 1"),
    "attributes in a word": (
        annotation(attributes="red"), "attributes is 'red'; it should be an object or a list",
    ),
    "an attribute of attributes": (
        annotation(attributes={"a": {}}),
        "the attribute 'a' is {}; it should be text, a number, true or false",
    ),
    "no annotation": (5, "is 5; it should be an object"),
}  # fmt: skip


@pytest.mark.parametrize(("faulty", "sentence"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_is_said_and_reading_goes_on(faulty, sentence, tmp_path):
    path = write(tmp_path / "a.json", instances(annotation(), faulty, annotation()))
    first, wrong, last = sources.read([path], format="coco")
    assert (wrong.place, wrong.sentence) == (Place(str(path), 1), sentence)
    assert first.points == last.points == [0, 36, 2, 3, 7, 8]
    json.dumps(wrong.item, allow_nan=False)


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ('"segmentation": [[NaN, 2, 3, 4, 5, 6]]', "polygons[0][0] is nan; a coordinate must be"),
        ('"segmentation": [[1e400, 2, 3, 4, 5, 6]]', "polygons[0][0] is inf; a coordinate must"),
        ('"segmentation": {"size": [20, 30], "counts": [600, NaN]}', "counts[1] is nan, which is"),
        ('"score": NaN', "score is nan; it should be a number from 0 to 1"),
        ('"z_order": 1e30', "z_order is 1000000000000000019884624838656; it should be a whole"),
        ('"attributes": {"\\ud800": 1}', "an attribute's name is '\\ud800', which has half"),
    ],
)
def test_numbers_that_are_none_are_said_and_written_as_json(field, sentence, tmp_path):
    path = tmp_path / "a.json"
    # The last of two equal keys counts, as everywhere in Python.
    path.write_text(json.dumps(instances(annotation())).replace("]]}]}", f"]], {field}}}]}}"))
    one = only_rejected(path)
    assert one.sentence.startswith(sentence)
    json.dumps(one.item, allow_nan=False).encode()


@pytest.mark.parametrize(
    ("images", "sentence"),
    [
        ([IMAGE | {"height": "20"}], "the image 1: height is '20'; it should be a whole number"),
        ([IMAGE | {"width": None}], "the image 1: width is null; it should be a whole number"),
        ([IMAGE | {"file_name": None}], "the image 1: file_name is null; it should be text"),
        ([IMAGE, IMAGE | {"height": 9}], "there are two of the image 1, which differ"),
        ([IMAGE, IMAGE | {"height": 9}, IMAGE], "there are two of the image 1, which differ"),
        ([5, {"file_name": "a"}], "image_id is 1, but there is no such image"),
    ],
)
def test_masks_of_a_faulty_image_are_rejected(images, sentence, tmp_path):
    path = write(tmp_path / "a.json", instances(annotation(), images=images))
    one = only_rejected(path)
    assert one.sentence.startswith(sentence)
    assert (one.item["label"], one.item["image"], one.item["image_id"]) == ("car", None, 1)


def test_an_image_listed_twice_alike_is_one(tmp_path):
    path = write(tmp_path / "a.json", instances(annotation(), images=[IMAGE, IMAGE]))
    assert len(records(path)) == 1


@pytest.mark.parametrize("key", ["images", "categories", "annotations"])
def test_a_file_without_one_of_the_three_is_refused(key, tmp_path):
    whole = instances(annotation())
    del whole[key]
    path = write(tmp_path / "a.json", whole)
    with pytest.raises(InvalidSource, match=f"a.json: has no {key}, but COCO's instances do"):
        list(sources.read([path], format="coco"))


def test_masks_before_a_damaged_place_are_read(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(instances(*[annotation()] * 5))[:-40])
    found = sources.read([path])
    assert [next(found).place.index for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(InvalidSource, match=r"ends in the middle \(byte \d+, in annotations\[4\]"):
        next(found)


def test_rejected_masks_are_read_when_they_are_mended(tmp_path):
    path = write(
        tmp_path / "a.json",
        instances(
            annotation(score=2, attributes={"occluded": True, "colour": "red"}), annotation()
        ),
    )
    rejected, good = sources.read([path])
    assert isinstance(rejected, Rejected)
    mended = write(tmp_path / "mended.json", [rejected.item | {"score": 0.5}])
    (one,) = records(mended)
    assert (one.points, one.image, one.label) == (good.points, good.image, good.label)
    assert (one.score, one.occluded, one.attributes) == (0.5, True, {"colour": "red"})
    assert (one.height, one.width) == (20, 30)


@pytest.mark.parametrize("first", ["images", "annotations"])
def test_memory_does_not_grow_with_the_number_of_masks(first, tmp_path):
    masks = [compressed(mask) for mask in random_masks(50, 200, 300)]
    random.Random(0).shuffle(masks)

    def peak(count):
        whole = instances(
            *(annotation(segmentation=masks[i % 50]) for i in range(count)),
            images=[IMAGE | {"height": 200, "width": 300}],
        )
        keys = sorted(whole, key=lambda key: key != first)
        path = write(tmp_path / f"{count}.json", {key: whole[key] for key in keys})
        del whole
        tracemalloc.start()
        try:
            assert sum(1 for _ in sources.read([path])) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(3000) < 1.3 * peak(1000)
