"""The models: which there are, how one is loaded, and what it finds in an image.

Importing this package never imports torch; `load` does.

    model = load("vit_t")
    encoded = model.encode(image)                 # RGB uint8 (H, W, 3)
    found = encoded.segment(Prompt(positive=[(215, 110)]))
    found.mask()                                  # bool (H, W)
"""

from cvat_sam.models.encoded_image import EncodedImage
from cvat_sam.models.found_mask import FoundMask
from cvat_sam.models.loading import load
from cvat_sam.models.model import Model
from cvat_sam.models.prompt import Prompt
from cvat_sam.models.table import MODELS, ModelSpec

__all__ = ["MODELS", "EncodedImage", "FoundMask", "Model", "ModelSpec", "Prompt", "load"]
