"""Each key stores one thing about the item that was shown, and a retry stores nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from weaklabel.core import Decision, LabelSchema, ReviewQueue
from weaklabel.errors import DecisionsError, ParameterError
from weaklabel.review import DecisionStore
from weaklabel.review.session._session_answers import SessionAnswers
from weaklabel.review.session._session_source import SessionSource

IDS = ["a", "b", "c"]
QUEUE = ReviewQueue(
    IDS, ["error"] * 3, [3, 2, 1], [["why"]] * 3, [[0.2, 0.8]] * 3, LabelSchema(["ham", "spam"])
)
SOURCE = SessionSource.of_arguments(
    QUEUE, [{"item_id": i, "text": i} for i in IDS], None, groups=[0, 0, 1]
)


@pytest.fixture
def store(tmp_path: Path, open_store: Callable[..., DecisionStore]) -> DecisionStore:
    return open_store(tmp_path / "log.sqlite")


@pytest.fixture
def answers(store: DecisionStore) -> SessionAnswers:
    made = SessionAnswers.begin(SOURCE, store, "ann", None, "v7", lambda: 0.0)
    made.screen.current()
    return made


def test_every_call_with_a_known_key_changes_nothing(
    answers: SessionAnswers, store: DecisionStore
) -> None:
    calls: list[Callable[[], object]] = [
        lambda: answers.comment("hm", "k1", None),
        lambda: answers.cause("data error", "k2", None),
        lambda: answers.flag(True, "k3", None),
        lambda: answers.give("ham", "k4", None, 1.0),
        lambda: answers.give_by_proposal(SOURCE.proposed, "k5", None, None),
        lambda: answers.escalate("why", "eve", "k6", None, None),
        lambda: answers.undo("k7"),
    ]
    found = []
    for call in calls:
        answers.screen.current()
        found.append(call())
    n_stored = len(store.log())
    assert n_stored == len(calls)
    assert [call() for call in calls] == found
    assert len(store.log()) == n_stored


def test_one_decision_has_all_that_was_said_before(
    answers: SessionAnswers, store: DecisionStore
) -> None:
    answers.comment("hm", "", None)
    answers.cause("data error", "", None)
    answers.escalate("", "eve", "", None, 2.0)
    last = store.log().decisions[-1]
    assert (last.kind, last.about, last.comment, last.cause) == (
        "escalation",
        "eve",
        "hm",
        "data error",
    )
    assert (last.seconds, last.dataset_version, last.reviewer) == (2.0, "v7", "ann")


def test_members_of_a_group_keep_their_notes(answers: SessionAnswers, store: DecisionStore) -> None:
    answers.screen.go("b")
    answers.screen.current()
    answers.comment("odd", "", None)
    answers.screen.go("a")
    answers.screen.current()
    answers.group()
    answers.apply_to_group("ham", True, "k", None)
    assert [(d.item_id, d.comment) for d in store.log().standing] == [("a", ""), ("b", "odd")]


def test_the_log_may_have_been_read_before(store: DecisionStore) -> None:
    given = [Decision("a", "ham", "ann", Decision.now())]
    made = SessionAnswers.begin(SOURCE, store, "ann", None, "", lambda: 0.0, given)
    assert made.screen.item_id == "b"
    with pytest.raises(ParameterError, match="reviewer is None, must be a non-empty text"):
        SessionAnswers.begin(SOURCE, store, None, None, "", lambda: 0.0)  # type: ignore[arg-type]


def test_a_remark_on_an_answer_goes_with_it(answers: SessionAnswers, store: DecisionStore) -> None:
    answers.give("ham", "", None, None)
    answers.screen.go("a")
    answers.screen.current()
    answers.comment("sure", "", None)
    assert [(d.kind, d.comment) for d in store.log()] == [("", ""), ("", "sure")]
    with pytest.raises(DecisionsError, match="cause is 'x', must be one of"):
        answers.cause("x", "", None)


@pytest.mark.parametrize("label", ["ham", "spam"])
def test_no_retry_tells_the_proposal_of_a_blind_item(store: DecisionStore, label: str) -> None:
    blind = SessionSource.of_arguments(QUEUE, [{"item_id": i} for i in IDS], None, blind=["error"])
    answers = SessionAnswers.begin(blind, store, "ann", None, "", lambda: 0.0)
    answers.screen.current()
    answers.give(label, "k1", "a", None)
    answers.screen.current()
    for choose in (blind.proposed, blind.other):
        with pytest.raises(DecisionsError, match="proposed class of 'a' is hidden"):
            answers.give_by_proposal(choose, "k1", "a", None)
