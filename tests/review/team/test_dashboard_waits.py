"""What waits: each item of the queue is in one state."""

import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.review.team._dashboard_waits import waiting_figures, with_leases
from weaklabel.review.team._dashboard_work import Work
from weaklabel.review.team._settings import TeamSettings

SCHEMA = LabelSchema(["ham", "spam", "other"])
AT = "2026-05-04T10:15:00+00:00"
STATES = ("settled", "started", "adjudication", "escalated", "given_up", "open")


def said(item, label="ham", who="ann", **more):
    return Decision(item, label, who, AT, **more)


def waits(*decisions, items=("a", "b", "c"), **settings):
    work = Work.of_log(DecisionLog(decisions), SCHEMA)
    return waiting_figures(work, set(items), TeamSettings(**settings))


def state(*decisions, **settings):
    """Return the one state that is not open."""
    found = waits(*decisions, items=("a",), **settings)
    return next(name for name in STATES if found[name])


@pytest.mark.parametrize(
    ("answers", "rule", "expected"),
    [
        (["ham"], (1, 1), "settled"),
        (["ham", "spam"], (1, 1), "adjudication"),
        (["ham"], (2, 3), "started"),
        (["ham", "spam"], (2, 3), "started"),
        (["ham", "spam", "ham"], (2, 3), "settled"),
        (["ham", "spam", "other"], (2, 3), "adjudication"),
        (["ham", "spam"], (2, 2), "adjudication"),
        ([None], (1, 1), "open"),
        ([None, None], (1, 1), "adjudication"),
    ],
)
def test_the_rule_says_what_answers_make_of_an_item(answers, rule, expected):
    decisions = [said("a", label, f"r{i}") for i, label in enumerate(answers)]
    assert state(*decisions, n_answers=rule) == expected


def test_an_item_of_the_overlap_waits_for_a_second_answer():
    assert state(said("a"), overlap=1.0) == "started"


def test_items_with_the_same_answers_go_by_their_own_rules():
    ids = [f"i{n}" for n in range(40)]
    settings = TeamSettings(overlap=0.5)
    found = waits(*map(said, ids), items=ids, overlap=0.5)
    n_twice = sum(map(settings.has_second, ids))
    assert (found["started"], found["settled"]) == (n_twice, 40 - n_twice)
    assert 0 < n_twice < 40


def test_an_escalated_item_waits_for_an_expert_until_one_settles_it():
    passed_on = [said("a"), said("a", None, "bob", kind="escalation")]
    assert state(*passed_on) == "escalated"
    assert state(*passed_on, said("a", "spam", "eve", stratum="adjudication")) == "settled"


def test_experts_who_differ_give_an_item_up():
    rulings = [said("a", "ham", "eve", stratum="adjudication")]
    rulings.append(said("a", "spam", "fay", stratum="adjudication"))
    assert state(*rulings) == "given_up"


def test_states_add_up_and_other_items_and_gold_checks_are_left_out():
    found = waits(
        said("a"),
        said("gone"),
        said("b", "spam", gold=True),
        gold={"b": "ham", "not queued": "ham"},
        gold_rate=0.1,
    )
    assert (found["items"], found["checks"]) == (2, 1)
    assert sum(found[name] for name in STATES) == 2
    assert (found["settled"], found["open"]) == (1, 1)


def test_items_that_need_an_expert_are_named_twenty_of_them():
    ids = [f"{n:02}" for n in range(30)]
    found = waits(*(said(i, None, kind="escalation") for i in reversed(ids)), items=ids)
    assert found["escalated"] == 30
    assert found["named"]["escalated"] == ids[:20]


def test_an_item_that_two_hold_is_one():
    held = with_leases(waits(), [("a", "ann"), ("a", "bob"), ("b", "ann")])
    assert held["leased"] == 2
