"""A desk serves screens at once and in threads, and what it stored outlives it."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from weaklabel.core import LabelSchema, ReviewQueue
from weaklabel.errors import DecisionsError, FileFormatError, ItemsError, ParameterError
from weaklabel.review import DecisionStore
from weaklabel.review.desk._desk import Desk, ReviewDesk, desk_id
from weaklabel.review.desk._guideline_versions import guideline_text
from weaklabel.review.desk._images import ImageFolder
from weaklabel.review.session._guidelines import Guidelines
from weaklabel.review.session._session_source import SessionSource

N = 60
IDS = [f"i{n}" for n in range(N)]


def source(**options: Any) -> SessionSource:
    schema = LabelSchema(["ham", "spam"])
    posterior = np.tile([0.3, 0.7], (N, 1))
    queue = ReviewQueue(IDS, ["error"] * N, range(N), [["why"]] * N, posterior, schema)
    items = [{"item_id": i, "text": f"text of {i}", "picture": "dot.gif"} for i in IDS]
    return SessionSource.of_arguments(queue, items, None, image_columns=["picture"], **options)


@pytest.fixture
def store(tmp_path: Path, open_store: Callable[..., DecisionStore]) -> DecisionStore:
    return open_store(tmp_path / "log.sqlite", timeout_seconds=10)


def answer(item_id: str, label: str = "ham", key: str = "") -> dict[str, Any]:
    key = key or f"key-of-{item_id}"
    return {"do": "answer", "label": label, "item_id": item_id, "key": key}


def ok(reply: dict[str, Any]) -> dict[str, Any]:
    assert reply["ok"] is True, reply
    return reply


def test_it_is_a_desk_for_one(store: DecisionStore) -> None:
    desk: Desk = ReviewDesk(source(), store, reviewer="ann", title="Comments")
    setup = ok(desk.reply("ann", {"do": "open"}))["setup"]
    assert (desk.title, setup["title"]) == ("Comments", "Comments")
    assert (desk.is_team, setup["team"], setup["role"]) == (False, False, "reviewer")
    for refused in (desk.login, desk.known, desk.dashboard):
        with pytest.raises(DecisionsError, match="for one reviewer"):
            refused("ann")
    desk.close()


def test_reviews_on_other_stores_are_told_apart(
    store: DecisionStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ok(ReviewDesk(source(), store, reviewer="ann").reply("ann", {"do": "open"}))
    assert first["setup"]["desk"] == desk_id(store)
    assert desk_id(DecisionStore(tmp_path / "other.sqlite")) != desk_id(store)
    monkeypatch.chdir(tmp_path)
    assert desk_id(DecisionStore("log.sqlite")) == desk_id(store)
    url = "postgresql+psycopg://ann@host/base"
    assert desk_id(DecisionStore(url)) == desk_id(DecisionStore(url))


def test_looking_makes_no_log(store: DecisionStore, tmp_path: Path) -> None:
    desk = ReviewDesk(source(guidelines="Be kind."), store, reviewer="ann")
    for message in ({"do": "open"}, {"do": "forward"}, {"do": "guidelines"}):
        ok(desk.reply("ann", message))
    assert list(tmp_path.iterdir()) == []


def test_arguments_are_checked_at_the_start(store: DecisionStore, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="reviewer"):
        ReviewDesk(source(), store, reviewer=" ")
    with pytest.raises(ParameterError, match="keymap"):
        ReviewDesk(source(), store, reviewer="ann", keymap={"fly": "f"})
    (tmp_path / "log.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(FileFormatError):
        ReviewDesk(source(), store, reviewer="ann")


def test_what_the_session_is_given_reaches_it(store: DecisionStore) -> None:
    desk = ReviewDesk(
        source(),
        store,
        reviewer="ann",
        keymap={"accept": "j"},
        dataset_version="v7",
        estimate=lambda: "good",
    )
    reply = ok(desk.reply("ann", {"do": "open"}))
    assert ["j", "accept"] in [row[:2] for row in reply["setup"]["keys"]]
    assert reply["screen"]["progress"]["estimate"] == "good"
    ok(desk.reply("ann", answer("i0")))
    assert [d.dataset_version for d in store.log()] == ["v7"]


# Several at once


def test_answers_of_one_reviewer_from_several_tabs_are_each_stored_once(
    location: str, open_store: Callable[..., DecisionStore]
) -> None:
    store = open_store(location)
    desk = ReviewDesk(source(), store, reviewer="ann")
    with ThreadPoolExecutor(8) as threads:  # each answer comes twice, as from a tab that retries
        replies = list(threads.map(lambda i: desk.reply("ann", answer(i)), [*IDS, *IDS]))
    assert [ok(reply)["did"]["item_ids"] for reply in replies] == [[i] for i in [*IDS, *IDS]]
    assert sorted(d.item_id for d in store.log()) == sorted(IDS)
    assert ok(desk.reply("ann", {"do": "open"}))["screen"]["progress"]["left"] == 0
    store.verify()


def test_each_reviewer_has_a_way_of_their_own(
    location: str, open_store: Callable[..., DecisionStore]
) -> None:
    store = open_store(location)
    desk = ReviewDesk(source(), store, reviewer="ann")
    ok(desk.reply("ann", answer("i0")))
    reply = ok(desk.reply("bob", {"do": "open"}))
    assert reply["screen"]["reviewer"] == "bob"
    assert reply["screen"]["item"]["item_id"] == "i0"
    with ThreadPoolExecutor(4) as threads:
        asked = [(name, i) for i in IDS[:20] for name in ("ann", "bob", "cy", "di")]
        for reply in threads.map(
            lambda a: desk.reply(a[0], answer(a[1], key=f"{a[0]}-{a[1]}-key")), asked
        ):
            ok(reply)
    log = store.log()
    assert len(log) == 4 * 20 + 1
    store.verify()


def test_one_who_waits_holds_up_nobody_else(store: DecisionStore) -> None:
    waits, go_on = threading.Event(), threading.Event()

    def estimate() -> str:
        if threading.current_thread().name == "ann":
            waits.set()
            assert go_on.wait(30)
        return "good"

    desk = ReviewDesk(source(), store, reviewer="ann", estimate=estimate)
    replies: list[Any] = []
    ann = threading.Thread(
        target=lambda: replies.append(desk.reply("ann", answer("i0"))), name="ann", daemon=True
    )
    ann.start()
    assert waits.wait(30)
    ok(desk.reply("bob", answer("i0", key="key-of-bob")))
    assert replies == []
    go_on.set()
    ann.join(30)
    ok(replies[0])


def test_what_was_stored_elsewhere_is_seen_at_the_next_message(
    store: DecisionStore, tmp_path: Path, open_store: Callable[..., DecisionStore]
) -> None:
    desk = ReviewDesk(source(), store, reviewer="ann")
    other = ReviewDesk(source(), open_store(tmp_path / "log.sqlite"), reviewer="ann")
    ok(desk.reply("ann", {"do": "open"}))
    ok(other.reply("ann", answer("i0")))
    ok(other.reply("ann", {"do": "comment", "text": "odd", "item_id": "i2", "key": "a-comment"}))
    screen = ok(desk.reply("ann", {"do": "open"}))["screen"]
    assert screen["item"]["item_id"] == "i1"
    assert screen["ahead"][0]["comment"] == "odd"
    assert screen["progress"]["answered"] == 1
    undone = ok(desk.reply("ann", {"do": "undo", "key": "an-undo-"}))
    assert undone["did"]["item_ids"] == ["i0"]
    again = ok(other.reply("ann", {"do": "undo", "key": "an-undo-"}))
    assert again["did"] == undone["did"]
    assert len(store.log()) == 3


# Guidelines


def test_a_change_of_guidelines_is_shown_and_its_text_kept(store: DecisionStore) -> None:
    now = [Guidelines.of("Be kind.")]
    desk = ReviewDesk(source(), store, reviewer="ann", guidelines=lambda: now[0])
    first = ok(desk.reply("ann", {"do": "open"}))
    assert first["setup"]["guidelines"]["text"] == "Be kind."
    now[0] = Guidelines.of("Be quick.")
    screen = ok(desk.reply("ann", {"do": "open"}))["screen"]
    assert screen["guidelines_version"] == now[0].version
    assert guideline_text(store, now[0].version) is None
    ok(desk.reply("ann", answer("i0")))
    ok(desk.reply("ann", answer("i1")))
    for decision in store.log():
        version = (decision.shown or {})["guidelines"]
        assert guideline_text(store, version) in ("Be kind.", "Be quick.")
    assert guideline_text(store, now[0].version) == "Be quick."


@pytest.mark.parametrize("error", [OSError("gone"), ParameterError("none")])
def test_guidelines_that_cannot_be_read_stay_as_they_were(
    store: DecisionStore, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    found: list[Guidelines] = [Guidelines.of("Be kind.")]

    def read() -> Guidelines:
        if not found:
            raise error
        return found.pop()

    desk = ReviewDesk(source(), store, reviewer="ann", guidelines=read)
    reply = ok(desk.reply("ann", {"do": "guidelines"}))
    assert reply["guidelines"]["text"] == "Be kind."
    assert "the guidelines stay as they were" in caplog.text


# Images


def test_an_image_is_that_of_an_item(store: DecisionStore, tmp_path: Path) -> None:
    (tmp_path / "dot.gif").write_bytes(b"GIF89a...")
    desk = ReviewDesk(source(), store, reviewer="ann", images=ImageFolder(tmp_path))
    assert desk.image("ann", "i5", "picture") == ("image/gif", b"GIF89a...")
    with pytest.raises(ItemsError):
        desk.image("ann", "i5", "text")
    with pytest.raises(DecisionsError):
        desk.image("ann", "none", "picture")


# What fails


def test_a_store_that_cannot_be_read_is_said_and_nothing_moves(
    store: DecisionStore, tmp_path: Path
) -> None:
    desk = ReviewDesk(source(), store, reviewer="ann")
    ok(desk.reply("ann", answer("i0")))
    store.close()  # which leaves nothing in a write-ahead log
    kept = (tmp_path / "log.sqlite").rename(tmp_path / "kept")
    (tmp_path / "log.sqlite").write_bytes(b"no database" * 1000)
    reply: Any = desk.reply("ann", answer("i1"))
    assert (reply["ok"], reply["error"]["code"]) == (False, "store")
    assert str(tmp_path) not in reply["error"]["message"]
    kept.rename(tmp_path / "log.sqlite")
    assert ok(desk.reply("ann", answer("i1")))["screen"]["progress"]["answered"] == 2


def test_a_reviewer_without_a_name_is_refused(store: DecisionStore) -> None:
    desk = ReviewDesk(source(), store, reviewer="ann")
    reply: Any = desk.reply("", {"do": "open"})
    assert reply["error"]["code"] == "refused"


_SERVER = """
    from importlib.util import module_from_spec, spec_from_file_location
    spec = spec_from_file_location("desk_tests", {tests!r})
    tests = module_from_spec(spec)
    spec.loader.exec_module(tests)
    desk = tests.ReviewDesk(tests.source(), tests.DecisionStore({log!r}), reviewer="ann")
    for n in range(1000):
        reply = desk.reply("ann", tests.answer(f"i{{n}}"))
        print(f"i{{n}}" if reply["ok"] else reply, flush=True)
"""


def test_after_a_kill_every_retry_is_answered_and_nothing_is_doubled(
    store: DecisionStore, tmp_path: Path
) -> None:
    log = str(tmp_path / "log.sqlite")
    code = textwrap.dedent(_SERVER).format(tests=__file__, log=log)
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        acknowledged = [server.stdout.readline().strip() for _ in range(5)]
        os.kill(server.pid, signal.SIGKILL)
        acknowledged += [line.strip() for line in server.stdout.read().splitlines() if line]
    finally:
        server.kill()
        server.wait()
        assert server.stdout is not None
        server.stdout.close()
    assert acknowledged[:5] == IDS[:5]
    stored = [d.item_id for d in store.log()]
    assert set(acknowledged) & set(IDS) <= set(stored)
    desk = ReviewDesk(source(), store, reviewer="ann")
    for item_id in [*stored, IDS[-1]]:
        assert ok(desk.reply("ann", answer(item_id)))["did"]["item_ids"] == [item_id]
    after = [d.item_id for d in store.log()]
    assert after == list(dict.fromkeys([*stored, IDS[-1]]))
    store.verify()
