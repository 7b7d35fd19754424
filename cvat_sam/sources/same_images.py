"""Files of different folders that would be taken for masks of the same image."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks.file_names import decoded
from cvat_sam.sources.source import Source


def refuse_same_images(sources: Sequence[Source]) -> None:
    """Make sure that no two sources have files that only their folders tell apart.

    Of what the user named, the folder is no part of the image's name: `car/a.png` and
    `person/a.png` are both of "a" then, and what the folders mean is lost.

    Raises:
        InvalidSource: there are such, and the user has not said the format.
    """
    seen: dict[tuple[str, str], Source] = {}
    if sum(not source.asked for source in sources) < 2:
        return
    for source in sources:
        for image, path in () if source.asked else _named_by_file(source):
            other = seen.setdefault((source.format, image), source)
            if other is not source:
                labels = ", or png-by-label if folders are labels" * (source.format == "png-masks")
                raise InvalidSource(
                    f"{path}: is of the image {image}, as a file of {other.named} is, which lies "
                    "in another folder; name the folder above both, or give the format "
                    f"{source.format} if both are of that image{labels}"
                )


def _named_by_file(source: Source) -> Iterator[tuple[str, Path]]:
    """Images whose names are nothing but their files', each with a file."""
    if source.format == "arrays" and source.path.suffix.lower() == ".npy":
        yield source.stem, source.path
    elif source.format.startswith("png-"):
        # Imported when it is needed: it takes Pillow.
        from cvat_sam.sources.png_names import unlabelled

        for file in unlabelled(source.path):
            yield decoded(file.stem), file.path
