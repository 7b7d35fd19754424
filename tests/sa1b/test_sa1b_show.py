"""`cvat-sam sa1b show` draws the masks of the image that is meant, where they are."""

import numpy as np
import pytest
from PIL import Image
from sa1b_checks import dense, small
from sa1b_cli import sa1b
from sa1b_making import write_folder, write_tar

from cvat_sam.images import overlay
from cvat_sam.images.decoding import decode

IMAGES = [small(1), small(2)]


@pytest.fixture
def folder(tmp_path):
    write_folder(tmp_path / "in", IMAGES)
    write_tar(tmp_path / "sa_000000.tar", IMAGES)
    return tmp_path


def check(path, folder, number, items=None):
    one = IMAGES[number - 1]
    pixels = decode((folder / "in" / f"sa_{number}.jpg").read_bytes())
    masks = dense(one["annotations"] if items is None else items)
    assert np.array_equal(np.asarray(Image.open(path)), overlay.draw(pixels, masks))


@pytest.mark.parametrize("name", ["in/sa_2.json", "in/sa_2.jpg"])
def test_a_file(folder, name):
    ended = sa1b(folder, "show", name)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "sa_2.jpg: 6 masks, drawn: sa_2.masks.png\n"
    check(folder / "sa_2.masks.png", folder, 2)


@pytest.mark.parametrize("name", ["sa_2", "sa_2.jpg", "sa_2.json"])
def test_an_image_of_a_tar(folder, name):
    words = ("show", "sa_000000.tar", "--image", name, "-o", "drawn/x.png", "--top-k", "2")
    ended = sa1b(folder, *words)
    assert ended.stdout == "sa_2.jpg: 2 masks, drawn: drawn/x.png\n"
    best = sorted(IMAGES[1]["annotations"], key=lambda item: -item["predicted_iou"])[:2]
    check(folder / "drawn" / "x.png", folder, 2, best)


def test_the_first_of_a_tar(folder):
    assert sa1b(folder, "show", "sa_000000.tar").returncode == 0
    check(folder / "sa_1.masks.png", folder, 1)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["no.json"], "no.json: there is no such file or folder"),
        (["in/sa_1.json", "--image", "a"], "--image names an image of a tar, and in/sa_1.json is"),
        (["in/sa_1.json", "-o", "a.jpg"], "--output should be a .png file, not a.jpg"),
        (["sa_000000.tar", "--image", "b"], "sa_000000.tar: has no image b"),
        (["alone.json"], "alone.json: its image is not there"),
        (["in"], "in: is a folder; name one of its JSONs"),
    ],
)
def test_what_cannot_be_drawn_is_said(folder, words, sentence):
    (folder / "alone.json").write_bytes((folder / "in" / "sa_1.json").read_bytes())
    ended = sa1b(folder, "show", *words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(f"cvat-sam: {sentence}")
