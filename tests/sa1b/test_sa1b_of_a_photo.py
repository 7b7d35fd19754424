"""Masks that our own everything mode finds on a photograph, written as SA-1B is, come back."""

import io
import json

import numpy as np
import pytest
from PIL import Image

import rle
from cvat_sam.models import load
from cvat_sam.models.everything.everything import everything
from cvat_sam.models.everything.grid import Grid
from cvat_sam.sa1b import ARRCOCMaskProcessor, read

GRID = Grid(points_per_side=8, pred_iou_thresh=0.8, stability_score_thresh=0.85)


@pytest.fixture(scope="module")
def found(exported, coffee):
    model = load("vit_t", device="cpu", backend="onnx")
    masks = everything(model.encode(coffee), GRID, encode_crop=None).found
    assert len(masks) > 5
    return masks


@pytest.fixture(scope="module")
def folder(found, coffee, tmp_path_factory):
    """The photograph and its JSON, as SA-1B has them."""
    folder = tmp_path_factory.mktemp("photo")
    height, width = coffee.shape[:2]
    annotations = []
    for number, one in enumerate(found, 1):
        left, top, right, bottom = one.box_xyxy
        rows, columns = np.nonzero(one.mask())
        annotations.append(
            {
                "id": number,
                "segmentation": rle.convert.cvat_to_coco(one.points, height=height, width=width),
                "bbox": [float(left), float(top), float(right - left), float(bottom - top)],
                "area": one.area,
                "predicted_iou": one.confidence,
                "stability_score": 0.95,
                "crop_box": [0.0, 0.0, float(width), float(height)],
                "point_coords": [[float(columns[0]), float(rows[0])]],
            }
        )
    image = {"image_id": 1, "width": width, "height": height, "file_name": "coffee.jpg"}
    written = {"image": image, "annotations": annotations}
    (folder / "coffee.json").write_text(json.dumps(written))
    file = io.BytesIO()
    Image.fromarray(coffee).save(file, "JPEG", quality=95)
    (folder / "coffee.jpg").write_bytes(file.getvalue())
    return folder


def test_masks_and_photograph_come_back(folder, found, coffee):
    [record] = read(folder, decode_images=True)
    assert np.array_equal(record.masks(), [one.mask() for one in found])
    assert record.predicted_ious.tolist() == [one.confidence for one in found]
    assert np.abs(record.pixels.astype(int) - coffee).mean() < 3
    points = [rle.convert.runs_to_cvat(runs) for runs in record.runs()]
    assert points == [one.points for one in found]


def test_the_processor_says_how_they_lie(folder, found):
    result = ARRCOCMaskProcessor().decode_with_spatial(folder / "coffee.json")
    masks = np.array([one.mask() for one in found])
    assert np.array_equal(result["masks"], masks)
    assert result["areas"].tolist() == masks.sum(axis=(1, 2)).tolist()
    for i, j in np.ndindex(len(masks), len(masks)):
        shared = (masks[i] & masks[j]).sum()
        assert result["iou_matrix"][i, j] == shared / (masks[i] | masks[j]).sum()
        assert result["containment"][i, j] == (0 if i == j else shared / masks[j].sum())


def test_the_surest_come_first(folder, found):
    [record] = read(folder, top_k=5)
    assert record.predicted_ious.tolist() == sorted((m.confidence for m in found), reverse=True)[:5]
