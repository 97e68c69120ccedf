import errno
import socket

import pytest

from weaklabel.errors import ParameterError
from weaklabel.review.web import _addresses
from weaklabel.review.web._addresses import DEFAULT_PORT, is_loopback, listen, url_of


@pytest.fixture
def taken():
    """Return a port at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        yield holder.getsockname()[1]


@pytest.mark.parametrize(
    ("host", "only_here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("::1", True),
        ("0.0.0.0", False),  # noqa: S104
        ("", False),
        ("192.0.2.7", False),
        ("2001:db8::1", False),
        ("::", False),
    ],
)
def test_what_others_reach_is_told_from_what_they_do_not(host, only_here):
    assert is_loopback(host) is only_here


@pytest.mark.parametrize("host", ["no such host", "a" * 70, "é\x00", "999.0.0.1:80"])
def test_a_host_that_is_not_known_is_refused_in_words(host):
    with pytest.raises(ParameterError, match=r"host is .*, must be a name or an address of this"):
        is_loopback(host)


def test_any_free_port_will_do():
    with listen("127.0.0.1", 0, pytest.fail) as found:
        assert found.getsockname()[1] > 0


def test_the_default_gives_way_to_the_next_and_says_so(taken, monkeypatch):
    monkeypatch.setattr(_addresses, "DEFAULT_PORT", taken)
    said = []
    with listen("127.0.0.1", taken, said.append) as found:
        port = found.getsockname()[1]
    assert taken < port <= taken + 20
    assert said == [f"Port {taken} is taken; this is port {port}."]


def test_a_port_that_was_asked_for_gives_way_to_none(taken):
    with pytest.raises(ParameterError, match=rf"cannot listen at 127.0.0.1 port {taken}: .*0 for"):
        listen("127.0.0.1", taken, pytest.fail)


def test_when_all_are_taken_it_says_how_many_were_tried(taken, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.EADDRINUSE, "taken")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(
        ParameterError, match=r"8642: .*, as are the 20 after it. Choose another port"
    ):
        listen("127.0.0.1", DEFAULT_PORT, pytest.fail)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "Choose a port of 1024 or more"), (errno.EADDRNOTAVAIL, "of this machine")],
)
def test_what_the_system_refuses_is_said_with_what_to_do(number, words, monkeypatch):
    def refuse(*_, **__):
        raise OSError(number, "no")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(ParameterError, match=words):
        listen("127.0.0.1", 80, pytest.fail)


@pytest.mark.parametrize("port", [-1, 65_536, "8642", 1.5, True])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(ParameterError, match="port is"):
        listen("127.0.0.1", port, pytest.fail)


def test_an_address_of_ipv6_has_brackets_in_a_url():
    assert url_of("::1", 80, is_tls=False) == "http://[::1]:80"
    assert url_of("[::1]", 80, is_tls=False) == "http://[::1]:80"
    assert url_of("review.example.org", 8443, is_tls=True) == "https://review.example.org:8443"


def test_what_is_sent_to_a_browser_waits_for_no_acknowledgement():
    with listen("127.0.0.1", 0, print) as listening:
        address = listening.getsockname()
        with socket.create_connection(address), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
