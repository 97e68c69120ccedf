"""Addresses: where a server may listen, a port that is free, and the URL that people open."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from collections.abc import Callable

from weaklabel.core._check import check_int
from weaklabel.errors import ParameterError, wrong_value

__all__ = ["DEFAULT_PORT", "is_loopback", "listen", "url_of"]

DEFAULT_PORT = 8642
_N_PORTS = 20
_BACKLOG = 256


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a server that listens at `host`.

    Raises ParameterError if the host is not known.
    """
    return all(ipaddress.ip_address(a[0].partition("%")[0]).is_loopback for _, a in _resolve(host))


def listen(host: str, port: int, say: Callable[[str], object]) -> socket.socket:
    """Return a socket that listens.

    Parameters
    ----------
    host : str
        A name or an address of this machine.
    port : int
        0 for any. `DEFAULT_PORT` stands for itself or, where that is taken, one of the next;
        another port for itself.
    say : callable
        Told in words where another port is taken.

    Raises
    ------
    ParameterError
        If the system refuses, or all of these ports are taken.
    """
    if not 0 <= check_int("port", port, 0) <= 65_535:
        raise ParameterError(wrong_value("port", port, "an integer in [0, 65535]"))
    family, address = _resolve(host)[0]
    last = port + _N_PORTS if port == DEFAULT_PORT else port
    for candidate in range(port, last + 1):
        try:
            found = socket.create_server((address[0], candidate), family=family, backlog=_BACKLOG)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or candidate == last:
                raise ParameterError(_refused(host, port, last, error)) from error
        else:
            # Else a reply in two pieces waits for the 40 ms of a delayed acknowledgement: asyncio
            # sets this only on sockets that name their protocol, which these do not.
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if candidate != port:
                say(f"Port {port} is taken; this is port {candidate}.")
            return found
    raise AssertionError("the last port returns or raises")


def url_of(host: str, port: int, *, is_tls: bool) -> str:
    """Return the URL of a server, without a path."""
    name = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{'https' if is_tls else 'http'}://{name}:{port}"


def _resolve(host: str) -> list[tuple[socket.AddressFamily, tuple[str, int]]]:
    # An empty host means every address, as it does to the system.
    try:
        found = socket.getaddrinfo(
            host or "0.0.0.0",  # noqa: S104 - what the user asked for; `serve` then wants more
            0,
            type=socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )
    except (OSError, UnicodeError) as error:
        advice = "Use '127.0.0.1' for this machine alone."
        allowed = "a name or an address of this machine"
        raise ParameterError(wrong_value("host", host, allowed, advice)) from error
    return [(family, (str(address[0]), 0)) for family, _, _, _, address in found]


def _refused(host: str, port: int, last: int, error: OSError) -> str:
    reason = os.strerror(error.errno) if error.errno else str(error)
    where = f"{host or '*'} port {port}"
    if error.errno == errno.EADDRINUSE:
        tried = "" if last == port else f", as are the {last - port} after it"
        return f"cannot listen at {where}: {reason}{tried}. Choose another port, or 0 for any."
    if error.errno == errno.EACCES:
        return f"cannot listen at {where}: {reason}. Choose a port of 1024 or more."
    return f"cannot listen at {where}: {reason}. Choose an address of this machine."
