"""serve: the application on a socket of this machine, until somebody stops it."""

from __future__ import annotations

import gc
import re
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from os import PathLike
from socket import socket
from typing import TypeAlias

import uvicorn
from starlette.applications import Starlette
from uvicorn.server import HANDLED_SIGNALS

from weaklabel.errors import ParameterError, wrong_value
from weaklabel.review.web._addresses import DEFAULT_PORT, is_loopback, listen, url_of
from weaklabel.review.web._connection import Connection
from weaklabel.review.web._site import Site

__all__ = ["serve", "serving"]

Teller: TypeAlias = Callable[[str], object]

# A reviewer who reads for a minute answers over the connection that is there.
_KEEP_ALIVE_SECONDS = 75

# Replies take milliseconds; a client that is slow to send a message is cut off after this.
_GRACE_SECONDS = 1


def _nothing(_: str) -> None:
    """Take what is said, and tell nobody."""


def serve(
    app: Starlette,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    *,
    ready: Teller = _nothing,
    say: Teller = _nothing,
    ssl_certfile: str | PathLike[str] | None = None,
    ssl_keyfile: str | PathLike[str] | None = None,
    insecure: bool = False,
    trusted_proxies: Sequence[str] = (),
) -> None:
    """Serve an application of `create_app` until SIGINT or SIGTERM, and finish replies under way.

    Parameters
    ----------
    app : starlette.applications.Starlette
        As `create_app` returns it. Its desk is not closed.
    host : str
        By default this machine alone. An address that others reach needs a team's desk, a name
        among the allowed hosts, and TLS.
    port : int
        0 for any that is free. Where the default is taken, one of the next, and `say` is told.
    ready : callable
        Called once, in a thread, with the URL to open, when the server answers; for one
        reviewer, their token is in it.
    say : callable
        Told in words what the user should know.
    ssl_certfile, ssl_keyfile : path-like, optional
        A certificate in PEM format, and its key where that is in another file.
    insecure : bool
        Whether others may reach it without TLS, so that everyone on the way can read and change
        what is sent: texts, answers and tokens.
    trusted_proxies : sequence of str
        Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed. Without,
        all that come through one share its limit of failed tries to sign in.

    Raises
    ------
    ParameterError
        If it may not listen there, cannot, or the certificate cannot be used.

    Notes
    -----
    It stops within about two seconds, or when the last reply under way is done: nothing that
    was begun is cut off. Errors go to the loggers "weaklabel.review.web" and "uvicorn.error";
    nothing is printed.
    """
    site = _site(app)
    if not is_loopback(host):
        _check_open(host, site, has_tls=ssl_certfile is not None, insecure=insecure, say=say)
    server = _server(app, ssl_certfile, ssl_keyfile, trusted_proxies)
    with listen(host, port, say) as listening:
        url = _shown_url(host, listening, site, is_tls=ssl_certfile is not None)
        # A daemon, because `ready` may open a browser that stays in the foreground.
        threading.Thread(target=server.tell, args=(ready, url), daemon=True).start()
        # A queue of 100,000 items is a million objects that stay: the collector would walk through
        # them every few seconds, and stop all replies for a tenth of a second.
        gc.freeze()
        with suppress(KeyboardInterrupt):  # it may come before the server takes the signals
            server.run_on(listening)
        gc.unfreeze()
    site.pool.shutdown(wait=True)


@contextmanager
def serving(app: Starlette, *, port: int = 0) -> Iterator[str]:
    """Serve on this machine alone in a thread while the block runs, and yield the URL to open.

    Parameters
    ----------
    app : starlette.applications.Starlette
        As `create_app` returns it.
    port : int
        0 for any that is free.

    Raises
    ------
    ParameterError
        If it cannot listen there.
    """
    site = _site(app)
    server = _server(app, None, None, ())
    with listen("127.0.0.1", port, _nothing) as listening:
        thread = threading.Thread(target=server.run_on, args=(listening,), daemon=True)
        thread.start()
        try:
            server.is_up.wait()
            yield _shown_url("127.0.0.1", listening, site, is_tls=False)
        finally:
            server.should_exit = True
            thread.join()
            site.pool.shutdown(wait=True)


class _Server(uvicorn.Server):
    """A server that says when it is up, and that returns after a signal instead of raising it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    def run_on(self, listening: socket) -> None:
        """Serve on a socket until told to stop."""
        try:
            self.run(sockets=[listening])
        finally:
            self.is_up.set()  # or, that it never will be: whoever waits goes on

    def tell(self, ready: Teller, url: str) -> None:
        """Call `ready` once the server is up."""
        self.is_up.wait()
        if self.started:
            ready(url)

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, and let those know who wait for it."""
        await super().startup(sockets)
        self.is_up.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal while the block runs; uvicorn's own raises it again afterwards.

        A process that SIGTERM ends that way closes nothing.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _server(
    app: Starlette,
    certfile: str | PathLike[str] | None,
    keyfile: str | PathLike[str] | None,
    trusted_proxies: Sequence[str],
) -> _Server:
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_certfile=certfile,
        ssl_keyfile=keyfile,
    )
    try:
        config.load()
    except OSError as error:  # among them ssl.SSLError
        raise ParameterError(
            f"cannot use the certificate {certfile} with the key {keyfile or certfile}: "
            f"{error.strerror or error}. Give a certificate in PEM format, and its key without a "
            "password."
        ) from error
    return _Server(config)


def _site(app: Starlette) -> Site:
    site = getattr(app.state, "site", None)
    if not isinstance(site, Site):
        raise ParameterError(wrong_value("app", app, "an application of create_app"))
    return site


def _check_open(host: str, site: Site, *, has_tls: bool, insecure: bool, say: Teller) -> None:
    """Raise ParameterError unless it was meant that others reach the server."""
    if not site.desk.is_team:
        advice = (
            "To review from other machines, serve a team: each reviewer has a name and a token."
        )
        allowed = "an address of this machine alone, such as '127.0.0.1', for one reviewer"
        raise ParameterError(wrong_value("host", host, allowed, advice))
    if not site.hosts.public:
        advice = "Name there the host that reviewers type, such as 'review.example.org'."
        raise ParameterError(
            f"allowed_hosts is empty, must name a host where host is {host!r}. {advice}"
        )
    if has_tls:
        return
    if not insecure:
        raise ParameterError(
            f"host is {host!r}, must be an address of this machine alone, such as '127.0.0.1', "
            "where there is no TLS. Give a certificate and its key (ssl_certfile, ssl_keyfile), "
            "or leave host as it is and put a proxy that ends TLS before the server. insecure=True "
            "serves without: everyone on the way can then read and change texts, answers and "
            "tokens."
        )
    say(
        "Without TLS: everyone on the way can read and change what is sent, tokens included. "
        "Use it in a network that you trust, or not at all."
    )


def _shown_url(host: str, listening: socket, site: Site, *, is_tls: bool) -> str:
    """Return the address that a reviewer opens; of "every address", the first public name."""
    port = int(listening.getsockname()[1])
    if host in ("", "0.0.0.0", "::"):  # noqa: S104 - compared, not listened at
        host = re.sub(r":\d+$", "", site.hosts.public[0])
    return url_of(host, port, is_tls=is_tls) + site.start_path
