"""What is no mask is said once for each source; images are heard of, with masks or without."""

import numpy as np
import pytest
from masks_as_json import compressed, records, write

from cvat_sam import sources
from cvat_sam.masks import ImageRecord, Place

# pycocotools' own, in numpy's newer versions.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

IMAGES = [{"id": i, "file_name": f"{i}.jpg", "height": 4, "width": 6} for i in range(3)]
SQUARE = [[0, 0, 3, 0, 3, 3, 0, 3]]
MASK = np.eye(4, 6, dtype=bool)


def instances(*annotations, images=IMAGES):
    whole = [{"image_id": 1, "category_id": 1} | one for one in annotations]
    return {"images": images, "categories": [{"id": 1, "name": "car"}], "annotations": whole}


def heard(*paths, **options):
    """The masks, the notes, and the images of sources."""
    notes, images = [], []
    found = list(sources.read(paths, note=notes.append, image=images.append, **options))
    return found, notes, images


def test_annotations_without_a_segmentation_and_polygons_are_noted(tmp_path):
    path = write(
        tmp_path / "a.json",
        instances(
            {"bbox": [1, 1, 2, 2]},
            {"bbox": [1, 1, 2, 2], "segmentation": []},
            {"bbox": [1, 1, 2, 2], "segmentation": None, "image_id": 99},
            {"bbox": [1, 1, 2, 2], "keypoints": [1, 1, 2]},
            {"bbox": [1, 1, 2, 2], "segmentation": SQUARE * 2},
            {"bbox": [1, 1, 2, 2], "segmentation": SQUARE},
            {"segmentation": compressed(MASK)},
        ),
    )
    found, notes, _ = heard(path)
    assert [one.place.index for one in found] == [4, 5, 6]
    assert notes == [
        f"{path}: 3 boxes and 1 set of keypoints are not masks and were passed over; "
        "3 polygons were filled"
    ]


def test_a_polygon_that_cannot_be_filled_is_not_said_to_be(tmp_path):
    path = write(tmp_path / "a.json", instances({"segmentation": [[9, 9, 10, 9, 10, 10]]}))
    [_], notes, _ = heard(path)
    assert notes == []


def test_a_note_is_for_each_path_that_was_named(tmp_path):
    for name in ("x/1", "x/2", "y"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / f"{name}.json", instances({"bbox": [1, 1, 2, 2]}))
    _, notes, _ = heard(tmp_path / "x", tmp_path / "y.json")
    assert notes == [
        f"{tmp_path / 'x'}: 2 boxes are not masks and were passed over",
        f"{tmp_path / 'y.json'}: 1 box is not a mask and was passed over",
    ]


def test_nobody_need_listen(tmp_path):
    path = write(tmp_path / "a.json", instances({"bbox": [1, 1, 2, 2]}, {"segmentation": SQUARE}))
    assert len(records(path)) == 1


def test_images_of_coco_come_first_in_the_order_of_the_file(tmp_path):
    path = write(tmp_path / "a.json", instances({"segmentation": SQUARE}))
    _, _, images = heard(path)
    assert images == [ImageRecord(Place(str(path)), f"{i}.jpg", None, 4, 6) for i in range(3)]


def test_images_that_cannot_be_used_are_noted(tmp_path):
    bad = [{"id": 7, "file_name": None}, {"file_name": "a"}, 5]
    path = write(tmp_path / "a.json", instances(images=[*IMAGES, *bad]))
    _, notes, images = heard(path)
    assert len(images) == 3
    assert notes == [
        f"{path}: 3 images have no names or sizes that can be used and were passed over"
    ]


def test_an_image_of_sa1b_without_masks(tmp_path):
    image = {"image_id": 1, "width": 6, "height": 4, "file_name": "sa_1.jpg"}
    path = write(tmp_path / "a.json", {"image": image, "annotations": []})
    assert heard(path) == ([], [], [ImageRecord(Place(str(path)), "sa_1.jpg", None, 4, 6)])


@pytest.mark.parametrize("form", ["object", "list"])
def test_an_image_of_one_class_the_background(form, tmp_path):
    rle = {"size": [4, 6], "values": [0], "counts": [24]}
    whole = {"a.jpg": rle} if form == "object" else [{"image": "a.jpg", **rle}]
    path = write(tmp_path / "a.json", whole)
    assert heard(path) == ([], [], [ImageRecord(Place(str(path), 0), "a.jpg", None, 4, 6)])


def test_arrays_without_masks(tmp_path):
    none = np.zeros((0, 4, 6), bool)
    np.savez(tmp_path / "a.npz", **{"b/x.jpg": none, "y": np.zeros((4, 6), int)})
    np.savez(tmp_path / "c.npz", masks=none)
    np.save(tmp_path / "d.npy", none)
    found, _, images = heard(*(tmp_path / name for name in ("a.npz", "c.npz", "d.npy")))
    assert found == []
    assert [(one.image, one.height, one.width) for one in images] == [
        (name, 4, 6) for name in ("b/x.jpg", "y", "c", "d")
    ]


@pytest.mark.parametrize("dtype", [np.uint8, np.int64, np.float32])
@pytest.mark.parametrize("white", [1, 255])
def test_an_array_that_may_be_a_mask_or_a_label_is_refused_unless_the_format_is_said(
    tmp_path, dtype, white
):
    np.savez(tmp_path / "a.npz", a=(MASK * white).astype(dtype), b=MASK, c=MASK * 2)
    doubtful, mask, label = sources.read([tmp_path / "a.npz"])
    assert doubtful.sentence == (
        f"has the values 0 and {white} alone, so it may be a mask, or the label {white}; save a "
        "mask as bool, or give the format arrays if it is a label"
    )
    assert doubtful.item["image"] == "a"
    assert (mask.label, label.label) == ("object", "2")
    first, *_ = records(tmp_path / "a.npz", format="arrays")
    assert first.label == str(white)
