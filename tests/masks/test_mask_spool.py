"""A spool gives back what was put in, image by image, and does not grow in memory."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mask_records import flat, images, record

from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import ImageRecord, MaskRecord, Place, Rejected
from cvat_sam.masks.spool import Spool

ROOT = Path(__file__).parent.parent.parent
ALL = ("attributes", "occluded", "z_order", "group", "score", "iscrowd")


@settings(max_examples=20, deadline=None)
@given(images(more=ALL), st.randoms(use_true_random=False))
def test_masks_in_any_order_come_back_by_image(found, random):
    shuffled = flat(found)
    random.shuffle(shuffled)
    with Spool() as spool:
        for one in shuffled:
            spool.add(one)
        assert len(spool) == len(shuffled)
        names = []
        for image in spool.images():
            names.append(image.name)
            got = [*spool.records(image)]
            assert got == [one for one in shuffled if one.image == image.name]
            assert image.masks == len(got)
            assert (image.height, image.width) == (got[0].height, got[0].width)
    assert names == [*dict.fromkeys(one.image for one in shuffled)]


def test_frames_and_names_are_different_images():
    one = record(["#"])
    with Spool() as spool:
        spool.add(replace(one, image=None, frame=7))
        spool.add(replace(one, image="7", frame=None))
        spool.add(replace(one, image="7", frame=7))
        assert [(image.name, image.frame, image.masks) for image in spool.images()] == [
            (None, 7, 1),
            ("7", None, 2),
        ]
        [counted, named] = spool.images()
        assert [record.frame for record in spool.records(counted)] == [7]
        assert [record.frame for record in spool.records(named)] == [None, 7]
        with pytest.raises(InvalidSource, match="neither an image nor a frame"):
            spool.add(replace(one, image=None))


def test_places_names_and_large_numbers_survive():
    strange = MaskRecord(
        Place("\udcff \x00.json", 2**40),
        'a"\n\ud800',
        [0, 2**35, 0, 0, 2**35 - 1, 0],
        image="\udcff",
        attributes={"": "\x00"},
        score=0.1,
    )
    with Spool() as spool:
        spool.add(strange)
        [image] = spool.images()
        assert [*spool.records(image)] == [strange]


def test_a_size_said_by_one_mask_is_all_others():
    sized = record(["##", ".."])
    unsized = replace(sized, height=None, width=None)
    with Spool() as spool:
        spool.add(unsized)
        [image] = spool.images()
        assert image.height is None
        spool.add(sized)
        spool.add(unsized)
        [image] = spool.images()
        assert [*spool.records(image)] == [sized] * 3
        with pytest.raises(InvalidSource, match="is 3×2, but it was 2×2 before"):
            spool.add(replace(sized, height=3))
        with pytest.raises(InvalidSource, match="the box's right is 5"):
            spool.add(replace(unsized, points=[0, 1, 5, 0, 5, 0]))
        assert len(spool) == 3


def test_a_size_that_comes_too_late_is_refused():
    one = record(["#"])
    outside = replace(one, points=[0, 1, 5, 0, 5, 0], height=None, width=None)
    with Spool() as spool:
        spool.add(outside)
        with pytest.raises(InvalidSource, match=r"an earlier mask \(mine\) does not fit: the box"):
            spool.add(one)


def test_images_alone_are_there_too_in_order_and_each_once():
    place = Place("a.json")
    sized = record(["#."], image="b")
    with Spool() as spool:
        spool.add_image(ImageRecord(place, "a", height=2, width=3))
        spool.add(replace(sized, height=None, width=None))
        spool.add_image(ImageRecord(place, "b", height=1, width=2))
        spool.add_image(ImageRecord(place, frame=7))
        spool.add_image(ImageRecord(place, "a"))
        assert [(one.name, one.frame, one.height, one.masks) for one in spool.images()] == [
            ("a", None, 2, 0),
            ("b", None, 1, 1),
            (None, 7, None, 0),
        ]
        with pytest.raises(InvalidSource, match="the image a is 5×3, but it was 2×3 before"):
            spool.add_image(ImageRecord(place, "a", height=5, width=3))
        with pytest.raises(InvalidSource, match="does not fit: the box's right is 5"):
            spool.add(replace(sized, image="c", height=None, points=[0, 1, 5, 0, 5, 0]))
            spool.add_image(ImageRecord(place, "c", height=5, width=3))
        with pytest.raises(InvalidSource, match="the image a is 1×2, but it was 2×3 before"):
            spool.add(replace(sized, image="a"))
        with pytest.raises(InvalidSource, match="frame 7 is 1×2, but it was 3×3 before"):
            spool.add_image(ImageRecord(place, frame=7, height=3, width=3))
            spool.add(replace(sized, image=None, frame=7))


def test_an_image_whose_only_mask_was_refused_is_not_there():
    with Spool() as spool:
        with pytest.raises(InvalidSource):
            spool.add(record(["#"], image=None))
        one = record(["#."], image="a")
        spool.add_image(ImageRecord(one.place, "b", height=1, width=2))
        with pytest.raises(InvalidSource):
            spool.add(replace(one, image="b", height=9))
        assert [image.name for image in spool.images()] == ["b"]


def test_rejected_ones_come_back_in_order():
    rejected = [
        Rejected(Place("a.json", number), f"it is {number}", {"points": [1, None]})
        for number in range(5)
    ]
    with Spool() as spool:
        for one in rejected:
            spool.reject(one)
        assert [*spool.rejected()] == rejected
        assert spool.rejected_count() == 5
        assert len(spool) == 0


def test_memory_does_not_grow_and_no_file_is_left(tmp_path):
    program = """if True:
        import resource
        from cvat_sam.masks import MaskRecord, Place
        from cvat_sam.masks.spool import Spool
        with Spool() as spool:
            for number in range(12_000):
                points = [0, 1] * 200 + [0, 0, 199, 0]
                image = f"{number * 7919 % 500}.jpg"
                spool.add(MaskRecord(Place("a", number), "cat", points, image, None, 1, 200))
                if number == 2000:
                    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            for image in spool.images():
                for one in spool.records(image):
                    number -= 1
            assert number == -1
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"SQLITE_TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 4000  # KiB; the masks are 19 MB
    assert [*tmp_path.iterdir()] == []
