"""The client's two ways to a model: a function over HTTP, and the model in its own process."""

import function_requests
import pytest
from function_requests import CAT_AND_NOSE

import rle
from cvat_sam.client.annotating.function import Function
from cvat_sam.client.annotating.local_model import LocalModel
from cvat_sam.exceptions import ServerRefused


def test_the_real_function_and_the_model_in_this_process_give_the_same_masks(serve, monkeypatch):
    # As the detector that `serve` starts.
    monkeypatch.setenv("SAM_POINTS_PER_SIDE", "8")
    image = function_requests.CAT_PNG
    boxes = [tuple(box) for box in CAT_AND_NOSE]
    local = LocalModel("vit_t", device="cpu")
    with Function(serve("interactor")) as function, local:
        found = function.boxes(image, boxes)
        assert found == local.boxes(image, boxes)
        for asker in (function, local):
            with pytest.raises(ServerRefused, match="nothing of the box"):
                asker.boxes(image, [(500, 0, 600, 9)])
        with pytest.raises(ServerRefused, match="at least one positive point or a box"):
            function.everything(image)
    heard = []
    with Function(serve("detector"), report=heard.append) as function, local:
        everything = local.everything(image)
        assert everything == function.everything(image)
        assert heard == []
        assert len(everything) > 3
    masks = [rle.cvat.decode(one.points, height=300, width=451) for one in found]
    assert masks[0].sum() > 20 * masks[1].sum()
