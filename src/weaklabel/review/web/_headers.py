"""Headers that every response carries: what a browser may do with it, and who may see it."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

__all__ = ["add_security_headers"]

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        # No script of ours makes markup or code of a text, and where one came to, nothing happens.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_ALWAYS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def add_security_headers(headers: MutableHeaders) -> None:
    """Set them, whatever the route said, and keep the response out of caches unless it said how."""
    for name, value in _ALWAYS.items():
        headers[name] = value
    headers.setdefault("cache-control", "no-store")
