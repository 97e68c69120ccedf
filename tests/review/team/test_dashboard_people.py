"""One row for each reviewer."""

import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.review.team._dashboard_people import people_figures, with_roles
from weaklabel.review.team._dashboard_work import Work

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"


def said(item, label="ham", who="ann", **more):
    return Decision(item, label, who, AT, **more)


def people(*decisions, gold=None):
    work = Work.of_log(DecisionLog(decisions), SCHEMA)
    return people_figures(work, SCHEMA, gold or {})


def test_answers_and_skips_are_those_that_stand():
    found = people(said("a"), said("a", "spam"), said("b", None), said("c"), said("c").undone())
    assert (found["ann"]["answers"], found["ann"]["skips"]) == (1, 1)
    assert found["ann"]["skip"]["share"] == 0.5


def test_rate_is_of_the_last_fifty_and_the_median_of_all():
    slow = [said(f"a{i}", seconds=60.0) for i in range(60)]
    fast = [said(f"b{i}", seconds=3.0) for i in range(50)]
    found = people(*slow, *fast)["ann"]
    assert (found["rate_per_minute"], found["seconds_median"]) == (20.0, 60.0)


def test_seconds_of_a_group_do_not_make_a_reviewer_look_fast():
    group = {"group": {"action": "x", "of": "a0", "n_items": 9}}
    together = [said(f"a{i}", seconds=0.1, shown=group) for i in range(9)]
    assert people(*together, said("b", seconds=4.0))["ann"]["seconds_median"] == 4.0


def test_gold_checks_are_measured_with_their_interval():
    checks = [said(f"g{i}", "ham" if i < 9 else "spam", gold=True) for i in range(10)]
    gold = {f"g{i}": "ham" for i in range(10)}
    found = people(*checks, said("g0", "spam", "bob"), gold=gold)
    # Wilson, 9 of 10.
    assert (found["ann"]["gold"]["right"], found["ann"]["gold"]["of"]) == (9, 10)
    assert found["ann"]["gold"]["low"] == pytest.approx(0.596, abs=1e-3)
    assert found["ann"]["gold"]["high"] == pytest.approx(0.982, abs=1e-3)
    # An ordinary answer to the same item is no check.
    assert found["bob"]["gold"] == {"right": 0, "of": 0, "share": None, "low": 0.0, "high": 1.0}


def test_gold_checks_and_adjudications_are_no_agreement_with_others():
    found = people(
        said("a", "ham", "ann"),
        said("a", "ham", "bob"),
        said("b", "ham", "ann", gold=True),
        said("b", "spam", "bob", gold=True),
        said("c", "ham", "ann"),
        said("c", "spam", "eve", stratum="adjudication"),
    )
    assert (found["ann"]["others"]["right"], found["ann"]["others"]["of"]) == (1, 1)


def test_upheld_counts_answers_on_items_that_an_adjudicator_settled():
    found = people(
        said("a", "ham", "ann"),
        said("a", "spam", "bob"),
        said("a", "spam", "eve", stratum="adjudication"),
    )
    assert (found["ann"]["upheld"]["right"], found["ann"]["upheld"]["of"]) == (0, 1)
    assert (found["bob"]["upheld"]["right"], found["bob"]["upheld"]["of"]) == (1, 1)
    assert found["eve"]["upheld"]["of"] == 0


def test_escalations_and_flags_are_those_that_stand():
    found = people(
        said("a", None, kind="escalation"),
        said("b", None, kind="escalation"),
        said("b", "ham"),
        said("c", None, kind="flag"),
        said("d", None, kind="flag"),
        said("d", None, kind="unflag"),
    )["ann"]
    assert (found["escalations"], found["flags"], found["answers"]) == (1, 1, 1)


def test_who_is_registered_and_did_nothing_has_a_row_and_who_is_not_has_no_role():
    rows = with_roles(people(said("a")), {"zoe": "lead"}, [("x", "zoe"), ("y", "zoe")])
    assert [(row["reviewer"], row["role"], row["holds"]) for row in rows] == [
        ("ann", "", 0),
        ("zoe", "lead", 2),
    ]
    assert rows[0].keys() == rows[1].keys()
    assert (rows[1]["answers"], rows[1]["rate_per_minute"], rows[1]["last_at"]) == (0, None, None)
