"""CVAT's XML: of images and of video, and what hostile or damaged files do."""

import subprocess
import sys
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mask_records import mask_of
from pycocotools import mask as coco_mask

import rle
from cvat_sam import sources
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import ImageRecord, MaskRecord, Place, Rejected
from cvat_sam.sources import cvat_xml

# pycocotools' own, in numpy's newer versions.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROOT = Path(__file__).parent.parent.parent

# As CVAT 2 writes it, shortened.
IMAGES = """<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <id>5</id><name>t</name><size>2</size><mode>annotation</mode>
      <labels><label><name>car</name><color>#fa3253</color><type>any</type>
        <attributes><attribute><name>colour</name><mutable>False</mutable></attribute></attributes>
      </label></labels>
    </task>
    <dumped>2025-01-01 00:00:00.000000+00:00</dumped>
  </meta>
  <image id="0" name="street/a.jpg" subset="default" task_id="5" width="12" height="2">
    <mask label="car" source="manual" occluded="1" rle="3, 6, 5, 7, 3" left="0" top="0" width="12" \
height="2" z_order="4" group_id="3">
      <attribute name="colour">red &amp; blue</attribute>
      <attribute name="note"></attribute>
    </mask>
    <tag label="day" source="manual">
    </tag>
  </image>
  <image id="1" name="b.jpg" width="9" height="8">
    <polygon label="car" source="manual" occluded="0" points="1.00,1.00;6.50,1.00;6.50,7.25" \
z_order="0">
    </polygon>
    <box label="car" source="manual" occluded="0" xtl="1" ytl="1" xbr="2" ybr="2" z_order="0">
    </box>
    <skeleton label="s" source="manual" z_order="0">
      <points label="1" source="manual" outside="0" occluded="0" points="1,1">
      </points>
    </skeleton>
    <box label="car" source="manual" occluded="0" xtl="1" ytl="1" xbr="2" ybr="2" z_order="0">
    </box>
    <mask label="car" source="manual" occluded="0" rle="0, 1" left="8" top="7" width="1" \
height="1" z_order="0">
    </mask>
  </image>
</annotations>
"""

VIDEO = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version>
  <meta><task><original_size><width>12</width><height>2</height></original_size></task></meta>
  <track id="0" label="car" source="manual" group_id="2">
    <mask frame="3" keyframe="1" outside="0" occluded="0" rle="1, 13" left="2" top="0" width="7" \
height="2" z_order="1"><attribute name="speed">4</attribute></mask>
    <mask frame="4" keyframe="1" outside="1" occluded="0" rle="1, 13" left="2" top="0" width="7" \
height="2" z_order="1"></mask>
  </track>
  <track id="1" label="cat" source="manual">
    <polygon frame="0" keyframe="1" outside="0" occluded="1" points="0,0;12,0;12,2;0,2" \
z_order="0"></polygon>
    <box frame="1" keyframe="1" outside="0" occluded="0" xtl="1" ytl="1" xbr="2" ybr="2"></box>
  </track>
</annotations>
"""


def read(path, text, **options):
    path.write_text(text, encoding="utf-8")
    return [*sources.read([path], **options)]


def one_mask(path, **changed):
    """Reads a file of one mask with some attributes changed, or left out if they are None."""
    attributes = {
        "label": "car",
        "occluded": "0",
        "rle": "1, 13",
        "left": "2",
        "top": "0",
        "width": "7",
        "height": "2",
        "z_order": "0",
        **changed,
    }
    written = " ".join(
        f"{name}={quoteattr(value)}" for name, value in attributes.items() if value is not None
    )
    image = '<image id="0" name="a.jpg" width="12" height="2">'
    [one] = read(path, f"<annotations>{image}<mask {written}/></image></annotations>")
    return one


def test_images(tmp_path):
    notes, images = [], []
    records = read(tmp_path / "a.xml", IMAGES, note=notes.append, image=images.append)
    first, polygon, last = records
    assert mask_of(first).astype(int).tolist() == [
        [0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0],
        [0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0],
    ]
    assert first == MaskRecord(
        place=first.place,
        label="car",
        points=[3, 6, 5, 7, 3, 0, 0, 11, 1],
        image="street/a.jpg",
        height=2,
        width=12,
        attributes={"colour": "red & blue", "note": ""},
        occluded=True,
        z_order=4,
        group=3,
    )
    filled = coco_mask.decode(
        coco_mask.merge(coco_mask.frPyObjects([[1.0, 1.0, 6.5, 1.0, 6.5, 7.25]], 8, 9))
    )
    assert np.array_equal(mask_of(polygon), filled)
    assert (last.image, last.points, last.attributes) == ("b.jpg", [0, 1, 8, 7, 8, 7], {})
    assert [one.place.index for one in records] == [0, 2, 6]
    assert notes == [
        f"{tmp_path / 'a.xml'}: 1 tag, 2 boxes and 1 skeleton are not masks and were passed over; "
        "1 polygon was filled"
    ]
    place = Place(str(tmp_path / "a.xml"))
    assert images == [
        ImageRecord(place, "street/a.jpg", height=2, width=12),
        ImageRecord(place, "b.jpg", height=8, width=9),
    ]


def test_video(tmp_path):
    notes = []
    first, second = read(tmp_path / "a.xml", VIDEO, note=notes.append)
    assert (first.frame, first.image, first.label, first.group) == (3, None, "car", 2)
    assert (first.height, first.width, first.z_order) == (2, 12, 1)
    assert first.attributes == {"speed": "4"}
    assert first.points == [1, 13, 2, 0, 8, 1]
    assert (second.frame, second.label, second.occluded) == (0, "cat", True)
    assert mask_of(second).all()
    path = tmp_path / "a.xml"
    assert notes == [f"{path}: 1 box is not a mask and was passed over; 1 polygon was filled"]


def test_a_track_without_masks_is_one_thing_that_was_passed_over(tmp_path):
    box = '<box frame="0" outside="0" xtl="1" ytl="1" xbr="2" ybr="2"></box>'
    text = f'<annotations><track label="car">{box * 5}</track><track/></annotations>'
    notes = []
    assert read(tmp_path / "a.xml", text, note=notes.append) == []
    assert notes == [f"{tmp_path / 'a.xml'}: 2 tracks are not masks and were passed over"]


def test_images_without_shapes_are_told_and_those_that_cannot_be_used_are_noted(tmp_path):
    image = '<image id="{}" name="{}" width="{}" height="8"/>'
    text = "".join(image.format(*one) for one in [(0, "a", 9), (1, "", 9), (2, "c", 0)])
    notes, images = [], []
    assert (
        read(
            tmp_path / "a.xml",
            f"<annotations>{text}</annotations>",
            note=notes.append,
            image=images.append,
        )
        == []
    )
    assert [(one.image, one.height, one.width) for one in images] == [("a", 8, 9)]
    assert notes == [
        f"{tmp_path / 'a.xml'}: 2 images have no names or sizes that can be used and were passed "
        "over"
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"rle": "1, 12"}, "runs add up to 13, but its box of 7×2 has 14 pixels"),
        ({"rle": "1, -13"}, "rle[1] is"),
        ({"rle": "one"}, "rle is 'one'"),
        ({"rle": None}, "the attributes have no 'rle'"),
        ({"left": "6"}, "the box's right is 12, but the image's last column is 11"),
        ({"left": "x"}, "left is 'x'"),
        ({"label": None}, "label is null; it should be text"),
        ({"label": " "}, "label is ' '; it should be text"),
        ({"occluded": "yes"}, "occluded is 'yes'; it should be true or false"),
        ({"z_order": "1.5"}, "z_order is '1.5'; it should be a whole number"),
        ({"group_id": "-1"}, "group_id is -1; it should be a whole number from 0"),
        ({"z_order": "9" * 12}, "z_order is 999999999999; it should be"),
    ],
)
def test_damaged_masks_are_rejected(tmp_path, changed, sentence):
    one = one_mask(tmp_path / "a.xml", **changed)
    assert isinstance(one, Rejected), one
    assert sentence in one.sentence
    assert one.place.index == 0
    assert one.item["image"] == "a.jpg"


def test_a_rejected_mask_can_be_mended_in_the_file_of_rejected_ones(tmp_path):
    from cvat_sam.targets.rejected_file import write_rejected

    bad = one_mask(tmp_path / "a.xml", rle="1, 12", z_order="3")
    write_rejected(tmp_path / "bad.json", [bad])
    text = (tmp_path / "bad.json").read_text()
    assert bad.sentence in text
    (tmp_path / "bad.json").write_text(text.replace('"1, 12"', '"1, 13"'))
    [mended] = sources.read([tmp_path / "bad.json"])
    assert (mended.points, mended.z_order) == ([1, 13, 2, 0, 8, 1], 3)


def test_a_mask_without_a_set_pixel_is_the_empty_one(tmp_path):
    assert one_mask(tmp_path / "a.xml", rle="14").points == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ("1,1;2,2", "polygon"),
        ("1,1;2", "points is '1,1;2'; it should be x,y;x,y"),
        ("", "points is ''; it should be"),
        ("a,b;c,d;e,f", "points is 'a,b;c,d;e,f'"),
        ("nan,1;2,2;3,3", "polygon"),
        ("50,50;60,50;60,60", "is a polygon that covers no pixel of the image"),
    ],
)
def test_polygons_that_cannot_be_filled(tmp_path, points, sentence):
    image = '<image id="0" name="a.jpg" width="12" height="9">'
    polygon = f'<polygon label="car" points="{points}"/>'
    text = f"<annotations>{image}{polygon}</image></annotations>"
    [one] = read(tmp_path / "a.xml", text)
    assert isinstance(one, Rejected)
    assert sentence in one.sentence


def test_images_without_a_size(tmp_path):
    shapes = (
        '<mask label="car" rle="1, 13" left="2" top="0" width="7" height="2"/>'
        '<polygon label="car" points="1,1;5,1;5,5"/>'
    )
    text = f'<annotations><image id="0" name="a.jpg">{shapes}</image></annotations>'
    mask, polygon = read(tmp_path / "a.xml", text)
    assert (mask.height, mask.width) == (None, None)
    assert "its image's size is not known" in polygon.sentence


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><annotations>&b;</annotations>', "has a document type"),
        (
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations></annotations>',
            "has a document type",
        ),
        ("<annotations>&b;</annotations>", "undefined entity"),
        ("<annotations>", "is no XML that can be read: no element found"),
        ("<annotations></annotation>", "mismatched tag"),
        ("<annotations></annotations><annotations/>", "junk after document element"),
        ("<coco><annotations/></coco>", "it holds <coco>, not <annotations>"),
        ("<annotations>" + "<a>" * 70, "more than 64 deep"),
        ('<?xml version="1.0" encoding="klingon"?><annotations/>', "unknown encoding"),
        ("<annotations>\x00</annotations>", "not well-formed"),
        (
            "<annotations><meta><original_size><width>x</width></original_size></meta></annotations>",
            "height is null",
        ),
    ],
)
def test_files_that_are_refused(tmp_path, text, sentence):
    path = tmp_path / "a.xml"
    path.write_text(text)
    with pytest.raises(InvalidSource, match=sentence) as caught:
        [*sources.read([path], format="cvat-xml")]
    assert str(caught.value).startswith(f"{path}: ")


def test_other_encodings(tmp_path):
    text = IMAGES.replace("utf-8", "utf-16").replace("street", "straße")
    (tmp_path / "a.xml").write_bytes(text.encode("utf-16"))
    first, *_ = sources.read([tmp_path / "a.xml"], format="cvat-xml")
    assert first.image == "straße/a.jpg"


def test_every_cut_is_one_sentence(tmp_path):
    path = tmp_path / "a.xml"
    data = IMAGES.rstrip().encode()
    for cut in range(0, len(data), 7):
        path.write_bytes(data[:cut])
        with pytest.raises(InvalidSource, match=str(path)):
            [*sources.read([path], format="cvat-xml")]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_changed_text_never_raises_anything_else(tmp_path, data):
    path = tmp_path / "a.xml"
    text = IMAGES if data.draw(st.booleans()) else VIDEO
    place = data.draw(st.integers(0, len(text) - 1))
    path.write_text(
        text[:place] + data.draw(st.text("<>\"'&9-,; x=/", max_size=3)) + text[place + 1 :]
    )
    try:
        for one in sources.read([path], format="cvat-xml"):
            if isinstance(one, MaskRecord) and one.height:
                rle.cvat.validate(one.points, height=one.height, width=one.width)
    except InvalidSource as error:
        assert str(error).startswith(str(path))


def test_looking_is_cheap_and_never_an_error(tmp_path):
    path = tmp_path / "a.xml"
    for text, wanted in [(IMAGES, True), (VIDEO, True), ("<coco/>", False), ("", False)]:
        path.write_text(text)
        assert cvat_xml.looks_like(path) is wanted
    assert not cvat_xml.looks_like(tmp_path)
    assert not cvat_xml.looks_like(tmp_path / "no.xml")


def test_memory_does_not_grow_with_the_number_of_masks(tmp_path):
    path = tmp_path / "a.xml"
    mask = (
        '<mask label="car" occluded="0" rle="' + "0, 1, " * 2000 + '0, 8000" left="0" top="0" '
        'width="100" height="100" z_order="0"></mask>'
    )
    with path.open("w") as file:
        file.write("<annotations>")
        for number in range(2000):  # 24 MB
            file.write(f'<image id="0" name="{number}.jpg" width="100" height="100">{mask}</image>')
        file.write("</annotations>")
    program = f"""if True:
        import resource
        from cvat_sam import sources
        for number, one in enumerate(sources.read([{str(path)!r}])):
            if number == 300:
                before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert number == 1999
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 6000  # KiB
