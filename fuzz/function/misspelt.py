"""Requests whose text is damaged: the JSON of the whole, or the base64 of the image."""

import json
from random import Random

from cvat_sam.settings import FunctionKind
from fuzz.function import prompts, values
from fuzz.function.bodies import Body, in_base64, right, usual_picture
from fuzz.function.damage import ANY, CANARY, REFUSED


def misspelt(kind: FunctionKind, rng: Random) -> Body:
    """A right request whose text is not: cut, in another encoding, or something else."""
    body = right(kind, rng)
    text, how = body.data, rng.randrange(9)
    if how == 0:
        at = rng.randrange(len(text))
        return Body(f"cut at byte {at:,}", text[:at], REFUSED)
    if how == 1:
        code = rng.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037", "utf-7"))
        return Body(f"in {code}", text.decode().encode(code), ANY, body.image)
    if how == 2:
        return Body("empty", rng.choice((b"", b" ", b"\n\n", b"\0", b"\xef\xbb\xbf")), REFUSED)
    if how == 3:
        other = rng.choice((b"image=x&pos_points=1", b"<image/>", b"kanarienvogel", b"\x80\x81"))
        return Body(f"{other!r}", other, REFUSED)
    if how == 4:
        wrong = rng.choice((b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80"))
        changed = text[:-1] + b',"x":"' + wrong + b'"}'
        return Body(f"with {wrong!r}", changed, ANY, body.image)
    if how == 5:
        return Body(
            "with something behind it", text + rng.choice((b"}", b"{}", b"\0", b",")), REFUSED
        )
    if how == 6:
        return Body("in a list", b"[" + text + b"]", REFUSED)
    if how == 7:
        # Where Nuclio reads the outer JSON, the function reads the inner one.
        return Body("as a text", json.dumps(text.decode()).encode(), ANY, body.image)
    return Body("as random bytes", rng.randbytes(rng.choice((1, 30, 3000))), REFUSED)


def bad_base64(kind: FunctionKind, rng: Random) -> Body:
    """A right request but for the text of its image."""
    picture = usual_picture(rng)
    asked = prompts.right(kind, picture.height, picture.width, rng)
    text = in_base64(picture.data)
    at = rng.randrange(1, len(text) - 4)
    ways = (
        ("for URLs", text.replace("+", "-").replace("/", "_")),
        ("in lines", "\n".join(text[i : i + 76] for i in range(0, len(text), 76))),
        ("with a line's end behind it", text + rng.choice(("\n", "\r\n", " "))),
        ("without its padding", text.rstrip("=")),
        ("with more padding", text + rng.choice(("=", "==", "===="))),
        ("with padding within", text[:at] + rng.choice(("=", "==")) + text[at:]),
        ("behind a data URL's head", f"data:image/png;base64,{text}"),
        ("with a letter of none", text[:at] + rng.choice("é🐈\0!. ,*") + text[at:]),
        ("with a letter in place of one", text[:at] + rng.choice("é🐈\0!-_ ") + text[at + 1 :]),
        ("of itself", in_base64(text.encode())),
        ("less a letter", text[:at] + text[at + 1 :]),
        ("in hexadecimal", picture.data.hex()),
        ("backwards", text[::-1]),
        ("and a canary", CANARY + "!" + text),
    )
    how, changed = rng.choice(ways)
    statuses = asked.statuses if changed == text else REFUSED
    if how == "less a letter":
        statuses = ANY
    data = values.text({"image": changed, **asked.keys}).encode()
    return Body(f"base64 {how}", data, statuses, picture.data, asked.as_shapes)
