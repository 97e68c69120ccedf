"""check_quality: which evidence decides, and what a batch without any gives."""

import pytest

from weaklabel.core import Decision, DecisionLog, LabelSchema, SoftLabels
from weaklabel.errors import DecisionsError, ParameterError
from weaklabel.triage._audit import estimate_accuracy
from weaklabel.triage._quality_gate import QualityCheck, check_quality

AT = "2026-05-04T10:15:00+00:00"


def batch(n_wrong, n, stratum="random", proposed="ham"):
    return DecisionLog(
        Decision(str(i), "spam" if i < n_wrong else "ham", "ann", AT, proposed, stratum)
        for i in range(n)
    )


@pytest.mark.parametrize(("n_wrong", "passed"), [(0, True), (2, True), (3, False), (20, False)])
def test_more_than_a_tenth_of_wrong_labels_fails(n_wrong, passed):
    assert check_quality(batch(n_wrong, 20)).passed is passed


@pytest.mark.parametrize(
    ("n_wrong", "n", "share", "surely_wrong", "surely_right"),
    [
        (2, 20, True, True, False),
        (4, 20, False, True, False),
        (10, 20, False, False, False),
        (4, 100, True, True, True),
    ],
)
def test_the_interval_decides_if_asked_to(n_wrong, n, share, surely_wrong, surely_right):
    log = batch(n_wrong, n)
    assert check_quality(log).passed is share
    assert check_quality(log, decided_by="surely_wrong").passed is surely_wrong
    assert check_quality(log, decided_by="surely_right").passed is surely_right


def test_a_lower_confidence_passes_sooner():
    log = batch(1, 40)
    assert not check_quality(log, decided_by="surely_right").passed
    assert check_quality(log, decided_by="surely_right", confidence=0.8).passed


def test_chosen_answers_are_ignored():
    log = DecisionLog(
        [*batch(2, 20), *(Decision(f"c{i}", "spam", "ann", AT, "ham", "margin") for i in range(9))]
    )
    check = check_quality(log)
    assert (check.n_random, check.wrong) == (20, 0.1)


def test_skips_are_left_out_and_disputes_count_in_part():
    log = DecisionLog(
        [
            *batch(0, 4),
            Decision("0", "spam", "bob", AT, "ham", "random"),
            Decision("9", None, "ann", AT, "ham", "random"),
        ]
    )
    check = check_quality(log)
    assert (check.n_random, check.wrong) == (4, 0.125)


def test_an_estimate_is_judged_by_the_data_set_now():
    labels = SoftLabels([[0.9, 0.1]] * 40, None, LabelSchema(["ham", "spam"]))
    estimate = estimate_accuracy(batch(4, 20), labels, queue_starts=[0])
    check = check_quality(estimate)
    # 8 of 40 were wrong, 4 of these have been answered: 4 are left.
    assert check.wrong == pytest.approx(0.1)
    assert check.passed
    assert (check.low, check.high) == pytest.approx((1 - estimate.high, 1 - estimate.low))


def test_words_give_the_figure_that_decided():
    assert check_quality(batch(3, 20)).words() == (
        "Failed: the share of wrong labels, 15 %, is more than the allowed 10 % "
        "(20 random answers; 15 % wrong, 95 % interval 5.2 % to 36 %)."
    )
    words = check_quality(batch(3, 20), decided_by="surely_wrong").words()
    assert words.startswith(
        "Passed: the lower end of the interval of wrong labels, 5.2 %, is at most the allowed 10 %"
    )


def test_repr_and_html_hold_the_verdict():
    check = check_quality(batch(3, 20))
    assert repr(check).startswith("QualityCheck(Failed: ")
    assert check.words() in check._repr_html_()
    assert isinstance(check, QualityCheck)


@pytest.mark.parametrize(
    "log",
    [
        DecisionLog(),
        batch(1, 5, "margin"),
        batch(1, 5, proposed=None),
        DecisionLog([Decision("a", None, "ann", AT, "ham", "random")]),
    ],
)
def test_a_batch_without_random_answers_has_no_verdict(log):
    with pytest.raises(DecisionsError, match=r"0 answers of the stratum 'random' with the label"):
        check_quality(log)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"max_wrong": 10}, r"max_wrong is 10, must be a number in \[0, 1\]"),
        ({"decided_by": "mood"}, r"decided_by is 'mood', must be one of 'share'"),
        ({"confidence": 95}, r"confidence is 95, must be a number in \[0\.5, 0\.999\]"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(ParameterError, match=words):
        check_quality(batch(1, 5), **arguments)


def test_gold_checks_and_escalations_are_ignored():
    at = ("ann", AT, "ham", "random")
    log = DecisionLog(
        [
            *batch(2, 20),
            Decision("90", "spam", *at, gold=True),
            Decision("91", None, *at, kind="escalation"),
            Decision("3", "spam", "bob", AT, kind="", gold=True),
        ]
    )
    check = check_quality(log)
    assert (check.n_random, check.wrong) == (20, 0.1)
