"""One reviewer goes through a queue: every key stores at once, nothing is asked twice."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from weaklabel.core import CAUSES, Decision, LabelSchema, ReviewQueue, VoteMatrix
from weaklabel.errors import DecisionsError, ParameterError, SchemaError, WriteError
from weaklabel.review import DecisionStore, ReviewSession

SCHEMA = LabelSchema(["ham", "spam"])
IDS = ["a", "b", "c", "d", "e", "f"]
STRATA = ["error", "error", "random", "error", "error", "random"]
GROUPS = [0, 1, 0, 0, 0, 2]
VOTES = VoteMatrix.from_array([[1, -1]] * 6, SCHEMA, ["prize", "greets"], IDS)


def queue(schema: LabelSchema = SCHEMA, n: int = 6) -> ReviewQueue:
    """Every proposal is the last class."""
    rest = (schema.n_classes - 1) * [0.3 / (schema.n_classes - 1)]
    why = [[f"reason {i}"] for i in range(n)]
    posterior = np.tile([*rest, 0.7], (n, 1))
    return ReviewQueue(IDS[:n], STRATA[:n], range(n), why, posterior, schema)


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def store(tmp_path: Path, open_store: Callable[..., DecisionStore]) -> DecisionStore:
    return open_store(tmp_path / "log.sqlite", timeout_seconds=0.05)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(store: DecisionStore, clock: Clock) -> Callable[..., ReviewSession]:
    """Return what opens a session of Ann's on the queue, its first item shown."""

    def make(review: ReviewQueue | None = None, **options: Any) -> ReviewSession:
        asked = queue() if review is None else review
        items = [{"item_id": i, "text": f"text of {i}"} for i in IDS]
        given = {"store": store, "reviewer": "ann", "clock": clock} | options
        session = ReviewSession(asked, items, given.pop("votes", None), **given)
        session.current()
        return session

    return make


Start = Callable[..., ReviewSession]


def at(session: ReviewSession) -> str | None:
    item = session.current()
    return None if item is None else item.item_id


def answer_all(session: ReviewSession, *labels: str) -> None:
    for label in labels:
        session.current()
        session.answer(label)
    session.current()


def stored(store: DecisionStore) -> list[tuple[str, str | None, str]]:
    return [(d.item_id, d.label, d.kind) for d in store.log()]


def test_each_key_stores_one_answer_and_moves_on(start: Start, store: DecisionStore) -> None:
    session = start()
    session.answer("ham")
    assert stored(store) == [("a", "ham", "")]
    assert at(session) == "b"
    session.answer(1)
    assert at(session) == "c"
    session.accept()
    assert at(session) == "d"
    session.reject()
    assert at(session) == "e"
    assert session.skip().kind == "skip"
    assert [label for _, label, _ in stored(store)] == ["ham", "spam", "spam", "ham", None]
    assert store.verify() == store.log().head_hash


def test_an_answer_holds_all_that_was_shown(
    start: Start, store: DecisionStore, clock: Clock
) -> None:
    session = start(
        votes=VOTES,
        lf_versions={"prize": "v1"},
        precision={"prize": 0.9},
        guidelines=("Be kind.", "3"),
        dataset_version="v7",
    )
    clock.time += 2.5
    session.current()  # a reload: the item was on the screen since before
    clock.time += 1.0
    session.comment("odd")
    session.cause(CAUSES[1])
    session.answer("ham", key="k1")
    (found,) = store.log()
    assert (found.item_id, found.label, found.reviewer, found.proposed) == (
        "a",
        "ham",
        "ann",
        "spam",
    )
    assert (found.stratum, found.comment, found.cause) == ("error", "odd", CAUSES[1])
    assert (found.seconds, found.blind, found.dataset_version, found.key) == (
        3.5,
        False,
        "v7",
        "k1",
    )
    assert len(found.text_hash) == 64
    assert found.shown is not None
    assert found.shown["reasons"] == ["reason 0"]
    assert found.shown["probabilities"] == {"ham": 0.3, "spam": 0.7}
    assert found.shown["votes"] == [
        {"function": "prize", "label": "spam", "precision": 0.9, "version": "v1"}
    ]
    assert (found.shown["label"], found.shown["guidelines"]) == ("spam", "3")


def test_seconds_count_from_when_the_item_was_shown(
    start: Start, store: DecisionStore, clock: Clock
) -> None:
    session = start()
    clock.time += 4
    session.answer("ham")
    clock.time += 60  # coffee, with nothing on the screen
    session.current()
    clock.time += 1
    session.answer("ham")
    assert [d.seconds for d in store.log()] == [4.0, 1.0]


def test_to_stay_does_not_start_the_clock_again(
    start: Start, store: DecisionStore, clock: Clock
) -> None:
    session = start(queue(n=1))
    for stay in (session.back, session.forward, lambda: session.goto("a")):
        clock.time += 1
        stay()
    session.answer("ham")
    assert [d.seconds for d in store.log()] == [3.0]


def test_blind_answers_say_so_and_keep_what_was_proposed(
    start: Start, store: DecisionStore
) -> None:
    session = start(votes=VOTES, blind=["error"])
    for refused in (session.accept, session.reject):
        with pytest.raises(DecisionsError, match="the proposed class of 'a' is hidden"):
            refused()
    session.answer("ham")
    (found,) = store.log()
    assert (found.blind, found.proposed) == (True, "spam")
    assert set(found.shown or {}) == {"columns", "guidelines", "near_duplicates"}


def test_a_session_goes_on_where_the_last_one_stopped(start: Start, store: DecisionStore) -> None:
    answer_all(start(), "ham", "ham")
    session = start()
    assert at(session) == "c"
    session.skip()
    assert at(start()) == "d"
    store.append([Decision("d", "ham", "bob", Decision.now())])
    assert at(start()) == "d"  # the answer of another is not Ann's


def test_at_the_end_there_is_no_item_and_nothing_to_answer(
    start: Start, store: DecisionStore
) -> None:
    session = start(queue(n=2))
    answer_all(session, "ham", "ham")
    assert session.current() is None
    with pytest.raises(DecisionsError, match="no item is left to answer"):
        session.answer("ham")
    assert len(store.log()) == 2
    assert at(start(queue(n=2))) is None
    assert start(queue(n=0)).forward() is None


def test_what_is_left_before_comes_after_the_end(start: Start) -> None:
    session = start()
    session.goto("e")
    session.answer("ham")
    assert at(session) == "f"
    session.answer("ham")
    assert at(session) == "a"
    session.goto("d")
    assert session.resume().item_id == "a"  # type: ignore[union-attr]


def test_an_item_that_was_not_shown_is_not_answered(start: Start, store: DecisionStore) -> None:
    session = start()
    session.answer("ham")
    with pytest.raises(DecisionsError, match=r"no item was shown to answer. Call current\(\)"):
        session.answer("ham")
    session.current()
    with pytest.raises(DecisionsError, match="item_id is 'a', must be 'b', the item shown"):
        session.answer("ham", item_id="a")
    session.answer("ham", item_id="b")
    assert len(store.log()) == 2


def test_looking_back_and_forward_stores_nothing(start: Start, store: DecisionStore) -> None:
    session = start(queue(n=3))
    answer_all(session, "ham")
    seen = session.back()
    assert seen is not None
    assert (seen.item_id, seen.state, seen.answer) == ("a", "answered", "ham")
    assert session.back() == seen
    ids = [
        item.item_id for item in (session.forward(), session.forward(), session.forward()) if item
    ]
    assert ids == ["b", "c", "c"]
    with pytest.raises(DecisionsError, match="item_id is 'z', must be one of the 3 items"):
        session.goto("z")
    assert at(session) == "c"
    assert len(store.log()) == 1


def test_an_item_answered_again_has_the_later_answer(start: Start, store: DecisionStore) -> None:
    session = start()
    answer_all(session, "ham")
    session.back()
    session.answer("spam")
    assert at(session) == "b"
    assert [d.label for d in store.log().standing] == ["spam"]
    assert session.progress()["answered"] == 1
    assert session.progress()["strata"]["error"]["errors"] == 0


def test_the_same_answer_again_is_not_stored_again(start: Start, store: DecisionStore) -> None:
    session = start()
    answer_all(session, "ham", "ham")
    session.goto("a")
    session.answer("ham")
    assert len(store.log()) == 2
    assert session.undo().item_ids == ("b",)  # as the log has it


def test_undo_goes_back_to_the_first_answer_across_restarts(
    start: Start, store: DecisionStore
) -> None:
    answer_all(start(), "ham", "spam", "ham")
    session = start()
    session.skip()
    undone = []
    for _ in range(4):
        latest = store.log().latest("ann")
        result = session.undo()
        assert (result.kind, result.item_ids) == ("undo", (latest and latest.item_id,))
        undone.append(at(session))
    assert undone == ["d", "c", "b", "a"]
    assert store.log().standing == ()
    assert len(store.log()) == 8
    with pytest.raises(DecisionsError, match="reviewer 'ann' has no answer that stands to undo"):
        session.undo()
    progress = session.progress()
    assert (progress["answered"], progress["skipped"], progress["left"]) == (0, 0, 6)


def test_undo_is_of_the_reviewer_alone_and_reaches_other_queues(
    start: Start, store: DecisionStore
) -> None:
    now = Decision.now()
    store.append([Decision("z", "ham", "ann", now), Decision("a", "ham", "bob", now)])
    session = start()
    assert session.undo().item_ids == ("z",)
    assert at(session) == "a"
    assert [d.item_id for d in store.log().standing] == ["a"]


def test_undo_keeps_comment_and_cause_for_the_next_answer(
    start: Start, store: DecisionStore
) -> None:
    session = start()
    session.comment("hm")
    session.cause(CAUSES[0])
    session.answer("ham")
    session.undo()
    item = session.current()
    assert item is not None
    assert (item.comment, item.cause, item.state) == ("hm", CAUSES[0], "open")
    session.answer("spam")
    last = store.log().decisions[-1]
    assert (last.label, last.comment, last.cause) == ("spam", "hm", CAUSES[0])


def test_a_comment_waits_for_the_answer_and_stays_with_its_item(
    start: Start, store: DecisionStore
) -> None:
    session = start()
    commented = session.comment("hm")
    assert commented == session.current()
    assert (commented and commented.comment) == "hm"
    assert len(store.log()) == 0
    session.forward()
    session.answer("ham")
    session.goto("a")
    session.answer("ham")
    assert [(d.item_id, d.comment) for d in store.log()] == [("b", ""), ("a", "hm")]


def test_a_remark_on_an_answer_is_stored_at_once(
    start: Start, store: DecisionStore, clock: Clock
) -> None:
    session = start()
    clock.time += 2
    session.answer("ham")
    session.back()
    clock.time += 50
    session.comment("hm")
    session.cause(CAUSES[2])
    item = session.current()
    assert (item and item.item_id) == "a"
    (found,) = store.log().standing
    assert (found.label, found.comment, found.cause) == ("ham", "hm", CAUSES[2])
    assert found.seconds == 2
    session.comment("")
    assert store.log().standing[0].comment == ""
    again = start()
    assert again.progress()["answered"] == 1


def test_another_class_keeps_the_comment(start: Start, store: DecisionStore) -> None:
    session = start()
    session.comment("hm")
    session.answer("ham")
    session.back()
    session.answer("spam")
    assert [(d.label, d.comment) for d in store.log().standing] == [("spam", "hm")]


def test_a_wrong_class_comment_or_cause_is_refused(start: Start, store: DecisionStore) -> None:
    session = start()
    with pytest.raises(SchemaError, match="label is 'hem', must be one of 'ham', 'spam'"):
        session.answer("hem")
    with pytest.raises(DecisionsError, match=r"label is -1, must be a class. Call skip\(\)"):
        session.answer(-1)
    with pytest.raises(DecisionsError, match=r"comment is '\\ud800', must be text that UTF-8"):
        session.comment("\ud800")
    with pytest.raises(DecisionsError, match="cause is 'bad luck', must be one of"):
        session.cause("bad luck")
    assert at(session) == "a"
    assert len(store.log()) == 0


def test_reject_needs_two_classes(start: Start) -> None:
    session = start(queue(LabelSchema(["ham", "spam", "eggs"])))
    with pytest.raises(DecisionsError, match=r"there are 3 classes, .* Choose a class"):
        session.reject()
    assert session.accept().label == "eggs"


def test_a_retry_gives_the_same_and_stores_nothing(start: Start, store: DecisionStore) -> None:
    session = start(groups=GROUPS)
    calls: list[Callable[[ReviewSession], object]] = [
        lambda s: s.answer("ham", key="k1", item_id=IDS[0]),
        lambda s: s.accept(key="k2"),
        lambda s: s.reject(key="k3"),
        lambda s: s.skip(key="k4"),
        lambda s: s.undo(key="k5"),
    ]
    results = []
    for call in calls:
        session.current()
        results.append(call(session))
    n_stored, where = len(store.log()), at(session)
    for each in (session, start(groups=GROUPS)):
        assert [call(each) for call in calls] == results
        assert at(each) == where
    assert len(store.log()) == n_stored
    assert len({type(r) for r in results}) == 1


def test_a_key_of_another_answer_is_refused(start: Start, store: DecisionStore) -> None:
    session = start()
    session.answer("ham", key="k1")
    session.current()
    for wrong in (
        lambda: session.answer("spam", key="k1"),
        lambda: session.answer("ham", key="k1", item_id="b"),
        lambda: session.skip(key="k1"),
        lambda: session.undo(key="k1"),
        lambda: session.apply_to_group("spam", key="k1"),
    ):
        with pytest.raises(DecisionsError, match="key 'k1' is that of another decision, on 'a'"):
            wrong()
    with pytest.raises(DecisionsError, match="key is 'k#2', must be a text without '#'"):
        session.answer("ham", key="k#2")
    assert len(store.log()) == 1


def test_a_comment_with_a_known_key_changes_nothing(start: Start, store: DecisionStore) -> None:
    session = start()
    session.answer("ham")
    session.back()
    session.comment("hm", key="k1")
    session.forward()
    seen = session.comment("hm", key="k1")
    assert (seen and (seen.item_id, seen.comment)) == ("b", "")
    assert len(store.log()) == 2


def test_a_group_is_answered_after_it_was_shown_and_confirmed(
    start: Start, store: DecisionStore, clock: Clock
) -> None:
    session = start(groups=GROUPS, blind=["random"])
    with pytest.raises(DecisionsError, match="the group of 'a' was not shown"):
        session.apply_to_group("ham", confirmed=True)
    preview = session.group()
    assert [(m.item_id, m.proposed) for m in preview.members] == [("d", "spam"), ("e", "spam")]
    assert preview.members[0].excerpt == "text of d"
    with pytest.raises(DecisionsError, match="confirmed is False, must be True to answer 3 items"):
        session.apply_to_group("ham")
    clock.time += 6
    result = session.apply_to_group("ham", confirmed=True, key="k1")
    assert (result.item_ids, result.label) == (("a", "d", "e"), "ham")
    assert [(i, label) for i, label, _ in stored(store)] == [(i, "ham") for i in "ade"]
    assert [d.seconds for d in store.log()] == [2.0, 2.0, 2.0]
    assert at(session) == "b"
    for each in (session, start(groups=GROUPS)):
        assert each.apply_to_group("ham", confirmed=True, key="k1") == result
    assert len(store.log()) == 3
    progress = session.progress()
    assert (progress["answered"], progress["strata"]["error"]["errors"]) == (3, 3)
    assert progress["near_duplicates"] == {"groups": 0, "agreed": 0}


def test_a_group_is_undone_as_a_whole_also_after_a_restart(
    start: Start, store: DecisionStore
) -> None:
    session = start(groups=GROUPS)
    session.group()
    session.apply_to_group("ham", confirmed=True)
    session = start(groups=GROUPS)
    result = session.undo(key="u1")
    assert result.item_ids == ("a", "c", "d", "e")
    assert session.undo(key="u1") == result
    assert at(session) == "a"
    assert store.log().standing == ()
    assert session.progress()["left"] == 6


def test_what_was_not_shown_is_not_answered_with_a_group(start: Start) -> None:
    session = start(groups=GROUPS)
    session.group()
    session.goto("b")
    for back_or_not in ("b", "a", "b"):
        session.goto(back_or_not)
        with pytest.raises(DecisionsError, match=f"the group of '{back_or_not}' was not shown"):
            session.apply_to_group("ham", confirmed=True)
    session.group()
    with pytest.raises(DecisionsError, match="item 'b' has no open near-duplicates"):
        session.apply_to_group("ham", confirmed=True)
    session.goto("c")
    session.answer("ham")
    session.goto("a")
    assert [m.item_id for m in session.group().members] == ["d", "e"]


def test_a_blind_item_has_no_group(start: Start) -> None:
    session = start(groups=GROUPS, blind=["random"])
    session.goto("c")
    assert session.group().members == ()


def test_a_large_group_comes_a_screen_at_a_time(start: Start, store: DecisionStore) -> None:
    ids = [str(i) for i in range(120)]
    review = ReviewQueue(ids, ["s"] * 120, [0] * 120, [["r"]] * 120, [[0.5, 0.5]] * 120, SCHEMA)
    items = [{"item_id": i, "text": "win"} for i in ids]
    session = ReviewSession(review, items, store=store, reviewer="ann", groups=[0] * 120)
    for n_members, n_more in ((50, 69), (50, 18), (17, 0)):
        session.current()
        preview = session.group()
        assert (len(preview.members), preview.n_more) == (n_members, n_more)
        session.apply_to_group("ham", confirmed=True)
    assert session.current() is None
    assert len(store.log()) == 120


def test_progress_follows_the_answers(start: Start, clock: Clock) -> None:
    session = start(groups=GROUPS, blind=["random"], estimate=lambda: "90 % are right.")
    assert session.progress()["rate"] is None
    for label, seconds in (("ham", 1), ("spam", 2), ("ham", 3)):
        session.current()
        clock.time += seconds
        session.answer(label)
    session.current()
    session.skip()
    progress = json.loads(json.dumps(session.progress(), allow_nan=False))
    assert progress == {
        "answered": 3,
        "skipped": 1,
        "left": 2,
        "rate": 40.0,  # with the skip, which took no time
        "strata": {
            "error": {"answered": 2, "skipped": 1, "left": 1, "errors": 1},
            "random": {"answered": 1, "skipped": 0, "left": 1, "errors": None},
        },
        "near_duplicates": {"groups": 1, "agreed": 1},
        "estimate": "90 % are right.",
    }
    again = start(groups=GROUPS, blind=["random"], estimate=lambda: "90 % are right.")
    assert json.loads(json.dumps(again.progress())) == progress


def test_the_rate_is_of_the_last_twenty(store: DecisionStore, clock: Clock) -> None:
    ids = [str(i) for i in range(30)]
    review = ReviewQueue(ids, ["s"] * 30, [0] * 30, [["r"]] * 30, [[0.5, 0.5]] * 30, SCHEMA)
    items = [{"item_id": i, "text": i} for i in ids]
    session = ReviewSession(review, items, store=store, reviewer="ann", clock=clock)
    for seconds in [60] * 10 + [2] * 20:
        session.current()
        clock.time += seconds
        session.answer("ham")
    assert session.progress()["rate"] == 30.0


def test_a_store_that_fails_leaves_the_session_where_it_was(
    start: Start, store: DecisionStore, tmp_path: Path
) -> None:
    session = start(groups=GROUPS)
    session.answer("ham")
    session.current()
    session.goto("a")
    session.group()
    before, progress = session.current(), session.progress()
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        for failing in (
            lambda: session.answer("spam", key="k1"),
            session.skip,
            session.undo,
            lambda: session.comment("hm"),
            lambda: session.apply_to_group("spam", confirmed=True, key="k2"),
        ):
            with pytest.raises(WriteError):
                failing()
            assert session.current() == before
            assert session.progress() == progress
    assert len(store.log()) == 1
    session.apply_to_group("spam", confirmed=True, key="k2")
    assert len(store.log()) == 5


def test_keys_and_search_are_those_of_the_queue(start: Start) -> None:
    session = start(keymap={"class:ham": "0", "class:spam": "1"})
    assert session.keys()[:2] == [
        ("0", "class:ham", "answer 'ham'"),
        ("1", "class:spam", "answer 'spam'"),
    ]
    assert session.search("sp") == ["spam"]
    with pytest.raises(ParameterError, match="limit is 0"):
        session.search("sp", 0)
    methods = {"accept", "reject", "skip", "undo", "comment", "cause", "group", "back", "forward"}
    bound = session.keys()
    actions = {action for _, action, _ in bound if not action.startswith("class:")}
    assert actions == methods | {"search", "help"}
    assert all(callable(getattr(session, name)) for name in methods | {"search"})


def test_a_reviewer_has_a_name(start: Start) -> None:
    with pytest.raises(ParameterError, match="reviewer is ' ', must be a non-empty text"):
        start(reviewer=" ")


def test_hostile_ids_and_texts_break_neither_log_nor_repr(
    store: DecisionStore,
) -> None:
    item_id, text = "<script>\u202e\x00", "a\x00<img src=x onerror=alert(1)>"
    review = ReviewQueue([item_id], ["s"], [0], [[text]], [[0.5, 0.5]], SCHEMA)
    items = [{"item_id": item_id, "text": text}]
    session = ReviewSession(review, items, store=store, reviewer="<b>", guidelines=text)
    session.current()
    assert "<script" not in session._repr_html_()
    session.comment(text)
    session.answer("ham")
    (found,) = store.log()
    assert (found.item_id, found.comment, found.reviewer) == (item_id, text, "<b>")
    assert found.shown is not None
    assert found.shown["reasons"] == [text]
    assert store.verify() == store.log().head_hash
