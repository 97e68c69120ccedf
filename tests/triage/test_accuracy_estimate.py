"""AccuracyEstimate: what it says in words, when it says stop, and how it is shown."""

from dataclasses import replace

import pytest

from weaklabel.errors import ParameterError
from weaklabel.triage._accuracy_estimate import (
    AccuracyEstimate,
    ClassAccuracy,
    StratumYield,
    percent,
)

ESTIMATE = AccuracyEstimate(
    accuracy=0.9,
    low=0.82,
    high=0.95,
    confidence=0.95,
    open_accuracy=0.88,
    open_low=0.8,
    open_high=0.94,
    basis="shown",
    n_items=1000,
    n_answered=150,
    n_random=50,
    n_random_wrong=7.5,
    n_skipped=0,
    n_disputed=0,
    n_not_shown=0,
    n_elsewhere=0,
    n_to_halve=140,
    queues_known=True,
    by_class=(
        ClassAccuracy("ham", 0.95, 0.9, 0.98, 700, 40, 2.0),
        ClassAccuracy("<spam>", float("nan"), 0.1, 1.0, 300, 0, 0.0),
    ),
    yields=(StratumYield("margin", 80, 40), StratumYield("random", 50, 7.5)),
    recent=StratumYield("recent", 50, 20),
)


def test_words_say_what_was_estimated_and_from_what():
    assert ESTIMATE.words() == (
        "90 % of the 1000 labels are right (95 % interval 82 % to 95 %). "
        "150 have an agreed answer and count as right; what the others are worth is estimated from "
        "50 random answers, of which 7.5 contradict the label that was shown with it. "
        "Labels that were changed since then are taken to be as good as before. "
        "About 140 more random answers would halve the interval."
    )


def test_words_say_what_was_left_out():
    words = replace(
        ESTIMATE,
        basis="held out",
        n_skipped=3,
        n_disputed=2,
        n_not_shown=4,
        n_elsewhere=5,
        queues_known=False,
        n_to_halve=0,
    ).words()
    assert "3 random items were skipped and are left out." in words
    assert "2 items are disputed: each counts by its answers for the label." in words
    assert "4 random answers have no label to be held against and are left out." in words
    assert "5 items of the log are not in the data set and are ignored." in words
    assert "give queue_starts for a narrower one" in words
    assert "the label made without it" in words
    assert "halve" not in words
    assert "changed since" not in words


def test_advice_says_stop_when_the_lower_end_reaches_what_is_wanted():
    assert ESTIMATE.advice(0.82).startswith(
        "Stop: the lower end of 82 % to 95 % has reached the wanted 82 %."
    )
    assert ESTIMATE.advice(0.9).startswith("Not decided: the wanted 90 % is within 82 % to 95 %.")
    assert ESTIMATE.advice(0.96).startswith("Go on: even the upper end of 82 % to 95 % is below")


def test_advice_compares_the_yield_of_choosing_with_chance():
    counts = "the last 50 chosen answers found {} wrong labels, 50 random ones 7.5"
    assert ESTIMATE.advice() == f"To choose items still pays: {counts.format(20)}."
    few = replace(ESTIMATE, recent=StratumYield("recent", 50, 7.5))
    assert few.advice() == f"To choose items finds no more than chance does: {counts.format(7.5)}."


@pytest.mark.parametrize(
    "change",
    [{"recent": StratumYield("recent", 19, 10)}, {"yields": (StratumYield("margin", 80, 40),)}],
)
def test_advice_on_the_yield_needs_enough_answers(change):
    assert replace(ESTIMATE, **change).advice().startswith("Too few chosen answers")


def test_what_is_wanted_is_a_fraction():
    with pytest.raises(ParameterError, match=r"wanted is 95, must be a number in \[0, 1\]"):
        ESTIMATE.advice(95)


def test_the_table_has_a_row_for_each_class():
    table = ESTIMATE.to_pandas()
    assert table.index.tolist() == ["ham", "<spam>"]
    assert table.loc["ham", "accuracy"] == 0.95
    assert table.loc["<spam>", "n_items"] == 300


def test_repr_is_short_and_html_is_escaped():
    assert repr(ESTIMATE) == (
        "AccuracyEstimate(90 %, 95 % interval 82 % to 95 %; 50 random answers, "
        "150 of 1000 items answered)"
    )
    shown = ESTIMATE._repr_html_()
    assert "&lt;spam&gt;" in shown
    assert "<spam>" not in shown
    assert "unknown" in shown
    assert "&lt;spam&gt;" in ESTIMATE.by_class[1]._repr_html_()
    assert "&lt;b&gt;" in StratumYield("<b>", 1, 0)._repr_html_()


def test_percent_drops_a_zero_decimal_only():
    assert [percent(x) for x in (1.0, 0.1, 0.1004, 0.105)] == ["100 %", "10 %", "10 %", "10.5 %"]


def test_words_say_how_many_wait_for_an_expert():
    assert "wait for an expert" not in ESTIMATE.words()
    words = replace(ESTIMATE, n_escalated=2).words()
    assert "2 random items wait for an expert and are left out." in words
