"""JSON is read piece by piece: the same values as at once, and a sentence with the place else."""

import json
import math
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvat_sam.exceptions import InvalidSource
from cvat_sam.sources import json_items
from cvat_sam.sources.json_items import JsonFile

CHUNKS = [1, 2, 7, 1 << 18]


def whole(path, chunk, monkeypatch):
    """A file's value, taken in as small steps as can be."""
    monkeypatch.setattr(json_items, "CHUNK", chunk)
    with JsonFile(path) as file:
        if file.first() == "[":
            value = list(file.items())
        elif file.first() == "{":
            value = {key: file.value() for key in file.members()}
        else:
            value = file.value()
        file.end()
    return value


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    value=VALUES,
    indent=st.sampled_from([None, 0, 3]),
    ascii_only=st.booleans(),
    mark=st.booleans(),
    chunk=st.sampled_from(CHUNKS),
)
def test_any_value_is_read_as_it_was_written(
    value, indent, ascii_only, mark, chunk, tmp_path, monkeypatch
):
    written = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    path = tmp_path / "any.json"
    path.write_bytes(written.encode("utf-8-sig" if mark else "utf-8", "surrogatepass"))
    if not any("\ud800" <= character <= "\udfff" for character in written):
        assert whole(path, chunk, monkeypatch) == value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=st.lists(VALUES, min_size=1, max_size=4), data=st.data())
def test_a_file_that_is_cut_anywhere_is_refused(value, data, tmp_path, monkeypatch):
    written = json.dumps(value).encode()
    path = tmp_path / "cut.json"
    path.write_bytes(written[: data.draw(st.integers(0, len(written) - 1))])
    with pytest.raises(InvalidSource, match=r"cut\.json: (ends in the middle|is damaged) \(byte "):
        whole(path, data.draw(st.sampled_from(CHUNKS)), monkeypatch)


SENTENCES = {
    "cut": (b"[1, 2, 3", "ends in the middle (byte 8, in [2])"),
    "cut in a fraction": (b"[1, 2.", "ends in the middle (byte 6, in [1])"),
    "cut in an exponent": (b"[1, 2.5e-", "ends in the middle (byte 9, in [1])"),
    "half a number": (b"[1, 2.]", "has '.' where a comma or ] should be (byte 5, in [1])"),
    "empty": (b"", "ends in the middle (byte 0)"),
    "spaces alone": (b" \n ", "ends in the middle (byte 3)"),
    "no comma": (b'[{"a": 1} {"b": 2}]', "has '{' where a comma or ] should be (byte 10, in [0])"),
    "a comma too many": (b"[1,]", "is damaged (byte 3, in [1]): expecting value"),
    "no key": (b'{"a": 1,}', "has '}' where a key should be (byte 8)"),
    "no colon": (b'{"a" 1}', "has '1' where a colon should be (byte 5)"),
    "no word": (b'{"a": [tru]}', "is damaged (byte 7, in a): expecting value"),
    "more behind": (b"[1] [2]", "has something behind its JSON (byte 4)"),
    "lines of JSON": (b'{"a": 1}\n{"a": 2}\n', "has something behind its JSON (byte 9)"),
    "a key twice": (b'{"a": 1, "a": 2}', "has the key 'a' twice (byte 12)"),
    "another encoding": (b'["\xff"]', "is not text in UTF-8 at byte 2"),
    "UTF-16": ("[1]".encode("utf-16"), "is not text in UTF-8 at byte 0"),
    "half a character": (b'["\xc3', "is not text in UTF-8 at byte 2"),
    "a picture": (b"\x89PNG\r\n", "is not text in UTF-8 at byte 0"),
    "nested": (b"[" * 200_000, "is nested too deep (byte 1, in [0])"),
    "digits": (b"[" + b"1" * 5000 + b"]", "has a number of too many digits (byte 1, in [0])"),
    "places are bytes": ('{"ä€": "é", "b": [tru]}'.encode(), "is damaged (byte 22, in b)"),
}


@pytest.mark.parametrize("chunk", CHUNKS)
@pytest.mark.parametrize(("written", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_what_is_no_json_is_refused_with_its_place(written, sentence, chunk, tmp_path, monkeypatch):
    path = tmp_path / "faulty.json"
    path.write_bytes(written)
    with pytest.raises(InvalidSource) as caught:
        whole(path, chunk, monkeypatch)
    assert str(caught.value).startswith(f"{path}: {sentence}")


@pytest.mark.parametrize("chunk", CHUNKS)
def test_numbers_that_are_none_are_left_to_who_reads_them(chunk, tmp_path, monkeypatch):
    path = tmp_path / "numbers.json"
    path.write_text(f"[NaN, -Infinity, 1e400, {2**70}, 1.5e+3, -0.25]")
    first, *others = whole(path, chunk, monkeypatch)
    assert math.isnan(first)
    assert others == [-math.inf, math.inf, 2**70, 1500.0, -0.25]


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(InvalidSource, match="cannot be read: "):
            JsonFile(path)


def test_an_item_above_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(json_items, "LARGEST_ITEM", 1000)
    monkeypatch.setattr(json_items, "CHUNK", 100)
    path = tmp_path / "large.json"
    path.write_text('["' + "a" * 5000)
    with JsonFile(path) as file, pytest.raises(InvalidSource, match="of more than 1000 characters"):
        list(file.items())


def test_what_is_not_taken_is_passed_over(tmp_path):
    path = tmp_path / "some.json"
    path.write_text('{"a": [[1], {"b": 2}], "c": {"d": []}, "e": 5, "f": [7, 8]}')
    with JsonFile(path) as file:
        assert [(key, file.value()) for key in file.members() if key in "ef"] == [
            ("e", 5),
            ("f", [7, 8]),
        ]
    with JsonFile(path) as file:
        keys = {key: list(file.elements()) if key in "af" else None for key in file.members()}
    assert keys == {"a": [0, 1], "c": None, "e": None, "f": [0, 1]}


def test_passing_over_a_long_list_takes_no_memory(tmp_path):
    path = tmp_path / "long.json"
    with path.open("w") as file:
        file.write('{"annotations": [')
        file.writelines(f'{{"id": {index}, "counts": "{"a" * 500}"}},' for index in range(20_000))
        file.write('{}], "last": 1}')
    tracemalloc.start()
    try:
        with JsonFile(path) as file:
            assert list(file.members()) == ["annotations", "last"]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < path.stat().st_size / 5
