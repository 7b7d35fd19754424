"""How a model answers prompts: what a deployment may choose about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Manner:
    """How a prompt is answered.

    Attributes:
        mask_choice: the rule that chooses among SAM's masks: `object` or `sam`.
        min_island: parts smaller than this share of the object, without a positive click, are
            dropped; 0 keeps all.
        max_hole: holes smaller than this share of the object, without a negative click, are
            filled; 0 keeps all.
    """

    mask_choice: str = "object"
    min_island: float = 0.0
    max_hole: float = 0.0


USUAL = Manner()
