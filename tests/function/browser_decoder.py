"""SAM's ViT-H mask decoder as ONNX, of the kind that CVAT's plugin runs in the browser.

Its inputs are described in segment-anything's notebook `onnx_model_example.ipynb`.
"""

import numpy as np
import onnxruntime

from cvat_sam.weights.checkpoints import Checkpoint, find
from cvat_sam.weights.packages import PackageMember, SourceDistribution

SAM_SERVE = SourceDistribution(
    name="sam-serve",
    version="1.1.0",
    size=30_348_999,
    sha256="10db467798545deabba69dad274365f70cac96fc4db70b3662673fe6b395eda7",
)
DECODER = Checkpoint(
    filename="sam_vit_h_decode.onnx",
    size=16_496_922,
    sha256="7d777a399a2326655b53fe7d844c720990b845f203191b9655bca48d956067c0",
    sources=(PackageMember(SAM_SERVE, "sam_serve-1.1.0/model-store/sam_vit_h_decode.onnx"),),
)
NEGATIVE, POSITIVE, TOP_LEFT, BOTTOM_RIGHT, PADDING = 0, 1, 2, 3, -1


class BrowserDecoder:
    """The decoder in ONNX Runtime, asked as the plugin asks it; fetched if it is not here."""

    def __init__(self):
        self.session = onnxruntime.InferenceSession(
            find(DECODER), providers=["CPUExecutionProvider"]
        )

    def masks(self, embedding, prompt, *, height, width):
        """Its four masks, bool `(4, height, width)`, and their predicted IoUs, `(4,)`."""
        coordinates, labels = points_and_labels(prompt, height=height, width=width)
        inputs = {
            "image_embeddings": embedding,
            "point_coords": coordinates,
            "point_labels": labels,
            "mask_input": np.zeros((1, 1, 256, 256), np.float32),
            "has_mask_input": np.zeros(1, np.float32),
            "orig_im_size": np.array([height, width], np.float32),
        }
        logits, predicted_iou = self.session.run(["masks", "iou_predictions"], inputs)
        return logits[0] > 0, predicted_iou[0]


def points_and_labels(prompt, *, height, width):
    """A prompt's points on the 1024 square, `(1, N, 2)`, and what each is, `(1, N)`.

    A box is its two corners; without one a point of padding follows the clicks.
    """
    points = [(*point, POSITIVE) for point in prompt.positive]
    points += [(*point, NEGATIVE) for point in prompt.negative]
    if prompt.box_xyxy is None:
        points.append((0, 0, PADDING))
    else:
        left, top, right, bottom = prompt.box_xyxy
        points += [(left, top, TOP_LEFT), (right, bottom, BOTTOM_RIGHT)]
    table = np.array(points, np.float32)[None]
    scale = 1024 / max(height, width)
    resized = np.array([int(width * scale + 0.5), int(height * scale + 0.5)], np.float32)
    return table[..., :2] * resized / np.array([width, height], np.float32), table[..., 2]
