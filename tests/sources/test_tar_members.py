"""A tar's files are found whatever is damaged around them, and what is damaged is told."""

import gzip
import io
import lzma
import tarfile

import pytest

from cvat_sam.exceptions import InvalidSource
from cvat_sam.sources import tar_members
from cvat_sam.sources.tar_members import TarMembers

FORMATS = {"pax": tarfile.PAX_FORMAT, "gnu": tarfile.GNU_FORMAT, "ustar": tarfile.USTAR_FORMAT}


def content(number):
    return f"{number}".encode() * (700 * number + 1)


def made(count=5, *, format=tarfile.PAX_FORMAT, stem="sa_{}"):
    """A tar of files 0.json, 1.json and on."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=format) as tar:
        for number in range(count):
            add(tar, f"./{stem.format(number)}.json", content(number))
    return file.getvalue()


def add(tar, name, data=b"", **fields):
    header = tarfile.TarInfo(name)
    header.size = len(data)
    for field, value in fields.items():
        setattr(header, field, value)
    tar.addfile(header, io.BytesIO(data))


def with_members(*members, **options):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", **options) as tar:
        for name, data, fields in members:
            add(tar, name, data, **fields)
    return file.getvalue()


@pytest.fixture(params=["plain", "gzip"])
def read(request, tmp_path):
    """Reads a tar's bytes: what is in it, and what is told."""
    compress = gzip.compress if request.param == "gzip" else bytes

    def read(data, suffixes=(".json",)):
        path = tmp_path / "a.tar"
        path.write_bytes(compress(data))
        found, told = {}, []
        with TarMembers(path, suffixes, lambda *sentence: told.append(sentence)) as members:
            assert members.seekable == (request.param == "plain")
            for member in members:
                try:
                    assert member.name not in found
                    found[member.name] = members.data(member)
                except InvalidSource as error:
                    told.append((member.name, str(error)))
        return found, told

    return read


def expected(*numbers, stem="sa_{}"):
    return {f"{stem.format(number)}.json": content(number) for number in numbers}


@pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
def test_files_come_with_their_bytes(read, format):
    assert read(made(format=format)) == (expected(*range(5)), [])


@pytest.mark.parametrize("format", ["pax", "gnu"])
@pytest.mark.parametrize("stem", ["x" * 200 + "{}", "ä{}", "folder/" * 30 + "{}"])
def test_names_may_be_long_or_not_ascii(read, format, stem):
    data = made(format=FORMATS[format], stem=stem)
    assert read(data) == (expected(*range(5), stem=stem), [])


def test_other_files_and_what_macos_leaves_are_passed_over(read):
    files = [("a.jpg", b"1", {}), ("._a.json", b"2", {}), ("b/._c.json", b"", {}), ("d", b"", {})]
    files += [("folder.json", b"", {"type": tarfile.DIRTYPE}), ("A.JSON", b"3", {})]
    found, told = read(with_members(*files))
    assert found == {"A.JSON": b"3"}
    assert told == [("folder.json", "is no ordinary file but a link, a device or the like")]


def test_two_tars_one_behind_the_other_are_read_as_one(read):
    assert read(made() + made(2, stem="b{}")) == (
        {**expected(*range(5)), **expected(0, 1, stem="b{}")},
        [],
    )


def header_of(data, number):
    return data.index(f"./sa_{number}.json".encode())


def test_behind_a_damaged_header_reading_goes_on(read):
    data = bytearray(made())
    data[header_of(data, 2) + 4] ^= 1
    begin, end = header_of(data, 1) + 512 + 1024, header_of(data, 3)
    assert read(bytes(data)) == (
        expected(0, 1, 3, 4),
        [("", f"is damaged from byte {begin:,} to {end:,}")],
    )


def test_the_last_header_may_be_the_damaged_one(read):
    data = bytearray(made())
    at = header_of(data, 4)
    data[at + 4] ^= 1
    found, told = read(bytes(data))
    assert found == expected(*range(4))
    assert told == [("", f"is damaged from byte {at:,} to its end")]


def test_a_header_that_announces_what_does_not_come_is_passed_over(read):
    data = bytearray(made(stem="x" * 150 + "{}"))
    # Of the second file: the real header, behind two that say its name.
    real = [
        at for at in range(0, len(data), 512) if data[at : at + 102] == b"./" + b"x" * 98 + b"\0\0"
    ]
    real = real or [
        at
        for at in range(0, len(data), 512)
        if data[at : at + 4] == b"./xx" and data[at + 156] == 48
    ]
    data[real[1] + 3] ^= 1
    found, told = read(bytes(data))
    assert found == expected(0, 2, 3, 4, stem="x" * 150 + "{}")
    assert len(told) == 1
    assert told[0][1].startswith("is damaged from byte ")


@pytest.mark.parametrize("more", [0, 100, 511])
def test_a_tar_without_its_end_mark_may_have_been_cut(read, more):
    data = made()
    at = header_of(data, 3)
    assert read(data[: at + more]) == (
        expected(0, 1, 2),
        [("", f"ends at byte {at:,} without an end mark, so it may have been cut")],
    )


@pytest.mark.parametrize("more", [512, 600, 512 + 2100])
def test_a_file_that_is_cut_is_told_once(read, more):
    data = made()
    found, told = read(data[: header_of(data, 3) + more])
    assert found == expected(0, 1, 2)
    [(name, sentence)] = told
    assert name == "sa_3.json"
    assert sentence in (
        "ends in the middle: the tar is cut",
        "cannot be read: unexpected end of data",
    )


def test_links_devices_and_sparse_files_are_told(read):
    hole = {"type": tarfile.GNUTYPE_SPARSE}
    files = [
        ("a.json", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}),
        ("b.json", b"", {"type": tarfile.LNKTYPE, "linkname": "c.json"}),
        ("c.json", b"1", {}),
        ("d.json", b"", {"type": tarfile.CHRTYPE}),
        ("e.json", b"", {"type": tarfile.FIFOTYPE}),
    ]
    found, told = read(with_members(*files, ("f.json", b"2", hole), format=tarfile.GNU_FORMAT))
    assert found == {"c.json": b"1"}
    assert [name for name, _ in told] == ["a.json", "b.json", "d.json", "e.json", "f.json"]
    assert {s for _, s in told} == {"is no ordinary file but a link, a device or the like"}


def test_names_are_only_names_and_can_be_printed(read):
    names = ["../../etc/a.json", "/etc/b.json", "c\n\x1b[31m.json", "d\udcff.json"]
    found, told = read(with_members(*((name, b"1", {}) for name in names)))
    assert list(found) == ["../../etc/a.json", "/etc/b.json", "c��[31m.json", "d?.json"]
    assert told == []


def test_a_file_over_the_limit_is_not_read(read, monkeypatch):
    monkeypatch.setattr(tar_members, "LARGEST_MEMBER", 1000)
    found, told = read(made(3))
    assert found == expected(0, 1)
    assert told == [("sa_2.json", "has 1,401 bytes, over the limit of 1,000")]


def claimed(kind, size):
    """A header that says of what follows that it is so large."""
    header = tarfile.TarInfo("a.json")
    header.type, header.size = kind, size
    return header.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_header_of_gigabytes_is_none(read, kind):
    found, told = read(made(1)[:1024] + claimed(kind, 3 << 30) + made(2, stem="b{}"))
    assert found == {**expected(0), **expected(0, 1, stem="b{}")}
    assert [sentence for _, sentence in told] == ["is damaged from byte 1,024 to 1,536"]


def test_a_file_of_gigabytes_that_is_not_there_is_told(read):
    found, told = read(made(1)[:1024] + claimed(tarfile.REGTYPE, 100 << 20) + bytes(2000))
    assert found == expected(0)
    [(name, sentence)] = told
    assert name == "a.json"
    assert sentence in (
        "ends in the middle: the tar is cut",
        "cannot be read: unexpected end of data",
    )


def test_a_size_below_zero_is_none(read):
    header = bytearray(claimed(tarfile.REGTYPE, 0))
    header[124:136] = b"\xff" * 12  # -1, in base 256
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    found, told = read(made(1)[:1024] + bytes(header) + made(1, stem="b{}"))
    assert found == {**expected(0), **expected(0, stem="b{}")}
    assert len(told) == 1


@pytest.mark.parametrize("data", [b"", b"no tar" * 1000, b"{}", bytes(100)])
def test_what_is_no_tar_is_refused_at_once(read, data):
    with pytest.raises(InvalidSource, match=r"a.tar: is no tar, or is damaged at its beginning"):
        read(data)


def test_of_nothing_there_is_nothing(read):
    assert read(made(0)) == ({}, [])


def test_other_ways_to_compress_are_named(tmp_path):
    path = tmp_path / "a.tar"
    for data, name in [(lzma.compress(made()), "xz"), (b"BZh91AY", "bzip2"), (b"PK\3\4..", "zip")]:
        path.write_bytes(data)
        with pytest.raises(InvalidSource) as raised:
            TarMembers(path, [".json"], print)
        assert str(raised.value) == (
            f"{path}: is compressed by {name}; a tar is read plain or with gzip"
        )
    with pytest.raises(InvalidSource, match=r"no.tar: cannot be read: No such file"):
        TarMembers(tmp_path / "no.tar", [".json"], print)


def test_a_damaged_gzip_gives_what_comes_before(tmp_path):
    # Files that do not become smaller, so that the damage is far behind the first of them.
    noise = b"".join(gzip.compress(f"{number}".encode()) for number in range(200_000))
    files = [(f"{number}.json", noise[: 3 << 20], {}) for number in range(3)]
    whole = gzip.compress(with_members(*files), compresslevel=1)
    flipped = bytearray(whole)
    flipped[len(whole) * 5 // 6] ^= 0xFF
    for data in (whole[: len(whole) * 5 // 6], bytes(flipped)):
        (tmp_path / "a.tgz").write_bytes(data)
        found = []
        told = []
        with TarMembers(tmp_path / "a.tgz", [".json"], lambda *_, told=told: told.append(_)) as tar:
            for member in tar:
                try:
                    tar.data(member)
                    found.append(member.name)
                except InvalidSource as error:
                    told.append((member.name, str(error)))
        assert found[0] == "0.json"
        assert len(told) == 1


def test_a_member_of_a_plain_tar_may_be_fetched_later(tmp_path):
    (tmp_path / "a.tar").write_bytes(made())
    with TarMembers(tmp_path / "a.tar", [".json"], print) as members:
        found = list(members)
        assert [members.data(one) for one in reversed(found)] == [
            content(number) for number in reversed(range(5))
        ]
