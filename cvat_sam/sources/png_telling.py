"""Which format of PNGs a file or a folder has: told by names, tables and pixels, or refused.

A folder's first files are looked into. Where they may be masks as well as labels, nothing is
guessed: the user is asked for the format.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from cvat_sam.exceptions import InvalidImage, InvalidSource
from cvat_sam.masks.file_names import decoded, split_mask_stem
from cvat_sam.sources.png_files import PngFile, png_files
from cvat_sam.sources.png_kinds import Kind, kind_of, values_of
from cvat_sam.sources.png_labels import has_table, is_export
from cvat_sam.sources.png_names import in_doubt
from cvat_sam.sources.png_pixels import SIGNATURE, read_png

MASKS, BY_LABEL, INDEX = "png-masks", "png-by-label", "png-index"

# More files are not looked into.
_LOOKED_INTO = 8


def format_of(source: Path) -> str | None:
    """The format of a PNG, or of a folder of PNGs; None where there are none.

    Raises:
        InvalidSource: it may be of two formats.
    """
    if is_export(source):
        return INDEX
    files = list(_first(source))
    if not files:
        return None
    unnamed = [file for file in files if split_mask_stem(file.stem) is None]
    if unnamed and has_table(source):
        return INDEX
    if _by_pixels(source, unnamed, named=len(unnamed) < len(files)) == INDEX:
        return INDEX
    if file := in_doubt(source) if source.is_dir() else None:
        folder, _, name = file.stem.rpartition("/")
        raise InvalidSource(
            f"{source}: has {file.stem}.png, whose folder may be a label or belong to the image's "
            f"name; give the format {BY_LABEL} (label {decoded(folder.rpartition('/')[2])}) or "
            f"{MASKS} (image {decoded(file.stem)}), or call it {name}__LABEL__0.png"
        )
    return MASKS


def has_pngs(source: Path) -> bool:
    """Whether it is a PNG, or a folder with some."""
    return bool(next(_first(source), None))


def _first(source: Path) -> Iterator[PngFile]:
    with suppress(OSError, InvalidSource):
        for file in islice(png_files(source), _LOOKED_INTO):
            with file.path.open("rb") as opened:
                if opened.read(len(SIGNATURE)) == SIGNATURE:
                    yield file


def _by_pixels(source: Path, files: list[PngFile], *, named: bool) -> str:
    """Masks or an index; `named`: beside files whose names say that they are masks."""
    seen: dict[Kind, tuple[PngFile, str]] = {}
    for file in files:
        with suppress(InvalidImage):  # which is said where it is read
            png = read_png(file.path)
            seen.setdefault(kind_of(png), (file, values_of(png)))
    masks = named or Kind.MASK in seen
    others = [kind for kind in (Kind.MASK, Kind.UNCLEAR) if kind in seen]
    if Kind.LABELS in seen and (named or others):
        file, values = seen[Kind.LABELS]
        beside = "names of masks" if named else "{.path} with {}".format(*seen[others[0]])
        raise InvalidSource(
            f"{file.path}: has {values}, as labels do, beside {beside}; {_choice(source)}, or name "
            "the files that are meant"
        )
    if Kind.LABELS in seen:
        return INDEX
    # Beside masks that are none but for their soft edges each is refused where it is read.
    if masks or not seen.keys() & {Kind.EITHER, Kind.UNCLEAR}:
        return MASKS
    kind = Kind.UNCLEAR if Kind.UNCLEAR in seen else Kind.EITHER
    file, values = seen[kind]
    soft = " with soft edges, which would be refused" if kind is Kind.UNCLEAR else ""
    raise InvalidSource(
        f"{file.path}: has {values}, so it may be labels, or a mask{soft}; {_choice(source)}"
    )


def _choice(source: Path) -> str:
    masks = MASKS
    if source.is_dir() and in_doubt(source):
        masks += f" ({BY_LABEL} where folders are labels)"
    return f"give the format {masks} or {INDEX}"
