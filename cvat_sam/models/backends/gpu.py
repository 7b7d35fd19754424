"""Whether a GPU may be here, without asking PyTorch, whose import takes two seconds."""

import os
from pathlib import Path

# NVIDIA's driver makes one for each card, in containers too; WSL has one for all of them.
CARDS = "nvidia[0-9]*"
WSL = "dxg"


def may_be_here(devices: Path = Path("/dev")) -> bool:
    """Whether there is a card that CUDA may use; whether it works, only PyTorch can say."""
    if os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return False
    return any(devices.glob(CARDS)) or (devices / WSL).exists()
