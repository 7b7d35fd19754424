"""What a function answers, in exactly the form that CVAT stores and shows.

`mask` is never run lengths: CVAT's server encodes it itself, and stores run lengths put there as
garbage pixels without a word. The runs are beside it under `rle`, for everyone else.
"""

import base64
import json
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from cvat_sam.models.found_mask import FoundMask
from cvat_sam.wire.contour import outline
from cvat_sam.wire.pixels import flat_text, rows_text

LABEL = "object"


def interactor(found: FoundMask) -> str:
    """The JSON text `{"mask", "bounds", "points", "rle", "confidence"}`.

    `mask` is the crop as a 2-D list of 0 and 1, `bounds` its box `[left, top, right, bottom]`,
    inclusive, `points` the polygon as `[[x, y], …]`, `rle` CVAT's runs and box.
    """
    crop = found.crop()
    rest = {
        "bounds": found.box_xyxy,
        "points": outline(found, crop=crop),
        "rle": found.points,
        "confidence": round(found.confidence, 4),
    }
    return rows_text(crop, before='{"mask":', after=f",{_compact(rest)[1:]}")


def detector(found: Iterable[FoundMask]) -> str:
    """The JSON text of a list of items as CVAT's detectors give them.

    `mask` is the flat crop and the inclusive box, `points` the polygon as `[x, y, …]`, `confidence`
    a string, `rle` CVAT's runs and box. There is no group: CVAT would merge what shares one.
    """
    return f"[{','.join(map(_item, found))}]"


def _item(found: FoundMask) -> str:
    crop = found.crop()
    rest = {
        "label": LABEL,
        "type": "mask",
        "points": [coordinate for corner in outline(found, crop=crop) for coordinate in corner],
        "confidence": f"{found.confidence:.4f}",
        "rle": found.points,
    }
    after = f",{_compact(rest)[1:]}"
    return flat_text(crop, found.box_xyxy, before='{"mask":', after=after)


def shapes(found: Iterable[FoundMask | None]) -> str:
    """The JSON text `{"shapes": […]}`: each mask as a shape of CVAT's REST API.

    `type` is mask, `points` CVAT's runs and box, `confidence` a number; null stands for None. Which
    frame and label a shape belongs to, only the caller knows.
    """
    return _compact({"shapes": [None if one is None else _shape(one) for one in found]})


def _shape(found: FoundMask) -> dict[str, object]:
    return {
        "type": "mask",
        "points": found.points,
        "confidence": round(found.confidence, 4),
    }


def embedder(embedding: npt.NDArray[np.float32]) -> str:
    """The JSON text `{"blob": …}`: base64 of the little-endian float32 `(1, 256, 64, 64)`."""
    blob = base64.b64encode(np.ascontiguousarray(embedding, dtype="<f4").tobytes())
    return f'{{"blob":"{blob.decode("ascii")}"}}'


def error(sentence: str) -> str:
    """The JSON text `{"error": …}`."""
    return _compact({"error": sentence})


def _compact(value: object) -> str:
    # NaN and Infinity are no JSON, and CVAT cannot read annotations again that have them.
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
