"""What the decisions on one item make of it, and what it still owes."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.core._decision import ADJUDICATION
from weaklabel.review import consensus
from weaklabel.review.team._outcome import Outcome, outcome

AT = "2026-05-04T10:15:00+00:00"
WAITS = Outcome(for_expert=True)

Say = Callable[..., Decision]


def answers(labels: str) -> list[Decision]:
    """Return the answers of reviewers 0, 1, …; "-" is a skip."""
    return [
        Decision("a", None if label == "-" else label, f"r{n}", AT)
        for n, label in enumerate(labels)
    ]


def test_an_item_owes_as_few_answers_as_can_settle_it() -> None:
    assert [outcome(answers(said), (2, 3)).need for said in ("", "h", "hs")] == [2, 1, 1]
    assert [outcome(answers(said), (3, 5)).need for said in ("", "h", "hs", "hhs")] == [3, 2, 2, 1]


def test_enough_equal_answers_settle_an_item() -> None:
    assert outcome(answers("h"), (1, 1)) == Outcome("h")
    assert outcome(answers("hsh"), (2, 3)) == Outcome("h")


def test_what_no_further_answer_can_settle_waits_for_an_expert() -> None:
    assert outcome(answers("hs"), (2, 2)) == WAITS
    assert outcome(answers("hso"), (2, 3)) == WAITS


def test_of_more_answers_than_were_asked_for_the_same_share_must_be_equal() -> None:
    assert outcome(answers("hh"), (1, 1)) == Outcome("h")
    assert outcome(answers("hs"), (1, 1)) == WAITS
    assert outcome(answers("hhss"), (2, 3)) == WAITS


def test_a_skip_is_no_answer_and_two_of_them_send_the_item_to_an_expert() -> None:
    assert outcome(answers("-"), (1, 1)) == Outcome(need=1)
    assert outcome(answers("--"), (1, 1)) == WAITS
    assert outcome(answers("--"), (1, 1), n_skips=3) == Outcome(need=1)
    assert outcome(answers("-h"), (2, 3)) == Outcome(need=1)


def test_skips_do_not_open_what_is_settled() -> None:
    assert outcome(answers("h--"), (1, 1)) == Outcome("h")


def test_an_escalation_sends_the_item_to_an_expert_whatever_else_was_said(said: Say) -> None:
    passed = said("a", "zoe", kind="escalation")
    assert outcome([passed], (1, 1)) == WAITS
    assert outcome([*answers("hh"), passed], (2, 3)) == WAITS


def test_what_an_expert_says_settles_it_whatever_comes_later(said: Say) -> None:
    ruled = said("a", "eve", "o", stratum=ADJUDICATION)
    assert outcome([*answers("hs"), ruled], (2, 2)) == Outcome("o")
    assert outcome([*answers("hhh"), ruled, said("a", "z", kind="escalation")], (1, 1)) == (
        Outcome("o")
    )


def test_experts_who_contradict_each_other_leave_no_label_and_nobody_is_asked(said: Say) -> None:
    ruled = [said("a", who, label, stratum=ADJUDICATION) for who, label in ("eh", "fs")]
    assert outcome(ruled, (1, 1)) == Outcome()


def test_an_item_that_an_expert_skips_goes_to_another_and_is_then_given_up(said: Say) -> None:
    skips = [said("a", who, stratum=ADJUDICATION) for who in "ef"]
    assert outcome([*answers("hs"), skips[0]], (2, 2)) == WAITS
    assert outcome([*answers("hs"), *skips], (2, 2)) == Outcome()


def test_gold_checks_are_passed_over(said: Say) -> None:
    assert outcome([said("a", "ann", "h", gold=True)], (1, 1)) == Outcome(need=1)


@given(
    st.text("abc-", max_size=7),
    st.sampled_from([(1, 1), (2, 2), (2, 3), (3, 4), (3, 5)]),
)
def test_it_says_what_consensus_says(said: str, rule: tuple[int, int]) -> None:
    found = outcome(answers(said), rule, n_skips=100)
    state = "waiting"
    if said:
        row = consensus(DecisionLog(answers(said)), LabelSchema(list("abc")), rule).items.iloc[0]
        state = row["state"]
        assert (row["label"] or None) == found.label or state != "agreed"
    expected = {
        "agreed": found.label is not None and not found.need,
        "for adjudication": found == WAITS,
        "waiting": found.need > 0 and not found.for_expert,
    }
    assert expected[state]


@given(st.text("ab", max_size=5), st.sampled_from([(1, 1), (2, 2), (2, 3), (3, 5)]))
def test_so_many_equal_answers_as_are_needed_settle_it(said: str, rule: tuple[int, int]) -> None:
    owed = outcome(answers(said), rule).need
    if owed:
        best = max("ab", key=said.count)
        assert outcome(answers(said + owed * best), rule).label == best
        assert outcome(answers(said + (owed - 1) * best), rule).label is None
