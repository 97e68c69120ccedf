"""Adjudicators: reviewers who settle what others disagree on."""

import pytest

from weaklabel.core import Decision, DecisionLog
from weaklabel.errors import ParameterError
from weaklabel.review.quality._adjudicators import check_adjudicators, without_adjudicators

AT = "2026-05-04T10:15:00+00:00"
LOG = DecisionLog([Decision("a", "ham", who, AT) for who in ("ann", "eve", "bob")])


def test_decisions_of_adjudicators_are_left_out():
    assert [d.reviewer for d in without_adjudicators(LOG, ["eve"])] == ["ann", "bob"]
    assert len(without_adjudicators(LOG, [])) == 3


def test_who_has_not_answered_yet_may_be_named():
    assert check_adjudicators(["nobody yet"]) == {"nobody yet"}


def test_a_single_name_is_no_list_of_letters():
    with pytest.raises(ParameterError, match=r"adjudicators is 'eve', .* Write \['eve'\]"):
        check_adjudicators("eve")


@pytest.mark.parametrize("names", [[""], [None], ["eve", 3]])
def test_a_name_is_a_text(names):
    with pytest.raises(ParameterError, match="a list of names of reviewers"):
        check_adjudicators(names)


def test_decisions_must_be_a_log():
    with pytest.raises(ParameterError, match="must be a DecisionLog"):
        without_adjudicators(["eve"], LOG)


def test_what_was_adjudicated_is_left_out_and_the_own_answer_before_it_stands():
    before = Decision("a", "spam", "eve", AT)
    ruled = Decision("a", "ham", "eve", AT, stratum="adjudication")
    found = without_adjudicators(DecisionLog([*LOG, before, ruled]), [])
    assert [(d.reviewer, d.label) for d in found.standing][-2:] == [("bob", "ham"), ("eve", "spam")]
