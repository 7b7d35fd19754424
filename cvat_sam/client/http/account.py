"""Who asks, at one server: logged in when it is needed, a token sent in the way it is taken."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from requests.auth import AuthBase

from cvat_sam.client.http.answers import sentence_of
from cvat_sam.client.http.credentials import AccessToken, Password, Secret
from cvat_sam.client.http.exchange import Exchange, Failed, Received
from cvat_sam.client.http.server import Server
from cvat_sam.client.http.transport import Header
from cvat_sam.exceptions import NotAllowed

LOGIN_SECONDS = 60.0


class Account:
    """Asks in the name of a user, who is logged in at the first request.

    Args:
        server: where to, and who asks.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._exchange = Exchange(server)
        self._secrets: list[Secret] = []
        self._auth: AuthBase | None = None
        self._other: AuthBase | None = None
        credentials = server.credentials
        if credentials is not None:
            self._secrets.append(credentials.secret)
        if isinstance(credentials, AccessToken):
            first, second = credentials.schemes
            self._auth = Header(first, credentials.secret)
            self._other = Header(second, credentials.secret)

    def close(self) -> None:
        """Close the connection."""
        self._exchange.close()

    def redacted(self, sentence: str) -> str:
        """The sentence without a secret, should the server have repeated one."""
        for secret in self._secrets:
            text = secret.reveal()
            for form in {text, quote(text), quote(text, safe=""), json.dumps(text)[1:-1]}:
                if form:
                    sentence = sentence.replace(form, "***")
        return sentence

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: bytes | None = None,
        seconds: float,
    ) -> Received | Failed:
        """Make one request, logged in.

        Args:
            method: its name.
            path: from "/api/" on.
            params: the query.
            body: JSON.
            seconds: how long to wait for the next byte.

        Raises:
            NotAllowed: the server does not take the user's password.
        """
        if self._auth is None and isinstance(self._server.credentials, Password):
            failed = self._log_in(self._server.credentials)
            if failed is not None:
                return failed

        def asked(auth: AuthBase | None) -> Received | Failed:
            return self._exchange.request(
                method, path, params=params, body=body, seconds=seconds, auth=auth
            )

        received = asked(self._auth)
        if isinstance(received, Failed) or self._other is None:
            return received
        if received.status not in (401, 403):
            if received.status < 400:
                self._other = None  # the server knows us
            return received
        # Before it is known how the server wants the token: a refusal may be for the wrong way.
        other, self._other = self._other, None
        probe = self._exchange.request("GET", "/api/users/self", seconds=seconds, auth=other)
        if isinstance(probe, Failed):
            self._other = other
            return received
        probe.body.close()
        if probe.status != 200:
            return received
        received.body.close()
        self._auth = other
        return asked(other)

    def _log_in(self, password: Password) -> Failed | None:
        """Exchange the password for a key; None if that is done."""
        body = json.dumps({"username": password.user, "password": password.secret.reveal()})
        received = self._exchange.request(
            "POST", "/api/auth/login", body=body.encode(), seconds=LOGIN_SECONDS, auth=None
        )
        del body
        if isinstance(received, Failed):
            return Failed(received.reason, is_final=received.is_final)
        with received.body:
            data = received.body.read(1 << 16)
        said = sentence_of(data, redacted=self.redacted)
        if received.status in (400, 401, 403):
            raise NotAllowed(
                f"{self._server.url} does not let {password.user} in: "
                f"{said or 'it gives no reason'}",
                status=received.status,
            )
        if received.status in (301, 302, 303, 307, 308):
            return Failed(
                "it redirects the log-in elsewhere, where no password of ours is sent; give the "
                "address that it should have gone to",
                is_final=True,
            )
        if received.status != 200:
            return Failed(f"it answers {received.status} to the log-in")
        try:
            key = json.loads(data)["key"]
        except (ValueError, KeyError, TypeError):
            return Failed("its answer to the log-in has no key in it")
        if not (isinstance(key, str) and key and key.isascii() and key.isprintable()):
            return Failed("its answer to the log-in has no key in it")
        secret = Secret(key)
        self._secrets.append(secret)
        self._auth = Header("Token", secret)
        return None
