"""Real sockets, a real uvicorn, and signals to processes of our own."""

import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from weaklabel.errors import ParameterError
from weaklabel.review import DecisionStore
from weaklabel.review.web import _serve, create_app, serve, serving

EVERYWHERE = "0.0.0.0"  # noqa: S104 - never listened at: it is refused before
SCRIPT = Path(__file__).with_name("desk_server.py")
KEY = "0123456789abcdef"


class Client:
    """One connection to a server, and its cookie."""

    def __init__(self, url, context=None):
        self.url = urlsplit(url)
        self.cookie = ""
        place = (self.url.hostname, self.url.port)
        self.connection = (
            HTTPConnection(*place, timeout=60)
            if context is None
            else HTTPSConnection(*place, timeout=60, context=context)
        )

    def ask(self, method, path, value=None, **headers):
        """Return status, headers and body."""
        given = {"Cookie": self.cookie, "Origin": f"{self.url.scheme}://{self.url.netloc}"}
        given |= {key.replace("_", "-"): v for key, v in headers.items()}
        body = None
        if value is not None:
            given["Content-Type"], body = "application/json", json.dumps(value).encode()
        self.connection.request(method, path, body, given)
        response = self.connection.getresponse()
        content = response.read()
        if response.headers["set-cookie"]:
            self.cookie = response.headers["set-cookie"].partition(";")[0]
        return response.status, response.headers, content

    def open_link(self):
        """Exchange the token in the URL for a cookie."""
        status, headers, _ = self.ask("GET", f"/?{self.url.query}")
        assert (status, headers["location"]) == (303, "/")
        return self

    def tell(self, message):
        """Return the reply to a message."""
        status, _, content = self.ask("POST", "/api/message", message)
        assert status == 200, content
        return json.loads(content)


@pytest.fixture
def client_of():
    """Return a function that opens a connection; all are closed at the end."""
    opened = []

    def connect(url, context=None):
        opened.append(Client(url, context))
        return opened[-1]

    yield connect
    for client in opened:
        client.connection.close()


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a server of its own; those left over are ended."""
    started = []

    def run(kind="review", port=0, **options):
        command = [sys.executable, "-W", "error", str(SCRIPT), kind, str(tmp_path), str(port)]
        process = subprocess.Popen(
            [*command, json.dumps(options)], stdout=subprocess.PIPE, stderr=None, text=True
        )
        started.append(process)
        return process, line(process, "URL")

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


def line(process, word):
    """Return the rest of the first line that begins with `word`."""
    for text in process.stdout:
        if text.startswith(word):
            return text.removeprefix(word).strip()
    raise AssertionError(f"it ended without {word}: code {process.wait()}")


def ended(process):
    """Return the exit code and the last words."""
    words = process.stdout.read()
    return process.wait(), words


def until(condition):
    while not condition():
        time.sleep(0.01)


# In a thread


def test_a_server_in_a_thread_answers_until_the_block_ends(solo_app, client_of):
    with serving(solo_app) as url:
        client = client_of(url).open_link()
        assert client.tell({"do": "open"})["ok"] is True
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((client.url.hostname, client.url.port), timeout=5)


def test_a_reply_under_way_is_delivered_before_the_server_stops(
    solo_app, desk, monkeypatch, client_of
):
    monkeypatch.setattr(_serve, "_GRACE_SECONDS", 60)
    begun, go, replies = threading.Event(), threading.Event(), []

    def answer(message):
        begun.set()
        go.wait()
        return {"ok": True, "slow": True}

    def ask(url):
        replies.append(client_of(url).open_link().tell({"do": "accept"}))

    with serving(solo_app) as url:
        desk.answer = answer
        client = threading.Thread(target=ask, args=(url,))
        client.start()
        begun.wait()
        # The server is told to stop first; only then may the reply be ready.
        threading.Timer(0.3, go.set).start()
    client.join()
    assert replies == [{"ok": True, "slow": True}]


def test_one_reply_that_waits_holds_up_no_other(solo_app, desk, client_of):
    go, waiting = threading.Event(), []

    def answer(message):
        if message["do"] == "wait":
            go.wait()
        return {"ok": True}

    desk.answer = answer
    with serving(solo_app) as url:
        slow = threading.Thread(
            target=lambda: waiting.append(client_of(url).open_link().tell({"do": "wait"}))
        )
        slow.start()
        until(lambda: desk.told)
        client = client_of(url).open_link()
        assert client.tell({"do": "open"}) == {"ok": True}
        assert waiting == []
        go.set()
        slow.join()
    assert waiting == [{"ok": True}]


def logins_at_once(app, client_of, token, n=40):
    """Return how often each status came back."""
    with serving(app) as url, ThreadPoolExecutor(n) as pool:
        clients = [client_of(url) for _ in range(n)]
        return Counter(
            pool.map(lambda client: client.ask("POST", "/login", {"token": token})[0], clients)
        )


def test_a_whole_team_signs_in_at_once_from_one_address(team_app, client_of):
    """As through a proxy: those who are let in count for nothing, however many come at once."""
    assert logins_at_once(team_app, client_of, "token of ann") == {200: 40}


def test_those_who_guess_at_once_get_no_more_guesses(team, team_app, client_of):
    def slowly(token):
        time.sleep(0.02)  # so that all would be looked up before the first one has failed

    team.login = slowly
    assert logins_at_once(team_app, client_of, "guess") == {401: 10, 429: 30}


def test_what_is_no_http_breaks_nothing(solo_app, client_of):
    with serving(solo_app) as url:
        place = (urlsplit(url).hostname, urlsplit(url).port)
        for rubbish in (b"\x16\x03\x01\x00\xff" * 20, b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"):
            with socket.create_connection(place, timeout=60) as raw:
                raw.sendall(rubbish)
                assert raw.recv(12).startswith(b"HTTP/1.1 4")
        assert client_of(url).open_link().tell({"do": "open"})["ok"] is True


def test_a_body_in_chunks_is_cut_off_at_the_limit(solo_app, desk, client_of):
    with serving(solo_app) as url:
        client = client_of(url).open_link()
        headers = {
            "Cookie": client.cookie,
            "Origin": f"http://{client.url.netloc}",
            "Content-Type": "application/json",
        }
        pieces = (b" " * 4096 for _ in range(17))
        client.connection.request("POST", "/api/message", pieces, headers, encode_chunked=True)
        response = client.connection.getresponse()
        assert response.status == 413
        assert json.loads(response.read())["error"]["code"] == "too_large"
    assert desk.told == []


def test_the_head_of_a_page_has_no_body(solo_app, client_of):
    with serving(solo_app) as url:
        client = client_of(url)
        status, headers, content = client.ask("HEAD", "/login")
        assert (status, content) == (200, b"")
        assert int(headers["content-length"]) > 100
        assert "server" not in headers


# In a process


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_cleanly(start, number, client_of):
    process, url = start()
    client = client_of(url).open_link()
    assert client.tell({"do": "open"})["screen"]["item"]["item_id"] == "a"
    process.send_signal(number)  # with the client's connection open
    assert ended(process) == (0, "STOPPED\n")


@pytest.mark.slow
def test_a_reply_under_way_is_finished_though_its_client_waits_no_longer(
    start, tmp_path, client_of
):
    process, url = start("waiting")
    client = client_of(url)
    client.ask("POST", "/login", {"token": "token of ann"})
    body = json.dumps({"do": "wait"}).encode()
    headers = {"Cookie": client.cookie, "Origin": f"http://{client.url.netloc}"}
    headers["Content-Type"] = "application/json"
    client.connection.request("POST", "/api/message", body, headers)
    until((tmp_path / "begun").exists)
    process.send_signal(signal.SIGTERM)
    # The time of grace is over, and the reply still at work: the page will send it again.
    response = client.connection.getresponse()
    assert (response.status, json.loads(response.read())["error"]["code"]) == (503, "store")
    assert not (tmp_path / "done").exists()
    (tmp_path / "go").touch()
    assert ended(process) == (0, "STOPPED\n")
    assert (tmp_path / "done").exists()


@pytest.mark.slow
def test_after_kill_9_the_same_cookie_goes_on_at_the_same_item(start, tmp_path, client_of):
    process, url = start()
    client = client_of(url).open_link()
    message = {"do": "accept", "key": KEY, "item_id": "a"}
    assert client.tell(message)["screen"]["item"]["item_id"] == "b"
    process.kill()
    process.wait()
    _, again = start(port=client.url.port)
    assert again == url
    client.connection.close()  # the next request opens another
    assert client.tell({"do": "open"})["screen"]["item"]["item_id"] == "b"
    client.tell(message)  # the reply was lost, as far as the page knows
    log = DecisionStore(tmp_path / "log.sqlite").log()
    assert [(d.item_id, d.label) for d in log] == [("a", "spam")]


@pytest.mark.slow
def test_two_servers_on_one_project_see_each_others_answers(start, tmp_path, client_of):
    one, two = (client_of(start()[1]).open_link() for _ in range(2))
    one.tell({"do": "accept", "key": KEY, "item_id": "a"})
    two.tell({"do": "reject", "key": KEY[::-1], "item_id": "b"})
    assert one.tell({"do": "open"})["screen"]["item"]["item_id"] == "c"
    assert two.tell({"do": "open"})["screen"]["item"]["item_id"] == "c"
    log = DecisionStore(tmp_path / "log.sqlite").log()
    assert [(d.item_id, d.label) for d in log] == [("a", "spam"), ("b", "ham")]


@pytest.mark.slow
def test_tries_through_a_trusted_proxy_are_counted_by_whom_it_names(start, client_of):
    _, url = start("waiting", trusted_proxies=["127.0.0.1"])
    client = client_of(url)

    def guess(address):
        return client.ask("POST", "/login", {"token": "x"}, X_Forwarded_For=address)[0]

    assert [guess("192.0.2.1") for _ in range(11)] == [401] * 10 + [429]
    assert guess("192.0.2.2") == 401


def test_what_an_untrusted_client_says_of_its_address_is_not_believed(team_app, client_of):
    with serving(team_app) as url:
        client = client_of(url)
        tries = [
            client.ask("POST", "/login", {"token": "x"}, X_Forwarded_For=f"192.0.2.{i}")[0]
            for i in range(11)
        ]
    assert tries == [401] * 10 + [429]


@pytest.mark.slow
def test_with_a_certificate_it_speaks_tls_and_the_cookie_is_secure(start, tmp_path, client_of):
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", str(key)]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    _, url = start(ssl_certfile=str(cert), ssl_keyfile=str(key))
    assert url.startswith("https://127.0.0.1:")
    client = client_of(url, ssl.create_default_context(cafile=str(cert)))
    _, headers, _ = client.ask("GET", f"/?{client.url.query}")
    assert "Secure" in headers["set-cookie"]
    assert client.tell({"do": "open"})["ok"] is True


# Where it may not listen


def refused(app, *arguments, **options):
    with pytest.raises(ParameterError) as caught:
        serve(app, *arguments, ready=pytest.fail, **options)
    return str(caught.value)


def test_one_reviewer_is_not_served_to_other_machines(solo_app):
    assert "for one reviewer" in refused(solo_app, EVERYWHERE, 0, insecure=True)
    assert "for one reviewer" in refused(solo_app, "", 0, insecure=True)


def test_a_team_is_not_served_to_other_machines_without_tls(team_app):
    message = refused(team_app, EVERYWHERE, 0)
    assert message.startswith("host is '0.0.0.0', must be an address of this machine alone")
    for word in ("ssl_certfile", "ssl_keyfile", "proxy that ends TLS", "insecure=True"):
        assert word in message


def test_a_server_that_others_reach_must_know_its_name(team):
    app = create_app(team, secret=b"x" * 32)
    assert "allowed_hosts is empty" in refused(app, EVERYWHERE, 0, insecure=True)


def test_what_it_means_to_go_without_tls_is_said(team_app):
    said = []
    with socket.create_server(("127.0.0.1", 0)) as taken:  # so that nothing is opened to others
        port = taken.getsockname()[1]
        message = refused(team_app, EVERYWHERE, port, insecure=True, say=said.append)
    assert "cannot listen" in message
    assert len(said) == 1
    assert "everyone on the way can read and change what is sent" in said[0]


def test_a_certificate_that_is_none_is_refused_in_words(team_app, tmp_path):
    (tmp_path / "cert.pem").write_text("no certificate")
    for name in ("cert.pem", "missing.pem"):
        message = refused(team_app, port=0, ssl_certfile=tmp_path / name)
        assert f"{name}: " in message
        assert "Give a certificate in PEM format" in message


def test_an_application_of_somebody_else_is_refused():
    from starlette.applications import Starlette

    assert "must be an application of create_app" in refused(Starlette())


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "https://127.0.0.1:{}/"),
        ("", "https://review.example.org:{}/"),
        (EVERYWHERE, "https://review.example.org:{}/"),
        ("::", "https://review.example.org:{}/"),
    ],
)
def test_of_every_address_the_public_name_is_shown(team_app, host, url):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        shown = _serve._shown_url(host, listening, team_app.state.site, is_tls=True)
        assert shown == url.format(listening.getsockname()[1])
