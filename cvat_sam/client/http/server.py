"""Which CVAT it is, as what user, and in whose name."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cvat_sam.client.http.credentials import Credentials
from cvat_sam.exceptions import InvalidSetting

DEFAULT_HOST = "http://localhost"
LONGEST_SLUG = 256


@dataclass(frozen=True)
class Server:
    """A CVAT server and who we are there.

    Attributes:
        url: its address without a slash at the end; a host without a scheme means https, as
            cvat-cli has it.
        credentials: who asks; its repr never shows the secret.
        organization: the short name of the organisation in whose name is asked; "" is the user's
            personal workspace, None leaves it to the server.
        verify: whether its certificate is checked.

    Raises:
        InvalidSetting: not such an address, or an organisation that no header can hold.

    >>> Server("cvat.example.org/").url
    'https://cvat.example.org'
    """

    url: str
    credentials: Credentials | None = None
    organization: str | None = None
    verify: bool = True
    port: int | None = field(default=None, repr=False, compare=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _normal(self.url, self.port))
        if self.organization is not None:
            _check_slug(self.organization)

    @property
    def host(self) -> str:
        """Its name or number, without a port.

        >>> Server("http://[::1]:8080").host
        '::1'
        """
        return urlsplit(self.url).hostname or ""

    @property
    def is_local(self) -> bool:
        """Whether what is sent to it stays on this machine.

        >>> Server("http://127.0.0.2").is_local, Server("http://10.0.0.2").is_local
        (True, False)
        """
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def in_the_clear(self) -> bool:
        """Whether others on the way can read what is sent to it, the token too."""
        return self.url.startswith("http://") and not self.is_local


def _normal(url: str, port: int | None) -> str:
    text = url.strip()
    # The address itself is not repeated where it may hold a password.
    shown = text if "@" not in text else "an address with a user in it"
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "https", text
    scheme = scheme.lower()
    if scheme not in ("http", "https"):
        raise InvalidSetting(f"the server should be http:// or https://, not {scheme}://")
    rest = rest.rstrip("/")
    try:
        parts = urlsplit(f"{scheme}://{rest}")
        named_port = parts.port
        host = parts.hostname
    except ValueError:
        raise InvalidSetting(f"the server's address cannot be read: {shown!r}") from None
    if parts.username is not None or parts.password is not None:
        raise InvalidSetting("the server's address should have no user in it; --auth is for that")
    if not host or parts.query or parts.fragment or any(c.isspace() for c in rest):
        raise InvalidSetting(f"the server should be a host or http(s)://host:port, not {shown!r}")
    if port is not None:
        if named_port is not None:
            raise InvalidSetting(
                f"the server's port is given twice: {named_port} in {shown!r}, and {port}"
            )
        if not 0 < port < 65536:
            raise InvalidSetting(f"the server's port should be 1 to 65535, not {port}")
    netloc = f"[{host}]" if ":" in host else host
    number = port if port is not None else named_port
    if number is not None and number != {"http": 80, "https": 443}[scheme]:
        netloc = f"{netloc}:{number}"
    # People paste what stands in their browser; the API lies beside it.
    path, page, _ = f"{parts.path}/".partition("/tasks/")
    if page:
        raise InvalidSetting(
            f"the server should be {scheme}://{netloc}{path} alone, not {shown!r}: the task is "
            "given by its number"
        )
    path = path.rstrip("/").removesuffix("/api").rstrip("/")
    return f"{scheme}://{netloc}{path}"


def _check_slug(slug: str) -> None:
    if not slug.isascii() or not (slug.isprintable() or slug == "") or " " in slug:
        raise InvalidSetting(f"the organization should be its short name (slug), not {slug!r}")
    if len(slug) > LONGEST_SLUG:
        raise InvalidSetting(
            f"the organization's short name has {len(slug)} characters, more than {LONGEST_SLUG}"
        )
