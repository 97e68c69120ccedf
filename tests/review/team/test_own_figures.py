"""What one reviewer did, by the strata that the reviewer saw."""

from collections.abc import Callable

from weaklabel.core import Decision
from weaklabel.review.team._own_figures import OwnFigures

Say = Callable[..., Decision]


def figures() -> OwnFigures:
    return OwnFigures(lambda place, decision: decision.stratum or f"place {place}")


def test_answers_skips_and_escalations_are_counted_by_stratum(said: Say) -> None:
    own = figures()
    for item, label, kind in (("a", "ham", ""), ("b", None, ""), ("c", None, "escalation")):
        own.change(0, None, said(item, "ann", label, kind=kind, stratum="error"))
    assert own.of("error", is_blind=False) == {
        "answered": 1,
        "skipped": 1,
        "escalated": 1,
        "errors": 0,
    }
    assert (own.answered, own.strata) == (1, {"error"})


def test_an_answer_other_than_the_proposal_is_an_error_if_that_was_shown(said: Say) -> None:
    own = figures()
    own.change(0, None, said("a", "ann", "ham", proposed="spam", stratum="error"))
    own.change(1, None, said("b", "ann", "spam", proposed="spam", stratum="error"))
    own.change(2, None, said("c", "ann", "ham", proposed="spam", stratum="error", blind=True))
    own.change(3, None, said("d", "ann", "ham", stratum="error"))
    assert own.of("error", is_blind=False)["errors"] == 1
    assert own.of("error", is_blind=True)["errors"] is None


def test_what_is_replaced_or_withdrawn_is_counted_no_longer(said: Say) -> None:
    own = figures()
    first, second = said("a", "ann", "ham", stratum="x"), said("a", "ann", stratum="x")
    own.change(0, None, first)
    own.change(0, first, second)
    assert own.of("x", is_blind=False)["skipped"] == 1
    own.change(0, second, None)
    assert (own.answered, own.strata) == (0, set())


def test_the_stratum_is_the_one_that_was_seen(said: Say) -> None:
    own = figures()
    own.change(7, None, said("a", "ann", "ham"))
    assert own.strata == {"place 7"}
