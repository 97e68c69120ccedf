"""One reviewer goes through a queue: every key stores at once, nothing is asked twice."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from weaklabel.core import CAUSES, BoolArray, Decision, LabelSchema, ReviewQueue, VoteMatrix
from weaklabel.errors import DecisionsError, ParameterError, SchemaError, WriteError
from weaklabel.review import DecisionStore, ReviewSession
from weaklabel.review.session._turn import OtherAnswer, Showing

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
    (found,) = store.log().standing
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


def test_a_comment_is_kept_as_a_note_and_taken_in_by_the_answer(
    start: Start, store: DecisionStore
) -> None:
    session = start()
    commented = session.comment("hm")
    assert commented == session.current()
    assert (commented and commented.comment) == "hm"
    assert stored(store) == [("a", None, "note")]
    session.cause(CAUSES[1])
    session.forward()
    session.answer("ham")
    again = start()  # a reload
    item = again.goto("a")
    assert (item and (item.comment, item.cause, item.state)) == ("hm", CAUSES[1], "open")
    again.answer("ham")
    found = [(d.item_id, d.comment, d.cause) for d in store.log().standing]
    assert found == [("b", "", ""), ("a", "hm", CAUSES[1])]
    assert again.progress()["answered"] == 2


def test_a_note_that_is_emptied_is_gone(start: Start, store: DecisionStore) -> None:
    session = start()
    session.comment("hm")
    session.comment("")
    item = start().current()
    assert (item and item.comment) == ""
    assert [d.comment for d in store.log()] == ["hm", ""]
    session.comment("")
    assert len(store.log()) == 2


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
        "escalated": 0,
        "flagged": 0,
        "left": 2,
        "rate": 40.0,  # with the skip, which took no time
        "strata": {
            "error": {"answered": 2, "skipped": 1, "escalated": 0, "left": 1, "errors": 1},
            "random": {"answered": 1, "skipped": 0, "escalated": 0, "left": 1, "errors": None},
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
    methods |= {"flag", "escalate"}
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
    session.back()
    session.flag()
    session.escalate(text, to=text)
    note, answer, _, found = store.log()
    assert (note.comment, answer.comment) == (text, text)
    assert (found.item_id, found.comment, found.reviewer) == (item_id, text, "<b>")
    assert found.about == text
    assert found.shown is not None
    assert found.shown["reasons"] == [text]
    assert store.verify() == store.log().head_hash


# Passing on, flags and what is said of labeling functions


def test_an_escalated_item_is_done_until_it_is_undone(start: Start, store: DecisionStore) -> None:
    session = start(votes=VOTES)
    session.comment("hard")
    result = session.escalate(to="eve", key="k1")
    assert (result.kind, result.item_ids, result.label) == ("escalation", ("a",), None)
    assert at(session) == "b"
    (found,) = store.log().escalated()
    assert (found.comment, found.about, found.stratum, found.proposed) == (
        "hard",
        "eve",
        "error",
        "spam",
    )
    assert found.shown is not None
    assert found.shown["label"] == "spam"
    for each in (session, start(votes=VOTES)):
        progress = each.progress()
        assert [progress[n] for n in ("answered", "skipped", "escalated", "left")] == [0, 0, 1, 5]
        assert each.escalate(to="eve", key="k1") == result
        item = each.goto("a")
        assert (item and (item.state, item.answer, item.comment)) == ("escalated", None, "hard")
    assert session.undo().item_ids == ("a",)
    item = session.current()
    assert (item and (item.item_id, item.state, item.comment)) == ("a", "open", "hard")
    assert session.progress()["escalated"] == 0
    assert store.log().escalated() == ()


def test_an_answer_supersedes_an_escalation_and_the_other_way_round(
    start: Start, store: DecisionStore
) -> None:
    session = start()
    session.escalate("one")
    session.goto("a")
    session.answer("ham")
    assert store.log().escalated() == ()
    session.goto("a")
    session.escalate("two")
    assert [d.comment for d in store.log().escalated()] == ["two"]
    assert store.log().standing == ()
    progress = session.progress()
    assert (progress["answered"], progress["escalated"], progress["left"]) == (0, 1, 5)
    session.goto("a")
    session.comment("three")
    assert [d.comment for d in store.log().escalated()] == ["three"]
    assert start().progress() == progress


def test_a_group_answer_leaves_what_was_passed_to_an_expert(
    start: Start, store: DecisionStore
) -> None:
    session = start(groups=GROUPS)
    session.goto("d")
    session.escalate("hard")
    store.append([Decision("e", None, "bob", Decision.now(), kind="escalation")])
    for each in (session, start(groups=GROUPS)):
        each.take(store.log())
        each.goto("a")
        assert [m.item_id for m in each.group().members] == ["c"]
    session.apply_to_group("ham", confirmed=True)
    assert {d.item_id for d in store.log().standing} == {"a", "c"}


def test_a_group_that_was_passed_on_since_it_was_shown_is_shown_anew(
    start: Start, store: DecisionStore
) -> None:
    session = start(groups=GROUPS)
    session.group()
    store.append([Decision("d", None, "bob", Decision.now(), kind="escalation")])
    session.take(store.log())
    with pytest.raises(
        DecisionsError, match=r"item 'd' of the group is no longer open. Call group"
    ):
        session.apply_to_group("ham", confirmed=True)
    assert [m.item_id for m in session.group().members] == ["c", "e"]


def test_a_flag_is_stored_at_once_and_comes_back(start: Start, store: DecisionStore) -> None:
    session = start()
    flagged = session.flag(key="k1")
    assert flagged == session.current()
    assert (flagged and (flagged.item_id, flagged.flagged)) == ("a", True)
    assert session.progress()["flagged"] == 1
    again = start()
    item = again.current()
    assert (item and item.flagged) is True
    again.answer("ham")
    again.undo()
    again.current()
    assert again.progress()["flagged"] == 1
    item = again.flag(False)
    assert (item and item.flagged) is False
    assert again.progress()["flagged"] == start().progress()["flagged"] == 0
    assert store.log().flagged() == ()
    seen = session.flag(key="k1")  # a retry
    assert len([d for d in store.log() if d.kind == "flag"]) == 1
    assert (seen and seen.item_id) == "a"


def test_a_labeling_function_is_said_to_be_wrong_on_an_item(
    start: Start, store: DecisionStore
) -> None:
    session = start(votes=VOTES, blind=["random"])
    item = session.lf_wrong("prize")
    assert (item and item.wrong_functions) == ("prize",)
    item = start(votes=VOTES).current()
    assert (item and item.wrong_functions) == ("prize",)
    assert store.log().wrong_functions() == {"prize": ("a",)}
    for refused in ("greets", "no such function"):  # it abstained
        with pytest.raises(DecisionsError, match=f"function is '{refused}', must be one of those"):
            session.lf_wrong(refused)
    item = session.lf_wrong("prize", False)
    assert (item and item.wrong_functions) == ()
    session.goto("c")
    with pytest.raises(DecisionsError, match=r"whose votes on 'c' are shown, \[\]"):
        session.lf_wrong("prize")
    assert store.log().wrong_functions() == {}


def test_remarks_do_not_move_on_and_are_not_undone(start: Start, store: DecisionStore) -> None:
    session = start(votes=VOTES)
    session.flag()
    session.lf_wrong("prize")
    session.comment("hm")
    assert at(session) == "a"
    with pytest.raises(DecisionsError, match="no answer that stands to undo"):
        session.undo()
    with pytest.raises(DecisionsError, match="item_id is 'b', must be 'a', the item shown"):
        session.flag(item_id="b")
    assert len(store.log()) == 3


def test_a_key_of_a_remark_is_no_key_of_an_answer(start: Start, store: DecisionStore) -> None:
    session = start()
    session.flag(key="k1")
    for wrong in (
        lambda: session.answer("ham", key="k1"),
        lambda: session.escalate(key="k1"),
        lambda: session.skip(key="k1"),
    ):
        with pytest.raises(DecisionsError, match="key 'k1' is that of another decision"):
            wrong()
    assert session.knows("k1")
    assert not session.knows("k2")
    assert len(store.log()) == 1


def test_a_text_that_is_none_is_not_passed_on(start: Start, store: DecisionStore) -> None:
    session = start()
    for wrong in ({"comment": "\ud800"}, {"to": "\ud800"}, {"to": 3}):
        with pytest.raises(DecisionsError, match="must be text that UTF-8 can write"):
            session.escalate(**wrong)  # type: ignore[arg-type]
    assert at(session) == "a"
    assert len(store.log()) == 0


@pytest.mark.parametrize(
    ("measured", "kept"), [(2.5, 2.5), (-1, 0.0), (1e9, 3600.0), (float("inf"), 3600.0), (7, 7.0)]
)
def test_seconds_are_those_that_the_screen_measured(
    start: Start, store: DecisionStore, clock: Clock, measured: float, kept: float
) -> None:
    session = start()
    clock.time += 50
    session.answer("ham", seconds=measured)
    session.current()
    session.escalate(seconds=measured)
    assert [d.seconds for d in store.log()] == [kept, kept]


def test_seconds_of_a_group_are_shared(start: Start, store: DecisionStore) -> None:
    session = start(groups=GROUPS)
    session.group()
    session.apply_to_group("ham", confirmed=True, seconds=8)
    assert [d.seconds for d in store.log()] == [2.0] * 4


@pytest.mark.parametrize("wrong", [float("nan"), "3", True])
def test_seconds_that_are_no_number_are_refused(
    start: Start, store: DecisionStore, wrong: Any
) -> None:
    session = start()
    with pytest.raises(ParameterError, match=r"seconds is .*, must be a number or None"):
        session.skip(seconds=wrong)
    assert len(store.log()) == 0


# What comes next, and what others did


def test_the_next_items_are_known_ahead(start: Start) -> None:
    session = start()
    session.flag()
    assert [item.item_id for item in session.ahead(3)] == ["b", "c", "d"]
    session.goto("e")
    ahead = session.ahead(10)
    assert [item.item_id for item in ahead] == ["f", "a", "b", "c", "d"]
    assert ahead[1].flagged
    assert at(session) == "e"
    session.answer("ham")
    assert session.current() == ahead[0]
    assert session.ahead(0) == []
    with pytest.raises(ParameterError, match="n is -1"):
        session.ahead(-1)


def test_at_the_end_nothing_is_ahead(start: Start) -> None:
    session = start(queue(n=1))
    assert session.ahead(3) == []
    session.answer("ham")
    assert session.ahead(3) == []


def test_sessions_share_a_source_and_a_reading_of_the_log(
    start: Start, store: DecisionStore, clock: Clock
) -> None:
    one = start(votes=VOTES)
    one.answer("ham")
    log = store.log()
    two = ReviewSession.of_source(one.source, store=store, reviewer="bob", decisions=log)
    again = ReviewSession.of_source(one.source, store=store, reviewer="ann", clock=clock)
    assert (two.source is one.source, two.reviewer) == (True, "bob")
    assert (at(two), at(again)) == ("a", "b")
    assert again.progress() == one.progress()
    with pytest.raises(ParameterError, match="reviewer is '', must be a non-empty text"):
        ReviewSession.of_source(one.source, store=store, reviewer="")


def test_new_guidelines_are_those_of_the_items_shown_from_then_on(
    start: Start, store: DecisionStore
) -> None:
    session = start(guidelines=("Be kind.", "1"))
    session.guidelines = ("Be strict.", "2")
    session.answer("ham")  # it was shown with the old ones
    item = session.current()
    assert (item and (item.guidelines, item.guidelines_version)) == ("Be strict.", "2")
    session.answer("ham")
    assert session.guidelines == ("Be strict.", "2")
    assert [(d.shown or {})["guidelines"] for d in store.log()] == ["1", "2"]


def test_what_another_tab_did_is_known_from_then_on(start: Start, store: DecisionStore) -> None:
    here, there = start(groups=GROUPS), start(groups=GROUPS)
    _, last = store.since(0)
    there.flag(key="f1")
    there.answer("ham", key="k1")
    there.current()
    there.escalate(key="k2")
    new, last = store.since(last)
    here.take(new)
    assert at(here) == "c"
    assert here.progress() == start(groups=GROUPS).progress()
    assert here.answer("ham", key="k1").item_ids == ("a",)  # a retry here of what was stored there
    assert here.undo().item_ids == ("b",)
    assert len(store.log()) == 4


def test_what_a_session_stored_itself_may_come_back(start: Start, store: DecisionStore) -> None:
    session = start()
    answer_all(session, "ham", "spam")
    session.undo()
    session.current()
    session.answer("ham", key="k1")
    session.current()
    session.undo(key="k2")
    session.current()
    session.flag()
    before = session.progress(), session.current()
    for _ in range(2):
        session.take(store.log())
        assert (session.progress(), session.current()) == before


def test_what_was_stored_elsewhere_between_two_of_ours_ends_as_the_log_has_it(
    start: Start, store: DecisionStore
) -> None:
    here, there = start(), start()
    there.answer("spam", key="t1")
    here.answer("ham", key="h1")
    here.current()
    first, _ = store.since(0)
    here.take(first[:1])  # our own, the later one, comes with the next reading
    here.take(first[1:])
    assert here.goto("a").answer == "ham"  # type: ignore[union-attr]
    assert [d.label for d in store.log().standing] == ["ham"]
    assert here.progress() == start().progress()


def test_the_item_on_the_screen_stays_unless_it_was_done_elsewhere(
    start: Start, store: DecisionStore
) -> None:
    here, there = start(), start()
    there.goto("d")
    there.answer("ham")
    here.take(store.log())
    assert at(here) == "a"
    here.goto("d")
    there.goto("d")
    there.answer("spam")
    here.take(store.log())
    item = here.current()  # it was looked at, and shows what it is now
    assert (item and (item.item_id, item.answer)) == ("d", "spam")


# A turn of a team


class OddTurn:
    """Every other item is this reviewer's, the last one first."""

    def __init__(self) -> None:
        self.how: dict[int, Showing] = {}

    def upcoming(self, start: int, n: int, is_open: BoolArray) -> list[int]:
        return [i for i in range(len(is_open) - 1, -1, -1) if i % 2 and is_open[i]][:n]

    def may_see(self, place: int) -> bool:
        return place % 2 == 1

    def showing(self, place: int) -> Showing:
        return self.how.get(place, Showing())

    def progress(self) -> dict[str, Any]:
        return {"left": 3, "waiting": 1}


def test_a_turn_says_what_comes_next_and_what_may_be_seen(start: Start) -> None:
    session = start(turn=OddTurn())
    assert at(session) == "f"
    assert [item.item_id for item in session.ahead(5)] == ["d", "b"]
    assert session.back().item_id == "d"  # type: ignore[union-attr]
    assert session.forward().item_id == session.forward().item_id == "f"  # type: ignore[union-attr]
    with pytest.raises(DecisionsError, match="item 'a' is not this reviewer's to see"):
        session.goto("a")
    assert at(session) == "f"
    answer_all(session, "ham", "ham", "ham")
    assert session.current() is None
    progress = session.progress()
    assert (progress["answered"], progress["left"], progress["waiting"]) == (3, 3, 1)
    assert session.undo().item_ids == ("b",)
    assert at(session) == "b"


def test_a_turn_that_has_more_later_is_asked_again(start: Start) -> None:
    turn = OddTurn()
    session = start(turn=turn)
    answer_all(session, "ham", "ham", "ham")
    assert session.current() is None
    turn.upcoming = lambda start, n, is_open: [2]  # type: ignore[method-assign,assignment]
    assert at(session) == "c"


def test_how_an_item_is_shown_is_stored_with_the_answer(start: Start, store: DecisionStore) -> None:
    turn = OddTurn()
    turn.how[5] = Showing(blind=True, gold=True, stratum="gold check", shown_stratum="random")
    other = OtherAnswer("bob", "spam", "sure", "", "")
    turn.how[3] = Showing(stratum="adjudication", others=(other,))
    session = start(turn=turn, votes=VOTES)
    item = session.current()
    assert (item and (item.blind, item.stratum, item.proposed)) == (True, "random", None)
    assert "gold" not in json.dumps(item.to_dict() if item else None)
    with pytest.raises(DecisionsError, match="the proposed class of 'f' is hidden"):
        session.accept()
    turn.how[5] = Showing()  # what comes later changes nothing of what was shown
    session.answer("ham")
    item = session.current()
    assert (item and item.others) == (other,)
    session.accept()
    check, ruled = store.log()
    assert (check.gold, check.blind, check.stratum) == (True, True, "gold check")
    assert (ruled.gold, ruled.blind, ruled.stratum, ruled.label) == (
        False,
        False,
        "adjudication",
        "spam",
    )
    assert session.progress()["strata"]["random"]["errors"] == 0  # the check is not given away


def test_a_group_reaches_only_what_is_the_reviewers_to_answer_plainly(start: Start) -> None:
    turn = OddTurn()
    session = start(turn=turn, groups=[0] * 6)
    assert [m.item_id for m in session.group().members] == ["b", "d"]
    turn.how[3] = Showing(blind=True)
    assert [m.item_id for m in session.group().members] == ["b"]
    turn.how[3] = Showing(gold=True)
    assert [m.item_id for m in session.group().members] == ["b"]
