"""The review screen in a browser, against a small server that says and fails what a test wants."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

STATIC = files("weaklabel.review").joinpath("static")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
CAUSES = ["labeling function bug", "ambiguous item", "guideline gap", "out of scope", "data error"]
ACTIONS = [
    ("a", "accept", "the proposed class is right"),
    ("Enter", "accept", "the proposed class is right"),
    ("x", "reject", "the proposed class is wrong"),
    (" ", "skip", "skip, I cannot say"),
    ("u", "undo", "undo the last answer"),
    ("Backspace", "undo", "undo the last answer"),
    ("c", "comment", "write a comment"),
    ("f", "flag", "flag the item"),
    ("e", "escalate", "pass the item to an expert"),
    ("r", "cause", "say why the label is wrong"),
    ("g", "group", "answer the near-duplicates too"),
    ("ArrowLeft", "back", "look back"),
    ("ArrowRight", "forward", "look forward"),
    ("/", "search", "choose a class by its name"),
    ("?", "help", "list the keys"),
]
REASONS = ["the label model is undecided: 0.52 against 0.48", "labeling functions disagree 2 to 1"]
TEXTS = [
    "Check out my channel and subscribe for free stuff 🎁 http://example.org/win",
    "Love this song, it takes me back to the summer of 2009. Great voice, great band.",
    "my mother sang it to me every night",
    "free money!!! visit my page and win a phone, it's really free",
]


def spans(text: str, word: str, function: str) -> list[dict[str, Any]]:
    """Return a highlight for each time that `word` is in `text`."""
    found, start = [], text.find(word)
    while start >= 0:
        found.append(
            {"column": "text", "start": start, "end": start + len(word), "function": function}
        )
        start = text.find(word, start + 1)
    return found


def an_item(n: int, text: str = "", **changes: Any) -> dict[str, Any]:
    """Return an item as the review's messages have it."""
    text = text or TEXTS[n % len(TEXTS)]
    item = {
        "position": n,
        "total": 0,
        "item_id": f"c{n:03d}",
        "fields": [
            {"name": "text", "value": text, "fold": None, "is_image": False},
            {"name": "author", "value": f"author{n}", "fold": None, "is_image": False},
            {"name": "likes", "value": n * 7, "fold": None, "is_image": False},
            {"name": "replied_to", "value": None, "fold": None, "is_image": False},
        ],
        "stratum": "error",
        "proposed": "spam",
        "probabilities": {"ham": 0.48, "spam": 0.52},
        "reasons": REASONS,
        "votes": [
            {"function": "promotion", "label": "spam", "precision": 0.93, "version": "1"},
            {"function": "link", "label": "spam", "precision": 0.88, "version": "1"},
            {"function": "praise", "label": "ham", "precision": None, "version": "1"},
        ],
        "n_abstained": 7,
        "highlights": spans(text, "free", "promotion")
        + spans(text, "subscribe", "promotion")
        + spans(text, "http://", "link")
        + spans(text, "reat", "praise"),
        "near_duplicates": [{"item_id": "c900", "excerpt": "subscribe for free stuff today"}],
        "n_near_duplicates": 4,
        "guidelines_version": "1",
        "blind": False,
        "state": "open",
        "answer": None,
        "comment": "",
        "cause": "",
        "flagged": False,
        "wrong_functions": [],
        "others": [],
    }
    return {**item, **changes}


class FakeReview:
    """Answers messages like the review does, as far as the screen can tell."""

    def __init__(self, n_items: int = 8, classes: tuple[str, ...] = ("ham", "spam")) -> None:
        self.items = [an_item(n) for n in range(n_items)]
        self.classes = list(classes)
        self.shown_classes = self.classes
        self.team_progress: dict[str, Any] | None = None
        self.title = "YouTube comments"
        self.reviewer = "ann"
        self.guidelines = {"text": "Advertising is spam.\nPraise is ham.", "version": "1"}
        self.team: dict[str, Any] = {"team": False, "role": "reviewer"}
        self.at: str | None = None
        self.answers: dict[str, str | None] = {}
        self.order: list[list[str]] = []
        self.stored: list[dict[str, Any]] = []  # each message with a key, once
        self.received: list[dict[str, Any]] = []
        self.refusing: dict[str, str] = {}  # item id -> words
        self.long_texts: dict[str, str] = {}  # field -> all of it
        self.estimate = "About 91 % of the labels are right (84 % to 95 %, 120 random checks)."

    def item(self, item_id: str) -> dict[str, Any]:
        """Return one item by its id."""
        return next(each for each in self.items if each["item_id"] == item_id)

    def shown(self, item: dict[str, Any]) -> dict[str, Any]:
        """Return an item with what was answered."""
        item_id, changes = item["item_id"], {"total": len(self.items)}
        if item_id in self.answers:
            label = self.answers[item_id]
            changes |= {"answer": label, "state": "skipped" if label is None else "answered"}
        return {**item, **changes}

    def open_after(self, item_id: str | None) -> list[dict[str, Any]]:
        """Return the open items behind one, then those before it."""
        ids = [each["item_id"] for each in self.items]
        start = ids.index(item_id) + 1 if item_id in ids else 0
        turned = self.items[start:] + self.items[:start]
        return [each for each in turned if each["item_id"] not in self.answers]

    def screen(self) -> dict[str, Any]:
        """Return what is on the screen."""
        if self.at is None:
            first = self.open_after(None)
            self.at = first[0]["item_id"] if first else None
        item = None if self.at is None else self.item(self.at)
        ahead = [each for each in self.open_after(self.at) if each["item_id"] != self.at][:10]
        return {
            "item": item and self.shown(item),
            "ahead": [self.shown(each) for each in ahead],
            "progress": self.progress(),
            "guidelines_version": self.guidelines["version"],
            "reviewer": self.reviewer,
        }

    def progress(self) -> dict[str, Any]:
        """Return the figures."""
        skipped = sum(label is None for label in self.answers.values())
        done, left = len(self.answers), len(self.items) - len(self.answers)
        errors = sum(label == "ham" for label in self.answers.values())
        counts = {"answered": done - skipped, "skipped": skipped, "left": left, "errors": errors}
        random = {"answered": 0, "skipped": 0, "left": 0, "errors": None}
        return {
            "answered": done - skipped,
            "skipped": skipped,
            "left": left,
            "escalated": 0,
            "flagged": sum(item["flagged"] for item in self.items),
            "rate": 17.6,
            "strata": {"error": counts, "random": random},
            "near_duplicates": {"groups": 3, "agreed": 2},
            "estimate": self.estimate,
            "team": self.team_progress,
        }

    def setup(self) -> dict[str, Any]:
        """Return what `open` says beside the screen."""
        keys = [[str(n + 1), f"class:{c}", f"answer {c!r}"] for n, c in enumerate(self.classes[:9])]
        return {
            "title": self.title,
            "keys": keys + [list(each) for each in ACTIONS],
            "classes": self.shown_classes,
            "n_classes": len(self.classes),
            "causes": CAUSES,
            "guidelines": self.guidelines,
            "version": "0",
            **self.team,
        }

    def reply(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return the reply to a message; storing ones are stored once."""
        self.received.append(message)
        key = message.get("key")
        if key is not None and any(each["key"] == key for each in self.stored):
            return {"ok": True, "did": None, "screen": self.screen()}
        if message.get("reviewer", self.reviewer) != self.reviewer:
            return {"ok": False, "error": {"code": "forbidden", "message": "Log in as ann."}}
        words = self.refusing.get(message.get("item_id", ""))
        if words and key is not None:
            return {"ok": False, "error": {"code": "refused", "message": words}}
        if message.get("item_id") and message["do"] != "text":
            self.at = message["item_id"]
        if key is not None:
            self.stored.append(message)
        extra = getattr(self, f"do_{message['do']}", self.do_answer)(message) or {}
        return {"ok": True, "did": None, "screen": self.screen(), **extra}

    def give(self, ids: list[str], label: str | None) -> None:
        """Note an answer, and move on."""
        self.answers |= dict.fromkeys(ids, label)
        self.order.append(ids)
        rest = self.open_after(self.at)
        self.at = rest[0]["item_id"] if rest else None

    def do_answer(self, message: dict[str, Any]) -> None:
        """One class, or that of the proposal, or none."""
        item = self.item(message["item_id"])
        other = next(name for name in self.classes if name != item["proposed"])
        labels = {"accept": item["proposed"], "reject": other, "skip": None, "escalate": None}
        self.give([item["item_id"]], labels.get(message["do"], message.get("label")))

    def do_apply_to_group(self, message: dict[str, Any]) -> None:
        """The same class for the item and its group."""
        members = [each["item_id"] for each in self.group()["members"]]
        self.give([message["item_id"], *members], message["label"])

    def do_undo(self, message: dict[str, Any]) -> dict[str, Any]:
        """Take the last answer back."""
        ids = self.order.pop()
        for item_id in ids:
            del self.answers[item_id]
        self.at = ids[0]
        return {"did": {"kind": "undo", "item_ids": ids, "label": None}}

    def do_open(self, message: dict[str, Any]) -> dict[str, Any]:
        """The beginning."""
        return {"setup": self.setup()}

    def do_comment(self, message: dict[str, Any]) -> None:
        """A remark that stays."""
        self.item(message["item_id"])["comment"] = message["text"]

    def do_cause(self, message: dict[str, Any]) -> None:
        """A remark that stays."""
        self.item(message["item_id"])["cause"] = message["name"]

    def do_flag(self, message: dict[str, Any]) -> None:
        """A remark that stays."""
        self.item(message["item_id"])["flagged"] = message["on"]

    def do_lf_wrong(self, message: dict[str, Any]) -> None:
        """A remark that stays."""
        names = set(self.item(message["item_id"])["wrong_functions"])
        change = names.add if message["on"] else names.discard
        change(message["function"])
        self.item(message["item_id"])["wrong_functions"] = sorted(names)

    def group(self) -> dict[str, Any]:
        """Return the next two open items as the group."""
        rest = [each for each in self.open_after(self.at) if each["item_id"] != self.at][:2]
        members = [
            {"item_id": each["item_id"], "proposed": "spam", "excerpt": each["fields"][0]["value"]}
            for each in rest
        ]
        return {"item_id": self.at, "members": members, "n_more": 1}

    def do_group(self, message: dict[str, Any]) -> dict[str, Any]:
        """What an answer to the group would reach."""
        return {"group": self.group()}

    def do_back(self, message: dict[str, Any]) -> None:
        """The item before."""
        ids = [each["item_id"] for each in self.items]
        place = len(ids) if self.at is None else ids.index(self.at)
        self.at = ids[max(place - 1, 0)]

    def do_forward(self, message: dict[str, Any]) -> None:
        """The item behind."""
        ids = [each["item_id"] for each in self.items]
        self.at = ids[min(ids.index(self.at or ids[-1]) + 1, len(ids) - 1)]

    def do_resume(self, message: dict[str, Any]) -> None:
        """The first open item."""
        self.at = None

    def do_text(self, message: dict[str, Any]) -> dict[str, Any]:
        """A part of a long text."""
        text, start = self.long_texts[message["field"]], message["start"]
        part = text[start : start + 50_000]
        return {"text": {"start": start, "text": part, "length": len(text)}}

    def do_search(self, message: dict[str, Any]) -> dict[str, Any]:
        """Classes by a part of their name."""
        return {"classes": [name for name in self.classes if message["text"] in name]}

    def do_guidelines(self, message: dict[str, Any]) -> dict[str, Any]:
        """The text beside the item."""
        return {"guidelines": self.guidelines}


class Gate:
    """Lets messages through: all, none, or so many."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_open, self._n = True, 0

    def set(self) -> None:
        """Let all through."""
        self._change(True, 0)

    def clear(self) -> None:
        """Let none through."""
        self._change(False, 0)

    def let(self, n: int) -> None:
        """Let so many more through."""
        self._change(self._is_open, self._n + n)

    def wait(self) -> None:
        """Wait until let through."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_open or self._n)
            self._n -= not self._is_open

    def _change(self, is_open: bool, n: int) -> None:
        with self._changed:
            self._is_open, self._n = is_open, n
            self._changed.notify_all()


class FakeServer:
    """Serves the page and a `FakeReview`; may be down, slow or say something of its own."""

    def __init__(self) -> None:
        self.review = FakeReview()
        self.is_down = False  # connections for messages that store are closed without a reply
        self.is_deaf = False  # they are stored, but the reply is lost
        self.says: tuple[int, dict[str, Any]] | None = None  # in place of every reply
        self.extra: dict[str, tuple[str, str]] = {}  # path -> content, kind
        self.logged_out = 0
        self.hold = Gate()
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self.thread.start()

    def close(self) -> None:
        """Stop serving."""
        self.hold.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Return the handler class of this server."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: object) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                name = "index.html" if path == "/" else path.removeprefix("/static/")
                file = STATIC.joinpath(name)
                if path == "/favicon.ico":
                    self.put(204, b"", "image/x-icon")
                elif path in fake.extra:
                    content, kind = fake.extra[path]
                    self.put(200, content.encode(), TYPES[kind])
                elif "/" in name or not file.is_file():
                    self.put(404, b"", "text/plain")
                else:
                    self.put(200, file.read_bytes(), TYPES[name.rsplit(".")[-1]])

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                message = json.loads(body)
                if self.path == "/logout":
                    fake.logged_out += 1
                    self.put(200, b"{}", "application/json")
                    return
                fake.hold.wait()
                is_cut = message["do"] != "open"
                if fake.is_down and is_cut:
                    self.close_connection = True
                    return
                if fake.says is not None:
                    status, reply = fake.says
                else:
                    with fake.lock:
                        status, reply = 200, fake.review.reply(message)
                if fake.is_deaf and is_cut:
                    self.close_connection = True
                    return
                self.put(status, json.dumps(reply).encode(), "application/json")

            def put(self, status: int, content: bytes, media_type: str) -> None:
                self.send_response(status)
                self.send_header("Content-Type", f"{media_type}; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Content-Security-Policy", CSP)
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(content)

        return Handler


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """Return a server with eight items of two classes."""
    fake = FakeServer()
    yield fake
    fake.close()


@pytest.fixture
def page(server: FakeServer, new_page: Callable[..., Any]) -> Any:
    """Return a page that shows the first item."""
    return opened(new_page(server.url))


def opened(page: Any) -> Any:
    """Wait until an item is on the screen."""
    page.wait_for_selector(".wl-place")
    return page


def wait_for_item(page: Any, item_id: str) -> None:
    """Wait until an item is on the screen."""
    page.wait_for_selector(f".wl-id bdi:text-is('{item_id}')")


def wait_until_saved(page: Any) -> None:
    """Wait until all that was answered is stored."""
    page.wait_for_selector(".weaklabel-review[data-pending='0']:has(.wl-saved)")


def try_now(page: Any) -> None:
    """Press "Try now", unless a retry of its own came first."""
    page.evaluate("document.querySelector('.wl-state button')?.click()")


def text_of(page: Any, selector: str) -> str:
    """Return the text of the first element, as it is in the document."""
    return str(page.locator(selector).first.text_content())


def stored(server: FakeServer) -> list[tuple[str, str | None]]:
    """Return what was stored as (what, item)."""
    return [(each["do"], each.get("item_id")) for each in server.review.stored]


# Answering


def test_a_key_answers_and_moves_on(page: Any, server: FakeServer) -> None:
    page.keyboard.press("1")
    wait_for_item(page, "c001")
    page.keyboard.press("a")
    page.keyboard.press("x")
    page.keyboard.press("Space")
    wait_for_item(page, "c004")
    wait_until_saved(page)
    assert server.review.answers == {"c000": "ham", "c001": "spam", "c002": "ham", "c003": None}


def test_the_next_item_is_there_before_the_server_has_answered(
    page: Any, server: FakeServer
) -> None:
    server.hold.clear()
    page.keyboard.press("1")
    wait_for_item(page, "c001")
    page.keyboard.press("2")
    wait_for_item(page, "c002")
    assert server.review.answers == {}
    server.hold.set()
    wait_until_saved(page)
    assert server.review.answers == {"c000": "ham", "c001": "spam"}


#: Milliseconds of the page's own work for each of six keys, layout included.
TIME_OF_KEYS = """() => [...Array(6)].map(() => {
  const start = performance.now();
  const press = new KeyboardEvent("keydown", { key: "1", bubbles: true, cancelable: true });
  document.body.dispatchEvent(press);
  document.body.offsetHeight;
  return performance.now() - start;
})"""


def test_five_hundred_highlights_are_all_shown(
    server: FakeServer, new_page: Callable[..., Any]
) -> None:
    text = "free money " * 500
    item = an_item(1, text, highlights=spans(text, "free", "promotion"))
    server.review.items[1:] = [{**item, "item_id": f"c{n:03d}"} for n in range(1, 8)]
    page = opened(new_page(server.url))
    page.keyboard.press("1")
    wait_for_item(page, "c001")
    assert page.locator("mark").count() == 500


def test_a_held_key_answers_once(page: Any, server: FakeServer) -> None:
    for _ in range(5):  # what a held key sends: one press, then repeats
        page.keyboard.down("1")
    page.keyboard.up("1")
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert stored(server) == [("answer", "c000")]


def test_keys_while_a_word_is_composed_do_nothing(page: Any, server: FakeServer) -> None:
    page.evaluate(
        """() => {
          const init = { bubbles: true, cancelable: true, isComposing: true };
          document.body.dispatchEvent(new KeyboardEvent("keydown", { ...init, key: "1" }));
          document.body.dispatchEvent(new KeyboardEvent("keydown", { ...init, key: "a" }));
        }"""
    )
    page.keyboard.press("2")
    wait_until_saved(page)
    assert [each.get("label") for each in server.review.stored] == ["spam"]


def test_keys_with_modifiers_are_left_to_the_browser(page: Any, server: FakeServer) -> None:
    for key in ("Control+a", "Alt+1", "Control+1", "Shift+Enter"):
        page.keyboard.press(key)
    page.keyboard.press("Shift+A")  # caps lock makes no difference
    wait_until_saved(page)
    assert stored(server) == [("accept", "c000")]


def test_a_digit_that_needs_shift_works_by_its_place(page: Any, server: FakeServer) -> None:
    page.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent("keydown",
          { key: "é", code: "Digit2", bubbles: true, cancelable: true }))"""
    )
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert server.review.answers == {"c000": "spam"}


def test_seconds_and_a_fresh_key_go_with_each_answer(page: Any, server: FakeServer) -> None:
    page.keyboard.press("1")
    page.keyboard.press("1")
    wait_for_item(page, "c002")
    wait_until_saved(page)
    first, second = server.review.stored
    assert first["key"] != second["key"]
    assert len(first["key"]) == 32
    assert 0 <= first["seconds"] < 600


def test_undo_goes_back_through_the_log(page: Any, server: FakeServer) -> None:
    page.keyboard.press("1")
    wait_for_item(page, "c001")
    page.keyboard.press("2")
    wait_for_item(page, "c002")
    wait_until_saved(page)
    page.keyboard.press("u")
    wait_for_item(page, "c001")
    page.keyboard.press("Control+z")
    wait_for_item(page, "c000")
    page.keyboard.press("2")
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert server.review.answers == {"c000": "spam"}


def test_undo_after_a_reload_asks_the_log(page: Any, server: FakeServer) -> None:
    page.keyboard.press("1")
    wait_for_item(page, "c001")
    wait_until_saved(page)
    opened(page.reload() and page)
    wait_for_item(page, "c001")
    page.keyboard.press("Backspace")
    wait_for_item(page, "c000")
    assert server.review.answers == {}


def test_undo_of_what_was_never_sent_stores_nothing(page: Any, server: FakeServer) -> None:
    server.hold.clear()
    page.keyboard.press("1")
    page.keyboard.press("2")
    wait_for_item(page, "c002")
    page.keyboard.press("u")
    wait_for_item(page, "c001")
    server.hold.set()
    wait_until_saved(page)
    assert stored(server) == [("answer", "c000")]


def test_what_was_undone_comes_next_though_a_reply_is_from_before(
    page: Any, server: FakeServer
) -> None:
    page.keyboard.press("1")
    wait_for_item(page, "c001")
    wait_until_saved(page)
    server.hold.clear()  # the answer to c001 is under way, and both undo come before its reply
    page.keyboard.press("1")
    wait_for_item(page, "c002")
    page.wait_for_selector(".weaklabel-review[data-pending='1']")
    page.keyboard.press("u")
    wait_for_item(page, "c001")
    page.keyboard.press("u")
    wait_for_item(page, "c000")
    server.hold.let(1)
    page.wait_for_selector(".weaklabel-review[data-pending='2']")
    page.keyboard.press("Space")
    wait_for_item(page, "c001")
    server.hold.set()
    wait_until_saved(page)
    assert server.review.answers == {"c000": None}


def test_looking_back_shows_the_answer_and_another_replaces_it(
    page: Any, server: FakeServer
) -> None:
    page.keyboard.press("1")
    wait_for_item(page, "c001")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".wl-before:has-text('You answered ham')")
    page.keyboard.press("ArrowRight")
    wait_for_item(page, "c001")
    page.keyboard.press("ArrowLeft")
    wait_for_item(page, "c000")
    page.keyboard.press("2")
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert server.review.answers == {"c000": "spam"}


def test_the_end_says_what_was_done_and_still_undoes(page: Any, server: FakeServer) -> None:
    for n in range(len(server.review.items)):
        wait_for_item(page, f"c{n:03d}")
        page.keyboard.press("Space" if n == 0 else "1")
    page.wait_for_selector("h2:text-is('All done')")
    assert "Answered7" in text_of(page, ".wl-facts")
    assert "Skipped1" in text_of(page, ".wl-facts")
    page.keyboard.press("u")
    wait_for_item(page, "c007")


def test_the_estimate_says_its_first_sentence_and_the_rest_on_request(
    server: FakeServer, new_page: Callable[..., Any]
) -> None:
    server.review.estimate = "90.4 % of 2000 labels are right (60 % to 99 %). Few were random."
    page = opened(new_page(server.url))
    rest = page.locator(".wl-estimate p")
    assert (
        text_of(page, ".wl-estimate summary") == "90.4 % of 2000 labels are right (60 % to 99 %)."
    )
    assert not rest.is_visible()
    page.locator(".wl-estimate summary").click()
    assert rest.text_content() == "Few were random."
    page.keyboard.press("1")  # it stays open with the next item
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert rest.is_visible()


# Remarks


def test_typing_a_comment_never_answers(page: Any, server: FakeServer) -> None:
    page.keyboard.press("c")
    page.keyboard.type("1 a x u g ? not an ad")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".wl-said")
    page.keyboard.press("1")
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert stored(server) == [("comment", "c000"), ("answer", "c000")]
    assert server.review.stored[0]["text"] == "1 a x u g ? not an a\n"


def test_escape_leaves_the_comment_and_keeps_it(page: Any, server: FakeServer) -> None:
    page.keyboard.press("c")
    page.keyboard.type("odd")
    page.keyboard.press("Escape")
    wait_until_saved(page)
    assert text_of(page, ".wl-said bdi") == "odd"
    assert server.review.item("c000")["comment"] == "odd"


def test_a_half_written_comment_outlives_a_reload(page: Any) -> None:
    page.keyboard.press("c")
    page.keyboard.type("half a sent")
    page.reload()
    opened(page)
    assert page.locator("textarea").input_value() == "half a sent"
    assert page.locator("textarea").is_visible()


def test_flag_cause_and_a_wrong_function_stay_on_the_item(page: Any, server: FakeServer) -> None:
    page.keyboard.press("f")
    page.keyboard.press("r")
    page.keyboard.press("3")
    page.keyboard.press("w")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wl-wrong[aria-pressed=true]")
    wait_until_saved(page)
    item = server.review.item("c000")
    assert (item["flagged"], item["cause"]) == (True, "guideline gap")
    assert item["wrong_functions"] == ["promotion"]
    assert page.locator(".wl-flagged").is_visible()
    assert server.review.answers == {}
    page.keyboard.press("Space")  # on the same button: takes it back, and skips nothing
    page.wait_for_selector(".wl-wrong[aria-pressed=false]")
    wait_until_saved(page)
    assert server.review.item("c000")["wrong_functions"] == []
    assert server.review.answers == {}


def test_a_click_leaves_no_focus_on_a_button(page: Any, server: FakeServer) -> None:
    page.locator(".wl-wrong").first.click()
    page.keyboard.press("Space")
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert stored(server) == [("lf_wrong", "c000"), ("skip", "c000")]


def test_an_item_is_passed_on_with_words(page: Any, server: FakeServer) -> None:
    page.keyboard.press("e")
    page.keyboard.type("is 1 an ad?")
    page.keyboard.press("Enter")
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert stored(server) == [("escalate", "c000")]
    assert server.review.stored[0]["text"] == "is 1 an ad?"


# Groups and many classes


def test_a_group_is_answered_after_one_confirmation(page: Any, server: FakeServer) -> None:
    page.keyboard.press("g")
    page.wait_for_selector("dialog .wl-members li")
    assert page.locator("dialog .wl-members li").count() == 2
    page.keyboard.press("1")
    assert server.review.answers == {}
    page.keyboard.press("Enter")
    wait_for_item(page, "c003")
    wait_until_saved(page)
    assert server.review.answers == dict.fromkeys(["c000", "c001", "c002"], "ham")
    page.keyboard.press("u")
    wait_for_item(page, "c000")
    wait_until_saved(page)
    assert server.review.answers == {}


def test_a_group_is_left_alone_by_escape(page: Any, server: FakeServer) -> None:
    page.keyboard.press("g")
    page.wait_for_selector("dialog")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")
    wait_until_saved(page)
    assert server.review.stored == []


def test_one_of_forty_classes_is_found_by_its_name(
    server: FakeServer, new_page: Callable[..., Any]
) -> None:
    names = tuple(f"class {n}" for n in range(40))
    server.review = FakeReview(3, names)
    page = opened(new_page(server.url))
    assert page.locator(".wl-class:not(.wl-find)").count() == 9
    page.keyboard.press("/")
    page.keyboard.type("37")
    page.wait_for_selector("[role=option]:only-child")
    page.keyboard.press("Enter")
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert server.review.answers == {"c000": "class 37"}
    page.keyboard.press("/")
    page.keyboard.type("class 1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wait_for_item(page, "c002")
    wait_until_saved(page)
    assert server.review.answers["c001"] == "class 10"


def test_classes_that_did_not_come_along_are_found_on_the_server(
    server: FakeServer, new_page: Callable[..., Any]
) -> None:
    server.review.shown_classes = ["ham"]
    page = opened(new_page(server.url))
    page.keyboard.press("/")
    page.keyboard.type("spa")
    page.wait_for_selector("[role=option]:only-child:has-text('spam')")
    page.keyboard.press("Enter")
    wait_until_saved(page)
    assert server.review.answers == {"c000": "spam"}


# Offline


def test_offline_answers_wait_and_are_sent_once_in_order(
    page: Any, server: FakeServer, watched: Any
) -> None:
    watched.allow("Failed to load resource")
    server.is_deaf = True  # the worst: each arrives, and the reply does not
    page.keyboard.press("1")
    page.wait_for_selector(".wl-trouble:has-text('1 answer waiting')")
    server.is_deaf, server.is_down = False, True
    page.keyboard.press("2")
    page.keyboard.press("1")
    page.wait_for_selector(".wl-trouble:has-text('3 answers waiting')")
    wait_for_item(page, "c003")
    server.is_down = False
    try_now(page)
    wait_until_saved(page)
    assert stored(server) == [("answer", "c000"), ("answer", "c001"), ("answer", "c002")]
    assert server.review.answers == {"c000": "ham", "c001": "spam", "c002": "ham"}


def test_the_browser_coming_back_online_sends_at_once(
    page: Any, server: FakeServer, watched: Any
) -> None:
    watched.allow("Failed to load resource")
    page.context.set_offline(True)
    page.keyboard.press("1")
    page.wait_for_selector(".wl-trouble")
    page.context.set_offline(False)
    wait_until_saved(page)
    assert server.review.answers == {"c000": "ham"}


def test_a_reload_while_offline_keeps_the_answers(
    page: Any, server: FakeServer, watched: Any
) -> None:
    watched.allow("Failed to load resource")
    server.is_down = True
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.wait_for_selector(".wl-trouble:has-text('2 answers waiting')")
    page.reload()
    wait_for_item(page, "c002")
    page.wait_for_selector(".wl-trouble:has-text('2 answers waiting')")
    server.is_down = False
    try_now(page)
    wait_until_saved(page)
    assert stored(server) == [("answer", "c000"), ("answer", "c001")]
    assert page.evaluate("Object.keys(localStorage).filter(k => k.includes('outbox')).length") == 0


def test_answers_of_a_closed_tab_are_sent_by_the_next_one(
    page: Any, server: FakeServer, watched: Any
) -> None:
    watched.allow("Failed to load resource")
    server.is_down = True
    page.keyboard.press("1")
    page.wait_for_selector(".wl-trouble")
    second = page.context.new_page()
    second.goto(server.url)
    wait_for_item(second, "c000")  # the first tab lives: what waits there is its own
    page.close()
    second.wait_for_selector(".wl-trouble:has-text('1 answer waiting')")
    server.is_down = False
    try_now(second)
    wait_until_saved(second)
    wait_for_item(second, "c001")
    assert stored(server) == [("answer", "c000")]


def test_with_no_more_items_loaded_the_screen_says_so(
    page: Any, server: FakeServer, watched: Any
) -> None:
    watched.allow("Failed to load resource")
    server.is_down = True
    for n in range(8):
        wait_for_item(page, f"c{n:03d}")
        page.keyboard.press("1")
    page.wait_for_selector(".wl-loading:has-text('when the connection is back')")
    server.is_down = False
    try_now(page)
    page.wait_for_selector("h2:text-is('All done')")
    assert len(server.review.stored) == 8


def test_two_open_tabs_send_each_answer_once(page: Any, server: FakeServer, watched: Any) -> None:
    watched.allow("Failed to load resource")
    second = page.context.new_page()
    second.goto(server.url)
    opened(second)
    server.is_down = True
    page.keyboard.press("1")
    second.keyboard.press("1")
    second.keyboard.press("2")
    page.wait_for_selector(".wl-trouble:has-text('1 answer waiting')")
    second.wait_for_selector(".wl-trouble:has-text('2 answers waiting')")
    server.is_down = False
    for each in (page, second):
        try_now(each)
        wait_until_saved(each)
    keys = [each["key"] for each in server.review.received if each["do"] == "answer"]
    assert len(server.review.stored) == 3
    assert set(keys) == {each["key"] for each in server.review.stored}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_the_connection_does_the_log_has_what_was_pressed(
    server: FakeServer, new_page: Callable[..., Any], watched: Any, seed: int
) -> None:
    watched.allow("Failed to load resource")
    server.review = FakeReview(40)
    page = opened(new_page(server.url))
    random = np.random.default_rng(seed)

    def draw(options: list[Any]) -> Any:
        return options[int(random.integers(len(options)))]

    pressed: list[tuple[str, str | None]] = []  # item and class, undone ones taken away
    for _ in range(60):
        server.is_down, server.is_deaf = draw([(False, False)] * 3 + [(True, False), (False, True)])
        page.wait_for_selector(".wl-id bdi, .wl-loading")
        if page.locator(".wl-loading").count():
            server.is_down = server.is_deaf = False
            try_now(page)
            page.wait_for_selector(".wl-id bdi")
        key = draw(["1", "2", "Space", "u" if pressed else "1"])
        shown = text_of(page, ".wl-id bdi")
        page.keyboard.press(key)
        if key == "u":
            item_id, _ = pressed.pop()
            wait_for_item(page, item_id)
        else:
            pressed.append((shown, {"1": "ham", "2": "spam"}.get(key)))
            page.wait_for_function(
                "id => document.querySelector('.wl-id bdi')?.textContent !== id", arg=shown
            )
    server.is_down = server.is_deaf = False
    try_now(page)
    wait_until_saved(page)
    assert server.review.answers == dict(pressed)
    keys = [each["key"] for each in server.review.stored]
    assert len(keys) == len(set(keys))


def test_answers_of_one_reviewer_never_go_out_under_another_name(
    page: Any, server: FakeServer, watched: Any
) -> None:
    watched.allow("Failed to load resource")
    server.is_down = True
    page.keyboard.press("1")
    page.wait_for_selector(".wl-trouble")
    server.review.reviewer = "bob"  # who logs in beside it, in the same browser
    second = page.context.new_page()
    second.goto(server.url)
    opened(second)
    wait_for_item(page, "c000")  # the first tab has become bob's, too
    server.is_down = False
    second.keyboard.press("2")
    wait_until_saved(second)
    assert [each["label"] for each in server.review.stored] == ["spam"]
    server.review.reviewer = "ann"
    page.reload()
    opened(page)
    wait_until_saved(page)
    assert [each.get("label") for each in server.review.stored] == ["spam", "ham"]


def test_an_answer_waits_until_its_reviewer_is_back(page: Any, server: FakeServer) -> None:
    server.review.reviewer = "bob"
    page.keyboard.press("1")
    page.wait_for_selector(".wl-trouble:has-text('Log in as ann. 1 answer waiting')")
    server.review.reviewer = "ann"
    try_now(page)
    wait_until_saved(page)
    assert server.review.answers == {"c000": "ham"}


def test_an_answer_that_breaks_the_server_is_given_up_in_words(
    page: Any, server: FakeServer
) -> None:
    broken = {"code": "internal", "message": "Something went wrong."}
    server.says = 200, {"ok": False, "error": broken}
    page.keyboard.press("1")
    for _ in range(2):
        page.wait_for_selector(".wl-trouble:has-text('Something went wrong')")
        page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector(".wl-alert:has-text('Something went wrong')")
    assert page.evaluate("Object.keys(localStorage).filter(k => k.includes('outbox')).length") == 0


def test_a_full_disk_is_said_and_the_answer_is_tried_again(page: Any, server: FakeServer) -> None:
    server.says = 200, {"ok": False, "error": {"code": "store", "message": "The disk is full."}}
    page.keyboard.press("1")
    page.wait_for_selector(".wl-trouble:has-text('The disk is full. 1 answer waiting')")
    server.says = None
    try_now(page)
    wait_until_saved(page)
    assert server.review.answers == {"c000": "ham"}


def test_a_refused_answer_is_shown_and_the_item_comes_back(page: Any, server: FakeServer) -> None:
    server.review.refusing["c000"] = "Item 'c000' is not yours <b>now</b>."
    page.keyboard.press("1")
    page.wait_for_selector(
        ".wl-alert:has-text(\"Not stored (item c000): Item 'c000' is not yours <b>now</b>.\")"
    )
    wait_for_item(page, "c000")
    server.review.refusing.clear()
    page.keyboard.press("2")
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert server.review.answers == {"c000": "spam"}


def test_without_a_session_the_page_goes_to_the_login(
    page: Any, server: FakeServer, watched: Any
) -> None:
    watched.allow("Failed to load resource")
    server.extra = {"/login": ("<!doctype html><title>Log in</title>", "html")}
    server.says = 401, {"ok": False, "error": {"code": "unauthenticated", "message": "Sign in."}}
    page.keyboard.press("1")
    page.wait_for_url("**/login")
    server.says = None
    page.goto(server.url)
    wait_for_item(page, "c001")
    wait_until_saved(page)
    assert server.review.answers == {"c000": "ham"}


# What is shown

HOSTILE = (
    "<script>document.title='x'</script><img src=x onerror=document.title='x'>"
    "\u202egnp.exe\u202c a\x00\x00\x00b f\u200bree \ud800 &amp; {{7*7}} 👨\u200d👩\u200d👧 שלום"
)


def hostile_item(n: int) -> dict[str, Any]:
    """Return an item that tries everything, in every place."""
    fields = [
        {"name": name, "value": value, "fold": None, "is_image": False}
        for name, value in [("text", HOSTILE), (f"col{HOSTILE}", HOSTILE), ("json", {"a": HOSTILE})]
    ]
    vote = {"function": HOSTILE, "label": HOSTILE, "precision": 0.5, "version": HOSTILE}
    other = {"reviewer": HOSTILE, "label": HOSTILE, "comment": HOSTILE, "cause": "", "kind": ""}
    return an_item(
        n,
        item_id=f"{HOSTILE}{n}",
        fields=fields,
        proposed=HOSTILE,
        probabilities={HOSTILE: 0.9, "ham": 0.1},
        reasons=[HOSTILE],
        votes=[vote],
        highlights=spans(HOSTILE, "script", HOSTILE),
        near_duplicates=[{"item_id": HOSTILE, "excerpt": HOSTILE}],
        stratum=HOSTILE,
        comment=HOSTILE,
        others=[other],
    )


def test_hostile_texts_are_texts_and_what_hides_is_shown(
    server: FakeServer, new_page: Callable[..., Any]
) -> None:
    server.review = FakeReview(3, ("ham", HOSTILE))
    server.review.title = HOSTILE
    server.review.guidelines = {"text": HOSTILE, "version": HOSTILE}
    server.review.items = [hostile_item(n) for n in range(3)]
    server.review.estimate = HOSTILE
    page = new_page(server.url)
    page.wait_for_selector(".wl-place")
    text = page.locator(".wl-text").first
    assert "<script>" in text.text_content()
    for mark in ("U+202E", "U+0000×3", "U+200B", "U+D800"):
        assert text.locator(f".wl-hidden-character:text-is('{mark}')").count() == 1
    assert "👨\u200d👩\u200d👧" in text_of(page, ".wl-text")
    for key in ("i", "g", "Escape", "?", "Escape", "/", "Escape", "r", "Escape", "c", "Escape"):
        page.keyboard.press(key)
        page.wait_for_selector(".weaklabel-review[aria-busy=false]")
    raw = page.locator("body").evaluate("e => [e.innerText, e.outerHTML].join()")
    assert not any(sign in raw for sign in "\u202e\u202c\u200b\x00")
    assert page.locator("script, img").count() == 1  # the page's own
    assert page.title() != "x"
    page.keyboard.press("2")
    page.wait_for_selector(".wl-place:text-is('2 of 3')")


def test_highlights_count_code_points_and_name_their_function(
    server: FakeServer, new_page: Callable[..., Any]
) -> None:
    text = "🎁🎁 free 🎁 money"
    overlap = [
        {"column": "text", "start": 3, "end": 7, "function": "promotion"},
        {"column": "text", "start": 6, "end": 15, "function": "praise"},
    ]
    server.review.items[0] = an_item(0, text, highlights=overlap)
    page = opened(new_page(server.url))
    marks = page.locator("mark").evaluate_all(
        "all => all.map(m => [m.firstChild.textContent, m.functions.join()])"
    )
    assert marks == [["fre", "promotion"], ["e", "promotion,praise"], [" 🎁 money", "praise"]]
    page.locator("mark").first.hover()
    assert text_of(page, ".wl-tip").endswith("promotion→ spam")
    assert page.locator(".wl-chip.wl-pointed").count() == 1
    page.locator("mark").last.hover()
    assert text_of(page, ".wl-tip").endswith("praise→ ham")


def test_a_long_text_is_loaded_in_parts(server: FakeServer, new_page: Callable[..., Any]) -> None:
    whole = "".join(f"{n} 🎁 " for n in range(20_000))
    item = an_item(0, whole[:2000], highlights=[])
    item["fields"][0]["fold"] = {"length": len(whole), "first": 2000}
    start = whole.index("15000 🎁")
    item["highlights"] = [
        {"column": "text", "start": start, "end": start + 7, "function": "promotion"}
    ]
    server.review.items[0] = item
    server.review.long_texts["text"] = whole
    page = opened(new_page(server.url))
    assert page.locator("mark").count() == 0
    n_parts = 0
    while page.locator(".wl-more").is_visible():
        before = len(text_of(page, ".wl-text"))
        page.keyboard.press("t")
        page.wait_for_function(
            "n => document.querySelector('.wl-text').textContent.length > n", arg=before
        )
        page.wait_for_selector(".weaklabel-review[aria-busy=false]")
        n_parts += 1
    assert n_parts == 3
    assert page.locator("mark").evaluate_all("all => all.map(m => m.firstChild.textContent)") == [
        "15000 🎁"
    ]
    assert "19999 🎁 " in text_of(page, ".wl-text")


def test_a_blind_item_hides_the_proposal_and_cannot_be_accepted(
    server: FakeServer, new_page: Callable[..., Any]
) -> None:
    hidden: dict[str, Any] = {"proposed": None, "probabilities": {}, "reasons": [], "votes": []}
    server.review.items[0] = an_item(0, blind=True, n_abstained=None, highlights=[], **hidden)
    page = opened(new_page(server.url))
    page.keyboard.press("a")
    page.wait_for_selector(".wl-alert:has-text('Choose a class')")
    assert "spam 0" not in text_of(page, ".wl-answers")
    assert server.review.stored == []


def test_an_adjudicator_sees_what_others_answered(
    server: FakeServer, new_page: Callable[..., Any]
) -> None:
    others = [
        {"reviewer": "bob", "label": "ham", "comment": "no ad", "cause": "", "kind": ""},
        {"reviewer": "eve", "label": None, "comment": "?", "cause": "", "kind": "escalation"},
    ]
    server.review.items[0] = an_item(0, others=others)
    page = opened(new_page(server.url))
    assert page.locator(".wl-others li").all_text_contents() == ["bobhamno ad", "evepassed it on?"]


def test_a_lead_of_a_team_finds_the_dashboard_and_the_way_out(
    server: FakeServer, new_page: Callable[..., Any]
) -> None:
    server.review.team = {"team": True, "role": "lead"}
    server.review.team_progress = {
        "items": 8,
        "settled": 3,
        "left": 5,
        "for_experts": 2,
        "reviewers": 2,
    }
    login = "<!doctype html><title>Log in</title>"
    server.extra = {"/login": (login, "html"), "/dashboard": (login, "html")}
    page = opened(new_page(server.url))
    assert text_of(page, ".wl-who") == "ann"
    assert "3 of 8 items settled, 2 wait for an expert" in text_of(page, ".wl-figures-box")
    page.get_by_role("link", name="Dashboard").click()
    page.wait_for_url("**/dashboard")
    page.go_back()
    opened(page)
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login")
    assert server.logged_out == 1


def test_a_new_version_of_the_guidelines_is_announced(page: Any, server: FakeServer) -> None:
    server.review.guidelines = {"text": "Links are spam.", "version": "2"}
    page.keyboard.press("1")
    page.wait_for_selector(".wl-notice:has-text('version 2')")
    page.keyboard.press("i")
    assert text_of(page, ".wl-guidelines-text") == "Links are spam."


def test_an_image_that_fails_says_so(
    server: FakeServer, new_page: Callable[..., Any], watched: Any
) -> None:
    watched.allow("Failed to load resource")
    item = an_item(0)
    item["fields"][1] |= {"value": "photos/no.png", "is_image": True}
    server.review.items[0] = item
    page = opened(new_page(server.url))
    page.wait_for_selector("figcaption:has-text('cannot be shown: photos/no.png')")


# Everybody


def test_what_happens_is_said_to_a_screen_reader(page: Any) -> None:
    page.keyboard.press("1")
    page.wait_for_selector(
        "[aria-live=polite]:has-text('Answered ham. Item 2 of 8. Proposed: spam')", state="attached"
    )
    page.keyboard.press("f")
    page.wait_for_selector("[aria-live=polite]:text-is('Flagged.')", state="attached")


def test_everything_is_reached_by_keyboard_and_focus_returns(page: Any) -> None:
    for key, inside in (("?", "dialog"), ("r", "dialog"), ("e", "dialog"), ("g", "dialog")):
        page.keyboard.press(key)
        page.wait_for_selector(inside)
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")
        assert page.evaluate("document.activeElement.className") == "wl-item"
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement?.dataset?.action ?? ''"))
    wanted = {"accept", "reject", "skip", "undo", "flag", "comment", "cause", "escalate", "group"}
    assert wanted | {"back", "forward", "help", "guidelines"} <= seen


def test_every_button_shows_its_key(page: Any) -> None:
    actions = page.locator(".wl-actions button[data-action], .wl-class")
    keys = [
        text_of(page.locator(".wl-answers"), f":nth-match(button[data-action] kbd, {n + 1})")
        for n in range(11)
    ]
    assert keys == ["a", "x", "space", "u", "f", "c", "r", "e", "g", "←", "→"]
    assert actions.count() == 13


def test_nothing_is_wider_than_a_phone(server: FakeServer, new_page: Callable[..., Any]) -> None:
    server.review = FakeReview(3, tuple(f"a class with the long name {n}" for n in range(9)))
    server.review.items[1] = an_item(1, "x" * 3000)
    server.review.items[1]["fields"].append(
        {"name": "y" * 200, "value": {"z": "w" * 500}, "fold": None, "is_image": False}
    )
    page = opened(
        new_page(server.url, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    )
    for item_id in ("c000", "c001"):
        wait_for_item(page, item_id)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        boxes = [box.bounding_box() for box in page.locator(".wl-class").all()]
        assert all(box["height"] >= 44 and box["x"] + box["width"] <= 360 for box in boxes)
        page.locator(".wl-class").first.tap()
    wait_for_item(page, "c002")
    wait_until_saved(page)
    assert len(server.review.answers) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_serious(
    server: FakeServer, new_page: Callable[..., Any], scheme: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    server.review.items[0]["others"] = [
        {"reviewer": "bob", "label": "ham", "comment": "no", "cause": "", "kind": ""}
    ]
    # axe comes in by a script of its own, which the page's policy would not let in.
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    page = opened(new_page(server.url, bypass_csp=True, **options))
    for keys in ([], ["f", "i", "n", "c"], ["Escape", "r"], ["Escape", "g"], ["Escape", "?"]):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_selector(".weaklabel-review[aria-busy=false]")
        found = axe.run(page).response["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        assert [(each["id"], [n["html"] for n in each["nodes"]]) for each in serious] == []


# In a notebook

WIDGET_PAGE = """<!doctype html><html lang="en"><head><title>cell</title>
<link rel="stylesheet" href="/static/review.css"><script type="module" src="/widget.js"></script>
</head><body data-jp-theme-light="false"><input id="outside"><div id="one"></div><div id="two"></div>
</body></html>"""
WIDGET_SCRIPT = """
import widget from "/static/review.js";
const listeners = new Set();
window.leaked = [];
document.addEventListener("keydown", (event) => window.leaked.push(event.key));
const post = (body) => fetch("/api/message", { method: "POST", body: JSON.stringify(body) });
const model = {
  on: (name, run) => listeners.add(run),
  off: (name, run) => listeners.delete(run),
  get: () => null,
  send: async ({ id, message }) => {
    const reply = await (await post(message)).json();
    for (const run of listeners) run({ id, reply });
  },
};
window.listeners = listeners;
window.stops = ["one", "two"].map((id) => widget.render({ model, el: document.getElementById(id) }));
"""


@pytest.fixture
def cell(server: FakeServer, new_page: Callable[..., Any]) -> Any:
    """Return a page with two views of one widget."""
    server.extra = {"/widget": (WIDGET_PAGE, "html"), "/widget.js": (WIDGET_SCRIPT, "js")}
    page = new_page(f"{server.url}widget")
    page.wait_for_selector("#one .wl-place")
    page.wait_for_selector("#two .wl-place")
    return page


def test_in_a_cell_keys_work_only_with_the_focus_and_never_leak(
    cell: Any, server: FakeServer
) -> None:
    cell.locator("#outside").focus()
    assert cell.locator("#one .wl-hint").is_visible()
    cell.locator("#outside").press("1")
    assert cell.evaluate("leaked.splice(0)") == ["1"]
    cell.locator("#one .wl-hint").click()
    assert not cell.locator("#one .wl-hint").is_visible()
    for key in ("1", "b", "d", "x", "?", "Escape", "ArrowLeft"):
        cell.keyboard.press(key)
    cell.wait_for_selector("#one .wl-before")
    assert cell.evaluate("leaked") == []
    assert server.review.answers == {"c000": "ham", "c001": "ham"}


def test_in_a_cell_a_dialog_stays_within_it(cell: Any) -> None:
    cell.locator("#one .wl-hint").click()
    cell.keyboard.press("r")
    cell.wait_for_selector("#one dialog")
    assert not cell.evaluate("document.querySelector('dialog').matches(':modal')")
    assert cell.evaluate("document.querySelector('#one .wl-frame').inert")
    cell.keyboard.press("2")
    cell.wait_for_selector("#one .wl-marks:has-text('ambiguous item')")
    assert not cell.evaluate("document.querySelector('#one .wl-frame').inert")


def test_two_views_of_a_widget_follow_each_other(cell: Any) -> None:
    cell.locator("#one .wl-hint").click()
    cell.keyboard.press("1")
    cell.wait_for_selector("#two .wl-id bdi:text-is('c001')")


def test_a_closed_view_leaves_nothing_behind(cell: Any) -> None:
    cell.evaluate("stops[0]()")
    assert cell.locator("#one > *").count() == 0
    cell.wait_for_function("() => listeners.size === 1")


def test_answers_that_wait_for_the_kernel_outlive_their_view(cell: Any, server: FakeServer) -> None:
    server.hold.clear()
    cell.locator("#one .wl-hint").click()
    for key in ("1", "2", "1"):
        cell.keyboard.press(key)
    cell.evaluate("stops[0]()")
    server.hold.set()
    cell.wait_for_function("() => listeners.size === 1")
    assert server.review.answers == {"c000": "ham", "c001": "spam", "c002": "ham"}


def test_a_dark_notebook_makes_the_review_dark(cell: Any) -> None:
    def shade() -> str:
        return str(
            cell.locator("#one .wl-item").evaluate("e => getComputedStyle(e).backgroundColor")
        )

    assert shade() == "rgb(29, 32, 36)"
    cell.evaluate("document.body.dataset.jpThemeLight = 'true'")
    assert shade() == "rgb(255, 255, 255)"


# The files


def test_no_script_makes_markup_of_data() -> None:
    for name in ("review.js", "page.js"):
        source = STATIC.joinpath(name).read_text(encoding="utf-8")
        for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert banned not in source, f"{name} has {banned}"
        assert 'setAttribute("style"' not in source


def test_every_rule_of_the_style_sheet_stays_within_the_review() -> None:
    source = STATIC.joinpath("review.css").read_text(encoding="utf-8")
    source = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    blocks = re.findall(r"([^{};]+)\{", source)
    for selector in (part.strip() for block in blocks for part in re.split(r",(?![^(]*\))", block)):
        assert selector.startswith("@") or ".weaklabel-review" in selector, selector
