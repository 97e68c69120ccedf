"""Answers by hour and by day."""

from datetime import UTC, datetime

from weaklabel.core import Decision
from weaklabel.review.team._dashboard_hours import answers_by_hour, time_figures

NOW = datetime(2026, 5, 4, 12, 30, tzinfo=UTC)


def given(*times):
    return [Decision("a", "ham", "ann", at) for at in times]


def bars(decisions, name="hours"):
    found = time_figures(answers_by_hour(decisions), NOW)[name]
    return [(bar["at"], bar["answers"]) for bar in found]


def test_an_hour_without_an_answer_is_there_with_nothing():
    found = bars(given("2026-05-04T10:59:59+00:00", "2026-05-04T10:00:00+00:00"))
    assert len(found) == 24
    assert found[0] == ("2026-05-03T13:00:00+00:00", 0)
    assert found[-3:] == [
        ("2026-05-04T10:00:00+00:00", 2),
        ("2026-05-04T11:00:00+00:00", 0),
        ("2026-05-04T12:00:00+00:00", 0),
    ]


def test_times_of_other_zones_are_counted_in_utc():
    assert bars(given("2026-05-04T14:10:00+02:00"))[-1] == ("2026-05-04T12:00:00+00:00", 1)


def test_undo_and_remarks_are_no_answers_and_a_changed_answer_was_work_twice():
    decisions = given("2026-05-04T12:00:00+00:00", "2026-05-04T12:00:01+00:00")
    undone = decisions[0].undone(decided_at="2026-05-04T12:00:02+00:00")
    assert bars([*decisions, undone])[-1] == ("2026-05-04T12:00:00+00:00", 2)


def test_hours_go_back_two_days_at_most_and_days_two_months():
    long_ago, edge = "2026-03-05T23:59:59+00:00", "2026-03-06T00:00:00+00:00"
    assert bars(given("2026-05-02T12:59:59+00:00", long_ago)) == []
    assert len(bars(given("2026-05-02T13:00:00+00:00"))) == 48
    found = bars(given(long_ago, edge, "2026-05-04T00:00:00+00:00"), "days")
    assert (len(found), found[0], found[-1][1]) == (60, (edge, 1), 1)
    assert len(bars(given("2026-05-04T00:00:00+00:00"), "days")) == 14


def test_an_answer_dated_in_the_future_is_in_no_bar():
    assert bars(given("2027-01-01T00:00:00+00:00"), "days") == []
