"""agreement: how far reviewers agree, and where they do not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.core import Decision, DecisionLog, LabelSchema
from weaklabel.errors import DecisionsError, ParameterError
from weaklabel.review import Coefficient, agreement

SCHEMA = LabelSchema(["ham", "spam", "other"])
AT = "2026-05-04T10:15:00+00:00"
NAMES = {"h": "ham", "s": "spam", "o": "other", "-": None}


def log(**said):
    """Return the log of reviewers, each with one letter an item: "." for no decision, "-" a skip."""
    return DecisionLog(
        Decision(f"{i:02}", NAMES[c], who, AT, stratum="random" if i % 2 else "error")
        for who, letters in said.items()
        for i, c in enumerate(letters)
        if c != "."
    )


SAID = {
    "ann": "hhhhhhssss-o",
    "bob": "hhhhsssssh.h",
    "cy": "hh..ss..h-so",
}


def measured(decisions=None, **options):
    return agreement(log(**SAID) if decisions is None else decisions, SCHEMA, **options)


def rows(frame):
    return frame.to_numpy().tolist()


def test_figures_are_of_shared_items():
    found = measured()
    # Item 10 has one answer and one skip; all others have two or three answers.
    assert (found.n_reviewers, found.n_answers, found.n_items) == (3, 29, 12)
    assert (found.n_shared, found.n_disputed) == (11, 5)


def test_percent_agreement_is_the_mean_over_items_of_agreeing_pairs():
    # Items 0, 1: all agree; 2, 3: agree; 4: 1 of 3 pairs; 5: 1 of 3; 6, 7: agree; 8: 1 of 3; 9: no; 11: 1 of 3.
    assert measured().observed.value == pytest.approx((6 + 4 / 3) / 11)


def test_cohens_kappa_by_pair():
    pairs = measured().pairs.set_index(["reviewer", "other"])
    assert pairs.index.tolist() == [("ann", "bob"), ("ann", "cy"), ("bob", "cy")]
    # ann and cy share 0, 1, 4, 5, 8, 11, and so do bob and cy.
    assert pairs["shared"].tolist() == [11, 6, 6]
    assert pairs["observed"].tolist() == pytest.approx([7 / 11, 3 / 6, 4 / 6])
    # ann: hhhhss... with bob: 6 h, 4 s, 1 o and 6 h, 5 s by chance (36 + 20) / 121.
    chance = (6 * 6 + 4 * 5) / 121
    assert pairs["kappa"].iloc[0] == pytest.approx((7 / 11 - chance) / (1 - chance))


def test_the_interval_is_around_the_figure_and_within_what_is_possible():
    found = measured()
    for one in (found.observed, found.fleiss, found.alpha):
        assert one.low < one.value < one.high <= 1
    known = found.pairs
    assert (known["kappa_low"] < known["kappa"]).all()
    assert (known["kappa"] < known["kappa_high"]).all()


def test_a_class_against_the_rest_is_the_agreement_of_the_recoded_answers():
    found = measured().classes
    two = {who: letters.replace("o", "s") for who, letters in SAID.items()}
    recoded = measured(log(**two))
    assert found.index.tolist() == ["ham", "spam", "other"]
    for name in ("observed", "fleiss", "alpha"):
        figure = getattr(recoded, name)
        row = found.loc["ham", [name, f"{name}_low", f"{name}_high"]]
        # Resampled from other kinds of items, hence not the same draws.
        assert row.tolist() == pytest.approx([figure.value, figure.low, figure.high], abs=0.05)
        assert row.iloc[0] == pytest.approx(figure.value)
    assert found["answers"].sum() == 28


def test_confusion_counts_what_two_said_of_an_item():
    found = measured(log(ann="hhs-", bob="hss-")).confusion
    assert rows(found) == [
        ["ann", "bob", "ham", "ham", 1],
        ["ann", "bob", "ham", "spam", 1],
        ["ann", "bob", "spam", "spam", 1],
    ]


def test_reviewers_have_their_answers_and_skips():
    found = measured().reviewers
    assert found.index.tolist() == ["ann", "bob", "cy"]
    assert found["answers"].tolist() == [11, 11, 7]
    assert found["skips"].tolist() == [1, 0, 1]
    assert found["skip_share"].tolist() == pytest.approx([1 / 12, 0, 1 / 8])
    assert found["shared"].tolist() == [11, 11, 6]
    assert (found["skip_low"] <= found["skip_share"]).all()
    assert (found["skip_high"] > found["skip_share"]).all()


def test_hot_spots_are_by_classes_stratum_and_group():
    found = measured(groups={"04": "link", "05": "link", "00": "praise"}).hot_spots
    assert found["kind"].tolist() == sorted(
        found["kind"], key=["stratum", "classes", "group"].index
    )
    by_name = found.set_index("name")[["items", "disputed"]]
    assert by_name.loc["link"].tolist() == [2, 2]
    assert by_name.loc["praise"].tolist() == [1, 0]
    assert by_name.loc["ham / spam"].tolist() == [11, 4]
    # Items 1, 3, 5, 7, 9, 11.
    assert by_name.loc["random"].tolist() == [6, 3]


def test_an_adjudicator_is_left_out():
    found = measured(adjudicators=["cy"])
    assert found.reviewers.index.tolist() == ["ann", "bob"]
    assert found.observed == measured(log(ann=SAID["ann"], bob=SAID["bob"])).observed


def test_blind_answers_can_be_taken_alone():
    decisions = DecisionLog(
        Decision(str(i), label, who, AT, blind=blind)
        for blind, pairs in ((False, ["hh"] * 8), (True, ["hs", "ss"]))
        for i, pair in enumerate(pairs, start=10 * blind)
        for who, label in zip(["ann", "bob"], (NAMES[c] for c in pair), strict=True)
    )
    assert (measured(decisions).observed.value, measured(decisions).n_blind) == (0.9, 4)
    found = measured(decisions, blind_only=True)
    assert (found.observed.value, found.n_answers) == (0.5, 4)


def test_only_standing_answers_count():
    decisions = [*log(ann="hs", bob="ss"), Decision("00", "spam", "ann", AT)]
    assert measured(DecisionLog(decisions)).observed.value == 1


def test_one_reviewer_agrees_with_nobody():
    found = measured(log(ann="hso-"))
    assert np.isnan([found.observed.value, found.fleiss.low, found.alpha.high]).all()
    assert found.alpha.note.startswith("No item has answers of two reviewers.")
    assert len(found.pairs) == len(found.confusion) == len(found.hot_spots) == 0
    assert found.classes["alpha"].isna().all()


def test_reviewers_without_a_shared_item_are_told_so():
    found = measured(log(ann="hs..", bob="..hs", cy="hs.."))
    by_pair = found.pairs.set_index(["reviewer", "other"])
    assert by_pair.loc[("ann", "bob"), "shared"] == 0
    assert np.isnan(by_pair.loc[("ann", "bob"), "kappa"])
    assert by_pair.loc[("ann", "bob"), "note"] == "No shared item."
    assert by_pair.loc[("ann", "cy"), "kappa"] == 1


def test_one_class_throughout_leaves_kappa_undefined():
    found = measured(log(ann="hhhh", bob="hhhh"))
    assert found.observed.value == 1
    assert np.isnan([found.alpha.value, found.fleiss.value]).all()
    assert "Every answer is 'ham'" in found.alpha.note
    assert found.pairs["note"].tolist() == ["Both said 'ham' throughout: kappa is undefined."]
    assert found.classes.loc["ham", "note"].startswith("Every answer is this class")
    assert found.classes.loc["spam", "note"].startswith("Never answered")


def test_a_few_items_without_a_difference_are_no_proof():
    found = measured(log(ann="hsho", bob="hsho"))
    assert (found.alpha.value, found.alpha.high) == (1, 1)
    assert found.alpha.low < 0.5
    assert "No two answers differ" in found.alpha.note
    assert "No two answers differ" in found.pairs["note"].iloc[0]


def test_an_empty_log_is_no_error():
    found = measured(DecisionLog())
    assert np.isnan(found.observed.value)
    assert (found.n_reviewers, found.n_items) == (0, 0)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 12), st.integers(1, 4))
def test_the_order_of_the_log_changes_nothing_and_nothing_crashes(seed, n_items, n_reviewers):
    rng = np.random.default_rng(seed)
    decisions = [
        Decision(str(i), NAMES[str(rng.choice(list("hso-")))], f"reviewer {j}", AT, stratum="x")
        for i in range(n_items)
        for j in range(n_reviewers)
        if rng.random() < 0.7
    ]
    one = measured(DecisionLog(decisions), n_bootstrap=100)
    two = measured(DecisionLog(rng.permutation(np.array(decisions, object))), n_bootstrap=100)
    assert str(one.alpha) == str(two.alpha)
    for name in ("pairs", "classes", "reviewers", "confusion", "hot_spots"):
        assert getattr(one, name).equals(getattr(two, name)), name
    assert one.words() == two.words()


def test_the_seed_decides_the_bounds_and_not_the_figures():
    one, same, other = measured(), measured(), measured(seed=1)
    assert one.alpha == same.alpha
    assert one.alpha.value == other.alpha.value
    assert one.alpha.low != other.alpha.low


def test_a_thousand_classes_cost_what_was_answered():
    schema = LabelSchema([f"class {y}" for y in range(1000)])
    decisions = DecisionLog(
        Decision(str(i), schema.classes[(i + shift * (i % 5 == 0)) % 1000], who, AT)
        for i in range(50)
        for shift, who in enumerate(["ann", "bob"])
    )
    assert agreement(decisions, schema, n_bootstrap=100).observed.value == 0.8


def test_a_label_that_is_no_class_is_refused():
    with pytest.raises(DecisionsError, match="label of decision on 'a' by 'ann' is 'eggs'"):
        measured(DecisionLog([Decision("a", "eggs", "ann", AT)]))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"confidence": 1}, "confidence is 1.0, must be in \\(0, 1\\)"),
        ({"confidence": 95}, "confidence is 95"),
        ({"n_bootstrap": 10}, "n_bootstrap is 10, must be an integer of at least 100"),
        ({"seed": -1}, "seed is -1"),
        ({"groups": ["a"]}, "groups is \\['a'\\], must be a mapping"),
        ({"adjudicators": "cy"}, "adjudicators is 'cy'"),
    ],
)
def test_wrong_arguments_are_named(options, words):
    with pytest.raises(ParameterError, match=words):
        measured(**options)


def test_arguments_in_the_wrong_order_are_refused():
    with pytest.raises(ParameterError, match="must be a DecisionLog"):
        agreement(SCHEMA, log())


def test_a_coefficient_says_its_interval():
    assert str(Coefficient(0.4123, 0.2, 0.598)) == "0.41 (0.20 to 0.60)"
