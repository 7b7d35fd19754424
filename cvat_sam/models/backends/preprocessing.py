"""What every SAM image encoder takes: an image's channels, normalised, in a padded square."""

import numpy as np
import numpy.typing as npt

from cvat_sam.models.backends.backend import INPUT_SIZE, Floats

# ImageNet's means and deviations for RGB, of values from 0 to 255, as in SAM's build_sam.
PIXEL_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
PIXEL_STD = np.array([58.395, 57.12, 57.375], np.float32)


def batch_of(image: npt.NDArray[np.uint8]) -> Floats:
    """An RGB uint8 image whose long side is `INPUT_SIZE` as float32 `(1, 3, 1024, 1024)`.

    The image is in the upper left corner, as in `Sam.preprocess`; the rest is 0 after normalising.
    """
    height, width = image.shape[:2]
    batch = np.zeros((1, 3, INPUT_SIZE, INPUT_SIZE), np.float32)
    for channel in range(3):
        inside = batch[0, channel, :height, :width]
        np.subtract(image[..., channel], PIXEL_MEAN[channel], out=inside)
        np.divide(inside, PIXEL_STD[channel], out=inside)
    return batch
