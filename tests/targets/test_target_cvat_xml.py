"""The XML that is written, as an independent parser reads it, and as CVAT writes it."""

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from mask_records import flat, images, mask_of, record, write

from cvat_sam.exceptions import InvalidSource
from cvat_sam.targets import open_target

ORDER = [
    *("label", "source", "occluded", "rle", "left", "top", "width", "height", "z_order"),
    "group_id",
]


def painted(element, size):
    """A `<mask>` painted pixel by pixel."""
    mask = np.zeros(size, bool)
    left, top, width, height = (
        int(element.get(name)) for name in ("left", "top", "width", "height")
    )
    pixels = []
    for index, run in enumerate(element.get("rle").split(", ")):
        pixels += [index % 2 == 1] * int(run)
    mask[top : top + height, left : left + width] = np.array(pixels).reshape(height, width)
    return mask


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(images(more=["attributes", "occluded", "z_order", "group", "score"], empty=False))
def test_another_parser_reads_the_same(tmp_path, found):
    path = tmp_path / "annotations.xml"
    write(path, found)
    root = ElementTree.parse(path).getroot()  # noqa: S314  our own file
    assert [child.tag for child in root] == ["version", "meta"] + ["image"] * len(found)
    for number, (element, (name, size, records)) in enumerate(
        zip(root.findall("image"), found, strict=True)
    ):
        assert [*element.attrib] == ["id", "name", "width", "height"]
        assert [*element.attrib.values()] == [str(number), name, str(size[1]), str(size[0])]
        assert len(element) == len(records)
        for shape, one in zip(element, records, strict=True):
            assert [*shape.attrib] == (ORDER if one.group else ORDER[:-1])
            assert np.array_equal(painted(shape, size), mask_of(one))
            assert shape.get("label") == one.label
            assert shape.get("occluded") == str(int(one.occluded))
            assert shape.get("z_order") == str(one.z_order)
            assert int(shape.get("group_id", 0)) == one.group
            assert shape.get("source") == ("manual" if one.score is None else "auto")
            texts = {child.get("name"): child.text or "" for child in shape}
            assert texts == one.attributes
    names = [element.text for element in root.findall("meta/task/labels/label/name")]
    assert names == [*dict.fromkeys(one.label for one in flat(found))]


def test_it_is_the_text_that_cvat_writes(tmp_path):
    path = tmp_path / "annotations.xml"
    one = record(
        ["...######...", "..#######..."],
        label="car",
        image="a.jpg",
        attributes={"colour": "red"},
        group=4,
    )
    with open_target(path) as target:
        target.image("a.jpg", 2, 12, frame=7)
        target.add(one)
    assert path.read_text().splitlines()[-6:] == [
        '  <image id="7" name="a.jpg" width="12" height="2">',
        '    <mask label="car" source="manual" occluded="0" rle="1, 13" left="2" top="0" width="7" '
        'height="2" z_order="0" group_id="4">',
        '      <attribute name="colour">red</attribute>',
        "    </mask>",
        "  </image>",
        "</annotations>",
    ]


@pytest.mark.parametrize("text", ["\x00", "a\x0bb", "\ud800", "\uffff"])
def test_characters_that_xml_does_not_have_are_refused(tmp_path, text):
    path = tmp_path / "annotations.xml"
    with pytest.raises(
        InvalidSource, match=r"cannot be written as XML, which has no character U\+"
    ):
        write(path, [("a.jpg", (1, 1), [record(["#"], label=text)])])
    assert [*tmp_path.iterdir()] == []


def test_empty_masks_are_left_out_and_the_notes_say_so(tmp_path):
    path = tmp_path / "annotations.xml"
    empty = record(["."], score=0.5)
    notes = write(path, [("a.jpg", (1, 1), [empty, record(["#"]), empty])])
    assert notes == ["left out, because the format has no empty masks: 2 masks"]
    assert path.read_text().count("<mask") == 1


def test_notes_say_what_xml_has_no_place_for(tmp_path):
    one = record(["#"], score=0.5, iscrowd=True)
    notes = write(tmp_path / "annotations.xml", [("a.jpg", (1, 1), [one])])
    assert notes == ["not in the result, which has no place for it: score, iscrowd"]
