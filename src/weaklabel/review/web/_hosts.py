"""Hosts: the names by which this server may be asked, so that no other name can be pointed at it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from weaklabel.errors import ParameterError, wrong_value

__all__ = ["Hosts"]

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::[0-9]{1,5})?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Hosts:
    """The hosts that the Host header may name: loopback ones, and those given.

    A page of another site can have its own name resolved to this machine (DNS rebinding), and
    its requests then look as if they came from here, but for this header.

    Parameters
    ----------
    names : sequence of str
        Public names, "review.example.org", with ":port" where only that port may be named. A
        name without one stands for any port.

    Raises
    ------
    ParameterError
        If one is no host.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.public = tuple(_checked(name) for name in names)
        self._allowed = frozenset((*_LOOPBACK, *self.public))

    def allow(self, host: str) -> bool:
        """Return whether a Host header names one of them."""
        found = _HOST.fullmatch(host.lower())
        return found is not None and not self._allowed.isdisjoint((host.lower(), found["name"]))

    @staticmethod
    def is_origin(origin: str, host: str) -> bool:
        """Return whether a page of `origin` was loaded from `host`, by either scheme.

        A proxy that ends TLS asks by plain http for what the page knows as https.
        """
        scheme, _, place = origin.lower().partition("://")
        default = _DEFAULT_PORTS.get(scheme)
        if default is None:
            return False
        return place.removesuffix(default) == host.lower().removesuffix(default)


def _checked(name: object) -> str:
    if isinstance(name, str) and _HOST.fullmatch(name.lower()):
        return name.lower()
    advice = "Leave out the scheme and the path; write a name in other letters as xn--…."
    allowed = "a host such as 'review.example.org' or 'review.example.org:8443'"
    raise ParameterError(wrong_value("allowed_hosts", name, allowed, advice))
