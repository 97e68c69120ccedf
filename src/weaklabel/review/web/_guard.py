"""Guard: what every request must pass before a route sees it, and every response afterwards."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from weaklabel.errors import FileFormatError, WriteError
from weaklabel.review.web._errors import (
    RefusedError,
    log_failure,
    refused,
    server_error,
    stopping,
    store_error,
)
from weaklabel.review.web._headers import add_security_headers
from weaklabel.review.web._hosts import Hosts

__all__ = ["MAX_BODY", "Guard"]

#: Bytes of a request's body: a comment of 10,000 characters fits, escaped, with room to spare.
MAX_BODY = 65_536


class Guard:
    """ASGI middleware: Host, Origin, content type and size are checked, headers added, errors caught.

    Parameters
    ----------
    app : ASGI application
        What requests go on to.
    hosts : Hosts
        Names by which the server may be asked.
    """

    def __init__(self, app: ASGIApp, hosts: Hosts) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on what is none."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, _Sender(send))

    async def _answer(self, scope: Scope, receive: Receive, send: _Sender) -> None:
        try:
            _check(scope, self._hosts)
            await self._app(scope, _limited(receive), send)
        except RefusedError as refusal:
            await refused(refusal)(scope, receive, send)
        except asyncio.CancelledError:
            # The server stops and cannot wait; what was begun in a thread goes on to its end.
            if send.has_begun:
                raise
            await stopping()(scope, receive, send)
        except Exception as error:
            log_failure(scope)
            if send.has_begun:
                raise  # so that the server cuts the connection: half a response looks like one
            is_store = isinstance(error, (WriteError, FileFormatError))
            await (store_error() if is_store else server_error())(scope, receive, send)


class _Sender:
    """Sends a response with the headers that all have."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            add_security_headers(MutableHeaders(scope=message))
        await self._send(message)


def _check(scope: Scope, hosts: Hosts) -> None:
    headers = Headers(scope=scope)
    host = _checked_host(headers, hosts)
    _refuse_ambiguous(headers)
    if scope["method"] == "POST":
        _refuse_foreign_post(headers, host)
        _refuse_other_content(headers)
    else:
        _refuse_foreign_use(headers)
    _refuse_large(headers)


def _checked_host(headers: Headers, hosts: Hosts) -> str:
    given = headers.getlist("host")
    if len(given) != 1 or not hosts.allow(given[0]):
        raise RefusedError(
            "forbidden",
            "This server does not go by the name in this request's Host header. Open the address "
            "that it showed when it started; a public name must be among its allowed hosts.",
        )
    return given[0]


def _refuse_ambiguous(headers: Headers) -> None:
    """Refuse what a proxy before this server may read in another way than the server does.

    Of two lengths of a body each may believe one, and take what is left for the next request.
    """
    if "transfer-encoding" in headers and "content-length" in headers:
        raise RefusedError(
            "invalid",
            "A request has either a Content-Length or a Transfer-Encoding.",
            {"connection": "close"},
        )
    for name in ("origin", "sec-fetch-site", "sec-fetch-mode", "content-type"):
        if len(headers.getlist(name)) > 1:
            raise RefusedError("invalid", f"A request has one {name.title()} header at most.")


def _refuse_foreign_post(headers: Headers, host: str) -> None:
    """Refuse what a page of another origin sends, also one on another port of this machine."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and origin != "null":
        is_own = Hosts.is_origin(origin, host) and site in (None, "same-origin")
    else:  # a browser may hide the origin; then it says itself where the request is from
        is_own = site == "same-origin"
    if not is_own:
        raise RefusedError(
            "forbidden",
            "This request does not come from a page of this server. Behind a proxy, pass the Host "
            "header on as it is; from a program, send an Origin header.",
        )


def _refuse_foreign_use(headers: Headers) -> None:
    """Refuse what a page of another origin loads as part of itself; it may only link here."""
    site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
    if site in ("cross-site", "same-site") and mode != "navigate":
        raise RefusedError(
            "forbidden", "Other sites cannot load this. Open it in a tab of its own."
        )


def _refuse_other_content(headers: Headers) -> None:
    """Refuse the content types that a form of another site can send without asking first."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError("not_json", "The body must be JSON, with the type application/json.")


def _refuse_large(headers: Headers) -> None:
    declared = headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()):
        raise RefusedError("invalid", "The Content-Length of this request is no number.")
    if len(declared) > 15 or int(declared) > MAX_BODY:
        raise _too_large()


def _limited(receive: Receive) -> Receive:
    """Return `receive`, which refuses a body as soon as it is too large, also one of no known length."""
    n_bytes = 0

    async def counted() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > MAX_BODY:
            raise _too_large()
        return message

    return counted


def _too_large() -> RefusedError:
    return RefusedError(
        "too_large", f"The body is larger than {MAX_BODY} bytes. Send less; nothing was stored."
    )
