"""Lists in pages, as the framework cuts them."""

import math
from typing import Any
from urllib.parse import urlencode

from fake_cvat.fake_http import Reply, Request, as_json, refused

LARGEST_PAGE = 500


def page_of(request: Request, items: list[dict[str, Any]]) -> Reply:
    """The page that a request asks for, with the links to those beside it."""
    size = min(int(request.query.get("page_size") or 10), LARGEST_PAGE)
    page, last = int(request.query.get("page", 1)), max(1, math.ceil(len(items) / size))
    if not 1 <= page <= last:
        raise refused(404, "Invalid page.")

    def link(number: int) -> str | None:
        if not 1 <= number <= last:
            return None
        query = urlencode(request.query | {"page": number})
        return f"{request.base}{request.path}?{query}"

    shown = items[(page - 1) * size : page * size]
    listed = {"count": len(items), "next": link(page + 1), "previous": link(page - 1)}
    return as_json(listed | {"results": shown})
