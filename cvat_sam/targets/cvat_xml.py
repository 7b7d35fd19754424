"""CVAT's own XML, "CVAT for images 1.1", as CVAT writes and imports it.

    <annotations>
      <version>1.1</version>
      <meta><task><size>1</size><mode>annotation</mode><labels>…</labels></task></meta>
      <image id="0" name="a.jpg" width="12" height="2">
        <mask label="car" source="manual" occluded="0" rle="3, 6, 5, 7, 3" left="0" top="0"
              width="12" height="2" z_order="0" group_id="1">
          <attribute name="colour">red</attribute>
        </mask>
      </image>
    </annotations>

`source` is "auto" where a model gave a score, else "manual". Empty masks are left out: CVAT would
take one, and fail at the next export.

Source of the format: CVAT's documentation, "CVAT for images 1.1".
"""

import re
from pathlib import Path
from xml.sax import saxutils

import rle
from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks import MaskRecord
from cvat_sam.targets.target import Target
from cvat_sam.targets.unfinished import UnfinishedFile, append, second_part

# XML 1.0, production 2: what may not stand in a document, not even escaped.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# A parser makes a space or nothing of these unless they are escaped.
_ENTITIES = {"\r": "&#13;"}
_QUOTED_ENTITIES = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


class CvatXmlTarget(Target):
    """Writes CVAT's XML; see `Target`."""

    drops = ("score", "iscrowd")
    holds_empty = False

    def __init__(self, path: Path) -> None:
        unfinished = UnfinishedFile(path)
        super().__init__(path, unfinished)
        # The names of a label's attributes, as a dict for their order.
        self._labels: dict[str, dict[str, None]] = {}
        self._file = unfinished.open()
        # What is said of all masks is known last but stands first.
        self._elements = second_part(path)

    def _begin_image(self, name: str, height: int, width: int, frame: int) -> None:
        attributes = {"id": frame, "name": name, "width": width, "height": height}
        self._elements.write(f"  <image{_attributes(attributes)}>\n")

    def _end_image(self) -> None:
        if self.images:
            self._elements.write("  </image>\n")

    def _add(self, record: MaskRecord) -> None:
        attributes: dict[str, object] = {
            "label": record.label,
            "source": "manual" if record.score is None else "auto",
            "occluded": int(record.occluded),
            **rle.cvat.to_attributes(record.points),
            "z_order": record.z_order,
        }
        if record.group:
            attributes["group_id"] = record.group
        self._labels.setdefault(record.label, {}).update(dict.fromkeys(record.attributes))
        self._elements.write(f"    <mask{_attributes(attributes)}>\n")
        for name, value in record.attributes.items():
            self._elements.write(
                f"      <attribute{_attributes({'name': name})}>{_text(value)}</attribute>\n"
            )
        self._elements.write("    </mask>\n")

    def _finish(self) -> None:
        self._file.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n')
        self._file.write("  <version>1.1</version>\n  <meta>\n    <task>\n")
        self._file.write(f"      <size>{self.images}</size>\n      <mode>annotation</mode>\n")
        self._file.write("      <labels>\n")
        for label, names in self._labels.items():
            self._file.write(_label(label, names))
        self._file.write("      </labels>\n    </task>\n  </meta>\n")
        append(self._elements, self._file)
        self._file.write("</annotations>\n")
        self._file.close()

    def _let_go(self) -> None:
        self._elements.close()
        self._file.close()


def _label(label: str, names: dict[str, None]) -> str:
    """A label as the task's description has it."""
    attributes = "".join(
        f"            <attribute><name>{_text(name)}</name><mutable>False</mutable>"
        "<input_type>text</input_type><default_value></default_value><values></values>"
        "</attribute>\n"
        for name in names
    )
    return (
        f"        <label>\n          <name>{_text(label)}</name>\n          <type>mask</type>\n"
        f"          <attributes>\n{attributes}          </attributes>\n        </label>\n"
    )


def _attributes(attributes: dict[str, object]) -> str:
    return "".join(
        f" {name}={saxutils.quoteattr(_possible(str(value)), _QUOTED_ENTITIES)}"
        for name, value in attributes.items()
    )


def _text(text: str) -> str:
    return saxutils.escape(_possible(text), _ENTITIES)


def _possible(text: str) -> str:
    found = _IMPOSSIBLE.search(text)
    if found:
        raise InvalidSource(
            f"{text[:60]!r} cannot be written as XML, which has no character U+{ord(found[0]):04X}"
        )
    return text
