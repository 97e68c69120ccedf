"""Which items a reviewer should hold next, from what is owed and what others hold."""

from collections.abc import Callable
from typing import Any

from weaklabel.core import Decision
from weaklabel.core._decision import ADJUDICATION
from weaklabel.review.team._demand import Demand
from weaklabel.review.team._lease_plan import (
    Around,
    Team,
    around,
    chosen,
    group_members,
    is_done,
    reclaimed,
)
from weaklabel.review.team._leases import Lease

IDS = ["a", "b", "c", "d"]
TEAM = Team({"ann", "bob", "eve", "fay"}, {"eve", "fay"})
Say = Callable[..., Decision]


def demand(*said: Decision, rule: tuple[int, int] = (1, 1)) -> Demand:
    made = Demand({item: n for n, item in enumerate(IDS)}, lambda _: rule)
    for decision in said:
        made.take(decision)
    return made


def seen(of: Demand, *leases: Lease, by: str = "ann", team: Team = TEAM) -> Around:
    return around(of, leases, by, team, now=100.0)


def lease(item: str, who: str, kind: str = "first", until: float = 200.0) -> Lease:
    return Lease(item, who, kind, until)


def items(found: Any) -> list[str]:
    return [IDS[place] for place, _ in found]


def test_what_others_hold_is_left_out() -> None:
    found = seen(demand(), lease("a", "bob"), lease("c", "ann"))
    assert items(chosen(found, 9)) == ["b", "c", "d"]


def test_what_ended_belongs_to_nobody_in_the_team_or_is_answered_holds_nothing(said: Say) -> None:
    follows = demand(said("c", "bob", "ham"), said("c", "bob").undone())
    follows.take(said("d", "bob", "ham"))
    found = seen(
        follows,
        lease("a", "bob", until=100.0),
        lease("b", "who was revoked"),
        lease("c", "bob"),
        lease("d", "bob"),
        lease("elsewhere", "bob"),
    )
    assert items(chosen(found, 9)) == ["a", "b"]


def test_an_item_goes_to_as_many_as_it_needs() -> None:
    follows = demand(rule=(2, 3))
    assert "a" in items(chosen(seen(follows, lease("a", "bob")), 9))
    assert "a" not in items(chosen(seen(follows, lease("a", "bob"), lease("a", "eve")), 9))


def test_nobody_is_asked_again_what_they_said_skipped_or_passed_on(said: Say) -> None:
    follows = demand(
        said("a", "ann", "ham"), said("b", "ann"), said("c", "ann", kind="escalation"), rule=(2, 2)
    )
    assert items(chosen(seen(follows), 9)) == ["d"]


def test_who_comes_while_somebody_else_answers_or_after_is_second(said: Say) -> None:
    follows = demand(said("a", "bob", "ham"), said("c", "bob"), rule=(2, 2))
    kinds = dict(chosen(seen(follows, lease("b", "bob")), 9))
    assert [kinds[n] for n in range(4)] == ["second", "second", "first", "first"]


def test_experts_get_what_was_passed_on_then_disputes_then_the_rest(said: Say) -> None:
    follows = demand(
        said("b", "ann", "ham"),
        said("b", "bob", "spam"),
        said("d", "ann", kind="escalation"),
    )
    assert chosen(seen(follows, by="eve"), 3) == [
        (3, ADJUDICATION),
        (1, ADJUDICATION),
        (0, "first"),
    ]
    assert items(chosen(seen(follows, by="ann"), 9)) == ["a", "c"]


def test_what_another_expert_settles_is_left_to_them(said: Say) -> None:
    follows = demand(said("a", "ann", kind="escalation"))
    held = lease("a", "fay", ADJUDICATION)
    assert items(chosen(seen(follows, held, by="eve"), 9)) == ["b", "c", "d"]
    follows.take(said("a", "fay", stratum=ADJUDICATION))  # who cannot say holds it no longer
    assert items(chosen(seen(follows, held, by="eve"), 1)) == ["a"]


def test_places_that_are_held_already_are_left_out() -> None:
    assert items(chosen(seen(demand()), 2, without={0, 2})) == ["b", "d"]
    assert chosen(seen(demand()), 0) == []


def test_a_lease_is_done_with_the_answer_it_was_for(said: Say) -> None:
    follows = demand(said("a", "eve", "ham"), said("a", "ann", "spam"))
    assert is_done(follows, lease("a", "eve"))
    assert not is_done(follows, lease("a", "eve", ADJUDICATION))
    follows.take(said("a", "eve", "ham", stratum=ADJUDICATION))
    assert is_done(follows, lease("a", "eve", ADJUDICATION))
    assert not is_done(follows, lease("b", "eve"))


def test_an_answer_about_to_be_withdrawn_leaves_its_item_to_its_reviewer(said: Say) -> None:
    follows = demand(said("a", "ann", "ham"), said("b", "ann", "ham", blind=True))
    assert list(reclaimed(seen(follows), [0, 1, 2])) == [(0, "first"), (1, "second")]


def test_what_others_settled_or_hold_besides_is_not_left_to_anybody(said: Say) -> None:
    follows = demand(said("a", "ann", "ham"), said("a", "bob", "ham"))
    assert list(reclaimed(seen(follows), [0])) == []
    both = demand(said("a", "ann", "ham"), rule=(2, 2))
    others = lease("a", "bob"), lease("a", "eve")
    assert list(reclaimed(seen(both, others[0]), [0])) == [(0, "first")]
    assert list(reclaimed(seen(both, *others), [0])) == []


def test_a_withdrawn_adjudication_is_the_experts_own_again(said: Say) -> None:
    follows = demand(
        said("a", "ann", kind="escalation"), said("a", "eve", "ham", stratum=ADJUDICATION)
    )
    assert list(reclaimed(seen(follows, by="eve"), [0])) == [(0, ADJUDICATION)]


def test_one_answer_reaches_only_what_is_free_and_needs_no_other(said: Say) -> None:
    follows = demand(said("a", "ann", "ham"), said("b", "bob"))
    found = seen(follows, lease("c", "bob"))
    assert group_members(found, [0, 1, 2, 3], 9) == [1, 3]
    assert group_members(found, [0, 1, 2, 3], 1) == [1]
    assert group_members(seen(demand(rule=(2, 2))), [0, 1], 9) == []
