"""Agreement as JSON."""

import json

import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.review import agreement
from weaklabel.review.team import _dashboard_agreement
from weaklabel.review.team._dashboard_agreement import agreement_figures
from weaklabel.review.team._dashboard_work import Work

SCHEMA = LabelSchema(["ham", "spam"])
AT = "2026-05-04T10:15:00+00:00"
NAMES = {"h": "ham", "s": "spam", "-": None}


def log(blind=(), **letters):
    """Return the log of reviewers, each with a letter an item: "." for none, "-" a skip."""
    return [
        Decision(f"i{i}", NAMES[c], who, AT, blind=i in blind, stratum="odd" if i % 2 else "even")
        for who, answers in letters.items()
        for i, c in enumerate(answers)
        if c != "."
    ]


def figures(decisions, **more):
    found = agreement_figures(Work.of_log(DecisionLog(decisions), SCHEMA), SCHEMA, **more)
    return json.loads(json.dumps(found, allow_nan=False))


def test_coefficients_are_those_of_agreement():
    decisions = log(ann="hhhhhhsssh", bob="hhhhhsssss")
    found, expected = (
        figures(decisions)["agreement"]["all"],
        agreement(DecisionLog(decisions), SCHEMA),
    )
    for name in ("observed", "fleiss", "alpha"):
        figure = getattr(expected, name)
        for part in ("value", "low", "high"):
            assert found[name][part] == pytest.approx(getattr(figure, part), abs=1e-5)
    # 8 of 10 alike; by chance .7 * .5 + .3 * .5 = .5.
    assert found["pairs"]["rows"][0]["kappa"] == pytest.approx(0.6)
    assert (found["n_answers"], found["n_shared"], found["n_disputed"]) == (20, 10, 2)
    assert (found["n_bootstrap"], found["sampled"]) == (1000, None)


def test_items_with_one_answer_and_skips_are_counted_and_change_nothing():
    shared = log(ann="hhss", bob="hsss")
    more = [*shared, *log(cy="....hs--")]
    one, two = (figures(each)["agreement"]["all"] for each in (shared, more))
    assert (two["n_answers"], two["n_items"], two["n_shared"]) == (10, 6, 4)
    assert one["alpha"] == two["alpha"]


def test_blind_answers_are_measured_alone():
    # Of items 0 to 3, answered blind, two are disputed; of 4 to 9 none.
    decisions = log(blind={0, 1, 2, 3}, ann="hhsshhhsss", bob="hshshhhsss")
    found = figures(decisions)["agreement"]
    assert found["all"]["observed"]["value"] == pytest.approx(0.8)
    assert found["blind"]["observed"]["value"] == pytest.approx(0.5)
    assert found["blind"]["n_answers"] == 8


def test_gold_checks_and_adjudications_are_left_out():
    decisions = log(ann="hhss", bob="hhss")
    decisions += [
        Decision("g", "ham", "ann", AT, gold=True),
        Decision("g", "spam", "bob", AT, gold=True),
        Decision("i0", "spam", "eve", AT, stratum="adjudication"),
    ]
    assert figures(decisions)["agreement"]["all"]["observed"]["value"] == 1.0


def test_pairs_and_their_confusion_come_with_the_lowest_kappa_first():
    found = figures(log(ann="hhhhss", bob="hhhhss", cy="shhshs"))
    pairs = [(row["reviewer"], row["other"]) for row in found["agreement"]["all"]["pairs"]["rows"]]
    assert pairs[-1] == ("ann", "bob")
    confusion = found["confusion"]["rows"]
    assert [(row["reviewer"], row["other"]) for row in confusion] == pairs
    first = confusion[0]
    assert sum(cell["items"] for cell in first["cells"]) == first["shared"] == 6
    assert first["cells"][0] == {"says": "ham", "other_says": "ham", "items": 2}


def test_hot_spots_are_by_kind_and_have_a_dispute():
    decisions = log(ann="hhhh", bob="hshs", cy="....")
    found = figures(decisions, group_of=lambda item: "twins" if item in ("i1", "i3") else "")
    spots = found["hot_spots"]
    assert [row["name"] for row in spots["classes"]["rows"]] == ["ham / spam"]
    assert [row["name"] for row in spots["stratum"]["rows"]] == ["odd"]
    group = spots["group"]["rows"][0]
    assert (group["name"], group["items"], group["disputed"]) == ("twins", 2, 2)


def test_nothing_shared_is_undefined_and_says_why():
    found = figures(log(ann="hs", bob="..h"))["agreement"]["all"]
    assert found["alpha"]["value"] is found["alpha"]["low"] is None
    assert "No item has answers of two" in found["alpha"]["note"]
    assert found["pairs"] == {"rows": [], "total": 0}


def test_many_pairs_are_a_sample_and_the_result_says_so(monkeypatch):
    monkeypatch.setattr(_dashboard_agreement, "_MOST_PAIRS", 10)
    monkeypatch.setattr(_dashboard_agreement, "_MANY_ANSWERS", 15)
    decisions = log(ann="hs" * 10, bob="hs" * 10)
    found = figures(decisions)["agreement"]["all"]
    assert (found["sampled"], found["n_shared"], found["n_bootstrap"]) == (10, 20, 200)
    assert figures(decisions) == figures(list(reversed(decisions)))
