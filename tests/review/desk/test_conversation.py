"""A screen sends messages and gets replies: what each does, and that nothing breaks them."""

import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from weaklabel.core import CAUSES, Decision, Items, LabelSchema, ReviewQueue, VoteMatrix
from weaklabel.errors import WriteError
from weaklabel.review import DecisionStore, ReviewSession
from weaklabel.review.desk._conversation import Conversation
from weaklabel.review.desk._images import ImageFolder
from weaklabel.review.session._turn import QueueOrder, Showing

SCHEMA = LabelSchema(["ham", "spam"])
IDS = [f"i{n}" for n in range(6)]
STRATA = ["error", "error", "random", "error", "error", "random"]
GROUPS = [0, 1, 2, 0, 0, 3]
VOTES = VoteMatrix.from_array([[1, -1]] * 6, SCHEMA, ["prize", "greets"], IDS)
GIF = b"GIF89a" + bytes(10)
LIMIT = 150_000

#: Messages that store, beside their key.
STORING: list[dict[str, Any]] = [
    {"do": "answer", "label": "ham"},
    {"do": "accept"},
    {"do": "reject"},
    {"do": "skip"},
    {"do": "escalate", "text": "hard"},
    {"do": "comment", "text": "odd"},
    {"do": "cause", "name": CAUSES[0]},
    {"do": "flag", "on": True},
    {"do": "lf_wrong", "function": "prize", "on": True},
    {"do": "undo"},
]


class Talk:
    """One reviewer's screen."""

    def __init__(self, session: ReviewSession, **facts: Any) -> None:
        self.session = session
        self.conversation = Conversation(session, **facts)
        self._n = 0

    def __call__(self, do: str, **fields: Any) -> dict[str, Any]:
        """Send a message, with a key of its own where it stores, and return a reply that is ok."""
        reply = self.say(do, **fields)
        assert reply["ok"] is True, reply
        return reply

    def say(self, do: str, **fields: Any) -> dict[str, Any]:
        """Send a message and return the reply, which a browser could read."""
        if do in {"apply_to_group", *(each["do"] for each in STORING)}:
            self._n += 1
            fields = {"key": f"key-{self._n:05}", **fields}
        reply: Any = self.conversation.reply({"do": do, **fields})
        text = json.dumps(reply, allow_nan=False)
        assert json.loads(text) == reply
        assert len(text) < LIMIT or do == "image"
        json.dumps(reply, ensure_ascii=False).encode("utf-8")
        return reply  # type: ignore[no-any-return]

    def error(self, do: str, **fields: Any) -> dict[str, str]:
        """Send a message and return why it failed."""
        reply = self.say(do, **fields)
        assert reply["ok"] is False, reply
        assert set(reply) == {"ok", "error"}
        return reply["error"]  # type: ignore[no-any-return]

    def at(self) -> str | None:
        """Return the id of the item on the screen."""
        item = self("open")["screen"]["item"]
        return None if item is None else item["item_id"]


Start = Callable[..., Talk]


@pytest.fixture
def store(tmp_path: Path, open_store: Callable[..., DecisionStore]) -> DecisionStore:
    return open_store(tmp_path / "log.sqlite", timeout_seconds=0.05)


@pytest.fixture
def start(store: DecisionStore) -> Start:
    """Return what opens a screen of Ann's; `facts` are those of the conversation."""

    def make(facts: dict[str, Any] | None = None, **options: Any) -> Talk:
        schema = options.pop("schema", SCHEMA)
        ids = options.pop("ids", IDS)
        strata = options.pop("strata", STRATA[: len(ids)])
        why = options.pop("why", [["undecided"]] * len(ids))
        rows = options.pop("rows", [{"text": f"text of {item_id}"} for item_id in ids])
        items = Items(pa.Table.from_pylist(rows), ids)
        posterior = np.full((len(ids), schema.n_classes), 0.3 / max(schema.n_classes - 1, 1))
        posterior[:, -1] = 0.7
        queue = ReviewQueue(ids, strata, range(len(ids)), why, posterior, schema)
        given = {"store": store, "reviewer": "ann", "clock": lambda: 0.0} | options
        session = ReviewSession(queue, items, given.pop("votes", None), **given)
        return Talk(session, **(facts or {}))

    return make


def stored(store: DecisionStore) -> list[tuple[str, str | None, str]]:
    return [(d.item_id, d.label, d.kind) for d in store.log()]


# Opening


def test_open_says_what_there_is_and_shows_the_first_item(start: Start) -> None:
    talk = start({"title": "Comments", "desk_id": "d1"}, guidelines=("Be kind.", "3"))
    reply = talk("open")
    assert reply["did"] is None
    assert reply["setup"] == {
        "title": "Comments",
        "keys": list(map(list, talk.session.keys())),
        "classes": ["ham", "spam"],
        "n_classes": 2,
        "causes": list(CAUSES),
        "guidelines": {"text": "Be kind.", "version": "3", "start": 0, "length": 8},
        "team": False,
        "role": "reviewer",
        "version": version("weaklabel"),
        "desk": "d1",
    }
    screen = reply["screen"]
    current = talk.session.current()
    assert current is not None
    expected: dict[str, Any] = current.to_dict(folded=True)
    del expected["guidelines"]
    assert screen["item"] == {**expected, "n_more": {}}
    assert [item["item_id"] for item in screen["ahead"]] == IDS[1:]
    assert screen["progress"] == talk.session.progress()
    assert (screen["guidelines_version"], screen["reviewer"]) == ("3", "ann")


def test_a_team_is_said_to_be_one(start: Start) -> None:
    setup = start({"is_team": True, "role": "expert"})("open")["setup"]
    assert (setup["team"], setup["role"]) == (True, "expert")


def test_ten_items_at_most_are_sent_ahead(start: Start) -> None:
    ids = [f"i{n}" for n in range(30)]
    talk = start(ids=ids, strata=["error"] * 30)
    assert [item["item_id"] for item in talk("open")["screen"]["ahead"]] == ids[1:11]
    talk("goto", item_id="i25")
    ahead = talk("open")["screen"]["ahead"]
    assert [item["item_id"] for item in ahead] == [*ids[26:], *ids[:6]]


# Storing


def test_each_key_stores_and_moves_on(start: Start, store: DecisionStore) -> None:
    talk = start()
    talk("open")
    reply = talk("answer", label="ham", item_id="i0", seconds=2.5)
    assert reply["did"] == {"kind": "answer", "item_ids": ["i0"], "label": "ham", "n_items": 1}
    assert reply["screen"]["item"]["item_id"] == "i1"
    assert talk("accept")["did"]["label"] == "spam"
    assert talk("skip")["did"] == {"kind": "skip", "item_ids": ["i2"], "label": None, "n_items": 1}
    assert talk("reject")["did"]["label"] == "ham"
    reply = talk("escalate", text="too hard")
    assert reply["did"]["kind"] == "escalation"
    assert stored(store) == [
        ("i0", "ham", ""),
        ("i1", "spam", ""),
        ("i2", None, ""),
        ("i3", "ham", ""),
        ("i4", None, "escalation"),
    ]
    log = list(store.log())
    assert log[0].seconds == 2.5
    assert log[4].comment == "too hard"
    assert reply["screen"]["progress"]["escalated"] == 1


def test_a_class_may_come_as_its_code(start: Start, store: DecisionStore) -> None:
    start()("answer", label=1)
    assert stored(store) == [("i0", "spam", "")]


@pytest.mark.parametrize("label", ["eggs", "s" * 10_000, 2, 2**53, "", "spam\x00"])
def test_what_is_no_class_is_refused(start: Start, store: DecisionStore, label: object) -> None:
    talk = start(schema=LabelSchema([f"class {n} " + "s" * 500 for n in range(200)]))
    if label == 2:
        label = 200
    error = talk.error("answer", label=label)
    assert error["code"] == "refused"
    assert "label is" in error["message"]
    assert stored(store) == []


def test_an_answer_reaches_the_item_that_the_reviewer_saw(
    start: Start, store: DecisionStore
) -> None:
    talk = start()
    talk("open")
    reply = talk("answer", label="ham", item_id="i3")
    assert stored(store) == [("i3", "ham", "")]
    assert reply["screen"]["item"]["item_id"] == "i4"


def test_answers_that_waited_reach_their_items_in_order(start: Start, store: DecisionStore) -> None:
    ahead = [item["item_id"] for item in start()("open")["screen"]["ahead"]]
    talk = start()  # as if the server was started anew in between
    for item_id in ["i0", *ahead]:
        talk("answer", label="ham", item_id=item_id)
    assert [item_id for item_id, _, _ in stored(store)] == IDS
    assert talk.at() is None


@pytest.mark.parametrize("message", STORING, ids=lambda message: message["do"])
def test_a_retry_stores_nothing_twice_and_moves_nothing(
    start: Start, store: DecisionStore, message: dict[str, Any]
) -> None:
    talk = start(votes=VOTES)
    talk("answer", label="ham", item_id="i1")
    item = {} if message["do"] == "undo" else {"item_id": "i0"}
    first = talk(**message, **item, key="the-same-key")
    talk("skip", item_id="i4")
    talk("goto", item_id="i5")
    n_stored = len(store.log())
    again = talk(**message, **item, key="the-same-key")
    assert again["did"] == first["did"]
    assert again["screen"]["item"]["item_id"] == "i5"
    restarted = start(votes=VOTES)
    assert restarted(**message, **item, key="the-same-key")["did"] == first["did"]
    assert len(store.log()) == n_stored


def test_a_key_of_something_else_is_refused(start: Start) -> None:
    talk = start()
    talk("answer", label="ham", item_id="i0", key="the-same-key")
    for label, item_id in (("spam", "i0"), ("ham", "i1")):
        error = talk.error("answer", label=label, item_id=item_id, key="the-same-key")
        assert error["code"] == "refused"
        assert "is that of another decision" in error["message"]


@pytest.mark.parametrize("do", ["answer", "skip", "comment", "flag", "group", "goto", "text"])
def test_an_item_that_is_not_there_is_stale(start: Start, store: DecisionStore, do: str) -> None:
    fields: dict[str, Any] = {
        "answer": {"label": "ham"},
        "comment": {"text": "x"},
        "flag": {"on": True},
        "text": {"field": "text"},
    }.get(do, {})
    talk = start()
    for item_id in ("i9", "", "x… (012345678901)"):
        error = talk.error(do, item_id=item_id, **fields)
        assert error["code"] == "stale"
        assert "one of the 6 items of the queue" in error["message"]
    assert stored(store) == []


class Second(QueueOrder):
    """All but the second item, which another reviewer has."""

    def may_see(self, place: int) -> bool:
        return place != 1

    def upcoming(self, start: int, n: int, is_open: Any) -> Any:
        return super().upcoming(start, n, is_open & (np.arange(len(is_open)) != 1))


def test_an_item_of_another_reviewer_is_stale(start: Start, store: DecisionStore) -> None:
    talk = start(turn=Second())
    assert talk.error("answer", label="ham", item_id="i1")["code"] == "stale"
    assert [item["item_id"] for item in talk("open")["screen"]["ahead"]] == ["i2", "i3", "i4", "i5"]
    assert stored(store) == []


def test_when_nothing_is_left_an_answer_is_stale_and_undo_goes_back(start: Start) -> None:
    talk = start(ids=IDS[:1])
    reply = talk("accept")
    assert (reply["screen"]["item"], reply["screen"]["ahead"]) == (None, [])
    assert talk.error("accept")["code"] == "stale"
    assert talk.error("flag", on=True)["code"] == "stale"
    assert talk.error("group")["code"] == "stale"
    assert talk("undo")["screen"]["item"]["item_id"] == "i0"


def test_undo_goes_back_to_its_item(start: Start, store: DecisionStore) -> None:
    talk = start()
    talk("answer", label="ham")
    talk("answer", label="ham")
    reply = talk("undo")
    assert reply["did"] == {"kind": "undo", "item_ids": ["i1"], "label": None, "n_items": 1}
    assert reply["outside"] is False
    assert (reply["screen"]["item"]["item_id"], reply["screen"]["item"]["state"]) == ("i1", "open")


def test_undo_says_where_its_item_is_in_another_queue(start: Start, store: DecisionStore) -> None:
    store.append([Decision("elsewhere", "ham", "ann", Decision.now())])
    reply = start()("undo")
    assert reply["outside"] is True
    assert reply["did"]["item_ids"] == ["elsewhere"]


def test_undo_of_nothing_is_refused(start: Start) -> None:
    assert start().error("undo")["code"] == "refused"


# Remarks


def test_remarks_stay_on_the_item_and_are_shown(start: Start, store: DecisionStore) -> None:
    talk = start(votes=VOTES)
    for message in STORING[5:9]:
        reply = talk(**message)
        assert reply["did"] is None
        assert reply["screen"]["item"]["item_id"] == "i0"
    item = reply["screen"]["item"]
    assert (item["comment"], item["cause"]) == ("odd", CAUSES[0])
    assert (item["flagged"], item["wrong_functions"]) == (True, ["prize"])
    assert [d.kind for d in store.log()] == ["note", "note", "flag", "lf_wrong"]
    again = start(votes=VOTES)("open")["screen"]["item"]
    assert again == item
    item = talk("flag", on=False)["screen"]["item"]
    assert item["flagged"] is False


def test_what_was_sent_ahead_is_sent_anew_after_a_remark(start: Start) -> None:
    talk = start()
    talk("open")
    talk("comment", text="odd", item_id="i2")
    ahead = talk("goto", item_id="i0")["screen"]["ahead"]
    assert {item["item_id"]: item["comment"] for item in ahead}["i2"] == "odd"


def test_a_function_without_a_vote_cannot_be_wrong(start: Start) -> None:
    error = start(votes=VOTES).error("lf_wrong", function="greets", on=True)
    assert error["code"] == "refused"


def test_a_cause_is_one_of_ours(start: Start) -> None:
    assert start().error("cause", name="<script>")["code"] == "refused"


# Groups


def test_a_group_is_shown_and_then_answered(start: Start, store: DecisionStore) -> None:
    talk = start(groups=GROUPS)
    group = talk("group")["group"]
    assert group == talk.session.group().to_dict()
    assert [member["item_id"] for member in group["members"]] == ["i3", "i4"]
    reply = talk("apply_to_group", label="ham", item_id="i0", seconds=3.0, key="group-key")
    assert reply["did"] == {
        "kind": "answer",
        "item_ids": ["i0", "i3", "i4"],
        "label": "ham",
        "n_items": 3,
    }
    again = start(groups=GROUPS)("apply_to_group", label="ham", item_id="i0", key="group-key")
    assert again["did"] == reply["did"]
    assert len(store.log()) == 3
    assert talk("undo")["did"]["n_items"] == 3


def test_a_group_that_was_not_shown_is_not_answered(start: Start, store: DecisionStore) -> None:
    talk = start(groups=GROUPS)
    assert talk.error("apply_to_group", label="ham")["code"] == "refused"
    talk("group")
    assert talk.error("apply_to_group", label="ham", item_id="i1")["code"] == "refused"
    assert stored(store) == []


# Looking


def test_looking_moves_and_stores_nothing(start: Start, store: DecisionStore) -> None:
    talk = start()
    assert talk("back")["screen"]["item"]["item_id"] == "i0"
    assert talk("forward")["screen"]["item"]["item_id"] == "i1"
    assert talk("goto", item_id="i4")["screen"]["item"]["item_id"] == "i4"
    assert talk("back")["screen"]["item"]["item_id"] == "i3"
    assert talk("forward", item_id="i1")["screen"]["item"]["item_id"] == "i2"
    assert talk("resume")["screen"]["item"]["item_id"] == "i0"
    assert stored(store) == []


@pytest.mark.parametrize("text", ["x" * 130_000, "é\U0001f600" * 60_000, "\x00" * 60_000])
def test_a_folded_text_comes_piece_by_piece(start: Start, text: str) -> None:
    talk = start(rows=[{"text": text}] * 6)
    (field,) = talk("open")["screen"]["item"]["fields"]
    assert field["fold"] == {"length": len(text), "first": 2000}
    found = field["value"]
    while len(found) < field["fold"]["length"]:
        piece = talk("text", item_id="i0", field="text", start=len(found))["text"]
        assert (piece["start"], piece["length"]) == (len(found), len(text))
        assert piece["text"]
        found += piece["text"]
    assert found == text


def test_the_text_of_an_item_ahead_may_be_asked_for(start: Start) -> None:
    reply = start()("text", item_id="i2", field="text")
    assert reply["text"] == {"start": 0, "text": "text of i2", "length": 10}


def test_a_column_that_is_not_there_is_refused(start: Start) -> None:
    error = start().error("text", item_id="i0", field="x" * 9000)
    assert (error["code"], "a column of 'i0'" in error["message"]) == ("refused", True)


def test_search_finds_classes(start: Start) -> None:
    talk = start(schema=LabelSchema([f"class {n}" for n in range(500)]))
    assert talk("search", text="CLASS 49")["classes"][:2] == ["class 49", "class 490"]
    setup = talk("open")["setup"]
    assert (len(setup["classes"]), setup["n_classes"]) == (500, 500)


def test_guidelines_come_as_they_are_now(start: Start) -> None:
    talk = start(guidelines=("Be kind.", "3"))
    talk.session.guidelines = ("Be quick.", "4")
    reply = talk("guidelines")
    assert reply["guidelines"] == {"text": "Be quick.", "version": "4", "start": 0, "length": 9}
    assert reply["screen"]["guidelines_version"] == "4"
    assert talk("guidelines", start=3)["guidelines"]["text"] == "quick."


def test_an_item_says_the_version_that_it_is_stored_with(
    start: Start, store: DecisionStore
) -> None:
    talk = start(guidelines=("Be kind.", "3"))
    talk("open")
    talk.session.guidelines = ("Be quick.", "4")
    screen = talk("open")["screen"]
    assert screen["item"]["guidelines_version"] == "3"
    assert screen["ahead"][0]["guidelines_version"] == "4"
    screen = talk("accept")["screen"]
    assert screen["item"]["guidelines_version"] == "4"
    talk("accept")
    versions = [(d.shown or {})["guidelines"] for d in store.log()]
    assert versions == ["3", "4"]


class Blind(QueueOrder):
    """Items are put before the reviewer as `how` says."""

    how = Showing()

    def showing(self, place: int) -> Showing:
        return self.how


def test_an_item_that_becomes_blind_is_not_sent_as_it_was(start: Start) -> None:
    turn = Blind()
    talk = start(turn=turn)
    assert talk("open")["screen"]["ahead"][0]["proposed"] == "spam"
    turn.how = Showing(blind=True)
    screen = talk("open")["screen"]
    assert [item["proposed"] for item in screen["ahead"]] == [None] * 5
    assert screen["item"]["proposed"] == "spam"  # it was seen, and is stored as seen
    assert talk("answer", label="ham")["screen"]["item"]["proposed"] is None


# Images


@pytest.fixture
def with_images(start: Start, tmp_path: Path) -> Start:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "dot.gif").write_bytes(GIF)
    (tmp_path / "secret.gif").write_bytes(GIF)

    def make(value: object = "dot.gif", **options: Any) -> Talk:
        facts = options.pop("facts", {"images": ImageFolder(tmp_path / "images")})
        rows = [{"picture": value, "text": "dot.gif"}] * 6
        return start(facts, rows=rows, image_columns=["picture"], **options)

    return make


def test_an_image_comes_with_its_type(with_images: Start) -> None:
    talk = with_images()
    fields = {
        field["name"]: field["is_image"] for field in talk("open")["screen"]["item"]["fields"]
    }
    assert fields == {"picture": True, "text": False}
    found = talk("image", item_id="i3", column="picture")["image"]
    assert (found["media_type"], base64.b64decode(found["base64"])) == ("image/gif", GIF)
    assert talk.conversation.image("i3", "picture") == ("image/gif", GIF)
    assert talk.at() == "i0"


@pytest.mark.parametrize(
    ("item_id", "column", "code"),
    [
        ("i0", "text", "refused"),
        ("i0", "none", "refused"),
        ("i9", "picture", "stale"),
        ("i1", "picture", "stale"),
    ],
)
def test_only_image_columns_of_items_that_may_be_seen_are_read(
    with_images: Start, item_id: str, column: str, code: str
) -> None:
    talk = with_images(turn=Second())
    assert talk.error("image", item_id=item_id, column=column)["code"] == code


@pytest.mark.parametrize("value", ["../secret.gif", "https://example.com/a.gif", None, 7, ""])
def test_other_values_of_an_image_column_are_refused(with_images: Start, value: object) -> None:
    error = with_images(value).error("image", item_id="i0", column="picture")
    assert error["code"] == "refused"


def test_without_a_folder_no_image_is_shown(with_images: Start) -> None:
    error = with_images(facts={}).error("image", item_id="i0", column="picture")
    assert (error["code"], "folder of the images" in error["message"]) == ("refused", True)


# What fails


def test_what_is_no_message_is_invalid(start: Start) -> None:
    talk = start()
    for sent in (None, [], "open", {"do": "shutdown"}, {"do": "open", "x": 1}):
        reply: Any = talk.conversation.reply(sent)
        assert (reply["ok"], reply["error"]["code"]) == (False, "invalid")


def test_an_answer_of_another_reviewer_is_forbidden(start: Start, store: DecisionStore) -> None:
    talk = start()
    error = talk.error("accept", reviewer="bob")
    assert error["code"] == "forbidden"
    assert error["message"].startswith("reviewer is 'bob', must be 'ann'.")
    talk("accept", reviewer="ann")
    talk("accept", reviewer=None)
    assert len(store.log()) == 2


def test_while_the_store_is_locked_nothing_moves_and_the_retry_is_stored(
    start: Start, store: DecisionStore, tmp_path: Path
) -> None:
    talk = start({"store_name": store.name})
    talk("skip")
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        error = talk.error("accept", item_id="i1", key="the-same-key")
        assert error["code"] == "store"
        assert error["message"].startswith("cannot write the decision log: database is locked")
        assert str(tmp_path) not in error["message"]
        other.rollback()
    reply = talk("accept", item_id="i1", key="the-same-key")
    assert (reply["did"]["item_ids"], len(store.log())) == (["i1"], 2)


def test_what_is_unforeseen_is_internal_and_the_log_has_it(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> str:
        raise ZeroDivisionError("/srv/secret")

    error = start(estimate=fail).error("open")
    assert error["code"] == "internal"
    assert "secret" not in error["message"]
    assert "ZeroDivisionError: /srv/secret" in caplog.text


def test_before_it_stores_it_asks(start: Start, store: DecisionStore) -> None:
    asked: list[str] = []

    def ask() -> None:
        asked.append("asked")
        if len(asked) > 1:
            raise WriteError("not now")

    talk = start({"before_storing": ask})
    talk("open")
    assert asked == []
    talk("accept")
    assert talk.error("accept") == {"code": "store", "message": "not now"}
    assert len(store.log()) == 1


def test_what_came_from_elsewhere_is_taken(start: Start, store: DecisionStore) -> None:
    talk = start()
    talk("open")
    found = [
        Decision("i0", "ham", "ann", Decision.now(), key="elsewhere"),
        Decision("i2", None, "ann", Decision.now(), kind="note", comment="odd"),
        Decision("i3", "ham", "bob", Decision.now()),
    ]
    store.append(found)
    talk.conversation.take(found)
    screen = talk("open")["screen"]
    assert screen["item"]["item_id"] == "i1"
    assert [(item["item_id"], item["comment"]) for item in screen["ahead"][:2]] == [
        ("i2", "odd"),
        ("i3", ""),
    ]


# Hostile data

DEEP: Any = "end"
for _ in range(100):
    DEEP = [DEEP]
SMILE = "\U0001f600"
HOSTILE: dict[str, dict[str, Any]] = {
    "a line of 10 MB": {"rows": [{"text": "free \x00\u202e<script>" + "x" * 10_000_000}] * 6},
    "characters of 12 bytes": {"rows": [{"text": SMILE * 100_000}] * 6},
    "nulls": {"rows": [{"text": "\x00" * 100_000}] * 6},
    "5,000 columns": {"rows": [{f"c{n}": "some text" for n in range(5000)}] * 6},
    "a column name of 1 MB": {"rows": [{"N" * 1_000_000: "a", "M" * 1_000_000: "b"}] * 6},
    "nested values": {"rows": [{"text": DEEP, "data": {"a": ["b" * 10_000] * 10}}] * 6},
    "ids of 200 kB": {"ids": [f"{n}" + "é" * 100_000 for n in range(6)]},
    "markup in ids": {"ids": [f"<img src=x onerror=alert({n})>\x00\u202e" for n in range(6)]},
    "3,000 classes": {"schema": LabelSchema([f"{n} {SMILE * 60}" for n in range(3000)])},
    "a class name of 1 MB": {"schema": LabelSchema(["ham", "<script>" + "s" * 1_000_000])},
    "long reasons": {"why": [[SMILE * 10_000] * 100] * 6},
    "long strata": {"strata": [f"{n}{SMILE * 10_000}" for n in range(6)]},
    "long guidelines": {"guidelines": SMILE * 100_000},
    "no fold": {"rows": [{"text": SMILE * 100_000}] * 6, "fold": 10**9},
    "300 functions": {
        "votes": VoteMatrix.from_array(
            np.ones((6, 300), dtype=np.int8), SCHEMA, [f"{n}{SMILE * 500}" for n in range(300)], IDS
        )
    },
}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_items_hold_breaks_a_reply(
    start: Start, store: DecisionStore, name: str
) -> None:
    talk = start({"title": SMILE * 100_000}, **{"groups": [0] * 6, **HOSTILE[name]})
    opened = talk("open")
    item, setup = opened["screen"]["item"], opened["setup"]
    assert [key[1] for key in setup["keys"] if key[1] == f"class:{setup['classes'][0]}"]
    for field in item["fields"][:3]:
        assert talk("text", item_id=item["item_id"], field=field["name"])["text"]["length"] > 0
    talk("guidelines")
    talk("group")
    talk("comment", text=SMILE * 5000, item_id=item["item_id"])
    for vote in item["votes"][:1]:
        talk("lf_wrong", function=vote["function"], on=True)
    reply = talk("answer", label=setup["classes"][0], item_id=item["item_id"])
    following = reply["screen"]["item"]["item_id"]
    assert following != item["item_id"]
    talk("goto", item_id=item["item_id"])
    talk("skip", item_id=following)
    undone = talk("undo")
    assert undone["did"]["item_ids"] == [following]
    talk("group")
    talk("apply_to_group", label=setup["classes"][0])
    log = list(store.log())
    assert {d.item_id for d in log} <= set(talk.session.source.ids)
    assert log[-1].label == talk.session.source.queue.schema.classes[0]


def test_an_item_is_put_together_once(start: Start) -> None:
    made: list[object] = []

    def matches(fields: Any) -> list[tuple[str, int, int, str]]:
        made.append(fields["text"])
        return []

    ids = [f"i{n}" for n in range(100)]
    talk = start(ids=ids, strata=["error"] * 100, matches=matches)
    for _ in range(50):
        talk("accept")
    # Twice: ahead of its turn, and for the decision when it is on the screen.
    assert len(made) <= 2 * 50 + 12
