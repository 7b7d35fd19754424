"""PNGs of a mask each, black and white, in folders that are their labels.

    car/a.png               a car in the image a
    street/car/a.png        a car in the image street/a

A file is named for its image, however it is called; the folder it lies in is its label. Of files
that are named alone, or that lie in the very folder that was named, it is that folder. Values are
those that `png_masks` takes. The format is not told by looking, because the folders may as well
be a part of the images' names.
"""

from collections.abc import Iterator

from cvat_sam.masks import Found
from cvat_sam.sources.png_masks import read_named
from cvat_sam.sources.png_names import by_folder
from cvat_sam.sources.source import Source


def read(source: Source) -> Iterator[Found]:
    """Read the masks of a file, or of all PNGs in a folder and its folders.

    Raises:
        InvalidSource: the folder cannot be read, or holds no PNGs.
    """
    return read_named(source, by_folder)
