"""base64 is what `binascii` says it is, though something faster reads most of it."""

import base64
import binascii

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cvat_sam.wire import base64_text
from cvat_sam.wire.base64_text import decoded

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def outcome(read, text):
    try:
        return read(text)
    except ValueError as error:
        return type(error), str(error)


def as_binascii(text):
    return outcome(lambda text: binascii.a2b_base64(text, strict_mode=True), text)


@given(st.binary(max_size=200))
def test_bytes_come_back(data):
    assert decoded(base64.b64encode(data).decode()) == data


@given(st.text(alphabet=ALPHABET + "=-_ \n", max_size=24))
@example("")
@example("QR==")
@example("QUJ=")
@example("QQ")
@example("_-==")
@example("+/==")
@example("AAAA====")
@example("QQ==QQ==")
@example("=QQQ")
@example("A" * 40 + "-_-_")
def test_any_text_has_the_outcome_that_binascii_gives(text):
    assert outcome(decoded, text) == as_binascii(text)


@given(st.text(max_size=12))
@example("é===")
@example("\ud800aaa")
@example("AAA\0")
def test_text_of_any_letters_too(text):
    assert outcome(decoded, text) == as_binascii(text)


@given(st.binary(min_size=30, max_size=60), st.data())
def test_one_wrong_letter_too(data, draw):
    text = base64.b64encode(data).decode()
    place = draw.draw(st.integers(0, len(text) - 1))
    text = text[:place] + draw.draw(st.sampled_from("-_= \n!é\0A/")) + text[place + 1 :]
    assert outcome(decoded, text) == as_binascii(text)


def test_the_usual_text_is_read_the_fast_way(monkeypatch):
    monkeypatch.setattr(base64_text.binascii, "a2b_base64", None)
    for length in range(8):
        data = bytes(range(200, 200 + length))
        assert decoded(base64.b64encode(data).decode()) == data


def test_a_pydantic_without_the_setting_does_no_harm(monkeypatch):
    from pydantic import TypeAdapter

    monkeypatch.setattr(base64_text, "_FAST", TypeAdapter(bytes))
    for data in (b"", b"c", b"ca", b"cat", b"cats"):
        assert decoded(base64.b64encode(data).decode()) == data
    with pytest.raises(binascii.Error):
        decoded("QQ=!")
