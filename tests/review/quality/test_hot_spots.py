"""hot_spots: where answers differ most."""

import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.core._answer_table import answer_table
from weaklabel.core._numerics import wilson_interval
from weaklabel.review.quality._hot_spots import hot_spots

SCHEMA = LabelSchema(["ham", "spam", "other"])
AT = "2026-05-04T10:15:00+00:00"
NAMES = {"h": "ham", "s": "spam", "o": "other", "-": None}
WHO = ["ann", "bob", "cy"]


def table(**said):
    """Return the table of items, each with a letter an answer."""
    return answer_table(
        DecisionLog(
            Decision(item, NAMES[c], who, AT)
            for item, letters in said.items()
            for who, c in zip(WHO, letters, strict=False)
        ),
        SCHEMA,
    )


def found(answers, strata=(), groups=None, kind=None):
    frame = hot_spots(answers, strata, groups or {}, 1.96)
    frame = frame if kind is None else frame[frame["kind"] == kind]
    return {
        name: (items, disputed)
        for name, items, disputed in frame[["name", "items", "disputed"]].to_numpy().tolist()
    }


def test_two_classes_count_items_with_an_answer_for_either():
    answers = table(a="hs", b="hhs", c="hh", d="ss", e="oo", f="s")
    # a and b have both; c, d one of them; f has one answer, and counts nowhere.
    assert found(answers, kind="classes") == {"ham / spam": (4, 2)}


def test_an_item_with_three_answers_is_in_three_pairs_of_classes():
    names = ["ham / other", "ham / spam", "spam / other"]
    assert sorted(found(table(a="hso"))) == names


def test_strata_count_their_shared_items():
    answers = table(a="hs", b="hh", c="ss", d="h")
    strata = [("a", "random"), ("b", "random"), ("c", "error"), ("d", "error"), ("c", "error")]
    assert found(answers, strata) == {
        "ham / spam": (3, 1),
        "random": (2, 1),
        "error": (1, 0),
    }


def test_an_item_that_was_shown_under_two_strata_counts_in_both():
    assert found(table(a="hs"), [("a", "random"), ("a", "error")], kind="stratum") == {
        "random": (1, 1),
        "error": (1, 1),
    }


def test_items_without_a_stratum_are_in_none():
    assert found(table(a="hs"), [("a", "")], kind="stratum") == {}


def test_groups_are_the_callers_and_may_name_other_items():
    groups = {"a": "link", "b": "link", "never seen": "link"}
    assert found(table(a="hs", b="hh", c="hs"), groups=groups, kind="group") == {"link": (2, 1)}


def test_skips_make_no_dispute():
    assert found(table(a="h-"), [("a", "random")]) == {}


def test_the_highest_lower_bound_comes_first():
    said = {f"a{i}": "hs" if i < 6 else "hh" for i in range(8)} | {"one": "hs"}
    strata = [(item, "large" if item != "one" else "small") for item in said]
    frame = hot_spots(table(**said), strata, {}, 1.96)
    strata = frame[frame["kind"] == "stratum"]
    # 6 of 8 is worse than 1 of 1, which may be chance.
    assert strata["name"].tolist() == ["large", "small"]
    assert strata["share"].tolist() == [0.75, 1]
    low, high = wilson_interval([6, 1], [8, 1])
    assert strata["low"].tolist() == pytest.approx(low, abs=1e-4)
    assert strata["high"].tolist() == pytest.approx(high, abs=1e-4)


def test_without_shared_items_there_are_no_rows_but_columns():
    frame = hot_spots(table(a="h"), [("a", "random")], {"a": "x"}, 1.96)
    assert len(frame) == 0
    assert frame.columns.tolist() == ["kind", "name", "items", "disputed", "share", "low", "high"]
