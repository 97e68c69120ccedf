"""The routes of the review on the web; what they answer comes from a desk."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from weaklabel.errors import DecisionsError, ItemsError, ParameterError, wrong_value
from weaklabel.files import Json
from weaklabel.review.web._cookies import Claim, Cookies
from weaklabel.review.web._errors import RefusedError, http_error
from weaklabel.review.web._guard import Guard
from weaklabel.review.web._hosts import Hosts
from weaklabel.review.web._json_body import json_response, read_json
from weaklabel.review.web._login import login, logout, session, sign_in_by_link
from weaklabel.review.web._rate_limit import RateLimit
from weaklabel.review.web._site import Site, site_of
from weaklabel.review.web._static_files import ASSETS, file_response

if TYPE_CHECKING:
    from weaklabel.review.desk._desk import Desk

__all__ = ["create_app"]

# Fifty reviewers who all wait for the disk at once, and some to spare.
_THREADS = 64

# What a person with a token on paper needs is three tries.
_FAILURES, _FAILURES_SECONDS = 10, 60.0

# What a browser shows as a picture and never runs; SVG holds scripts.
_IMAGE_TYPES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))


def create_app(
    desk: Desk,
    *,
    secret: bytes,
    allowed_hosts: Sequence[str] = (),
    start_token: str | None = None,
    reviewer: str | None = None,
    clock: Callable[[], float] = time.time,
) -> Starlette:
    """Return the application that puts a desk on the web.

    Parameters
    ----------
    desk : Desk
        Answers the messages of the page.
    secret : bytes
        Signs the cookies; see `load_secret`.
    allowed_hosts : sequence of str
        Names beside those of this machine itself by which browsers may ask, as
        "review.example.org"; behind a proxy, the public name. For a team's desk only.
    start_token, reviewer : str, optional
        For one reviewer: the token in the link, and the name that their answers carry. A
        team's reviewers have tokens of their own.
    clock : callable
        Returns seconds since 1970.

    Returns
    -------
    starlette.applications.Starlette
        An ASGI application for `serve`.

    Raises
    ------
    ParameterError
        If these do not fit the desk, or a host is none.
    """
    hosts = Hosts(allowed_hosts)
    _check_who(desk, hosts, start_token, reviewer)
    app = Starlette(
        routes=_ROUTES,
        middleware=[Middleware(Guard, hosts=hosts)],
        exception_handlers={HTTPException: http_error},
    )
    app.router.redirect_slashes = False
    app.state.site = Site(
        desk=desk,
        hosts=hosts,
        cookies=Cookies(_checked_secret(secret), clock=clock),
        logins=RateLimit(_FAILURES, _FAILURES_SECONDS, clock=clock),
        pool=ThreadPoolExecutor(_THREADS, thread_name_prefix="weaklabel-reply"),
        reviewer=reviewer or "",
        token=start_token or "",
    )
    return app


async def _home(request: Request) -> Response:
    token = request.query_params.get("token")
    if token is not None:
        return await sign_in_by_link(request, token)
    return await _page(request, "index.html", "/login")


async def _dashboard_page(request: Request) -> Response:
    return await _page(request, "dashboard.html", "/login?to=dashboard")


async def _page(request: Request, name: str, otherwise: str) -> Response:
    if await site_of(request).signed_in(request) is None:
        return RedirectResponse(otherwise, 303)
    return file_response(request, name)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in ASSETS:
        raise RefusedError("not_found", "There is no such file.")
    return file_response(request, name)


async def _message(request: Request) -> Response:
    site = site_of(request)
    claim = site.claim(request)
    return await site.run(_reply, site, claim, await read_json(request))


def _reply(site: Site, claim: Claim, message: Json) -> Response:
    return json_response(site.desk.reply(site.name(claim), message))


async def _images(request: Request) -> Response:
    site = site_of(request)
    claim = site.claim(request)
    asked = request.query_params
    if set(asked) != {"item", "column"}:
        raise RefusedError("invalid", "Ask for /images?item=…&column=….")
    return await site.run(_image, site, claim, asked["item"], asked["column"])


def _image(site: Site, claim: Claim, item_id: str, column: str) -> Response:
    reviewer = site.name(claim)
    try:
        media_type, content = site.desk.image(reviewer, item_id, column)
    except (DecisionsError, ItemsError) as error:
        raise RefusedError("not_found", str(error)) from error
    if media_type not in _IMAGE_TYPES:
        raise RefusedError("not_found", "This is no picture that can be shown.")
    # The next items' pictures are fetched ahead; their addresses name no reviewer.
    headers = {"cache-control": "private, max-age=300", "vary": "Cookie"}
    return Response(content, media_type=media_type, headers=headers)


async def _dashboard(request: Request) -> Response:
    site = site_of(request)
    return await site.run(_figures, site, site.claim(request))


def _figures(site: Site, claim: Claim) -> Response:
    reviewer = site.name(claim)
    try:
        figures = site.desk.dashboard(reviewer)
    except DecisionsError as error:
        raise RefusedError("forbidden", str(error)) from error
    return json_response({"ok": True, **figures})


async def _health(request: Request) -> Response:  # noqa: ARG001 - a route takes a request
    return json_response({"ok": True})


async def _no_icon(request: Request) -> Response:  # noqa: ARG001 - a route takes a request
    """Answer what browsers ask for unasked, without an error in their console."""
    return Response(status_code=204)


_ROUTES = (
    Route("/", _home),
    Route("/login", login, methods=["GET", "POST"]),
    Route("/logout", logout, methods=["POST"]),
    Route("/dashboard", _dashboard_page),
    Route("/static/{name}", _static),
    Route("/images", _images),
    Route("/api/message", _message, methods=["POST"]),
    Route("/api/session", session),
    Route("/api/dashboard", _dashboard),
    Route("/favicon.ico", _no_icon),
    Route("/healthz", _health),
)


def _checked_secret(secret: object) -> bytes:
    if isinstance(secret, bytes) and len(secret) >= 16:
        return secret
    message = "secret must be at least 16 random bytes. Take what load_secret returns."
    raise ParameterError(message)  # without the value: it might be a secret


def _check_who(desk: Desk, hosts: Hosts, start_token: str | None, reviewer: str | None) -> None:
    if desk.is_team:
        if start_token is not None or reviewer is not None:
            raise ParameterError(
                "start_token and reviewer are for one reviewer, must be None for a team's desk. "
                "Its reviewers sign in with tokens of their own."
            )
        return
    if not reviewer or not start_token or len(start_token) < 16:
        raise ParameterError(
            "a desk for one reviewer needs reviewer, a name, and start_token, at least 16 "
            "characters. Take start_token(secret)."
        )
    if hosts.public:
        allowed = "empty for a desk that serves one reviewer"
        advice = "For people on other machines, serve a team's desk, where each has a token."
        raise ParameterError(wrong_value("allowed_hosts", hosts.public, allowed, advice))
