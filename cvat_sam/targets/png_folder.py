"""A folder of PNG files, each named for its image."""

from pathlib import Path

from PIL import Image, PngImagePlugin

from cvat_sam.exceptions import InvalidSource
from cvat_sam.masks.file_names import IMAGE_KEY, file_stem


class PngFolder:
    """Names for images and files for pixels.

    Args:
        folder: where the files go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stems: dict[str, str] = {}
        self._image = ""

    def begin(self, image: str) -> str:
        """The stem of an image's files: its name without extension, unless another has that.

        Raises:
            InvalidSource: the image was there before, or one that has its whole name for a stem.
        """
        stem = file_stem(image)
        if self._stems.get(stem, image) != image:
            stem = file_stem(image, whole=True)
        if stem in self._stems:
            raise InvalidSource(
                f"the image {image} comes twice, or an earlier one differs by its extension alone"
            )
        self._stems[stem] = image
        self._image = image
        return stem

    def save(self, stem: str, picture: Image.Image) -> None:
        """Write a picture of the image begun last to `<stem>.png`."""
        path = self._folder / f"{stem}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        save_png(path, picture, self._image)


def save_png(path: Path, picture: Image.Image, image: str) -> None:
    """Write a picture, and in it the name of the image that it belongs to."""
    text = PngImagePlugin.PngInfo()
    text.add_itxt(IMAGE_KEY, image)
    picture.save(path, format="PNG", pnginfo=text)
