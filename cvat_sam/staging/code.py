"""The code that a deployed function imports."""

from pathlib import Path

from cvat_sam.staging import checkout, plain_files

# What a function never imports: commands, and the client with its files and tasks. A test runs the
# staged folder without them.
LEFT_OUT = ("__main__.py", "cli", "client", "doctor", "sources", "staging", "targets")


def copy(folder: Path) -> None:
    """Copy `main.py`, `rle` and what is needed of `cvat_sam`: Python files alone.

    Raises:
        Unavailable: this is no clone.
        OSError: a file cannot be read or written.
    """
    plain_files.copy(checkout.file("main.py"), folder / "main.py")
    for package in ("rle", "cvat_sam"):
        root = checkout.file(package)
        for path in sorted(root.rglob("*.py")):
            name = path.relative_to(root)
            if package == "rle" or name.parts[0] not in LEFT_OUT:
                plain_files.copy(path, folder / package / name)
