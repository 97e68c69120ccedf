"""What items owe follows from the decisions alone, in whatever order reviewers answer."""

from collections.abc import Callable

import numpy as np

from weaklabel.core import Decision
from weaklabel.core._decision import ADJUDICATION
from weaklabel.review.team._demand import Demand
from weaklabel.review.team._settings import Rule

PLACE = {"a": 0, "b": 1, "gold": 2}
Say = Callable[..., Decision]


def demand(rule: Rule = (1, 1)) -> Demand:
    return Demand(PLACE, lambda _: rule, 2, [PLACE["gold"]])


def test_in_the_beginning_everything_is_owed_but_gold_checks() -> None:
    fresh = demand((2, 3))
    assert fresh.need.tolist() == [2, 2, 0]
    assert (fresh.n_owed, fresh.n_for_expert) == (4, 0)


def test_an_answer_is_owed_no_longer_and_an_undo_gives_it_back(said: Say) -> None:
    follows, answer = demand(), said("a", "ann", "ham")
    follows.take(answer)
    assert follows.need.tolist() == [0, 1, 0]
    assert follows.done("ann").tolist() == [True, False, False]
    follows.take(answer.undone())
    assert follows.need.tolist() == [1, 1, 0]
    assert not follows.done("ann").any()
    assert follows.standing(0) == {}


def test_an_escalation_waits_for_an_expert_until_it_is_withdrawn_or_settled(said: Say) -> None:
    follows, passed = demand(), said("a", "ann", kind="escalation")
    follows.take(passed)
    assert (follows.need[0], follows.for_expert[0], follows.escalated[0]) == (0, True, True)
    follows.take(passed.undone())
    assert (follows.need[0], follows.for_expert[0], follows.escalated[0]) == (1, False, False)
    follows.take(passed)
    follows.take(said("a", "eve", "ham", stratum=ADJUDICATION))
    assert (follows.need[0], follows.for_expert[0]) == (0, False)


def test_remarks_and_items_of_other_queues_change_nothing(said: Say) -> None:
    follows = demand()
    follows.take(said("a", "ann", kind="flag"))
    follows.take(said("a", "ann", kind="note", comment="hm"))
    follows.take(said("elsewhere", "ann", "ham"))
    assert follows.need.tolist() == [1, 1, 0]
    assert not follows.done("ann").any()


def test_whatever_is_said_of_a_gold_check_it_owes_nothing(said: Say) -> None:
    follows = demand()
    follows.take(said("gold", "ann", "ham", gold=True))
    follows.take(said("gold", "bob", "spam"))
    follows.take(said("gold", "cy", kind="escalation"))
    assert (follows.need[2], follows.for_expert[2]) == (0, False)
    assert follows.done("ann").tolist() == [False, False, True]


def test_an_erasure_takes_the_payload_out_of_memory_and_leaves_the_answer(said: Say) -> None:
    follows = demand()
    follows.take(said("a", "ann", "ham", comment="secret", shown={"x": 1}, salt="s"))
    follows.take(said("a", "lea", kind="erasure", comment="asked for"))
    left = follows.standing(0)["ann"]
    assert (left.label, left.comment, left.shown) == ("ham", "", None)
    assert follows.need[0] == 0


def test_it_says_what_would_be_owed_without_a_reviewer(said: Say) -> None:
    follows = demand((2, 2))
    follows.take(said("a", "ann", "ham"))
    follows.take(said("a", "bob", "spam"))
    assert follows.for_expert[0]
    assert follows.without(0, "bob").need == 1
    assert follows.for_expert[0]


def test_the_order_between_reviewers_makes_no_difference(said: Say) -> None:
    rng, labels = np.random.default_rng(0), ["ham", "spam", None]
    of_each = [
        [said(item, who, labels[rng.integers(3)]) for item in ("a", "b", "a")]
        for who in ("ann", "bob", "cy")
    ]
    found = set()
    for _ in range(20):
        follows, rest = demand((2, 3)), [list(reversed(d)) for d in of_each]
        while any(rest):
            some = [d for d in rest if d]
            follows.take(some[rng.integers(len(some))].pop())
        found.add((*follows.need.tolist(), *follows.for_expert.tolist()))
    assert len(found) == 1


def test_arrays_have_an_entry_for_each_item_of_an_empty_queue_too() -> None:
    empty = Demand({}, lambda _: (1, 1))
    assert (len(empty.need), empty.n_owed, len(empty.done("ann"))) == (0, 0, 0)
    assert empty.for_expert.dtype == np.bool_
