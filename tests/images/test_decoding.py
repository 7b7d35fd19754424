"""Every kind of image file a person can upload to CVAT, made here and decoded."""

import importlib.resources
import io
import struct
import subprocess
import sys
import threading
import zlib

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from cvat_sam.exceptions import InvalidImage
from cvat_sam.images import webp
from cvat_sam.images.decoding import decode

# Not square and without any symmetry, so that a wrong turn cannot look right.
RGB = np.ascontiguousarray(skimage.data.coffee()[40:240, 60:360])
HEIGHT, WIDTH = RGB.shape[:2]
GRAY = cv2.cvtColor(RGB, cv2.COLOR_RGB2GRAY)


def saved(image, kind, **options):
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(
        file, kind, **options
    )
    return file.getvalue()


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def in_three_channels(gray):
    return np.repeat(gray[:, :, None], 3, axis=2)


def png(width, height, *, bits, colour_type, rows, extra=()):
    """A PNG written by hand (RFC 2083), for what Pillow does not write."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, colour_type, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = [chunk(b"IHDR", header), *(chunk(*one) for one in extra), chunk(b"IDAT", data)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


LOSSLESS = {
    "png": saved(RGB, "PNG"),
    "webp, lossless": saved(RGB, "WEBP", lossless=True),
    "bmp": saved(RGB, "BMP"),
    "tiff": saved(RGB, "TIFF"),
    "tiff, LZW": saved(RGB, "TIFF", compression="tiff_lzw"),
    "tiff, deflate": saved(RGB, "TIFF", compression="tiff_adobe_deflate"),
    "tiff, by another program": cv2.imencode(".tiff", RGB[:, :, ::-1])[1].tobytes(),
}


@pytest.mark.parametrize("data", LOSSLESS.values(), ids=LOSSLESS)
def test_a_lossless_colour_file_gives_its_very_pixels(data):
    assert np.array_equal(decode(data), RGB)


@pytest.mark.parametrize("name", ["chelsea", "astronaut", "coffee"])
def test_a_real_photograph_gives_its_very_pixels(name):
    data = importlib.resources.files("skimage.data").joinpath(f"{name}.png").read_bytes()
    assert np.array_equal(decode(data), getattr(skimage.data, name)())


def test_what_is_returned_can_be_written_and_is_contiguous():
    for data in [*LOSSLESS.values(), saved(RGB, "JPEG"), saved(RGB, "JPEG", exif=exif(6))]:
        pixels = decode(data)
        assert pixels.dtype == np.uint8
        assert pixels.flags.c_contiguous
        assert pixels.flags.writeable


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"subsampling": 0, "quality": 95},
        {"subsampling": 1},
        {"progressive": True},
        {"keep_rgb": True},
        {"optimize": True, "quality": 30},
    ],
    ids=str,
)
def test_a_jpeg_gives_the_same_pixels_as_pillow(options):
    data = saved(RGB, "JPEG", **options)
    with Image.open(io.BytesIO(data)) as image:
        assert np.array_equal(decode(data), np.array(image))


def test_a_jpeg_with_bytes_behind_its_end_is_whole():
    data = saved(RGB, "JPEG")
    assert np.array_equal(decode(data + b"SEFT trailer of a phone"), decode(data))


def test_a_gray_jpeg_has_three_equal_channels():
    pixels = decode(saved(GRAY, "JPEG", quality=95))
    assert np.array_equal(pixels, in_three_channels(pixels[:, :, 0]))
    assert np.abs(pixels[:, :, 0].astype(int) - GRAY).mean() < 2


def test_a_cmyk_jpeg_has_the_colours_of_the_photograph():
    data = saved(Image.fromarray(RGB).convert("CMYK"), "JPEG", quality=95)
    assert np.abs(decode(data).astype(int) - RGB).mean() < 4


def test_a_lossy_webp_has_the_colours_of_the_photograph():
    assert np.abs(decode(saved(RGB, "WEBP", quality=95)).astype(int) - RGB).mean() < 4


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_one_bit_is_black_and_white(kind):
    bits = GRAY > 120
    data = saved(Image.fromarray(bits), kind)
    assert np.array_equal(decode(data), in_three_channels(np.where(bits, 255, 0)))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_eight_bit_gray_has_three_equal_channels(kind):
    assert np.array_equal(decode(saved(GRAY, kind)), in_three_channels(GRAY))


@pytest.mark.parametrize("bits", [2, 4])
def test_gray_of_few_bits_reaches_from_black_to_white(bits):
    levels = np.arange(1 << bits)
    row = int("".join(f"{level:0{bits}b}" for level in levels), 2)
    row = row.to_bytes(len(levels) * bits // 8, "big")
    data = png(len(levels), 1, bits=bits, colour_type=0, rows=[row])
    assert decode(data)[0, :, 1].tolist() == (levels * 255 // levels[-1]).tolist()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_alpha_is_dropped_and_the_colour_under_it_stays(kind):
    alpha = np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    assert np.array_equal(decode(saved(np.dstack([RGB, alpha]), kind, **options)), RGB)


def test_gray_with_alpha_keeps_its_gray():
    both = np.dstack([GRAY, GRAY[::-1]])
    assert np.array_equal(decode(saved(both, "PNG")), in_three_channels(GRAY))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_a_palette_is_looked_up(kind):
    image = Image.fromarray(RGB).quantize(64)
    assert np.array_equal(decode(saved(image, kind)), np.array(image.convert("RGB")))


@pytest.mark.parametrize("transparency", [3, bytes(range(64))], ids=["an entry", "a list"])
def test_transparent_colours_of_a_palette_are_shown(transparency):
    image = Image.fromarray(RGB).quantize(64)
    shown = np.array(image.convert("RGB"))
    assert np.array_equal(decode(saved(image, "PNG", transparency=transparency)), shown)


@pytest.mark.parametrize("image, transparent", [(RGB, (1, 2, 3)), (GRAY, 7)])
def test_one_transparent_colour_is_shown(image, transparent):
    expected = image if image.ndim == 3 else in_three_channels(image)
    assert np.array_equal(decode(saved(image, "PNG", transparency=transparent)), expected)


def as_cvat_shows(values):
    """CVAT's picture of 16-bit gray, by a loop: stretched, floored, its histogram equalised."""
    lowest, highest = int(values.min()), int(values.max())
    stretched = [int((int(v) - lowest) / (highest - lowest) * 255) for v in values.flat]
    counts = [stretched.count(level) for level in range(256)]
    last = max(stretched)
    step = (len(stretched) - counts[last]) // 255
    levels, seen = [], step // 2
    for count in counts:
        levels.append(min(seen // step, 255))
        seen += count
    return np.array([levels[v] for v in stretched], np.uint8).reshape(values.shape)


DEEP = GRAY[:40, :60].astype(np.uint16) * 11 + 900  # a 12-bit sensor: 900 to 3,700 of 65,535


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_gray_is_shown_as_cvat_shows_it(kind):
    pixels = decode(saved(DEEP, kind))
    assert np.array_equal(pixels, in_three_channels(as_cvat_shows(DEEP)))


def test_sixteen_bit_gray_does_not_end_in_white():
    # What Pillow alone makes of it: everything above 255 is white.
    pixels = decode(saved(DEEP, "PNG"))[:, :, 0]
    assert (pixels == 255).mean() < 0.1
    assert len(np.unique(pixels)) > 50
    darkest, brightest = np.quantile(DEEP, [0.2, 0.8])
    assert pixels[darkest > DEEP].max() < pixels[brightest < DEEP].min()


@pytest.mark.parametrize("value", [0, 1, 700, 65535])
def test_flat_sixteen_bit_gray_is_black(value):
    assert not decode(saved(np.full((5, 7), value, np.uint16), "PNG")).any()


def test_big_endian_sixteen_bit_tiff_is_the_same():
    little = saved(DEEP, "TIFF")
    big = saved(Image.frombytes("I;16B", DEEP.shape[::-1], DEEP.astype(">u2").tobytes()), "TIFF")
    assert little[:2] + big[:2] == b"IIMM"
    assert np.array_equal(decode(big), decode(little))


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_deeper_gray_is_stretched_too(dtype):
    values = DEEP.astype(dtype) * 1000 - 5_000_000
    assert np.array_equal(decode(saved(values, "TIFF")), decode(saved(DEEP, "TIFF")))


def test_floats_that_are_no_numbers_do_not_spoil_the_others():
    values = DEEP.astype(np.float32)
    values[0, :3] = np.nan, np.inf, -np.inf
    pixels = decode(saved(values, "TIFF"))[:, :, 0]
    assert pixels[0, :3].tolist() == [0, 0, 0]
    assert len(np.unique(pixels)) > 50


@pytest.mark.parametrize("kind", [".png", ".tiff"])
@pytest.mark.parametrize("channels", [3, 4])
def test_sixteen_bit_colour_keeps_its_upper_eight_bits(kind, channels):
    deep = np.dstack([RGB, GRAY])[:, :, :channels].astype(np.uint16) * 256 + 77
    order = [2, 1, 0, 3][:channels]
    data = cv2.imencode(kind, deep[:, :, order])[1].tobytes()
    assert np.array_equal(decode(data), RGB)


def test_sixteen_bit_gray_with_alpha_keeps_its_upper_eight_bits():
    both = np.dstack([GRAY, GRAY]).astype(">u2") * 256
    rows = [row.astype(">u2").tobytes() for row in both]
    data = png(WIDTH, HEIGHT, bits=16, colour_type=4, rows=rows)
    assert np.array_equal(decode(data), in_three_channels(GRAY))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_of_several_frames_the_first_is_taken(kind):
    others = [Image.fromarray(RGB[::-1]), Image.fromarray(255 - RGB)]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = saved(RGB, kind, save_all=True, append_images=others, **options)
    with Image.open(io.BytesIO(data)) as image:
        assert image.n_frames == 3
    assert np.array_equal(decode(data), RGB)


@pytest.mark.parametrize("transparency", [None, 7])
def test_of_an_animated_gif_the_first_frame_is_taken(transparency):
    frames = [
        Image.fromarray(one).convert("P", palette=Image.Palette.ADAPTIVE)
        for one in (RGB, RGB[::-1], 255 - RGB)
    ]
    options = {} if transparency is None else {"transparency": transparency}
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], **options)
    with Image.open(io.BytesIO(data)) as image:
        assert image.n_frames == 3
    assert np.array_equal(decode(data), np.array(frames[0].convert("RGB")))


def test_of_a_phones_several_jpegs_the_first_is_taken():
    data = saved(RGB, "MPO", save_all=True, append_images=[Image.fromarray(255 - RGB)])
    assert np.abs(decode(data).astype(int) - RGB).mean() < 6


# The picture a person should see, and what a camera held otherwise stores of it.
STORED = {
    1: RGB,
    2: RGB[:, ::-1],
    3: RGB[::-1, ::-1],
    4: RGB[::-1],
    5: RGB.transpose(1, 0, 2),
    6: np.rot90(RGB),
    7: np.rot90(RGB, 2).transpose(1, 0, 2),
    8: np.rot90(RGB, -1),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_every_orientation_comes_upright(kind, orientation):
    options = {"lossless": True} if kind == "WEBP" else {}
    stored = np.ascontiguousarray(STORED[orientation])
    assert np.array_equal(decode(saved(stored, kind, exif=exif(orientation), **options)), RGB)


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_every_orientation_of_a_jpeg_comes_upright_as_cvat_turns_it(mode, orientation):
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation])).convert(mode)
    data = saved(stored, "JPEG", exif=exif(orientation), quality=95)
    with Image.open(io.BytesIO(data)) as image:
        expected = np.array(ImageOps.exif_transpose(image).convert("RGB"))
    pixels = decode(data)
    assert np.array_equal(pixels, expected)
    assert np.abs(pixels.astype(int).mean(axis=2) - RGB.mean(axis=2)).mean() < 8


def test_deep_gray_comes_upright():
    data = saved(np.ascontiguousarray(np.rot90(DEEP)), "PNG", exif=exif(6))
    assert np.array_equal(decode(data), decode(saved(DEEP, "PNG")))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_changes_nothing(orientation):
    assert np.array_equal(decode(saved(RGB, "PNG", exif=exif(orientation))), RGB)


# Pillow says so where warnings are shown; that is no reason to refuse the photograph.
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_damaged_exif_block_changes_nothing():
    whole = saved(RGB, "JPEG")
    damaged = b"Exif\0\0II*\0\xff\xff\xff\xff rubbish"
    segment = b"\xff\xe1" + struct.pack(">H", len(damaged) + 2) + damaged
    assert np.array_equal(decode(whole[:2] + segment + whole[2:]), decode(whole))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF"])
def test_an_image_over_the_limit_is_refused_with_both_numbers(kind):
    data = saved(RGB, kind)
    assert decode(data, max_pixels=WIDTH * HEIGHT).shape == RGB.shape
    with pytest.raises(InvalidImage, match="300 × 200 = 60,000 pixels, over the limit of 59,999"):
        decode(data, max_pixels=WIDTH * HEIGHT - 1)


def test_a_huge_image_is_refused_by_its_header_alone():
    # 10 GB of pixels if it were decoded; the file has no pixels at all.
    data = png(100_000, 100_000, bits=8, colour_type=0, rows=[])
    with pytest.raises(InvalidImage, match=r"10,000,000,000 pixels, over the limit of 100,000,000"):
        decode(data)


# 12,000 × 12,000 black pixels, as libwebp itself writes them.
BLACK_WEBP = bytes.fromhex("524946461a000000574542505650384c0e0000002fdfeeb70b071011fd0f4444ff03")


def test_a_huge_webp_is_refused_too():
    with pytest.raises(InvalidImage, match="12,000 × 12,000 = 144,000,000 pixels, over the limit"):
        decode(BLACK_WEBP)


def test_a_huge_webp_is_refused_before_memory_is_taken_for_it():
    # In a function's process, libwebp writes to more than a gigabyte by opening it alone.
    program = f"""
from pathlib import Path
from cvat_sam.exceptions import InvalidImage
from cvat_sam.images import webp
from cvat_sam.images.decoding import decode
from cvat_sam.images.size import size_of
from cvat_sam.models.backends.malloc import keep_freed_pages
keep_freed_pages()
data = bytes.fromhex({BLACK_WEBP.hex()!r})
def peak():  # in kilobytes
    [line] = [line for line in Path("/proc/self/status").open() if line.startswith("VmHWM")]
    return int(line.split()[1])
before = peak()
assert size_of(data) == (12_000, 12_000)
try:
    decode(data)
except InvalidImage:
    print(peak() - before)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert int(run.stdout or 1e9) < 50_000, run.stderr


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": exif(6)}], ids=str)
def test_a_webp_says_its_size_in_each_of_its_three_headers(options):
    data = saved(RGB, "WEBP", **options)
    assert webp.size(data[:30]) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("end", range(12, 30))
@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": exif(6)}], ids=str)
def test_a_webp_cut_within_its_header_is_refused(options, end):
    with pytest.raises(InvalidImage, match="^the image"):
        decode(saved(RGB, "WEBP", **options)[:end])


def test_an_image_just_under_the_limit_is_decoded_without_a_warning():
    # Pillow itself warns from 89 million pixels on; a warning is an error in these tests.
    data = saved(Image.new("1", (9999, 9999), 1), "TIFF", compression="group4")
    assert decode(data).shape == (9999, 9999, 3)


def test_large_tiffs_decoded_at_once_leave_pillows_limit_as_it_was():
    before = Image.MAX_IMAGE_PIXELS
    data = saved(Image.new("1", (7100, 7100), 1), "TIFF", compression="group4")
    shapes = []
    threads = [threading.Thread(target=lambda: shapes.append(decode(data).shape)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shapes == [(7100, 7100, 3)] * 2
    assert before == Image.MAX_IMAGE_PIXELS


def test_nothing_at_all_is_refused():
    with pytest.raises(InvalidImage, match="empty: 0 bytes"):
        decode(b"")


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><p>not found",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"P5 1 1 255 x",
        b"\x00",
        saved(RGB, "PPM"),
        saved(RGB, "JPEG2000"),
    ],
    ids=lambda data: repr(data[:8]),
)
def test_other_files_are_refused_and_no_other_decoder_sees_them(data):
    with pytest.raises(InvalidImage, match="not a JPEG, PNG, WebP, GIF, BMP or TIFF"):
        decode(data)


WHOLE = {
    "JPEG": saved(RGB, "JPEG"),
    "progressive JPEG": saved(RGB, "JPEG", progressive=True),
    "turned JPEG": saved(RGB, "JPEG", exif=exif(6)),
    "PNG": saved(RGB, "PNG"),
    "WEBP": saved(RGB, "WEBP"),
    "BMP": saved(RGB, "BMP"),
    "TIFF": saved(RGB, "TIFF"),
    "LZW TIFF": saved(RGB, "TIFF", compression="tiff_lzw"),
    "GIF": saved(RGB, "GIF"),
}


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("part", [0.01, 0.3, 0.7, 0.95])
def test_a_cut_file_is_refused_in_one_sentence(data, part):
    with pytest.raises(InvalidImage, match=r"^the image") as caught:
        decode(data[: int(len(data) * part)])
    assert "\n" not in str(caught.value)


def test_a_jpeg_without_its_last_byte_is_still_refused():
    with pytest.raises(InvalidImage, match="truncated"):
        decode(WHOLE["JPEG"][:-1])


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(WHOLE)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1),
)
def test_a_damaged_file_gives_pixels_or_one_sentence(name, changes):
    data = bytearray(WHOLE[name])
    for where, value in changes:
        data[int(where * len(data))] = value
    try:
        pixels = decode(bytes(data), max_pixels=1_000_000)
    except InvalidImage as error:
        assert "\n" not in str(error)
    else:
        assert pixels.dtype == np.uint8
        assert pixels.shape[2] == 3


class TooSmall(InvalidImage):
    """What the check below raises."""


def checking(height, width):
    """A check that takes images of one size alone, and remembers what it was asked."""
    asked = []

    def check(*size):
        asked.append(size)
        if size != (height, width):
            raise TooSmall(f"{size}")

    return check, asked


@pytest.mark.parametrize("orientation", [None, 1, 6])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_check_is_asked_for_the_upright_size(kind, orientation):
    options = {} if orientation is None else {"exif": exif(orientation)}
    upright = (WIDTH, HEIGHT) if orientation == 6 else (HEIGHT, WIDTH)
    check, asked = checking(*upright)
    assert decode(saved(RGB, kind, **options), check=check).shape[:2] == upright
    assert set(asked) == {upright}


@pytest.mark.parametrize("kind", WHOLE)
def test_what_a_check_refuses_is_not_decoded(kind):
    check, asked = checking(5, 5)
    with pytest.raises(TooSmall):
        decode(WHOLE[kind], check=check)
    # Once more, and it was after decoding. A PNG could say at its end that it lies on its side.
    assert len(asked) == (2 if kind == "PNG" else 1)


def test_a_png_that_says_at_its_end_that_it_is_turned_is_checked_upright():
    data = saved(RGB, "PNG")
    block = exif(6).tobytes().removeprefix(b"Exif\0\0")
    chunk = b"eXIf" + block
    end = struct.pack(">I", len(block)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    check, _ = checking(WIDTH, HEIGHT)
    assert decode(data[:-12] + end + data[-12:], check=check).shape[:2] == (WIDTH, HEIGHT)
    check, _ = checking(HEIGHT, WIDTH)
    with pytest.raises(TooSmall):
        decode(data[:-12] + end + data[-12:], check=check)
