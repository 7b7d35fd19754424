"""The command `cvat-sam`."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    try:
        # Here, so that an interrupt while all of it is imported is no traceback.
        from cvat_sam.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()
