"""Static files: the pages and scripts of the review, as they lie in the package, and no other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from weaklabel.review.web._errors import RefusedError

__all__ = ["ASSETS", "file_response", "static_file"]

_PAGES = ("dashboard.html", "index.html", "login.html")

#: Names under /static; a name is looked up here and never joined to a folder.
ASSETS = (
    "dashboard.css",
    "dashboard.js",
    "login.css",
    "login.js",
    "page.js",
    "review.css",
    "review.js",
)

_TYPES = {"css": "text/css", "html": "text/html", "js": "text/javascript"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file's bytes, what they are, and a tag that changes with them."""

    content: bytes
    media_type: str
    tag: str


@cache
def static_file(name: str) -> StaticFile:
    """Return one of our files; read once, so that an upgrade under a running server mixes nothing."""
    content = files("weaklabel.review").joinpath("static", name).read_bytes()
    tag = hashlib.sha256(content).hexdigest()[:32]
    return StaticFile(content, _TYPES[name.rpartition(".")[2]], f'"{tag}"')


def file_response(request: Request, name: str) -> Response:
    """Return a file, or that the browser has it already; it asks each time, so it sees an upgrade.

    Raises RefusedError if it is none of ours.
    """
    if name not in ASSETS and name not in _PAGES:
        raise RefusedError("not_found", "There is no such file.")
    file = static_file(name)
    headers = {"etag": file.tag, "cache-control": "no-cache"}
    known = request.headers.get("if-none-match", "").split(",")
    if file.tag in (tag.strip().removeprefix("W/") for tag in known):
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type, headers=headers)
