"""Which function is to be staged, and for what machine."""

import re
from dataclasses import dataclass
from typing import get_args

from cvat_sam.exceptions import InvalidSetting
from cvat_sam.models import table
from cvat_sam.settings import FunctionKind

# What a claim's name may be: a DNS subdomain (RFC 1123), as Kubernetes has it for all its objects.
CLAIM = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A variant of the function, and how it is to be run.

    Attributes:
        kind: `interactor`, `detector` or `embedder`.
        gpu: whether it is to run on a GPU.
        model: an entry of the table of models.
        replicas: for Kubernetes, how many of it.
        claim: for Kubernetes, the PersistentVolumeClaim of the folder of embeddings.
        publish_port: whether it is to have a port on the host.
        port: that port, in place of the one that its kind has.

    Raises:
        InvalidSetting: a value cannot be used, or two do not go together.
    """

    kind: FunctionKind
    gpu: bool = False
    model: str = "vit_t"
    replicas: int | None = None
    claim: str | None = None
    publish_port: bool = True
    port: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(FunctionKind):
            kinds = ", ".join(get_args(FunctionKind))
            raise InvalidSetting(f"there is no function {self.kind!r}; there are {kinds}")
        table.spec(self.model)
        if self.replicas is not None and self.replicas < 1:
            raise InvalidSetting(f"--replicas: should be at least 1, not {self.replicas}")
        if self.port is not None and not 1 <= self.port <= 65535:
            raise InvalidSetting(f"--port: should be 1 to 65535, not {self.port}")
        if self.claim is not None and not (
            len(self.claim) <= 253 and re.fullmatch(CLAIM, self.claim)
        ):
            raise InvalidSetting(
                "--claim: should be a PersistentVolumeClaim's name (small letters, digits, '-' and "
                f"'.'), not {self.claim!r}"
            )
        if self.port is not None and not self.publish_port:
            raise InvalidSetting("--port and --no-port do not go together")
        if self.on_kubernetes and (self.port is not None or not self.publish_port):
            option = "--no-port" if self.port is None else "--port"
            raise InvalidSetting(
                f"{option} is about a port of this host; with --replicas or --claim the function "
                "runs on Kubernetes, where it has none"
            )

    @property
    def on_kubernetes(self) -> bool:
        """Whether it is for Kubernetes, and not for this host's docker."""
        return self.replicas is not None or self.claim is not None
