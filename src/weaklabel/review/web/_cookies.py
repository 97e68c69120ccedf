"""Cookies: who signed in, signed with the project's secret, until when and by which token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

__all__ = ["Claim", "Cookies"]

_LIFETIME_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Claim:
    """What a cookie says: a reviewer's name, and the fingerprint of the token that made it."""

    reviewer: str
    fingerprint: str


class Cookies:
    """Makes the cookies of one project, and reads them back.

    Nothing is kept on the server, so that they outlive it. What makes one void early is that
    its token was revoked: whoever reads it compares the fingerprint.

    Parameters
    ----------
    secret : bytes
        Signs them; whoever has it can sign in as anybody.
    clock : callable
        Returns seconds since 1970.
    """

    def __init__(self, secret: bytes, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._serializer = URLSafeSerializer(
            secret,
            salt="weaklabel review cookie",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def give(self, response: Response, request: Request, claim: Claim) -> None:
        """Put the cookie for `claim` on a response."""
        until = int(self._clock()) + _LIFETIME_SECONDS
        value = self._serializer.dumps([claim.reviewer, claim.fingerprint, until])
        response.set_cookie(
            _name(request.scope),
            value if isinstance(value, str) else value.decode("ascii"),
            max_age=_LIFETIME_SECONDS,
            path="/",
            secure=_is_https(request),
            httponly=True,
            samesite="strict",
        )

    def read(self, request: Request) -> Claim | None:
        """Return what the cookie of a request says, or None: none, forged or too old."""
        given = request.cookies.get(_name(request.scope))
        if given is None:
            return None
        try:
            reviewer, fingerprint, until = self._serializer.loads(given)
        except (BadData, TypeError, ValueError):
            return None
        return Claim(reviewer, fingerprint) if self._clock() < until else None

    @staticmethod
    def take(response: Response, request: Request) -> None:
        """Have the browser forget the cookie."""
        secure = _is_https(request)
        name = _name(request.scope)
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")


def _name(scope: Scope) -> str:
    """Return a name with the server's port: browsers send cookies to every port of a host."""
    server = scope.get("server")
    return f"weaklabel_{server[1]}" if server else "weaklabel"


def _is_https(request: Request) -> bool:
    """Return whether the browser speaks TLS, to this server or to a proxy before it."""
    origin = request.headers.get("origin", "")
    return request.url.scheme == "https" or origin.lower().startswith("https://")
