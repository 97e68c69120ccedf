"""What an expert sees of the others, and which expert may settle an item."""

from collections.abc import Callable

from weaklabel.core import Decision
from weaklabel.core._decision import ADJUDICATION
from weaklabel.review.team._adjudication import adjudicating, has_adjudicated, may_adjudicate

Say = Callable[..., Decision]


def by_name(*decisions: Decision) -> dict[str, Decision]:
    return {decision.reviewer: decision for decision in decisions}


def test_an_expert_sees_who_said_what_and_why_by_name(said: Say) -> None:
    standing = by_name(
        said("a", "cy", kind="escalation", comment="no idea"),
        said("a", "bob", "spam", comment="a link", cause="ambiguous item"),
        said("a", "ann", None),
        said("a", "eve", "ham"),
        said("a", "gus", "ham", gold=True),
    )
    showing = adjudicating(standing, "eve")
    seen = [(o.reviewer, o.label, o.comment, o.cause, o.kind) for o in showing.others]
    assert seen == [
        ("ann", None, "", "", ""),
        ("bob", "spam", "a link", "ambiguous item", ""),
        ("cy", None, "no idea", "", "escalation"),
    ]
    assert (showing.stratum, showing.blind, showing.gold) == (ADJUDICATION, False, False)


def test_who_answered_as_a_reviewer_has_not_adjudicated(said: Say) -> None:
    assert not has_adjudicated(by_name(said("a", "eve", "ham")), "eve")
    assert has_adjudicated(by_name(said("a", "eve", "ham", stratum=ADJUDICATION)), "eve")


def test_who_skipped_or_passed_on_an_item_is_not_asked_to_settle_it(said: Say) -> None:
    for own in (said("a", "eve"), said("a", "eve", kind="escalation")):
        assert not may_adjudicate(by_name(own), "eve", ["eve"])


def test_an_expert_settles_what_others_dispute(said: Say) -> None:
    assert may_adjudicate(by_name(said("a", "ann", "ham")), "eve", ["eve", "fay"])


def test_an_own_answer_is_settled_by_another_expert_if_there_is_one(said: Say) -> None:
    standing = by_name(said("a", "ann", "ham"), said("a", "eve", "spam"))
    assert not may_adjudicate(standing, "eve", ["eve", "fay"])
    assert may_adjudicate(standing, "fay", ["eve", "fay"])
    assert may_adjudicate(standing, "eve", ["eve"])


def test_experts_who_all_answered_it_may_settle_it(said: Say) -> None:
    standing = by_name(said("a", "fay", "ham"), said("a", "eve", "spam"))
    assert may_adjudicate(standing, "eve", ["eve", "fay"])


def test_an_item_that_was_passed_to_somebody_goes_to_them_first(said: Say) -> None:
    standing = by_name(said("a", "ann", kind="escalation", about="fay"))
    assert may_adjudicate(standing, "fay", ["eve", "fay"])
    assert not may_adjudicate(standing, "eve", ["eve", "fay"])


def test_an_item_that_was_passed_to_no_expert_goes_to_any(said: Say) -> None:
    standing = by_name(said("a", "ann", kind="escalation", about="bob"))
    assert may_adjudicate(standing, "eve", ["eve", "fay"])


def test_if_the_one_it_was_passed_to_cannot_say_another_expert_gets_it(said: Say) -> None:
    standing = by_name(
        said("a", "ann", kind="escalation", about="fay"), said("a", "fay", stratum=ADJUDICATION)
    )
    assert may_adjudicate(standing, "eve", ["eve", "fay"])
