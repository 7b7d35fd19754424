"""Who may come in, and how they show who they are."""

import secrets
from dataclasses import dataclass, field
from email.message import Message
from http.cookies import SimpleCookie

from fake_cvat.fake_http import Refused, Reply, Request, as_json, json_object, refused


@dataclass
class Accounts:
    """Who may come in.

    Attributes:
        token: of `Authorization: Token`, what a login gives.
        bearer: of `Authorization: Bearer`, a personal access token.
        password: of the one user.
        user: their name.
        organizations: the slugs that exist.
    """

    token: str
    bearer: str
    password: str
    user: str = "annotator"
    organizations: tuple[str, ...] = ("lab",)
    session: str = field(default_factory=lambda: secrets.token_hex(16))
    csrf: str = field(default_factory=lambda: secrets.token_hex(16))

    def authorized(self, headers: Message) -> str:
        """How a request shows who it is: Token, Bearer, Session, or "" where it does not."""
        scheme, _, secret = headers.get("Authorization", "").partition(" ")
        if scheme == "Token" and secret == self.token:
            return "Token"
        if scheme == "Bearer" and secret == self.bearer:
            return "Bearer"
        if scheme:
            return ""  # a session does not help where a token is wrong
        cookie = SimpleCookie(headers.get("Cookie", "")).get("sessionid")
        return "Session" if cookie is not None and cookie.value == self.session else ""

    def check(self, request: Request) -> None:
        """Refuse who shows no token, or names an organization that does not exist."""
        how = self.authorized(request.headers)
        if not how:
            sent = request.headers.get("Authorization", "")
            detail = "Invalid token." if sent else "Authentication credentials were not provided."
            reply = as_json({"detail": detail}, 401)
            reply.headers["WWW-Authenticate"] = "Token"
            raise Refused(reply)
        unsafe = request.method not in ("GET", "HEAD", "OPTIONS")
        csrf = request.headers.get("X-CSRFToken")
        if how == "Session" and unsafe and csrf != self.csrf:
            raise refused(403, "CSRF Failed: CSRF token missing.")
        slug = organization(request)
        if slug and slug not in self.organizations:
            raise refused(404, f"{slug} organization does not exist.")

    def login(self, request: Request) -> Reply:
        """POST /api/auth/login: a token, and the cookies of a session."""
        sent = json_object(request)
        name = sent.get("username") or sent.get("email")
        if (name, sent.get("password")) != (self.user, self.password):
            wrong = {"non_field_errors": ["Unable to log in with provided credentials."]}
            return as_json(wrong, 400)
        reply = as_json({"key": self.token})
        # Two headers of one name; http.server writes what it is given.
        session = f"sessionid={self.session}; HttpOnly; Path=/; SameSite=Lax"
        reply.headers["Set-Cookie"] = session
        reply.headers["set-cookie"] = f"csrftoken={self.csrf}; Path=/; SameSite=Lax"
        return reply


def organization(request: Request) -> str | None:
    """The slug that a request names; None where it names none."""
    return request.headers.get("X-Organization", request.query.get("org"))
