"""Where a command writes, settled and checked before the work."""

import os
from collections.abc import Sequence
from pathlib import Path

from cvat_sam.exceptions import InvalidSetting, Unwritable
from cvat_sam.files import make_folder


def picture_paths(images: Sequence[Path], output: Path | None) -> dict[Path, Path]:
    """Which picture is drawn of which image.

    Args:
        images: the image files.
        output: a PNG file where there is one image; a folder, which has no suffix; or None for no
            pictures.

    Raises:
        InvalidSetting: one file for many images, two pictures of one name, or not a PNG.

    >>> picture_paths([Path("a/cat.jpg")], Path("drawn"))
    {PosixPath('a/cat.jpg'): PosixPath('drawn/cat.png')}
    """
    if output is None:
        return {}
    if output.is_dir() or not output.suffix:
        if len({path.stem for path in images}) < len(images):
            raise InvalidSetting(
                "two of the images have the same name: their pictures would collide"
            )
        return {path: output / f"{path.stem}.png" for path in images}
    if output.suffix.lower() != ".png":
        raise InvalidSetting(f"--output should be a .png file or a folder, not {output}")
    if len(images) > 1:
        raise InvalidSetting(
            f"{len(images)} images cannot be drawn into the one file {output}; name a folder"
        )
    return {images[0]: output}


def prepare(inputs: Sequence[Path], outputs: Sequence[Path]) -> None:
    """Make the folders of `outputs`, and find what stands in the way before it costs any work.

    Raises:
        InvalidSetting: an output is an input too, or another output.
        Unwritable: an output cannot be written.
    """
    taken = {path.resolve() for path in inputs}
    for path in outputs:
        if path.resolve() in taken:
            raise InvalidSetting(
                f"{path} would be written over, but it is also read or written by this command"
            )
        taken.add(path.resolve())
        if path.is_dir():
            raise Unwritable(f"{path} cannot be written: it is a folder")
        make_folder(path.parent)
        if not os.access(path.parent, os.W_OK):
            raise Unwritable(f"{path} cannot be written: its folder is read-only")
