"""On which device a model runs."""

import torch

from cvat_sam.exceptions import DeviceUnavailable


def resolve(wanted: str) -> str:
    """The device torch is to use for `auto`, `cpu`, `cuda` or `cuda:N`.

    `auto` is the first GPU where torch sees one, else the CPU.

    Raises:
        DeviceUnavailable: a GPU was asked for and is not there.
    """
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if wanted == "auto":
        return "cuda:0" if count else "cpu"
    if wanted == "cpu":
        return wanted
    number = int(wanted.partition(":")[2] or 0)
    if number >= count:
        raise DeviceUnavailable(
            f"the device {wanted} was asked for, but torch {torch.__version__} sees "
            + (f"only {count} GPU(s), numbered from 0" if count else "no GPU")
            + "; auto falls back to the CPU"
        )
    return f"cuda:{number}"
