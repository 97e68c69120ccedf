"""What the lead should do now."""

import pytest

from weaklabel.review.team._dashboard_attention import attention

SURE = {"right": 0, "of": 0, "share": None, "low": 0.0, "high": 1.0}
NO_ROWS = {"rows": [], "total": 0}


def person(name="ann", **more):
    row = {
        "reviewer": name,
        "role": "reviewer",
        "answers": 100,
        "seconds_median": 5.0,
        "skip": SURE,
        "gold": SURE,
        "others": SURE,
    }
    return row | more


def measured(value=0.9, low=0.85, high=0.95, n_shared=100, observed=None):
    figure = {"value": value, "low": low, "high": high, "note": ""}
    return {
        "alpha": figure,
        "observed": observed or figure,
        "n_shared": n_shared,
        "n_answers": 200,
    }


def figures(**more):
    calm = {
        "waits": {"adjudication": 0, "escalated": 0},
        "unknown_classes": 0,
        "reviewers": [person()],
        "agreement": {"all": measured(), "blind": measured()},
        "hot_spots": {"classes": NO_ROWS, "stratum": NO_ROWS, "group": NO_ROWS},
        "functions": NO_ROWS,
        "causes": [],
        "flagged": {"items": 0},
    }
    return calm | more


def says(**more):
    return [each["says"] for each in attention(figures(**more))]


def test_nothing_is_said_where_all_is_well():
    assert attention(figures()) == []


def test_items_for_an_expert_ask_for_one_and_for_the_role_where_nobody_has_it():
    waits = {"adjudication": 2, "escalated": 1}
    found = attention(figures(waits=waits))[0]
    assert found["says"] == "Waiting for an expert, whom reviewers cannot replace: 3 items."
    assert "weaklabel reviewers add" in found["do"]
    expert = [person(role="expert")]
    assert "Ask an expert" in attention(figures(waits=waits, reviewers=expert))[0]["do"]


@pytest.mark.parametrize(("high", "is_said"), [(0.89, True), (0.9, False)])
def test_a_reviewer_is_named_by_the_end_of_the_interval_of_gold_checks(high, is_said):
    gold = {"right": 6, "of": 10, "share": 0.6, "low": 0.3, "high": high}
    expected = ["ann has 6 of 10 gold checks right."] if is_said else []
    assert says(reviewers=[person(gold=gold)]) == expected


def test_who_surely_differs_from_the_team_is_looked_at():
    usual = person("bob", others={"right": 90, "of": 100, "share": 0.9, "low": 0.8, "high": 0.95})
    odd = person("cy", others={"right": 50, "of": 100, "share": 0.5, "low": 0.4, "high": 0.6})
    assert says(reviewers=[usual, odd]) == ["cy answers as the others in 50 %, the team in 70 %."]
    perhaps = person("cy", others={"right": 50, "of": 100, "share": 0.5, "low": 0.3, "high": 0.7})
    assert says(reviewers=[usual, perhaps]) == []


def test_many_skips_and_answers_faster_than_reading_are_looked_at():
    skip = {"right": 40, "of": 100, "share": 0.4, "low": 0.3, "high": 0.5}
    found = says(reviewers=[person(skip=skip, seconds_median=0.4)])
    assert found[0] == "ann skips 40 % of the items."
    assert found[1] == "Half of the answers of ann took less than 0.4 seconds."
    assert says(reviewers=[person(seconds_median=0.4, answers=19)]) == []


def test_alpha_surely_below_two_thirds_says_stop():
    poor = {"all": measured(0.5, 0.4, 0.66), "blind": measured(0.5, 0.4, 0.66)}
    found = attention(figures(agreement=poor))[0]
    assert found["level"] == "act"
    assert "alpha 0.50" in found["says"]


def test_nothing_shared_asks_for_overlap():
    alone = measured(None, None, None, n_shared=0)
    assert "No item has answers of two" in says(agreement={"all": alone, "blind": alone})[0]


def test_the_pull_of_the_proposal_is_said_where_intervals_are_apart():
    blind = measured(observed={"value": 0.7, "low": 0.6, "high": 0.8})
    found = says(agreement={"all": measured(), "blind": blind})
    assert found == ["Blind answers agree in 70 %, all in 90 %: the proposal on screen pulls."]


def test_classes_that_are_disputed_ask_for_a_sentence():
    row = {"name": "ham / spam", "items": 40, "disputed": 12, "low": 0.18}
    spots = {"classes": {"rows": [row], "total": 1}, "stratum": NO_ROWS, "group": NO_ROWS}
    assert says(hot_spots=spots) == ["ham / spam: disputed on 12 of 40 items."]
    row["low"] = 0.05
    assert says(hot_spots=spots) == []


def test_a_group_that_is_disputed_is_decided_once():
    row = {"name": "i7", "items": 9, "disputed": 6, "low": 0.35}
    spots = {"classes": NO_ROWS, "stratum": NO_ROWS, "group": {"rows": [row], "total": 1}}
    assert says(hot_spots=spots) == ["Near-duplicates of i7 are disputed on 6 of 9 items."]


def test_remarks_are_named_from_three_items_on():
    functions = {"rows": [{"function": "f", "items": 3}, {"function": "g", "items": 2}], "total": 2}
    causes = [{"cause": "guideline gap", "items": 3}, {"cause": "data error", "items": 9}]
    assert says(functions=functions, causes=causes, flagged={"items": 1}) == [
        "Reviewers marked labeling functions as wrong on several items: f (3).",
        "3 items showed a gap in the guidelines.",
        "Flagged: 1 item.",
    ]


def test_what_is_urgent_comes_first():
    skip = {"right": 4, "of": 9, "share": 0.4, "low": 0.3, "high": 0.7}
    marked = {"rows": [{"function": "f", "items": 3}], "total": 1}
    found = attention(figures(reviewers=[person(skip=skip)], functions=marked))
    assert [(each["level"], each["about"]) for each in found] == [
        ("act", "functions"),
        ("look", "reviewers"),
    ]
