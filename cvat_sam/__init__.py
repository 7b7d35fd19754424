"""Segment Anything for CVAT: a Nuclio function, its server for trying things, a command.

    cvat_sam.function   what `main.py` calls: one of CVAT's three kinds of function
    cvat_sam.settings   what a deployment is told through its environment
    cvat_sam.wire       requests and replies as CVAT writes and reads them
    cvat_sam.models     Segment Anything and MobileSAM, on PyTorch or exported without it
    cvat_sam.weights    their published weights, found or fetched
    cvat_sam.images     bytes to pixels as CVAT shows them, and pictures of masks
    cvat_sam.masks      masks in files and tasks, on their way from one to another
    cvat_sam.sources    what masks are read from
    cvat_sam.targets    what they are written to
    cvat_sam.sa1b       SA-1B, from its tars to masks, tables and tensors
    cvat_sam.client     masks into CVAT's tasks and out, over its REST API
    cvat_sam.staging    a folder for nuctl with just what the function needs
    cvat_sam.doctor     what is wrong, as far as it can be seen from here
    cvat_sam.serve      Nuclio's Python wrapper, played on a local port
    cvat_sam.cli        the command `cvat-sam`

The run-length codec is a package of its own, `rle`. Importing this package makes sure that `rle`
is really that one, and imports nothing heavy.
"""

from importlib import metadata, util
from importlib.abc import InspectLoader


def _version() -> str:
    try:
        return metadata.version("cvat-sam")
    except metadata.PackageNotFoundError:
        return "0+unknown"  # a clone, or files copied into a function's container


def _check_rle() -> None:
    """Makes sure that `import rle` finds our codec, without running whatever it finds.

    python-rle and rle-python on the Python package index install an `rle` too. Where python-rle
    was installed over ours, or any other `rle` stands earlier on the path, ours cannot speak for
    itself; hence this.

    Raises:
        ImportError: It finds nothing, or something else.
    """
    spec = util.find_spec("rle")
    if spec is None:
        found = "finds nothing"
    else:
        source = spec.loader.get_source("rle") if isinstance(spec.loader, InspectLoader) else ""
        if source is None or '\n__distribution__ = "cvat-sam"\n' in source:
            return  # ours, or without its source: then rle.exceptions checks
        place = spec.origin or ", ".join(spec.submodule_search_locations or ())
        found = f"finds another package of that name, in {place}"
    raise ImportError(
        f"cvat-sam comes with a package `rle`, but `import rle` {found}; "
        "`pip uninstall -y python-rle rle-python` and then "
        "`pip install --force-reinstall --no-deps cvat-sam` (with the path of your clone for "
        "cvat-sam, if you work from one) mend it, unless the file is your own: then rename that",
        name="rle",
    )


__version__ = _version()

_check_rle()
