"""Site: what the routes of one application share, and whom a request is from."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple
from urllib.parse import urlencode

from starlette.requests import Request

from weaklabel.review.web._cookies import Claim, Cookies
from weaklabel.review.web._errors import RefusedError
from weaklabel.review.web._hosts import Hosts
from weaklabel.review.web._rate_limit import RateLimit

if TYPE_CHECKING:
    from weaklabel.review.desk._desk import Desk

__all__ = ["Site", "site_of"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


@dataclass(frozen=True, slots=True)
class Site:
    """A desk and what stands between it and the network.

    Parameters
    ----------
    desk : Desk
        Answers messages; safe to call from several threads.
    hosts : Hosts
        By which names the server may be asked.
    cookies : Cookies
        Makes and reads them.
    logins : RateLimit
        Counts the failures to sign in by address.
    pool : concurrent.futures.ThreadPoolExecutor
        Where the desk is called, so that one reply that waits for the disk holds up no other.
    reviewer, token : str
        Of the only reviewer, where the desk is for one; empty for a team.
    """

    desk: Desk
    hosts: Hosts
    cookies: Cookies
    logins: RateLimit
    pool: ThreadPoolExecutor
    reviewer: str = ""
    token: str = ""

    @property
    def start_path(self) -> str:
        """The path and query of the address to open first."""
        return f"/?{urlencode({'token': self.token})}" if self.token else "/"

    async def run(self, function: Callable[[*Ts], T], *arguments: *Ts) -> T:
        """Return what `function` returns, called in a thread of the pool."""
        return await asyncio.get_running_loop().run_in_executor(self.pool, function, *arguments)

    def claim(self, request: Request) -> Claim:
        """Return what the request's cookie says, or raise RefusedError; `name` then checks it."""
        claim = self.cookies.read(request)
        if claim is None:
            raise _unauthenticated()
        return claim

    def name(self, claim: Claim) -> str:
        """Return the reviewer a claim is from, or raise RefusedError if the token is no longer theirs.

        It may read the store.
        """
        if not self._holds(claim):
            raise _unauthenticated()
        return claim.reviewer

    async def signed_in(self, request: Request) -> str | None:
        """Return the reviewer a request is from, or None."""
        claim = self.cookies.read(request)
        if claim is None or not await self.run(self._holds, claim):
            return None
        return claim.reviewer

    async def login(self, token: str) -> Claim | None:
        """Return what the owner of a token may claim, or None if nobody has it."""
        if self.desk.is_team:
            reviewer = await self.run(self.desk.login, token)
            return None if reviewer is None else Claim(reviewer.name, reviewer.fingerprint)
        if hmac.compare_digest(token.encode(), self.token.encode()):
            return Claim(self.reviewer, _fingerprint(self.token))
        return None

    def _holds(self, claim: Claim) -> bool:
        if self.desk.is_team:
            known = self.desk.known(claim.reviewer)
            return known is not None and hmac.compare_digest(
                known.fingerprint.encode(), claim.fingerprint.encode()
            )
        return claim == Claim(self.reviewer, _fingerprint(self.token))


def site_of(request: Request) -> Site:
    """Return the site of the application that a request came to."""
    site = request.app.state.site
    assert isinstance(site, Site)  # noqa: S101 - for the type checker
    return site


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _unauthenticated() -> RefusedError:
    return RefusedError(
        "unauthenticated",
        "You are not signed in, or your token is no longer valid. Sign in at /login.",
    )
