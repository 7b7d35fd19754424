"""The function.yaml of a staged folder: the variant's own, changed where the wish says so."""

from cvat_sam.exceptions import InvalidInput, InvalidSource
from cvat_sam.staging import checkout, text_edits
from cvat_sam.staging.wish import Wish

# Where Nuclio puts the folder.
IN_THE_IMAGE = "/opt/nuclio"
EMBEDDINGS = f"{IN_THE_IMAGE}/embeddings"
# As the variants' own build makes it.
GROUP = 10001

NO_PORT = """\
        # CVAT calls it through Nuclio's dashboard (CVAT_NUCLIO_INVOKE_METHOD=dashboard).
        disablePortPublishing: true
"""
REPLICAS = """\
  # Always so many: Nuclio's autoscaler looks at the CPU's use, which says little about a function.
  minReplicas: {count}
  maxReplicas: {count}
"""
VOLUME = """\
  # All replicas share it, so it has to be ReadWriteMany where they are on several machines.
  volumes:
    - volume:
        name: embeddings
        persistentVolumeClaim:
          claimName: {claim}
      volumeMount:
        name: embeddings
        mountPath: {folder}
  # The group that the container's user is in: Kubernetes lets it write to the volume.
  securityContext:
    fsGroup: {group}
"""


def text(wish: Wish, *, checkpoint: str | None) -> str:
    """The YAML for a wish.

    Args:
        wish: what is staged.
        checkpoint: the name of the file in `cache/` with somebody's own weights, if it has any.

    Raises:
        Unavailable: this is no clone.
        InvalidSource: the variant's file was changed so that a line cannot be found.
    """
    path = checkout.variant(wish.kind, gpu=wish.gpu)
    written = path.read_text(encoding="utf-8")
    try:
        written = text_edits.set_variable(written, "SAM_MODEL", wish.model)
        if checkpoint is not None:
            written = text_edits.add_variable(
                written,
                "CVAT_SAM_CACHE",
                "SAM_CHECKPOINT",
                f"{IN_THE_IMAGE}/cache/{checkpoint}",
                comment="Your own weights, staged there too.",
            )
        if wish.on_kubernetes:
            return _for_kubernetes(written, wish)
        if not wish.publish_port:
            written = text_edits.replace_line(written, "port", NO_PORT)
        elif wish.port is not None:
            written = text_edits.replace_value(written, "port", str(wish.port))
    except InvalidInput as error:
        raise InvalidSource(f"{path} was changed, and cannot be staged: {error}") from None
    return written


def _for_kubernetes(written: str, wish: Wish) -> str:
    written = text_edits.replace_line(written, "port", "")
    written = text_edits.drop_block(written, "platform")
    count = 1 if wish.replicas is None else wish.replicas
    written = text_edits.add_to_spec(written, REPLICAS.format(count=count))
    if wish.claim is None:
        return written
    written = text_edits.add_variable(
        written,
        "CVAT_SAM_CACHE",
        "SAM_EMBEDDINGS_DIR",
        EMBEDDINGS,
        comment="Of images that another replica has seen, and of those before a restart.",
    )
    volume = VOLUME.format(claim=wish.claim, folder=EMBEDDINGS, group=GROUP)
    return text_edits.add_to_spec(written, volume)
