"""The answers that count as labels where several people answered."""

from collections.abc import Callable

import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.core._decision import ADJUDICATION
from weaklabel.errors import DecisionsError, ParameterError
from weaklabel.review.team._settled import settled_log

SCHEMA = LabelSchema(["ham", "spam"])
Say = Callable[..., Decision]


def pairs(log: DecisionLog) -> list[tuple[str, str | None]]:
    return [(d.reviewer, d.label) for d in log]


def test_a_dissenter_is_left_out_where_enough_agree(said: Say) -> None:
    log = DecisionLog([said("a", "ann", "ham"), said("a", "bob", "spam"), said("a", "cy", "ham")])
    found = settled_log(log, SCHEMA, (2, 3))
    assert pairs(found) == [("ann", "ham"), ("cy", "ham")]
    assert found.disputed() == ()
    assert log.agreed() == {}


def test_what_waits_for_answers_or_for_an_expert_is_left_out(said: Say) -> None:
    log = DecisionLog(
        [
            said("one answer", "ann", "ham"),
            said("disputed", "ann", "ham"),
            said("disputed", "bob", "spam"),
            said("escalated", "ann", "ham"),
            said("escalated", "bob", "ham"),
            said("escalated", "cy", kind="escalation"),
        ]
    )
    assert pairs(settled_log(log, SCHEMA, (2, 2))) == []


def test_what_an_expert_settled_counts_alone_and_keeps_the_stratum_that_chose_it(said: Say) -> None:
    log = DecisionLog(
        [
            said("a", "ann", "ham", stratum="random"),
            said("a", "bob", "spam", stratum="random"),
            said("a", "eve", "ham", stratum=ADJUDICATION),
        ]
    )
    found = settled_log(log, SCHEMA, (2, 2))
    assert pairs(found) == [("eve", "ham")]
    assert found.decisions[0].stratum == "random"


def test_an_item_that_was_only_passed_on_keeps_its_stratum_too(said: Say) -> None:
    log = DecisionLog(
        [
            said("a", "ann", kind="escalation", stratum="random"),
            said("a", "eve", "ham", stratum=ADJUDICATION),
        ]
    )
    assert [d.stratum for d in settled_log(log, SCHEMA)] == ["random"]


def test_skips_gold_checks_remarks_and_what_was_undone_are_left_out(said: Say) -> None:
    undone = said("b", "ann", "ham")
    log = DecisionLog(
        [
            said("a", "ann", "ham"),
            said("a", "bob"),
            said("a", "ann", kind="flag"),
            undone,
            undone.undone(),
            said("c", "ann", "ham", gold=True),
        ]
    )
    assert pairs(settled_log(log, SCHEMA)) == [("ann", "ham")]


def test_for_one_reviewer_it_is_what_is_agreed(said: Say) -> None:
    log = DecisionLog([said(item, "ann", label) for item, label in (("a", "ham"), ("b", "spam"))])
    assert settled_log(log, SCHEMA).agreed() == log.agreed()


def test_experts_who_contradict_each_other_settle_nothing(said: Say) -> None:
    log = DecisionLog(
        said("a", who, label, stratum=ADJUDICATION) for who, label in (("e", "ham"), ("f", "spam"))
    )
    assert pairs(settled_log(log, SCHEMA)) == []


def test_a_class_that_is_none_of_the_schema_is_named(said: Say) -> None:
    with pytest.raises(DecisionsError, match="label of decision on 'a' by 'ann' is 'old'"):
        settled_log(DecisionLog([said("a", "ann", "old")]), SCHEMA)


def test_wrong_arguments_are_refused(said: Say) -> None:
    with pytest.raises(ParameterError, match=r"log is .*, must be a DecisionLog"):
        settled_log([said("a", "ann", "ham")], SCHEMA)  # type: ignore[arg-type]  # that is tested
    with pytest.raises(ParameterError, match="rule is"):
        settled_log(DecisionLog(), SCHEMA, (1, 2))
