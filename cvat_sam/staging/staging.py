"""Puts a staged folder together beside its place, and then into it."""

import os
import shutil
from pathlib import Path

from cvat_sam.exceptions import InvalidSetting, Unwritable
from cvat_sam.files import beside, make_folder
from cvat_sam.reporting import Reporter, StandardError
from cvat_sam.staging import checkout, code, configuration, model_files, plain_files
from cvat_sam.staging.wish import Wish


def stage(wish: Wish, folder: Path, *, report: Reporter | None = None) -> Path:
    """Make a folder for `nuctl deploy --path`: complete, or not there.

    Args:
        wish: which function, and for what machine.
        folder: not there yet, or empty.
        report: hears of downloads and of an export; standard error by default.

    Returns:
        The folder's path, absolute.

    Raises:
        InvalidSetting: the folder has something in it, or is none.
        InvalidSource: a file of the deployment was changed so that it cannot be staged.
        CheckpointUnavailable: the weights cannot be had.
        Unavailable: this is no clone, or there is no export and none can be made here.
        Unwritable: the folder cannot be made.
    """
    folder = folder.expanduser().resolve()
    _require_empty(folder)
    make_folder(folder.parent)
    part = beside(folder)
    try:
        _fill(part, wish, report or StandardError())
        # Onto an empty folder this is one step too; onto one that is empty no longer it fails.
        part.rename(folder)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise Unwritable(f"{folder} cannot be staged: {reason}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _require_empty(folder: Path) -> None:
    try:
        found = sorted(folder.iterdir())
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise InvalidSetting(f"{folder} is not a folder; name one that is empty or new") from None
    except OSError as error:
        raise InvalidSetting(f"{folder} cannot be read: {error.strerror}") from None
    if found:
        raise InvalidSetting(
            f"{folder} has something in it ({found[0].name}); name a folder that is empty or new"
        )


def _fill(part: Path, wish: Wish, report: Reporter) -> None:
    # First what fails at once where it does: weights may take minutes to come.
    code.copy(part)
    plain_files.copy(checkout.file("LICENSE"), part / "LICENSE")
    plain_files.copy(checkout.requirements(gpu=wish.gpu), part / "requirements.txt")
    text = configuration.text(wish, checkpoint=model_files.own_name())
    plain_files.write(part / "function.yaml", text)
    model_files.copy(wish, part / "cache", report=report)
