"""Files and folders that are there whole or not at all, and which format a path asks for."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mask_records import record, write
from PIL import Image

from cvat_sam.exceptions import InvalidSetting, InvalidSource, Unwritable
from cvat_sam.masks import MaskRecord, Place
from cvat_sam.targets import FORMATS, open_target

ONE = [("street/a.jpg", (2, 3), [record([".##", "..."], image="street/a.jpg")])]
TARGETS = ["coco.json", "annotations.xml", "masks.npz", "masks", "labels"]
ROOT = Path(__file__).parent.parent.parent


def everything_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_is_left_behind_where_the_block_raises(tmp_path, name):
    class Stopped(BaseException):
        pass

    with pytest.raises(Stopped), open_target(tmp_path / name) as target:
        target.image("a.jpg", 2, 3)
        target.add(ONE[0][2][0])
        raise Stopped
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("name", ["coco.json", "annotations.xml", "masks.npz"])
def test_a_file_that_was_there_stays_until_the_end_and_is_then_replaced(tmp_path, name):
    path = tmp_path / name
    path.write_text("before")
    with pytest.raises(ZeroDivisionError), open_target(path):
        raise ZeroDivisionError
    assert path.read_text() == "before"
    with open_target(path) as target:
        target.image("a.jpg", 2, 3)
        assert path.read_text() == "before"
    assert path.read_bytes() != b"before"
    assert everything_in(tmp_path) == [name]


@pytest.mark.parametrize("name", ["masks", "labels"])
def test_an_empty_folder_is_taken_and_a_full_one_is_not(tmp_path, name):
    path = tmp_path / name
    path.mkdir()
    write(path, ONE)
    before = everything_in(tmp_path)
    assert len(before) > 2
    with pytest.raises(Unwritable, match="it is a folder with something in it"):
        write(path, ONE)
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_written_can_be_read_by_whoever_may_read_the_folder(tmp_path, name):
    write(tmp_path / name, ONE)
    umask = os.umask(0)
    os.umask(umask)
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o777 if path.is_dir() else 0o666) & ~umask


@pytest.mark.parametrize("name", TARGETS)
def test_what_cannot_be_written_is_one_sentence(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritable, match="cannot be written"):
        open_target(tmp_path / "file" / name)
    other = tmp_path / name
    if "." in name:
        other.mkdir()
    else:
        other.write_text("")
    with pytest.raises(Unwritable, match="it is a f"):
        open_target(other)


@pytest.mark.parametrize("name", TARGETS)
def test_folders_are_made_and_go_again_if_nothing_comes_of_it(tmp_path, name):
    (tmp_path / "there").mkdir()
    path = tmp_path / "there/a/b" / name
    with pytest.raises(ZeroDivisionError), open_target(path):
        assert path.parent.is_dir()
        raise ZeroDivisionError
    assert everything_in(tmp_path) == ["there"]
    with pytest.raises(ZeroDivisionError), open_target(path):
        (tmp_path / "there/a/other").touch()
        raise ZeroDivisionError
    assert everything_in(tmp_path) == ["there", "there/a", "there/a/other"]
    write(path, ONE)
    assert path.exists()


def test_images_without_masks_have_no_png_and_a_note_says_so(tmp_path):
    notes = write(tmp_path / "masks", [("b.jpg", (1, 1), []), *ONE, ("c.jpg", (1, 1), [])])
    assert notes == ["not in the result, because they have no masks: 2 images"]


@pytest.mark.parametrize("name", TARGETS)
def test_masks_that_do_not_fit_are_refused_and_nothing_is_written(tmp_path, name):
    outside = MaskRecord(Place("x.json", 3), "cat", [0, 1, 5, 0, 5, 0], image="a.jpg")
    with pytest.raises(InvalidSource, match="x.json, item 3: the box's right is 5"):
        write(tmp_path / name, [("a.jpg", (2, 3), [outside])])
    with pytest.raises(InvalidSource, match="a.jpg: the height is 0"):
        write(tmp_path / name, [("a.jpg", (0, 3), [])])
    with pytest.raises(InvalidSource, match="an image has no name"):
        write(tmp_path / name, [("", (2, 3), [])])
    with (
        pytest.raises(InvalidSource, match="the mask comes before any image"),
        open_target(tmp_path / name) as target,
    ):
        target.add(outside)
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize("name", ["masks", "labels", "masks.npz"])
def test_an_image_that_comes_twice_is_refused(tmp_path, name):
    with pytest.raises(InvalidSource, match="street/a.jpg"):
        write(tmp_path / name, ONE * 2)
    assert everything_in(tmp_path) == []


@pytest.mark.parametrize(
    "image", ["../../out.jpg", "/etc/out.jpg", "a/../../../out", "..", "./out", "a//b", "a/"]
)
@pytest.mark.parametrize("name", ["masks", "labels"])
def test_hostile_names_do_not_leave_the_folder(tmp_path, name, image):
    inner = tmp_path / "inner"
    inner.mkdir()
    write(inner / name, [(image, (1, 1), [record(["#"], image=image, label="../../x")])])
    assert all(path.startswith("inner") for path in everything_in(tmp_path))
    assert not Path("/etc/out.png").exists()


@pytest.mark.parametrize("name", TARGETS)
def test_memory_does_not_grow_with_the_number_of_images(tmp_path, name):
    program = f"""if True:
        import resource
        from cvat_sam.masks import MaskRecord, Place
        from cvat_sam.targets import open_target
        place, points = Place("x"), [0, 100] * 50 + [0, 0, 99, 49]
        with open_target({str(tmp_path / name)!r}) as target:
            for number in range(300):
                target.image(f"{{number % 16}}/{{number}}.jpg", 50, 100)
                target.add(MaskRecord(place, f"label {{number % 9}}", points))
                target.add(MaskRecord(place, "other", points))
                if number == 75:
                    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 3000  # KiB; the masks alone, kept, would be far more


@pytest.mark.parametrize(
    ("path", "format", "sentence"),
    [
        ("out", None, "what .*out shall be does not show"),
        ("out.npy", None, "does not show"),
        (
            "out.json",
            "yaml",
            "format should be one of coco, cvat-xml, png-masks, png-index, arrays",
        ),
        ("out.json", "png-masks", "a .json file is read as coco"),
        ("out.xml", "arrays", "a .xml file is read as cvat-xml"),
    ],
)
def test_formats_that_a_path_cannot_have(tmp_path, path, format, sentence):
    with pytest.raises(InvalidSetting, match=sentence):
        open_target(tmp_path / path, format=format)


@pytest.mark.parametrize("format", FORMATS)
def test_any_other_name_will_do_where_the_format_is_given(tmp_path, format):
    write(tmp_path / "out", ONE, format=format)
    assert (tmp_path / "out").is_dir() == (format in ("png-masks", "png-index"))


def test_masks_are_black_and_white_with_one_bit(tmp_path):
    write(tmp_path / "masks", ONE)
    with Image.open(tmp_path / "masks/street/a__cat__0.png") as picture:
        assert picture.mode == "1"
        assert (np.asarray(picture) != 0).tolist() == [[False, True, True], [False] * 3]


@pytest.mark.parametrize("name", ["masks", "labels"])
def test_half_characters_in_names(tmp_path, name):
    with pytest.raises(Unwritable, match="is not all Unicode"):
        write(tmp_path / name, [("\ud83d.jpg", (1, 1), [record(["#"])])])
    assert everything_in(tmp_path) == []
