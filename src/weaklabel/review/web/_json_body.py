"""JSON in and out of HTTP: bodies of requests as hostile as they come, replies that always encode."""

from __future__ import annotations

import asyncio
import json
import math
from typing import NoReturn

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from weaklabel.files import Json
from weaklabel.review.web._errors import RefusedError

__all__ = ["json_response", "parse_json", "read_json"]

#: A body of at most 64 kB takes no longer, even over a telephone.
_BODY_SECONDS = 30.0


async def read_json(request: Request) -> Json:
    """Return what the body of a request holds, or raise RefusedError."""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            body = await request.body()
    except TimeoutError:
        raise RefusedError("store", "The message did not arrive in time. Send it again.") from None
    except ClientDisconnect:
        raise RefusedError("invalid", "The connection ended before the body did.") from None
    return parse_json(body)


def parse_json(body: bytes) -> Json:
    """Return the value of a JSON text, or raise RefusedError.

    Numbers must be finite, and texts such that UTF-8 can hold them: Python's parser takes
    ``NaN``, ``1e999`` and half of a surrogate pair, none of which can be stored or sent back.
    """
    try:
        value: Json = json.loads(body.decode(), parse_constant=_refuse, parse_float=_finite)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise RefusedError("invalid", "The body is not JSON in UTF-8. Send an object.") from None
    return value


def json_response(value: Json) -> Response:
    """Return a response with `value`; half surrogate pairs of the data are escaped, not refused."""
    try:
        body = _dumped(value, ascii_only=False).encode()
    except UnicodeEncodeError:
        body = _dumped(value, ascii_only=True).encode()
    return Response(body, media_type="application/json")


def _dumped(value: Json, *, ascii_only: bool) -> str:
    return json.dumps(value, ensure_ascii=ascii_only, allow_nan=False, separators=(",", ":"))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number
