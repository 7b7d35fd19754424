"""vit_b, vit_l and vit_h: Meta's own SAM, built by segment-anything."""

from typing import Any, cast

from segment_anything import sam_model_registry
from segment_anything.modeling import Sam


def build(name: str, weights: dict[str, Any]) -> Sam:
    """Build `name` of segment-anything's registry and load `weights` into it, strictly."""
    sam = sam_model_registry[name](checkpoint=None)
    sam.load_state_dict(weights)
    return cast(Sam, sam)
