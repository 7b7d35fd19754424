"""The command as `python -m cvat_sam.cli`."""

from cvat_sam.cli import main

main()
