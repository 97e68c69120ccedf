"""Errors over HTTP: one shape, ``{"ok": false, "error": {"code", "message"}}``, for every route."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Literal, TypeAlias

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

__all__ = [
    "Code",
    "RefusedError",
    "http_error",
    "log_failure",
    "refused",
    "server_error",
    "stopping",
    "store_error",
]

#: What went wrong, for programs; the message says it for people.
Code: TypeAlias = Literal[
    "invalid",
    "unauthenticated",
    "forbidden",
    "not_found",
    "not_allowed",
    "too_large",
    "not_json",
    "too_many",
    "internal",
    "store",
]

_STATUS: Mapping[Code, int] = {
    "invalid": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "not_allowed": 405,
    "too_large": 413,
    "not_json": 415,
    "too_many": 429,
    "internal": 500,
    "store": 503,
}

_LOG = logging.getLogger(__name__)


class RefusedError(Exception):
    """A request that gets an error and nothing else.

    Parameters
    ----------
    code : str
        Decides the status.
    message : str
        What is wrong, and what to do; the client sees it.
    headers : mapping of str to str
        Sent with it.
    """

    def __init__(self, code: Code, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message
        self.headers = dict(headers or {})


def refused(refusal: RefusedError) -> Response:
    """Return the response that says why."""
    return _response(_STATUS[refusal.code], refusal.code, refusal.message, refusal.headers)


def server_error() -> Response:
    """Return the response to a request that failed for no fault of the client's.

    It says nothing of what happened: that is for the log.
    """
    message = (
        "The server could not do this, and does not know whether it was done. Try again; "
        "the log of the server says more."
    )
    return _response(500, "internal", message, {})


def store_error() -> Response:
    """Return the response where the store could not be asked who somebody is.

    Its own words name hosts and folders, and not everybody who reads this is signed in.
    """
    message = "The store of decisions does not answer; nothing was stored. Try again."
    return refused(RefusedError("store", message))


def stopping() -> Response:
    """Return the response to a request that the server could not wait for when it stopped.

    Its code has the page send the message again, with the same key, so that nothing is doubled.
    """
    return refused(RefusedError("store", "The server stops. Send this again when it is back."))


def http_error(_: Request, error: Exception) -> Response:
    """Return the response for an error that Starlette itself raises: an unknown path or method."""
    if not isinstance(error, HTTPException):
        raise error
    headers = error.headers or {}
    if error.status_code == 404:
        return refused(RefusedError("not_found", "There is nothing at this address.", headers))
    if error.status_code == 405:
        message = f"This address takes {headers.get('Allow', 'other methods')} only."
        return refused(RefusedError("not_allowed", message, headers))
    message = "This request cannot be understood."
    return _response(error.status_code, "invalid", message, headers)


def log_failure(scope: Scope) -> None:
    """Log the exception at hand; the path in quotes, so that it cannot forge a line."""
    _LOG.exception("%s %r failed", scope["method"], scope["path"])


def _response(status: int, code: str, message: str, headers: Mapping[str, str]) -> Response:
    # In ASCII: a message may repeat half of a surrogate pair that was in the data.
    content = json.dumps({"ok": False, "error": {"code": code, "message": message}})
    return Response(content, status, dict(headers), media_type="application/json")
