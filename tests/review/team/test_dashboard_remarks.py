"""Root causes, functions marked as wrong, flags, versions of the guidelines."""

import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.review.team._dashboard_remarks import (
    cause_figures,
    flag_figures,
    function_figures,
    version_figures,
    with_versions,
)
from weaklabel.review.team._dashboard_work import Work

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"


def said(item, label="ham", who="ann", **more):
    return Decision(item, label, who, AT, **more)


def work(*decisions):
    return Work.of_log(DecisionLog(decisions), SCHEMA)


def test_causes_are_counted_by_item_with_how_often_the_proposal_was_wrong():
    found = cause_figures(
        work(
            said("a", "ham", proposed="spam", cause="data error"),
            said("a", "ham", "bob", proposed="ham", cause="data error"),
            said("b", None, cause="ambiguous item"),
            said("c", None, cause="ambiguous item"),
        )
    )
    assert found == [
        {"cause": "ambiguous item", "items": 2, "reviewers": 1, "wrong": 0},
        {"cause": "data error", "items": 1, "reviewers": 2, "wrong": 1},
    ]


def test_a_cause_of_an_item_that_waits_counts_until_the_answer_has_one_of_its_own():
    note = said("a", None, kind="note", cause="guideline gap")
    answered = work(note, said("a", cause="data error"))
    assert [row["cause"] for row in cause_figures(work(note))] == ["guideline gap"]
    assert [row["cause"] for row in cause_figures(answered)] == ["data error"]


def test_functions_that_were_marked_most_come_first():
    marks = [("a", "f"), ("a", "g"), ("b", "g"), ("c", "h")]
    log = [said(item, None, kind="lf_wrong", about=function) for item, function in marks]
    log.append(said("c", None, kind="lf_ok", about="h"))
    assert function_figures(DecisionLog(log)) == {
        "rows": [
            {"function": "g", "items": 2, "named": ["a", "b"]},
            {"function": "f", "items": 1, "named": ["a"]},
        ],
        "total": 2,
    }


def test_flagged_items_are_counted_and_the_first_are_named():
    log = DecisionLog([said(f"{n:02}", None, kind="flag") for n in range(25)])
    found = flag_figures(log)
    assert (found["items"], found["named"][0], len(found["named"])) == (25, "00", 20)


def test_disputes_under_each_version_are_of_items_with_two_answers_under_it():
    one, two = {"guidelines": "1"}, {"guidelines": "2"}
    found = version_figures(
        work(
            said("a", "ham", "ann", shown=one),
            said("a", "spam", "bob", shown=one),
            said("b", "ham", "ann", shown=one),
            said("b", "spam", "bob", shown=two),
            said("c", None, "ann", shown=two),
        )
    )
    assert {v: (f["answers"], f["shared"], f["disputed"]) for v, f in found.items()} == {
        "1": (3, 1, 1),
        "2": (1, 0, 0),
    }
    assert found["2"]["share"] is None


@pytest.mark.parametrize(
    ("shown", "version"),
    [
        (None, ""),
        ({"columns": ["text"]}, ""),
        ({"guidelines": "", "columns": []}, ""),
        ({"columns": ["text"], "guidelines": "3"}, "3"),
        (
            {"columns": ['{"guidelines":"no"}'], "guidelines": 'a "quoted" \\ "x"'},
            'a "quoted" \\ "x"',
        ),
        ({"an": {"guidelines": "no"}}, ""),
        ({"an": {"guidelines": "no"}, "guidelines": "yes"}, "yes"),
        ({"guidelines": "yes", "votes": [{"guidelines": "no"}]}, "yes"),
        ({"guidelines": ["no text"]}, ""),
        ({"guidelines": "\u00e9\u202e"}, "\u00e9\u202e"),
    ],
)
def test_the_version_is_that_of_what_was_shown_whatever_else_was(shown, version):
    assert list(version_figures(work(said("a", shown=shown)))) == [version]


def test_versions_are_shown_the_latest_first_and_unknown_ones_last():
    figures = version_figures(
        work(said("a", shown={"guidelines": "old"}), said("b", shown={"guidelines": "x"}))
    )
    later = "2026-05-05T10:15:00+00:00"
    rows = with_versions(figures, [("b", later), ("x", AT), ("z", "")])["rows"]
    assert [(row["version"], row["since"], row["present"], row["answers"]) for row in rows] == [
        ("b", later, True, 0),
        ("x", AT, False, 1),
        ("z", None, False, 0),
        ("old", None, False, 1),
    ]
