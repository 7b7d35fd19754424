"""What a proxy, the framework or a login page says in place of the reply."""

from fake_cvat.fake_faults import Fault
from fake_cvat.fake_http import SERVER_ERROR, Reply, as_html, as_json

GATEWAY = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<h1>{0}</h1>\r\n</body>\r\n</html>"
)
LOGIN_PAGE = "<!doctype html><html><head><title>Sign in</title></head><body>Sign in</body></html>"
TITLES = {
    413: "413 Request Entity Too Large",
    502: "502 Bad Gateway",
    503: "503 Service Unavailable",
    504: "504 Gateway Time-out",
}
DETAILS = {
    401: "Invalid token.",
    403: "You do not have permission to perform this action.",
    404: "Not found.",
    429: "Request was throttled.",
}


def failure(fault: Fault) -> Reply:
    """The reply of a fault that has a status."""
    status = fault.status
    assert status is not None
    if status in TITLES:
        reply = as_html(GATEWAY.format(TITLES[status]), status)
    elif status == 500:
        reply = as_html(SERVER_ERROR, status)
    else:
        reply = as_json({"detail": DETAILS[status]}, status)
    if status in (429, 503) and fault.retry_after is not None:
        reply.headers["Retry-After"] = str(fault.retry_after)
    return reply


def too_large() -> Reply:
    """What nginx says of a body over its limit."""
    return as_html(GATEWAY.format(TITLES[413]), 413)


def login_page() -> Reply:
    """What a proxy shows who has to sign in: HTML with status 200."""
    return as_html(LOGIN_PAGE, 200)
