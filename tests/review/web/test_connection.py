"""A connection on which no request comes is closed; one that is used is left alone."""

import socket
import time
from contextlib import contextmanager

import pytest

from weaklabel.review.web import _connection, serving


@pytest.fixture
def connect(solo_app, monkeypatch):
    """Return what opens a connection to a server that waits half a second for a head."""
    monkeypatch.setattr(_connection, "_HEAD_SECONDS", 0.5)

    @contextmanager
    def opened():
        made = socket.create_connection(("127.0.0.1", port), timeout=30)
        with made:
            yield made

    with serving(solo_app) as url:
        port = int(url.split(":")[2].partition("/")[0])
        yield opened


def request(connection):
    port = connection.getpeername()[1]
    connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    received = b""
    while b'{"ok":true}' not in received:
        piece = connection.recv(65_536)
        assert piece, "closed"
        received += piece


def test_who_says_nothing_is_cut_off(connect):
    with connect() as silent:
        assert silent.recv(1) == b""


def test_who_says_a_byte_now_and_then_is_cut_off_as_well(connect):
    with connect() as slow:
        slow.settimeout(0.1)
        received, deadline = None, time.monotonic() + 30
        while received != b"":
            assert time.monotonic() < deadline
            try:
                slow.sendall(b"G")
                received = slow.recv(1)
            except TimeoutError:
                continue
            except ConnectionError:
                received = b""


def test_a_second_head_that_stays_away_half_way_is_not_waited_for(connect):
    with connect() as slow:
        request(slow)
        slow.sendall(b"GET /he")
        assert slow.recv(1) == b""


def test_a_connection_that_is_used_stays_for_the_next_request(connect):
    with connect() as kept, connect() as silent:
        request(kept)
        assert silent.recv(1) == b""  # the time that a head has is over
        request(kept)
