"""Signing in and out: a token is exchanged for a cookie, and failures are counted."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from weaklabel.files import Json
from weaklabel.review.web._cookies import Claim
from weaklabel.review.web._errors import RefusedError
from weaklabel.review.web._json_body import json_response, read_json
from weaklabel.review.web._rate_limit import source_of
from weaklabel.review.web._site import Site, site_of
from weaklabel.review.web._static_files import file_response

__all__ = ["login", "logout", "session", "sign_in_by_link"]

_MAX_TOKEN = 200


async def login(request: Request) -> Response:
    """GET: the page that asks for a token. POST ``{"token": …}``: sign in."""
    if request.method != "POST":
        return file_response(request, "login.html")
    site = site_of(request)
    token = _token_in(await read_json(request))
    claim = await _claim_of(token, site, request)
    if claim is None:
        raise RefusedError("unauthenticated", "This token is not known here, or it was revoked.")
    response = json_response({"ok": True, "reviewer": claim.reviewer})
    site.cookies.give(response, request, claim)
    return response


async def logout(request: Request) -> Response:
    """POST: have the browser forget who it is, and the images that it keeps."""
    response = json_response({"ok": True})
    response.headers["clear-site-data"] = '"cache"'
    site_of(request).cookies.take(response, request)
    return response


async def session(request: Request) -> Response:
    """GET: whose page this is, None for nobody's; what the login page asks first.

    The address "/" cannot know it where the page was opened by a link on another site: a
    browser then keeps a SameSite cookie to itself, until a page of ours asks.
    """
    site = site_of(request)
    reviewer = await site.signed_in(request)
    return json_response({"ok": True, "reviewer": reviewer, "team": site.desk.is_team})


async def sign_in_by_link(request: Request, token: str) -> Response:
    """Exchange the token in a link for a cookie, and take it out of the address at once."""
    site = site_of(request)
    claim = None
    if not site.desk.is_team:
        claim = await _claim_of(token[:_MAX_TOKEN], site, request)
    if claim is None:
        # Nothing is lost by an old link in a browser that is signed in.
        is_in = await site.signed_in(request) is not None
        return RedirectResponse("/" if is_in else "/login#link", 303)
    response = RedirectResponse("/", 303)
    site.cookies.give(response, request, claim)
    return response


def _token_in(body: Json) -> str:
    if isinstance(body, dict) and set(body) == {"token"}:
        token = body["token"]
        if isinstance(token, str) and 0 < len(token) <= _MAX_TOKEN:
            return token.strip()
    message = f'Send {{"token": …}} with a text of 1 to {_MAX_TOKEN} characters.'
    raise RefusedError("invalid", message)


async def _claim_of(token: str, site: Site, request: Request) -> Claim | None:
    """Return what a token entitles to, None for nothing; RefusedError after too many of those."""
    source = source_of(request.client.host if request.client else None)
    async with site.logins.turn(source):
        wait = math.ceil(site.logins.wait_of(source))
        if wait:
            message = f"Too many tries to sign in from your address. Try again in {wait} seconds."
            raise RefusedError("too_many", message, {"retry-after": str(wait)})
        claim = await site.login(token)
        if claim is None:
            site.logins.count(source)
    return claim
