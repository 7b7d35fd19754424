"""Files on their way into a task: in one request, or in several between a start and a finish."""

import email
import io
import itertools
import zipfile
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from fake_cvat.fake_http import Refused, Request, as_json, json_object
from fake_cvat.fake_images import Images


class ImportFailed(Exception):
    """The files make no task; says why, as the request in the background does later."""


class Uploads:
    """Takes files, and makes frames of them.

    Args:
        images: keeps the pictures.
    """

    def __init__(self, images: Images) -> None:
        self.images = images
        self._waiting: dict[int, dict[str, bytes]] = {}

    def take(self, task: int, request: Request) -> dict[str, Any] | None:
        """The options that came with the last of a task's files; None before it."""
        headers = request.headers
        first, last = "Upload-Start" in headers, "Upload-Finish" in headers
        if first and not last:
            self._waiting[task] = {}
            return None
        files, options = _read(request)
        if "image_quality" not in options:
            raise Refused(as_json({"image_quality": ["This field is required."]}, 400))
        self._waiting.setdefault(task, {}).update(files)
        return None if "Upload-Multiple" in headers else options

    def frames(
        self, task: int, options: Mapping[str, Any]
    ) -> tuple[list[list[Any]], list[list[int]] | None]:
        """The frames, [name, width, height] each, and the jobs where the options name their files.

        Raises:
            ImportFailed: for files that are no pictures, and for options that do not go together.
        """
        files = _unpacked(self._waiting.pop(task, {}))
        mapping = options.get("job_file_mapping")
        if mapping:
            names = [name for job in mapping for name in job]
            for name in names:
                if name not in files:
                    raise ImportFailed(f"Can't find file '{name}' in the input files")
            ends = list(itertools.accumulate(map(len, mapping)))
            spans = [[end - len(job), end - 1] for end, job in zip(ends, mapping, strict=True)]
        else:
            first, step = start_and_step(options)
            names, spans = sorted(files), None
            names = names[first : int(options.get("stop_frame", len(names))) + 1 : step]
        if not names:
            raise ImportFailed("No media data found")
        return [self._frame(name, files[name]) for name in names], spans

    def _frame(self, name: str, content: bytes) -> list[Any]:
        from PIL import Image  # here, so that the server starts at once

        try:
            with Image.open(io.BytesIO(content)) as image:
                size = [image.width, image.height]
        except OSError:
            raise ImportFailed(f"cannot identify image file '{name}'") from None
        self.images.keep(name, content)
        return [name, *size]


def start_and_step(options: Mapping[str, Any]) -> tuple[int, int]:
    """Which frames of the files: the first, and how far from one to the next.

    >>> start_and_step({"start_frame": "4", "frame_filter": "step=3"})
    (4, 3)
    """
    step = str(options.get("frame_filter") or "step=1").removeprefix("step=")
    return int(options.get("start_frame") or 0), int(step)


def _read(request: Request) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Files and other fields of one request."""
    kind = request.headers.get("Content-Type", "")
    if "json" in kind:
        return {}, json_object(request)
    head = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode()
    files: dict[str, bytes] = {}
    fields: dict[str, Any] = {}
    for part in email.message_from_bytes(head + request.body).walk():
        content = part.get_payload(decode=True)
        field = part.get_param("name", header="content-disposition")
        if not isinstance(content, bytes) or not isinstance(field, str):
            continue
        name = part.get_filename()
        if name is None:
            fields[field] = content.decode()
        else:  # the framework takes folders away
            files[PurePosixPath(name).name] = content
    return files, fields


def _unpacked(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of an archive, where the one file is one."""
    if len(files) != 1 or not next(iter(files)).endswith(".zip"):
        return files
    try:
        with zipfile.ZipFile(io.BytesIO(*files.values())) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise ImportFailed(str(error)) from None
