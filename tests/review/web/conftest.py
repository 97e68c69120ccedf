"""A desk that answers anything, and a client that can send what no browser would."""

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookies import SimpleCookie
from types import SimpleNamespace
from urllib.parse import unquote

import pytest

from weaklabel.errors import DecisionsError
from weaklabel.review.web import create_app

SECRET = bytes(range(32))
LINK = "the-token-of-the-link"
PNG = b"\x89PNG\r\n\x1a\n and the rest"


def run(coroutine):
    """Return what a coroutine returns; in a thread, as a browser's test may have a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


class FakeDesk:
    """Answers messages of the protocol as a desk does, and keeps what it was told."""

    title = "Comments"

    def __init__(self, *, tokens: dict[str, str] | None = None) -> None:
        self.is_team = tokens is not None
        self.tokens = dict(tokens or {})  # name -> token
        self.told: list[tuple[str, object]] = []
        self.threads: set[str] = set()
        self.answer = lambda message: {"ok": True, "did": None, "screen": {"item": None}}

    def reply(self, reviewer, message):
        self.threads.add(threading.current_thread().name)
        self.told.append((reviewer, message))
        return self.answer(message)

    def image(self, reviewer, item_id, column):
        kinds = {"a": ("image/png", PNG), "svg": ("image/svg+xml", b"<svg/>")}
        if item_id not in kinds or column != "picture":
            raise DecisionsError(f"item {item_id!r} is not one that {reviewer} may see.")
        return kinds[item_id]

    def login(self, token):
        return next((self.known(n) for n, t in self.tokens.items() if t == token), None)

    def known(self, name):
        token = self.tokens.get(name)
        if token is None:
            return None
        return SimpleNamespace(name=name, role="reviewer", fingerprint=f"of {token}")

    def dashboard(self, reviewer):
        if reviewer != "lea":
            raise DecisionsError("the dashboard is for leads.")
        return {"answers": 3}

    def close(self):
        pass


@dataclass
class Answer:
    """A response; `headers` has names in lower case, in order."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name):
        return next((value for key, value in self.headers if key == name), None)

    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json()["error"]["code"]


class Browser:
    """Calls an application as a server does; keeps cookies, and changes nothing else unasked."""

    def __init__(self, app, *, host="127.0.0.1:8642", scheme="http", port=8642):
        self.app, self.host, self.scheme, self.port = app, host, scheme, port
        self.address: str | None = "127.0.0.1"
        self.cookies: dict[str, str] = {}

    @property
    def origin(self):
        return f"{self.scheme}://{self.host}"

    def get(self, path, **headers):
        return self.send("GET", path, headers=headers)

    def post(self, path, value=None, **headers):
        given = {"origin": self.origin, "content-type": "application/json"}
        given |= {key.replace("_", "-"): v for key, v in headers.items()}
        body = value if isinstance(value, bytes) else json.dumps(value or {}).encode()
        kept = {key: v for key, v in given.items() if v is not None}
        return self.send("POST", path, headers=kept, chunks=[body])

    def send(self, method, path, *, headers=(), chunks=(b"",), raw=None):
        """Send a request; `raw` headers stand in place of all."""
        if raw is None:
            given = {
                "host": self.host,
                **{k.replace("_", "-"): v for k, v in dict(headers).items()},
            }
            if self.cookies and "cookie" not in given:
                given["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
            raw = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in given.items()]
        answer = run(self._call(method, path, raw, list(chunks)))
        self._keep(answer)
        return answer

    async def _call(self, method, path, raw, chunks):
        raw_path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": self.scheme,
            "path": unquote(raw_path),
            "raw_path": raw_path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "root_path": "",
            "headers": raw,
            "client": None if self.address is None else (self.address, 50_000),
            "server": ("127.0.0.1", self.port),
        }
        sent = []
        waiting = [
            {"type": "http.request", "body": c, "more_body": i < len(chunks) - 1}
            for i, c in enumerate(chunks)
        ]

        async def receive():
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        await self.app(scope, receive, send)
        pairs = [(k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in sent[0]["headers"]]
        return Answer(sent[0]["status"], pairs, b"".join(m.get("body", b"") for m in sent[1:]))

    def _keep(self, answer):
        for key, value in answer.headers:
            if key == "set-cookie":
                for name, morsel in SimpleCookie(value).items():
                    self.cookies[name] = morsel.value
                    if morsel["max-age"] == "0":
                        del self.cookies[name]


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def finish():
    """Return a function that runs a coroutine to its end."""
    return run


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk():
    """Return the desk of one reviewer, ann."""
    return FakeDesk()


@pytest.fixture
def team():
    """Return the desk of ann and of lea, who leads."""
    return FakeDesk(tokens={"ann": "token of ann", "lea": "token of lea"})


@pytest.fixture
def make_browser():
    """Return a function that makes a client of any application."""
    return Browser


@pytest.fixture
def solo_app(desk, clock):
    return create_app(desk, secret=SECRET, start_token=LINK, reviewer="ann", clock=clock)


@pytest.fixture
def team_app(team, clock):
    return create_app(team, secret=SECRET, allowed_hosts=["review.example.org"], clock=clock)


@pytest.fixture
def visitor(solo_app):
    """Return a browser that has no cookie yet."""
    return Browser(solo_app)


@pytest.fixture
def browser(visitor):
    """Return the browser of ann, who opened the link."""
    assert visitor.get(f"/?token={LINK}").status == 303
    return visitor


@pytest.fixture
def team_browser(team_app):
    """Return a function that signs somebody in by name."""

    def sign_in(name):
        browser = Browser(team_app)
        assert browser.post("/login", {"token": f"token of {name}"}).status == 200
        return browser

    return sign_in
