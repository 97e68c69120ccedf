"""The widget without a screen: what goes over the wire, what stays off it, and what fails."""

import json
import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from weaklabel.core import Decision
from weaklabel.review import DecisionStore

pytest.importorskip("anywidget", reason="anywidget is missing; pip install weaklabel[notebook]")

Make = Callable[..., Any]

#: What the parts of a page, of JSON and of a log trip over.
HOSTILE = "<img src=x onerror=alert(1)></script>\u202e\u0000\u2028\ud7ff\"'\\\U0001f9e8 "


def n_bytes(data: object) -> int:
    """Return the size of a message as a kernel packs it."""
    return len(json.dumps(data, ensure_ascii=False).encode())


def stored(store: DecisionStore) -> list[tuple[str, str | None, str, str]]:
    return [(d.item_id, d.label, d.kind, d.reviewer) for d in store.log()]


def test_messages_are_answered_under_their_id_and_stored(
    make: Make, wire: Any, store: DecisionStore
) -> None:
    widget = make()
    opened = wire.ask(widget, {"do": "open"})
    assert opened["ok"]
    assert opened["screen"]["item"]["fields"][-1]["value"] == "text of a"
    answer = {"do": "answer", "label": "ham", "key": "key-00001", "item_id": "a", "seconds": 2.5}
    assert wire.say(widget, {"id": 7, "message": answer})["id"] == 7
    accepted = wire.ask(widget, {"do": "accept", "key": "key-00002", "item_id": "b"})
    assert accepted["screen"]["item"]["item_id"] == "c"
    assert stored(store) == [("a", "ham", "", "ann"), ("b", "spam", "", "ann")]
    assert next(iter(store.log())).seconds == 2.5


def test_a_message_again_with_its_key_is_stored_once(
    make: Make, wire: Any, store: DecisionStore
) -> None:
    widget = make()
    skip = {"do": "skip", "key": "key-00001", "item_id": "a"}
    first, again = wire.ask(widget, skip), wire.ask(widget, skip)
    assert first["did"] == again["did"]
    assert len(store.log()) == 1


@pytest.mark.parametrize("message", [None, [], "open", {"do": "eval"}, {"do": "answer"}])
def test_what_is_no_message_is_refused_in_words(make: Make, wire: Any, message: object) -> None:
    reply = wire.ask(make(), message)
    assert reply["error"]["code"] == "invalid"
    assert "message" in reply["error"]["message"]


@pytest.mark.parametrize("content", [None, "open", [], {}, {"id": "1"}])
def test_what_has_no_message_in_it_is_refused_too(make: Make, wire: Any, content: object) -> None:
    assert wire.say(make(), content)["reply"]["error"]["code"] == "invalid"


def test_an_exception_reaches_the_screen_and_the_log(
    make: Make, wire: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    widget = make()

    def fails(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(widget, "_desk", type("Desk", (), {"reply": fails})())
    with caplog.at_level(logging.ERROR):
        reply = wire.ask(widget, {"do": "open"})
    assert reply["error"]["code"] == "internal"
    assert "ZeroDivisionError: by nothing" in reply["error"]["message"]
    assert "ZeroDivisionError" in caplog.text


def test_a_reply_that_cannot_be_sent_is_replaced_by_one_that_says_so(
    make: Make, wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = make()
    unsendable = {"ok": True, "text": "half of a pair \ud800"}
    monkeypatch.setattr(widget, "_desk", type("Desk", (), {"reply": lambda *_: unsendable})())
    reply = wire.ask(widget, {"do": "open"})
    assert reply["error"]["code"] == "internal"
    assert "UnicodeEncodeError" in reply["error"]["message"]


def test_a_locked_store_is_said_and_the_answer_may_be_sent_again(
    make: Make, wire: Any, store: DecisionStore, tmp_path: Any
) -> None:
    other = DecisionStore(tmp_path / "log.sqlite")
    widget = make()
    message = {"do": "accept", "key": "key-00001", "item_id": "a"}
    with other.transaction(writing=True):
        reply = wire.ask(widget, message)
    other.close()
    assert reply["error"]["code"] == "store"
    assert wire.ask(widget, message)["ok"]
    assert stored(store) == [("a", "spam", "", "ann")]


@pytest.mark.parametrize(
    "text",
    ["text", HOSTILE, HOSTILE * 5000, "\u0000" * 10**6, "\U0001f9e8" * 10**5, "<b>" * 10**5],
    ids=["short", "hostile", "long and hostile", "nulls", "emoji", "tags"],
)
@pytest.mark.parametrize("n_columns", [1, 40])
def test_what_is_sent_at_the_start_is_under_200_kilobytes(
    make: Make, wire: Any, text: str, n_columns: int
) -> None:
    widget = make([text] * 3, n_columns)
    opened = wire.ask(widget, {"do": "open"})
    assert opened["screen"]["item"]["fields"]
    assert {message["type"] for message in wire.sent} == {"comm_open", "comm_msg"}
    assert sum(n_bytes(message) for message in wire.sent) < 200_000


def test_a_first_item_that_is_too_large_is_folded_and_unfolds(make: Make, wire: Any) -> None:
    text = "<b>" * 5000
    widget = make([text] * 3, 40, guidelines="x" * 30_000)
    item = wire.ask(widget, {"do": "open"})["screen"]["item"]
    field = item["fields"][-1]
    assert field["fold"]["length"] == len(text)
    assert field["value"] == text[: field["fold"]["first"]]
    assert len(field["value"]) < 2000  # what other replies have
    more = {"do": "text", "item_id": "a", "field": field["name"], "start": len(field["value"])}
    assert field["value"] + wire.ask(widget, more)["text"]["text"] == text
    assert sum(n_bytes(message) for message in wire.sent[:-1]) < 200_000


def test_guidelines_that_are_too_large_are_folded_and_unfold(make: Make, wire: Any) -> None:
    text = "\u0000" * 1_000_000
    widget = make(["text"] * 3, 200, guidelines=text)
    first = wire.ask(widget, {"do": "open"})["setup"]["guidelines"]
    assert sum(n_bytes(message) for message in wire.sent) < 200_000
    assert 0 < len(first["text"]) < first["length"] == len(text)
    more = wire.ask(widget, {"do": "guidelines", "start": len(first["text"])})["guidelines"]
    assert more["start"] == len(first["text"])
    assert more["text"]


def test_items_ahead_that_did_not_fit_come_with_the_next_reply(make: Make, wire: Any) -> None:
    widget = make(["\u0000" * 2000] * 3, 2, guidelines="x" * 30_000)
    opened = wire.ask(widget, {"do": "open"})["screen"]
    assert len(opened["ahead"]) < 2
    skipped = wire.ask(widget, {"do": "skip", "key": "key-00001", "item_id": "a"})["screen"]
    assert [item["item_id"] for item in [skipped["item"], *skipped["ahead"]]] == ["b", "c"]


def test_a_saved_notebook_holds_nothing_of_items_answers_or_where_they_are(
    make: Make, wire: Any, store: DecisionStore
) -> None:
    widget = make(["a secret text"] * 3, guidelines="a secret rule", title="a secret title")
    wire.ask(widget, {"do": "open"})
    wire.ask(widget, {"do": "comment", "text": "a secret thought", "key": "key-00001"})
    # Every message that is no custom one is state, and state is what is saved.
    state = [m for m in wire.sent if m["data"].get("method") != "custom"]
    data, _ = widget._repr_mimebundle_()
    saved = json.dumps([state, widget.get_state(), data])
    assert "_esm" in saved
    for secret in ("a secret", store.name, "log.sqlite", "spam"):
        assert secret not in saved.replace(widget.get_state("_esm")["_esm"], "")


def test_without_widgets_the_output_says_who_and_how_far_and_what_to_do(make: Make) -> None:
    widget = make()
    widget.session.current()
    widget.session.skip()
    data, _ = widget._repr_mimebundle_()
    assert set(data) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    assert data["text/plain"].startswith("ReviewWidget('ann': 0 answered, 1 skipped, 2 left)")
    assert "weaklabel[notebook]" in data["text/plain"]
    assert repr(widget) == "ReviewWidget('ann': 0 answered, 1 skipped, 2 left)"


def test_code_and_screen_share_their_answers(make: Make, wire: Any, store: DecisionStore) -> None:
    widget = make()
    wire.ask(widget, {"do": "open"})
    wire.ask(widget, {"do": "answer", "label": "ham", "key": "key-00001", "item_id": "a"})
    assert widget.session.current().item_id == "b"
    widget.session.accept()
    reply = wire.ask(widget, {"do": "open"})
    assert reply["screen"]["item"]["item_id"] == "c"
    assert reply["screen"]["progress"]["answered"] == 2
    wire.ask(widget, {"do": "undo", "key": "key-00002"})
    assert widget.session.progress()["left"] == 2
    assert widget.session is widget.session


def test_screen_and_code_may_answer_at_the_same_time(make: Make, wire: Any, tmp_path: Path) -> None:
    """JupyterLab handles messages of widgets in a thread of their own, while a cell runs."""
    widget = make(store=tmp_path / "shared.sqlite")
    replies = []

    def screen() -> None:
        for n in range(30):
            message = {"do": "flag", "on": n % 2 == 0, "key": f"screen-{n:03}", "item_id": "a"}
            replies.append(wire.ask(widget, message))

    other = Thread(target=screen)
    other.start()
    for n in range(30):
        widget.session.goto("b")
        widget.session.answer(n % 2, key=f"code-{n:05}")
    other.join()
    assert all(reply["ok"] for reply in replies)
    assert Counter(d.item_id for d in widget.decisions()) == {"a": 30, "b": 30}
    assert widget.store.verify() == widget.decisions().head_hash
    assert widget.session.progress()["answered"] == 1
    widget.store.close()


def test_decisions_are_all_that_the_store_has(make: Make, wire: Any, store: DecisionStore) -> None:
    store.append([Decision("elsewhere", "ham", "bob", Decision.now())])
    widget = make()
    wire.ask(widget, {"do": "skip", "key": "key-00001", "item_id": "a"})
    assert [d.item_id for d in widget.decisions()] == ["elsewhere", "a"]


def test_the_widget_is_one_that_front_ends_can_load(make: Make, wire: Any) -> None:
    widget = make()
    opens = [message["data"]["state"] for message in wire.sent if message["type"] == "comm_open"]
    (state,) = [state for state in opens if state["_model_name"] == "AnyModel"]
    assert state["_model_module"] == "anywidget"
    assert "export" in state["_esm"]
    assert state["_css"]
    # A trait of this name hides that of ipywidgets, and the widget dies in the browser.
    assert isinstance(widget.keys, list)
    assert "keys" not in widget.keys


def test_a_closed_widget_leaves_the_store_open(make: Make, wire: Any, store: DecisionStore) -> None:
    widget = make()
    wire.ask(widget, {"do": "skip", "key": "key-00001", "item_id": "a"})
    widget.close()
    assert len(widget.decisions()) == 1
    assert len(store.log()) == 1
