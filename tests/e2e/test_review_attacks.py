"""What somebody tries who wants more of a review than is theirs: over real sockets, at real desks."""

import contextlib
import gzip
import http.client
import json
import re
import socket
from dataclasses import dataclass, field

import numpy as np
import pytest

pytest.importorskip("starlette", reason="the extra 'review' is missing")

from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.review import DecisionStore
from weaklabel.review.desk._desk import ReviewDesk
from weaklabel.review.desk._images import ImageFolder
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.team._reviewers import Reviewers
from weaklabel.review.team._settings import TeamSettings
from weaklabel.review.team._team_desk import TeamDesk
from weaklabel.review.web import create_app, serving

SECRET = b"s" * 32
LINK = "the-token-of-the-link"
PNG = b"\x89PNG\r\n\x1a\n and the rest"


def source(n_items=60, **arguments):
    """Return a queue of texts with pictures, every fourth of the stratum "random", which is blind."""
    ids = [f"i{n:03}" for n in range(n_items)]
    strata = ["error" if n % 4 else "random" for n in range(n_items)]
    schema = LabelSchema(["ham", "spam"])
    posterior = np.tile([0.3, 0.7], (n_items, 1))
    queue = ReviewQueue(ids, strata, range(n_items), [["why"]] * n_items, posterior, schema)
    items = [{"item_id": i, "text": f"text of {i}", "photo": "ok.png"} for i in ids]
    given = {"blind": ["random"], "image_columns": ["photo"], **arguments}
    return SessionSource.of_arguments(queue, items, None, **given)


@dataclass
class Visitor:
    """Somebody at a port, with the cookies that they have."""

    port: int
    cookies: dict = field(default_factory=dict)
    n_keys: int = 0

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def ask(self, method, path, body=None, **headers):
        """Return status, headers and body of a reply to one request on a connection of its own."""
        given = {"Host": self.host, "Content-Type": "application/json"}
        given |= {"Origin": f"http://{self.host}"} if method == "POST" else {}
        given |= {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            sent = body if body is None or isinstance(body, bytes) else json.dumps(body)
            connection.request(method, path, sent, given)
            reply = connection.getresponse()
            content = reply.read()
            for value in reply.headers.get_all("set-cookie") or ():
                name, _, rest = value.partition("=")
                self.cookies[name] = rest.partition(";")[0]
            return reply.status, reply.headers, content

    def status(self, *arguments, **headers):
        return self.ask(*arguments, **headers)[0]

    def log_in(self, token):
        assert self.status("POST", "/login", {"token": token}) == 200
        return self

    def send(self, do, **fields):
        """Return the reply to a message, with a key where it stores."""
        stores = (
            "answer accept reject skip escalate undo comment cause flag lf_wrong apply_to_group"
        )
        if do in stores.split() and "key" not in fields:
            self.n_keys += 1
            fields["key"] = f"{id(self):x}-{self.n_keys:06}"
        return json.loads(self.ask("POST", "/api/message", {"do": do, **fields})[2])


@pytest.fixture
def store(tmp_path):
    store = DecisionStore(tmp_path / "log.sqlite")
    yield store
    store.close()


@pytest.fixture
def images(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "ok.png").write_bytes(PNG)
    return ImageFolder(tmp_path / "images")


@pytest.fixture
def alone(store, images):
    """Return a visitor who opened the link of a review of one."""
    desk = ReviewDesk(source(), store, reviewer="ann", images=images)
    app = create_app(desk, secret=SECRET, start_token=LINK, reviewer="ann")
    with serving(app) as url:
        visitor = Visitor(int(url.split(":")[2].partition("/")[0]))
        assert visitor.status("GET", f"/?token={LINK}") == 303
        yield visitor


PEOPLE = {"ann": "reviewer", "bob": "reviewer", "eve": "expert", "lea": "lead"}


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self):
        self.time = 1_700_000_000.0

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def team(store, images, clock):
    """Return what serves a team, and gives (port, name -> token); all end with the test."""
    with contextlib.ExitStack() as open_servers:

        def serve_team(queue=None, secret=SECRET, **settings):
            people = Reviewers(store)
            known = {entry.name for entry in people.list()}
            tokens = {n: people.add(n, role) for n, role in PEOPLE.items() if n not in known}
            desk = TeamDesk(
                queue or source(), store, TeamSettings(**settings), images=images, clock=clock
            )
            app = create_app(desk, secret=secret, clock=clock)
            url = open_servers.enter_context(serving(app))
            return int(url.split(":")[2].partition("/")[0]), tokens

        yield serve_team


# Requests that no browser sends


def talk(port, *pieces, wait=30):
    """Return all that a server says on one connection until it closes it."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        for piece in pieces:
            connection.sendall(piece)
        received = b""
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65_536):
                received += piece
        return received


def statuses(received):
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3})", received)]


def request(visitor, line, headers="", body=b"", host=None):
    cookie = "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())
    head = f"{line}\r\nHost: {host or visitor.host}\r\nCookie: {cookie}\r\n{headers}"
    return f"{head}Connection: close\r\n\r\n".encode() + body


def post(visitor, headers, body):
    own = f"Origin: http://{visitor.host}\r\nContent-Type: application/json\r\n"
    return request(visitor, "POST /api/message HTTP/1.1", own + headers, body)


@pytest.mark.parametrize(
    ("line", "host", "status"),
    [
        ("GET /healthz HTTP/1.1", None, 200),
        ("GET http://evil.example/healthz HTTP/1.1", None, 404),
        ("GET /healthz HTTP/1.1", "evil.example", 403),
        ("GET /healthz HTTP/1.1", "localhost.", 403),
        ("GET /healthz HTTP/1.1", "evil@127.0.0.1", 403),
        ("GET /healthz HTTP/1.1", "127.0.0.1.evil.example", 403),
        ("GET /healthz HTTP/1.1", "127.0.0.1:80:80", 403),
        ("GET /healthz HTTP/1.1", "127.1", 403),
        ("GET /healthz HTTP/1.1", "0.0.0.0", 403),  # noqa: S104 # a name, and refused
        ("GET /healthz HTTP/1.1", "[::ffff:127.0.0.1]", 403),
        ("GET /healthz HTTP/1.1", "LOCALHOST:1", 200),
        ("GET /healthz HTTP/1.1", "[::1]:8642", 200),
        ("GET /healthz HTTP/1.0", None, 200),
        ("OPTIONS * HTTP/1.1", None, 404),
        ("TRACE / HTTP/1.1", None, 405),
        ("PUT /api/message HTTP/1.1", None, 405),
        ("GET /logout HTTP/1.1", None, 405),
        ("GET /static/../_desk.py HTTP/1.1", None, 404),
        ("GET /static/..%2f_desk.py HTTP/1.1", None, 404),
        ("GET /static/%252e%252e%252f_desk.py HTTP/1.1", None, 404),
        ("GET /static/..%5c_desk.py HTTP/1.1", None, 404),
        ("GET /static/review.js%00 HTTP/1.1", None, 404),
        ("GET /static/%ff%fe HTTP/1.1", None, 404),
        ("GET //evil.example/%2e%2e HTTP/1.1", None, 404),
        ("GET /static/index.html HTTP/1.1", None, 404),
    ],
)
def test_a_request_of_any_shape_reaches_only_what_is_there(alone, line, host, status):
    received = talk(alone.port, request(alone, line, host=host))
    assert statuses(received) == [status]
    assert b"location:" not in received.lower()
    assert b"content-security-policy:" in received.lower()


def test_a_request_without_a_host_is_refused_in_both_versions(alone):
    for version, status in ((b"1.1", 400), (b"1.0", 403)):
        received = talk(alone.port, b"GET /healthz HTTP/" + version + b"\r\n\r\n")
        assert statuses(received) == [status]


OPEN = b'{"do":"open"}'
CHUNKED = b"d\r\n" + OPEN + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ("Content-Length: 13\r\n", OPEN, 200),
        ("Transfer-Encoding: chunked\r\n", CHUNKED, 200),
        ("Content-Length: 13\r\nTransfer-Encoding: chunked\r\n", CHUNKED, 400),
        ("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\nGET /x", 400),
        ("Content-Length: 13\r\nContent-Length: 5\r\n", OPEN, 400),
        ("Content-Length: +13\r\n", OPEN, 400),
        ("Content-Length: 0x0d\r\n", OPEN, 400),
        ("Content-Length: -1\r\n", OPEN, 400),
        ("Transfer-Encoding: xchunked\r\n", CHUNKED, 400),
        ("Transfer-Encoding: chunked, chunked\r\n", CHUNKED, 400),
        ("Transfer-Encoding: identity\r\n", OPEN, 400),
        ("Transfer-Encoding : chunked\r\n", CHUNKED, 400),
        ("Content-Length: 10000000\r\n", b"", 413),
        ("Content-Length: 99999999999999999999\r\n", b"", 413),
        ("Transfer-Encoding: chunked\r\n", b"10001\r\n" + b" " * 65_537, 413),
        ("Origin: http://evil.example\r\nContent-Length: 13\r\n", OPEN, 400),
        ("Content-Type: text/plain\r\nContent-Length: 13\r\n", OPEN, 400),
        ("Sec-Fetch-Site: same-site\r\nContent-Length: 13\r\n", OPEN, 403),
        ("X: a\r\n" * 3 + "Y: " + "y" * 100_000 + "\r\n", b"", 400),
    ],
)
def test_a_body_of_ambiguous_length_or_origin_is_refused_and_nothing_follows_it(
    alone, headers, body, status
):
    assert statuses(talk(alone.port, post(alone, headers, body))) == [status]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"1" * 60_000,
        b"1e999",
        b"NaN",
        b'"\\ud800"',
        b"\xff\xfe{}",
        b"",
        gzip.compress(OPEN, mtime=0),
    ],
)
def test_a_bomb_of_json_or_compression_is_refused_at_once(alone, body):
    status, _, content = alone.ask("POST", "/api/message", body, Content_Encoding="gzip")
    assert (status, json.loads(content)["error"]["code"]) == (400, "invalid")
    assert alone.send("open")["ok"]


def test_a_slow_body_and_silent_connections_hold_up_nobody(alone):
    with contextlib.ExitStack() as slow:
        for n in range(200):
            connection = socket.create_connection(("127.0.0.1", alone.port), timeout=30)
            slow.enter_context(connection)
            if n % 4 == 0:
                connection.sendall(b"GET / HTTP/1.1\r\nHost:")
            elif n % 4 == 1:  # more of them than there are threads for replies may not matter
                connection.sendall(post(alone, "Content-Length: 60000\r\n", b'{"do":'))
        for _ in range(5):
            assert alone.send("open")["ok"]


def test_requests_in_one_go_are_answered_in_their_order(alone):
    one = request(alone, "GET /healthz HTTP/1.1").replace(b"Connection: close\r\n", b"")
    other = request(alone, "GET /none HTTP/1.1").replace(b"Connection: close\r\n", b"")
    last = request(alone, "GET /healthz HTTP/1.1")
    assert statuses(talk(alone.port, one + other + one + last)) == [200, 404, 200, 200]


# Cookies


def test_a_cookie_is_of_one_server_one_token_and_thirty_days(team, store, clock):
    port, tokens = team()
    ann = Visitor(port).log_in(tokens["ann"])
    ((name, value),) = ann.cookies.items()
    other_port, _ = team(secret=b"t" * 32)
    other = Visitor(other_port, {f"weaklabel_{other_port}": value})
    assert other.status("POST", "/api/message", {"do": "open"}) == 401
    payload, _, signature = value.rpartition(".")
    for forged in (
        payload,
        f"{payload}.",
        f"{payload}.{signature[::-1]}",
        "",
        value[:-1],
        "é",
        ".",
    ):
        assert Visitor(port, {name: forged}).status("GET", "/api/dashboard") == 401
    clock.time += 31 * 86_400
    assert ann.status("POST", "/api/message", {"do": "open"}) == 401


def test_a_cookie_that_was_there_before_the_login_is_worth_nothing(team):
    port, tokens = team()
    eve = Visitor(port).log_in(tokens["eve"])
    before = dict(eve.cookies)
    victim = Visitor(port, dict(before)).log_in(tokens["ann"])
    assert victim.cookies != before
    assert victim.send("open")["screen"]["reviewer"] == "ann"
    assert Visitor(port, before).send("open")["screen"]["reviewer"] == "eve"


def test_who_is_revoked_or_has_a_new_token_is_out_and_in_again_at_once(team, store, clock):
    port, tokens = team()
    people, ann = Reviewers(store), Visitor(port).log_in(tokens["ann"])
    old = dict(ann.cookies)
    token = people.rotate("ann")
    ann.log_in(token)
    assert ann.send("open")["ok"]
    assert Visitor(port, old).status("POST", "/api/message", {"do": "open"}) == 401
    people.revoke("ann")
    clock.time += 1.0
    assert ann.status("POST", "/api/message", {"do": "open"}) == 401
    assert Visitor(port).status("POST", "/login", {"token": token}) == 401
    ann.log_in(people.add("ann"))
    assert ann.send("open")["ok"]


def test_who_guesses_tokens_is_held_up_whatever_address_is_claimed(team):
    port, tokens = team()
    guesser = Visitor(port)
    found = [
        guesser.status(
            "POST",
            "/login",
            {"token": f"guess {n}"},
            X_Forwarded_For=f"10.0.0.{n}",
            Forwarded=f"for=10.0.0.{n}",
            X_Real_IP=f"10.0.0.{n}",
        )
        for n in range(15)
    ]
    assert found == [401] * 10 + [429] * 5
    assert guesser.status("POST", "/login", {"token": tokens["ann"]}) == 429


# A reviewer who wants what others have


def reachable(reviewer, item_id, label="ham"):
    """Return which ways to an item are open to a reviewer."""
    on_item = {
        "goto": {},
        "answer": {"label": label},
        "accept": {},
        "skip": {},
        "escalate": {"text": "mine"},
        "flag": {"on": True},
        "comment": {"text": "mine"},
        "text": {"field": "text"},
        "group": {},
        "apply_to_group": {"label": label},
        "back": {},
        "forward": {},
        "image": {"column": "photo"},
    }
    found = {do for do, more in on_item.items() if reviewer.send(do, item_id=item_id, **more)["ok"]}
    status = reviewer.status("GET", f"/images?item={item_id}&column=photo")
    return found | ({"picture"} if status == 200 else set())


def on_screen(reply):
    screen = reply["screen"]
    return [item["item_id"] for item in (screen["item"], *screen["ahead"]) if item]


def test_items_of_others_and_those_not_given_yet_are_out_of_reach_by_every_way(team, store):
    port, tokens = team()
    ann, bob = (Visitor(port).log_in(tokens[name]) for name in ("ann", "bob"))
    of_ann, of_bob = (on_screen(visitor.send("open")) for visitor in (ann, bob))
    assert not set(of_ann) & set(of_bob)
    for item_id in (of_bob[0], of_bob[-1], "i059", "none", "i0", ""):
        assert reachable(ann, item_id) == set(), item_id
    assert len(store.log()) == 0
    assert reachable(ann, of_ann[1]) >= {"goto", "answer", "text", "picture"}
    assert {d.reviewer for d in store.log()} == {"ann"}


def test_nobody_answers_under_the_name_of_another(team, store):
    port, tokens = team()
    ann = Visitor(port).log_in(tokens["ann"])
    item_id = on_screen(ann.send("open"))[0]
    reply = ann.send("answer", label="ham", item_id=item_id, reviewer="lea")
    assert reply["error"]["code"] == "forbidden"
    for extra in ({"role": "lead"}, {"gold": False}, {"blind": False}, {"decided_at": "2000"}):
        reply = ann.send("answer", label="ham", item_id=item_id, **extra)
        assert reply["error"]["code"] == "invalid"
    assert len(store.log()) == 0
    assert ann.status("GET", "/api/dashboard", Cookie=f"reviewer=lea; {ann.cookies}") == 401


@pytest.mark.parametrize(("name", "status"), [("ann", 403), ("eve", 403), ("lea", 200)])
def test_the_figures_of_all_are_for_the_lead_alone(team, name, status):
    port, tokens = team()
    assert Visitor(port).log_in(tokens[name]).status("GET", "/api/dashboard") == status
    assert Visitor(port).status("GET", "/api/dashboard") == 401


def test_only_an_expert_sees_what_others_said_and_settles_it(team, store):
    port, tokens = team(n_answers=(2, 2))
    ann, bob, eve = (Visitor(port).log_in(tokens[name]) for name in ("ann", "bob", "eve"))
    item_id = on_screen(ann.send("open"))[0]
    ann.send("comment", text="a remark of ann", item_id=item_id)
    ann.send("answer", label="ham", item_id=item_id)
    seen = json.dumps(bob.send("open"))
    assert item_id in seen
    assert "a remark of ann" not in seen
    assert '"ann"' not in seen
    bob.send("answer", label="spam", item_id=item_id)
    again = json.dumps([bob.send("goto", item_id=item_id), ann.send("goto", item_id=item_id)])
    assert '"others": [{' not in again
    # An answer anew of a reviewer stays one of a reviewer, and settles nothing by that.
    ann.send("answer", label="ham", item_id=item_id)
    assert store.log().disputed() == (item_id,)
    screen = eve.send("open")["screen"]["item"]
    assert screen["item_id"] == item_id
    assert {other["reviewer"] for other in screen["others"]} == {"ann", "bob"}
    eve.send("answer", label="spam", item_id=item_id)
    assert store.log().agreed()[item_id].reviewer == "eve"


# A reviewer who wants to know which items are checks

GOLD = {f"i{n:03}": "ham" for n in range(0, 120, 8)}


def transcript(reviewer, n=40):
    """Return what a reviewer is told at each of `n` items, but for what the items themselves are."""
    reply, found = reviewer.send("open"), []
    for k in range(n):
        item, progress = reply["screen"]["item"], reply["screen"]["progress"]
        told = {
            "position": item["position"],
            "n_ahead": len(reply["screen"]["ahead"]),
            "answered": progress["answered"],
            "left": progress["left"],
            "team": progress["team"],
            "left of all strata": sum(of["left"] for of in progress["strata"].values()),
            "keys": [list(part) for part in (reply, reply["screen"], progress, item)],
        }
        found.append((item["item_id"], told))
        reply = reviewer.send("answer", label="ham" if k % 3 else "spam", item_id=item["item_id"])
        assert reply["ok"]
    return found


def test_what_is_told_beside_an_item_is_the_same_whether_items_are_checks_or_not(tmp_path):
    """Two reviews of equally many items: in one of them some that come are checks."""
    told, checks = [], set()
    for n, settings in enumerate(({}, {"gold": GOLD, "gold_rate": 0.25})):
        with contextlib.closing(DecisionStore(tmp_path / f"{n}.sqlite")) as store:
            token = Reviewers(store).add("ann")
            desk = TeamDesk(source(120), store, TeamSettings(**settings))
            with serving(create_app(desk, secret=SECRET)) as url:
                port = int(url.split(":")[2].partition("/")[0])
                told.append(transcript(Visitor(port).log_in(token)))
            checks |= {d.item_id for d in store.log() if d.gold}
    plain, mixed = told
    assert len(checks & {item_id for item_id, _ in mixed}) >= 8
    assert [told for _, told in mixed] == [told for _, told in plain]


def test_checks_that_were_not_handed_out_are_not_found_by_asking_for_every_item(tmp_path):
    """Asked for one after the other, an item that may be seen though nobody sent it is a check."""
    with contextlib.closing(DecisionStore(tmp_path / "log.sqlite")) as store:
        token = Reviewers(store).add("ann")
        queue = source(120)
        desk = TeamDesk(queue, store, TeamSettings(gold=GOLD, gold_rate=0.25))
        with serving(create_app(desk, secret=SECRET)) as url:
            ann = Visitor(int(url.split(":")[2].partition("/")[0])).log_in(token)
            reply, sent = ann.send("open"), set()
            for n in range(24):
                sent |= set(on_screen(reply))
                if n % 8 == 0:
                    at = reply["screen"]["item"]["item_id"]
                    found = {i for i in queue.ids if ann.send("goto", item_id=i)["ok"]}
                    # Of a batch that is held, the last ones are sent only as they come near.
                    assert found >= sent
                    assert len((found - sent) & GOLD.keys()) <= len(found - sent) / 2
                    reply = ann.send("goto", item_id=at)
                reply = ann.send("answer", label="ham", item_id=reply["screen"]["item"]["item_id"])
            assert sum(d.gold for d in store.log()) >= 5


def test_no_retry_or_remark_tells_the_proposal_of_a_blind_item(tmp_path):
    with contextlib.closing(DecisionStore(tmp_path / "log.sqlite")) as store:
        token = Reviewers(store).add("ann")
        desk = TeamDesk(source(120), store, TeamSettings(gold=GOLD, gold_rate=0.25))
        with serving(create_app(desk, secret=SECRET)) as url:
            ann = Visitor(int(url.split(":")[2].partition("/")[0])).log_in(token)
            reply, n_blind = ann.send("open"), 0
            for n in range(24):
                item = reply["screen"]["item"]
                key, label = f"answer-{n:04}", ("ham", "spam")[n % 2]
                reply = ann.send("answer", label=label, item_id=item["item_id"], key=key)
                if not item["blind"]:
                    continue
                n_blind += 1
                tries = [
                    ann.send(do, item_id=item["item_id"], key=key) for do in ("accept", "reject")
                ]
                tries += [ann.send(do, item_id=item["item_id"]) for do in ("accept", "reject")]
                wrong = {"function": "any", "on": True, "item_id": item["item_id"]}
                tries.append(ann.send("lf_wrong", **wrong))
                assert not any(each["ok"] for each in tries)
                assert "spam" not in json.dumps([each["error"] for each in tries])
                reply = ann.send("resume")
            assert n_blind >= 8
