"""SA-1B's files and folders of them: every mask with its image's name and the predicted IoU."""

import tracemalloc

import numpy as np
import pytest
from masks_as_json import compressed, only_rejected, pixels, random_masks, records, write

from cvat_sam import sources
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import Place

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

MASK = compressed(np.eye(4, 6))


def annotation(segmentation=MASK, **values):
    return {
        "id": 5, "segmentation": segmentation, "bbox": [0, 0, 4, 4], "area": 4,
        "predicted_iou": 0.9, "point_coords": [[1.0, 1.0]], "crop_box": [0, 0, 6, 4],
        "stability_score": 0.97,
    } | values  # fmt: skip


def one_image(*annotations, name="sa_1.jpg", height=4, width=6):
    image = {"image_id": 1, "width": width, "height": height, "file_name": name}
    return {"image": image, "annotations": annotations}


@pytest.mark.parametrize("order", ["as it is", "turned round"])
def test_a_file(order, tmp_path):
    masks = list(random_masks(300, 30, 40))
    scores = [round(0.5 + i / 700, 4) for i in range(300)]
    whole = one_image(
        *(annotation(compressed(m), predicted_iou=s) for m, s in zip(masks, scores, strict=True)),
        height=30,
        width=40,
    )
    if order == "turned round":
        whole = dict(reversed(whole.items()))
    path = write(tmp_path / "sa_1.json", whole)
    found = records(path)
    assert all((pixels(one) == mask).all() for one, mask in zip(found, masks, strict=True))
    assert [one.score for one in found] == scores
    assert [one.place for one in found] == [Place(str(path), i) for i in range(300)]
    assert {(one.image, one.label, one.height, one.width) for one in found} == {
        ("sa_1.jpg", "object", 30, 40)
    }


def test_a_folder_is_read_in_order_beside_its_pictures(tmp_path):
    for number in (12, 3, 20):
        name = f"sa_{number:02}"
        (tmp_path / f"{name}.jpg").write_bytes(b"a picture")
        write(tmp_path / f"{name}.json", one_image(annotation(), annotation(), name=f"{name}.jpg"))
    write(tmp_path / "sa_05.json", one_image(name="sa_05.jpg"))
    expected = [f"sa_{number}.jpg" for number in ("03", "03", "12", "12", "20", "20")]
    assert [one.image for one in records(tmp_path)] == expected
    assert [one.image for one in records(tmp_path, format="sa1b")] == expected


def test_a_prediction_above_1_is_1(tmp_path):
    path = write(tmp_path / "a.json", one_image(annotation(predicted_iou=1.0173)))
    assert records(path)[0].score == 1


@pytest.mark.parametrize(
    ("faulty", "sentence"),
    [
        (annotation(predicted_iou="0.9"), "score is '0.9'; it should be a number from 0 to 1"),
        (annotation(predicted_iou=True), "score is true; it should be a number from 0 to 1"),
        (annotation(None), "has no segmentation, no points and no rle"),
        (annotation({"size": [6, 4], "counts": "o0"}), "size is [6, 4], but the image's is [4, 6]"),
        ("mask", "is 'mask'; it should be an object"),
    ],
)
def test_what_is_wrong_is_said(faulty, sentence, tmp_path):
    path = write(tmp_path / "a.json", one_image(annotation(), faulty))
    good, wrong = sources.read([path])
    assert (wrong.place, wrong.sentence) == (Place(str(path), 1), sentence)
    mended = wrong.item | {"image": "b.jpg", "label": "b", "segmentation": MASK, "score": 0.5}
    assert records(write(tmp_path / "b.json", [mended]))[0].points == good.points


def test_a_rejected_mask_knows_its_image(tmp_path):
    path = write(tmp_path / "a.json", one_image(annotation({"size": [6, 4], "counts": "o0"})))
    assert only_rejected(path).item == {
        "image": "sa_1.jpg", "label": "object", "height": 4, "width": 6,
        "segmentation": {"size": [6, 4], "counts": "o0"}, "score": 0.9,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("whole", "sentence"),
    [
        ({"annotations": []}, "has no image, but SA-1B's files do"),
        ({"image": one_image()["image"]}, "has no annotations, but SA-1B's files do"),
        ({"image": 5, "annotations": []}, "the image: is 5; it should be an object"),
        (one_image(height=0), "the image: height is 0; it should be a whole number from 1 to"),
        (one_image(name=None), "the image: file_name is null; it should be text"),
    ],
)
def test_a_file_that_is_none_is_refused(whole, sentence, tmp_path):
    path = write(tmp_path / "a.json", whole)
    with pytest.raises(InvalidSource) as caught:
        list(sources.read([path], format="sa1b"))
    assert str(caught.value).startswith(f"{path}: {sentence}")


def test_a_folder_without_json_is_refused(tmp_path):
    with pytest.raises(
        InvalidSource, match=r"the folder has no .json or .tar or .tar.gz or .tgz files"
    ):
        sources.read([tmp_path], format="sa1b")


def test_memory_does_not_grow_with_the_number_of_files(tmp_path):
    masks = [compressed(mask) for mask in random_masks(50, 100, 150)]

    def peak(count):
        folder = tmp_path / str(count)
        folder.mkdir()
        whole = one_image(*map(annotation, masks), height=100, width=150)
        for index in range(count):
            write(folder / f"{index}.json", whole)
        tracemalloc.start()
        try:
            assert sum(1 for _ in sources.read([folder])) == 50 * count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1)
    assert peak(40) < 1.3 * peak(10)
