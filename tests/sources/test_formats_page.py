"""Every example of docs/formats.md is read, as the format that it stands for."""

import re
from pathlib import Path

import pytest

from cvat_sam import sources
from cvat_sam.masks import MaskRecord
from cvat_sam.targets.formats import FORMATS, format_for

PAGE = (Path(__file__).parents[2] / "docs/formats.md").read_text()
EXAMPLES = re.findall(r"^```(json|xml) (\S+)\n(.*?)^```", PAGE, re.M | re.S)


@pytest.mark.parametrize(("suffix", "format", "text"), EXAMPLES)
def test_an_example_is_what_it_stands_for(suffix, format, text, tmp_path):
    path = tmp_path / f"example.{suffix}"
    path.write_text(text)
    assert [source.format for source in sources.told([path])] == [format]
    masks = list(sources.read([path]))
    assert masks
    assert all(isinstance(mask, MaskRecord) and not mask.empty for mask in masks)


def test_every_format_is_on_the_page():
    for name in sources.FORMATS:
        assert f"`{name}`" in PAGE
    rows = re.findall(r"^\| `([\w./]+)` \| `([\w-]+)` \|", PAGE.split("## Written")[1], re.M)
    assert {name for _, name in rows} == set(FORMATS)
    for path, name in rows:
        assert format_for(Path(path)) == name
