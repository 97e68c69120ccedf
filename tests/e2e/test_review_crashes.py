"""Servers that are killed, stores that fail: what was acknowledged is stored, everything once."""

import contextlib
import http.client
import importlib.util
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="the extra 'review' is missing")

from weaklabel.review import DecisionStore
from weaklabel.review.desk._desk import ReviewDesk
from weaklabel.review.session._session_source import SessionSource
from weaklabel.review.web import create_app, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows"),
]

N_ITEMS = 400
N_KILLS = 20


def loaded(path):
    """Return a module of the tests by its file."""
    spec = importlib.util.spec_from_file_location(f"weaklabel_tests_{path.stem}_of_e2e", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SERVER = Path(__file__).with_name("review_server.py")
server = loaded(SERVER)
cluster = loaded(Path(__file__).parents[1] / "review" / "conftest.py").cluster


class Killable:
    """A review at one port whose server is killed and started again, over one store."""

    def __init__(self, place, n_items=N_ITEMS):
        command = [sys.executable, str(SERVER), str(place), str(n_items)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = None
        with socket.socket() as free:  # the same port each time, as a browser's page would have it
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        assert self.hear("READY") == []

    def hear(self, word):
        line = self.process.stdout.readline().split()
        assert line, "the parent of the servers ended"
        assert line[0] == word, line
        return line[1:]

    def start(self):
        self.process.stdin.write(f"start {self.port}\n")
        self.process.stdin.flush()
        heard = {}
        while len(heard) < 2:  # in either order: they are said by two processes
            name, *rest = self.process.stdout.readline().split()
            heard[name] = rest
        self.pid = int(heard["PID"][0])

    def kill(self):
        """End the server as a power cut does, and start another one."""
        os.kill(self.pid, signal.SIGKILL)
        wait_until(lambda: not is_listening(self.port))
        self.start()

    def close(self):
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Client:
    """What a page does: sends each message with its key until it is acknowledged."""

    def __init__(self, port):
        self.port, self.cookie = port, ""
        self.on_sent = lambda: None
        self.n_tries = 0
        self.connection = None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def request(self, method, path, body=None):
        """Return status and value of a reply; an OSError or HTTPException where none comes."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json"}
        try:
            self.connection.request(method, path, body, headers | {"Cookie": self.cookie})
            self.on_sent()
            response = self.connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        given = response.getheader("set-cookie")
        if given:
            self.cookie = given.partition(";")[0]
        return response.status, content

    def log_in(self):
        status, _ = self.request("GET", f"/?token={server.TOKEN}")
        assert status == 303
        return self

    def once(self, message):
        """Return the reply to one try, None where there was none."""
        self.n_tries += 1
        try:
            _, content = self.request("POST", "/api/message", json.dumps(message))
            return json.loads(content)
        except (OSError, http.client.HTTPException, ValueError):
            return None

    def send(self, message):
        """Return the reply that acknowledges a message, however many tries it takes."""
        found = []

        def is_acknowledged():
            reply = self.once(message)
            if reply is None or (not reply["ok"] and reply["error"]["code"] == "store"):
                return False
            assert reply["ok"], reply
            found.append(reply)
            return True

        wait_until(is_acknowledged)
        return found[0]


def wait_until(holds, seconds=60):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.005)


def is_listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def answer(client, screen, key, label):
    """Answer the item on a screen, and return (its id, the next screen)."""
    item_id = screen["item"]["item_id"]
    message = {"do": "answer", "item_id": item_id, "label": label, "key": key, "seconds": 1.5}
    return item_id, client.send(message)["screen"]


def check_log(place, expected):
    """Assert that the log holds these answers by item, each once, and nothing else, unbroken."""
    with contextlib.closing(DecisionStore(place)) as store:
        assert store.verify()
        found = [(d.item_id, d.label, d.key) for d in store.log()]
    assert found == [(item_id, label, key) for item_id, (label, key) in expected.items()]


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """Return where a log is made: a file, and an empty PostgreSQL schema."""
    if request.param == "sqlite":
        return str(tmp_path / "log.sqlite")
    return str(request.getfixturevalue("cluster").new_schema())


@pytest.fixture
def review():
    """Return what starts servers that may be killed, and ends what was started."""
    made = []

    def make(place, **options):
        made.append(Killable(place, **options))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def log_in():
    """Return what makes a client that is logged in at a port; all are closed in the end."""
    made = []

    def make(port):
        made.append(Client(port).log_in())
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_no_acknowledged_answer_is_lost_or_doubled_by_kills_at_any_moment(place, review, log_in):
    """SIGKILL comes up to 12 ms after a message was sent: before, in and after its transaction."""
    draw = random.Random(20260504)  # noqa: S311 # no secrets
    killable = review(place)
    client = log_in(killable.port)
    screen = client.send({"do": "open"})["screen"]
    expected, kills = {}, []
    for n in range(4 * N_KILLS):
        if n % 4 == 3:  # once, though it is sent again
            delay, was_sent = draw.uniform(0, 0.012), threading.Event()

            def kill(delay=delay, was_sent=was_sent):
                was_sent.wait()
                time.sleep(delay)  # the moment, not a wait for something
                killable.kill()

            killing = threading.Thread(target=kill)
            killing.start()
            kills.append(killing)
            client.on_sent = was_sent.set
        label, key = draw.choice(["ham", "spam"]), f"key-{draw.getrandbits(64):016x}"
        item_id, screen = answer(client, screen, key, label)
        expected[item_id] = (label, key)
        if kills:
            kills[-1].join()
    assert len(kills) == N_KILLS
    assert client.n_tries > len(expected)  # some of the kills were felt
    check_log(place, expected)


def test_a_postgresql_server_that_goes_and_comes_loses_and_doubles_nothing(cluster, review, log_in):
    draw = random.Random(7)  # noqa: S311 # no secrets
    place = cluster.new_schema()
    killable = review(place)
    client = log_in(killable.port)
    screen = client.send({"do": "open"})["screen"]
    expected, n_refused = {}, 0
    for n in range(40):
        label, key = draw.choice(["ham", "spam"]), f"key-{draw.getrandbits(64):016x}"
        if n % 8 == 5:
            cluster.stop()
            try:
                item_id = screen["item"]["item_id"]
                message = {"do": "answer", "item_id": item_id, "label": label, "key": key}
                reply = client.once(message | {"seconds": 1.5})
                assert reply is not None, "the server itself answers"
                assert reply["error"]["code"] == "store"
                assert str(cluster.folder) not in reply["error"]["message"]
                n_refused += 1
            finally:
                cluster.start()
        item_id, screen = answer(client, screen, key, label)
        expected[item_id] = (label, key)
    assert n_refused == 5
    check_log(place, expected)


def test_two_servers_on_one_sqlite_store_keep_every_answer_once(tmp_path, review, log_in):
    """The reviewer has a page open at each; both work through the same queue."""
    place = str(tmp_path / "log.sqlite")
    pages = [log_in(review(place, n_items=120).port) for _ in range(2)]
    acknowledged, failures = [], []

    def work(page, label):
        try:
            screen = page.send({"do": "open"})["screen"]
            while screen["item"] is not None and screen["item"]["state"] == "open":
                key = f"key-{label}-{len(acknowledged):04}-{screen['item']['item_id']}"
                _, screen = answer(page, screen, key, label)
                acknowledged.append(key)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [
        threading.Thread(target=work, args=(page, label))
        for page, label in zip(pages, ["ham", "spam"], strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with contextlib.closing(DecisionStore(place)) as store:
        assert store.verify()
        log = store.log()
    assert sorted(d.key for d in log) == sorted(acknowledged)
    assert {d.item_id for d in log.standing} == {f"i{n:04}" for n in range(120)}


# The store fails while the server stands


@contextlib.contextmanager
def standing(folder, patience=0.2):
    """Serve over a store in a file, and yield (client, store, path)."""
    path = folder / "log.sqlite"
    store = DecisionStore(path, timeout_seconds=patience)
    desk = ReviewDesk(server.source(10), store, reviewer="ann")
    app = create_app(desk, secret=b"s" * 32, start_token=server.TOKEN, reviewer="ann")
    with serving(app) as url:
        client = Client(int(url.split(":")[2].partition("/")[0])).log_in()
        try:
            yield client, store, path
        finally:
            client.close()
            store.close()


def refused(client, path, n=3):
    """Send one answer some times, each refused by the store; return the message."""
    message = {"do": "answer", "item_id": "i0001", "label": "ham", "key": "key-refused"}
    for _ in range(n):
        reply = client.once(message)
        assert reply["error"]["code"] == "store", reply
        assert str(path) not in reply["error"]["message"]
    return message


def check_taken(client, store, message):
    """Assert that a message is taken now, and stored once however often it comes."""
    for _ in range(2):
        assert client.once(message)["ok"]
    assert [(d.item_id, d.key) for d in store.log()][1:] == [("i0001", "key-refused")]
    assert store.verify()


def first_answer(client):
    assert client.send({"do": "answer", "item_id": "i0000", "label": "ham", "key": "key-first"})


def test_a_database_that_is_locked_too_long_says_so_and_takes_the_answer_later(tmp_path):
    import sqlite3

    with standing(tmp_path) as (client, store, path):
        first_answer(client)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            message = refused(client, path)
            other.execute("ROLLBACK")
        check_taken(client, store, message)


def test_a_full_disk_says_so_and_takes_the_answer_when_there_is_room(tmp_path):
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    is_full = threading.Event()

    def limit(connection, *_):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        limit = pages if is_full.is_set() else 1_000_000
        connection.execute(f"PRAGMA max_page_count = {limit:d}")

    event.listen(Engine, "checkout", limit)
    try:
        with standing(tmp_path) as (client, store, path):
            first_answer(client)
            is_full.set()
            # A comment that needs more pages than there are.
            long = {"do": "comment", "item_id": "i0001", "text": "x" * 9000, "key": "key-comment"}
            for _ in range(3):
                reply = client.once(long)
                assert reply["error"]["code"] == "store", reply
                assert str(path) not in reply["error"]["message"]
            is_full.clear()
            assert client.once(long)["ok"]
            assert client.once(long)["ok"]
            assert [d.key for d in store.log()] == ["key-first", "key-comment"]
            assert store.verify()
    finally:
        event.remove(Engine, "checkout", limit)


# Memory


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads memory as Linux tells it")
def test_memory_does_not_grow_with_replies_about_items_of_ten_megabytes(tmp_path):
    ids = [f"i{n:04}" for n in range(12)]
    queue = server.source(12).queue
    items = [{"item_id": i, "text": f"{i} " * 1_700_000} for i in ids]
    store = DecisionStore(tmp_path / "log.sqlite")
    desk = ReviewDesk(SessionSource.of_arguments(queue, items, None), store, reviewer="ann")

    def work(n_replies):
        for n in range(n_replies):
            item_id = ids[n % 12]
            asked = {"item_id": item_id, "field": "text", "start": n * 50_000 % 8_000_000}
            assert desk.reply("ann", {"do": "text", **asked})["ok"]
            text, key = f"remark {n}", f"{n_replies}-{n:08}"
            message = {"do": "comment", "item_id": item_id, "text": text, "key": key}
            assert n % 5 or desk.reply("ann", message)["ok"]

    def megabytes():
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    work(150)
    before = megabytes()
    work(1000)
    store.close()
    assert megabytes() - before < 60
