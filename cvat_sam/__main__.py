"""`python -m cvat_sam` is the command `cvat-sam`."""

from cvat_sam.cli import main

if __name__ == "__main__":
    main()
