"""What can be seen on this machine, without a function or a server."""

from collections.abc import Iterator

from cvat_sam.doctor import cache_folder, gpu, models_here, settings_here, versions
from cvat_sam.doctor.finding import Finding


def look() -> Iterator[Finding]:
    """Look at what is installed, the GPU, the cache folder, its models, and the settings."""
    yield from versions.look()
    yield from gpu.look()
    yield from cache_folder.look()
    settings = yield from settings_here.look()
    yield from models_here.look(settings)
