"""Every kind of function, photograph, prompt and kind of file: CVAT stores each reply as meant."""

import base64
import io
import json

import nuclio_sdk
import numpy as np
import pytest
from conftest import photo_bytes
from PIL import Image

import main
from cvat_sam.function import Function
from cvat_sam.images.decoding import decode
from cvat_sam.models import load
from cvat_sam.settings import Settings
from cvat_sam.wire.contract import error_faults, faults, shapes_faults

# As they lie in scikit-image's wheel: colour, gray, drawings, text, of several pages, moving.
PHOTOS = (
    "astronaut.png",
    "camera.png",
    "chelsea.png",
    "coffee.png",
    "coins.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "multipage.tif",
    "no_time_for_that_tiny.gif",
    "page.png",
    "phantom.png",
    "rocket.jpg",
    "text.png",
)


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def of_many_kinds():
    """One small photograph as each kind of file."""
    with Image.open(io.BytesIO(photo_bytes("chelsea.png"))) as file:
        cat = file.convert("RGB").resize((225, 150))
    gray, turned = cat.convert("L"), Image.Exif()
    turned[0x0112] = 6
    deep = Image.fromarray(np.asarray(gray).astype(np.uint16) * 200 + 7)
    frames = {"save_all": True, "append_images": [cat.rotate(90), cat.rotate(180)]}
    ground = cat.convert("RGBA")
    ground.putalpha(gray)
    return {
        "JPEG": saved(cat, "JPEG"),
        "progressive JPEG": saved(cat, "JPEG", progressive=True),
        "gray JPEG": saved(gray, "JPEG"),
        "CMYK JPEG": saved(cat.convert("CMYK"), "JPEG"),
        "turned JPEG": saved(cat, "JPEG", exif=turned),
        "PNG with alpha": saved(ground, "PNG"),
        "PNG with a palette": saved(cat.convert("P"), "PNG"),
        "PNG of one bit": saved(cat.convert("1"), "PNG"),
        "PNG of 16 bits": saved(deep, "PNG"),
        "moving PNG": saved(cat, "PNG", **frames),
        "WebP": saved(cat, "WEBP"),
        "moving WebP": saved(cat, "WEBP", **frames),
        "moving GIF": saved(cat, "GIF", **frames),
        "TIFF of 3 pages": saved(cat, "TIFF", **frames),
        "CMYK TIFF": saved(cat.convert("CMYK"), "TIFF"),
        "BMP": saved(cat, "BMP"),
        "one pixel": saved(cat.crop((100, 60, 101, 61)), "PNG"),
        "a row": saved(cat.crop((0, 60, 225, 61)), "PNG"),
        "a column": saved(cat.crop((100, 0, 101, 150)), "PNG"),
        "a flat one": saved(Image.new("RGB", (64, 48), (10, 200, 30)), "PNG"),
    }


@pytest.fixture(scope="module")
def ask(exported, tmp_path_factory):
    """Asks one of the three kinds, which share what they have seen; gives status and text."""
    folder = tmp_path_factory.mktemp("embeddings")
    model = load("vit_t", device="cpu", backend="openvino")
    # What few points find, and masks that are hardly any too.
    grid = {"points_per_side": 4, "pred_iou_thresh": 0.3, "stability_score_thresh": 0.3}
    contexts = {}
    for kind in ("interactor", "detector", "embedder"):
        contexts[kind] = nuclio_sdk.Context()
        settings = Settings(function=kind, embeddings_dir=folder, deadline=1e5, **grid)
        contexts[kind].user_data.function = Function(settings, model)
        contexts[kind].logger = Silent()

    def asked(kind, body):
        reply = main.handler(contexts[kind], nuclio_sdk.Event(body=body))
        assert reply.content_type == "application/json"
        return reply.status_code, reply.body

    return asked


class Silent:
    """A logger with Nuclio's methods."""

    def info_with(self, message, **values):
        pass


def prompts(height, width):
    """Clicks and boxes on an image of this size, at its border too."""
    middle, quarter = [width / 2, height / 2], [width / 4, height / 4]
    edge = [[0, 0], [width, height], [width, 0], [0.5, height - 0.25]]
    whole = [[0, 0], [width, height]]
    return [
        {"pos_points": [middle]},
        {"pos_points": [quarter], "neg_points": [middle], "obj_bbox": None},
        {"pos_points": [middle, quarter, middle], "neg_points": edge},
        *({"pos_points": [one], "neg_points": None} for one in edge),
        {"pos_points": [], "neg_points": [], "obj_bbox": whole},
        {"pos_points": [], "obj_bbox": [[width, height], quarter]},
        {"pos_points": [middle], "obj_bbox": [[0, 0], middle]},
    ]


def lists(height, width):
    """The same of many at once, as no CVAT asks."""
    return [
        {"points": [[width / 2, height / 2], [0, 0], [width, height], [1e-9, height / 3]]},
        {"boxes": [[0, 0, width, height], [width, height, width / 2, 0], [-5, -5, 1e6, 1e6]]},
        {"pos_points": [[width / 2, height / 2]], "reply": "shapes"},
    ]


def check_image(data, ask):
    """Ask everything about one file, and look at every reply."""
    height, width = decode(data).shape[:2]
    image = {"image": base64.b64encode(data).decode()}
    masks = 0
    for prompt in prompts(height, width):
        status, text = ask("interactor", {**image, **prompt})
        if status == 422:
            assert error_faults(text) == []
            continue
        assert status == 200, (prompt, text[:200])
        assert faults(text, kind="interactor", height=height, width=width) == [], prompt
        masks += 1
    for prompt in lists(height, width):
        status, text = ask("interactor", {**image, **prompt})
        if status == 422:
            continue
        assert status == 200, (prompt, text[:200])
        assert shapes_faults(text, height=height, width=width) == [], prompt
    status, text = ask("detector", {**image, "threshold": 0.1})
    assert status == 200, text[:200]
    assert faults(text, kind="detector", height=height, width=width) == []
    found = len(json.loads(text))
    status, text = ask("detector", {**image, "threshold": 0.1, "reply": "shapes"})
    assert shapes_faults(text, height=height, width=width) == []
    assert len(json.loads(text)["shapes"]) == found
    status, text = ask("embedder", image)
    assert (status, faults(text, kind="embedder", height=height, width=width)) == (200, [])
    return masks, found


@pytest.mark.parametrize("name", PHOTOS)
def test_every_photograph(name, ask):
    masks, found = check_image(photo_bytes(name), ask)
    assert masks >= 5
    assert found >= 1


FILES = of_many_kinds()


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file(name, ask):
    masks, _ = check_image(FILES[name], ask)
    assert masks >= 1
