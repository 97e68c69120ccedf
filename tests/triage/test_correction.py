"""fit_correction: a few answers that agree turn a pattern, and chosen items mislead nobody."""

import numpy as np
import pytest

from weaklabel.triage._correction import fit_correction

NO_ANSWER = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)


def test_without_answers_labels_stay_as_they_are():
    q = np.array([[0.6, 0.4], [0.1, 0.9]])
    fitted = fit_correction(q, None, np.array([0, 1]), *NO_ANSWER)
    assert (fitted.votes_weight, fitted.content_weight) == (1.0, 0.0)
    assert fitted.posterior(q, None, np.array([0, 1])) == pytest.approx(q)


@pytest.mark.parametrize(("n_answers", "turned"), [(1, False), (8, True)])
@pytest.mark.parametrize("sure", [0.6, 0.85])
def test_one_answer_does_not_turn_a_large_pattern_and_several_do(sure, n_answers, turned):
    q = np.tile([sure, 1 - sure], (300, 1))
    rows = np.arange(n_answers)
    patterns = np.zeros(300, dtype=np.int64)
    fitted = fit_correction(q, None, patterns, rows, np.ones(n_answers, dtype=np.int64))
    labels = fitted.posterior(q, None, patterns).argmax(axis=1)
    assert (labels == int(turned)).all()


def test_the_larger_the_pattern_the_more_answers_it_takes():
    moved = []
    for n in (3, 30, 300):
        q, patterns = np.tile([0.7, 0.3], (n, 1)), np.zeros(n, dtype=np.int64)
        fitted = fit_correction(q, None, patterns, np.arange(2), np.ones(2, dtype=np.int64))
        moved.append(fitted.posterior(q, None, patterns)[0, 1])
    assert moved[0] > moved[1] > moved[2] > 0.3


def test_other_patterns_move_little():
    q = np.tile([0.7, 0.3], (20, 1))
    patterns = np.repeat([3, 8], 10)
    fitted = fit_correction(q, None, patterns, np.arange(8), np.ones(8, dtype=np.int64))
    moved = fitted.posterior(q, None, patterns)
    assert moved[0].argmax() == 1
    assert moved[15].argmax() == 0
    assert fitted.patterns.tolist() == [3]


def test_items_that_were_chosen_for_their_content_are_not_taken_for_typical():
    """Of a pattern that is right in 90 of 100, the ten that the classifier contradicts are answered."""
    q = np.tile([0.8, 0.2], (100, 1))
    p = np.tile([0.9, 0.1], (100, 1))
    p[:10] = [0.02, 0.98]
    rows, answers = np.arange(10), np.ones(10, dtype=np.int64)
    patterns = np.zeros(100, dtype=np.int64)
    with_content = fit_correction(q, p, patterns, rows, answers).posterior(q, p, patterns)
    without = fit_correction(q, None, patterns, rows, answers).posterior(q, None, patterns)
    assert (with_content[10:].argmax(axis=1) == 0).all()
    assert (without[10:].argmax(axis=1) == 1).all()


def test_the_fit_is_the_maximum():
    rng = np.random.default_rng(0)
    q, p = (rng.dirichlet(np.ones(3), 50) for _ in range(2))
    patterns, rows = rng.integers(0, 6, 50), np.arange(30)
    answers = rng.integers(0, 3, 30)
    fitted = fit_correction(q, p, patterns, rows, answers)

    def loss(found):
        proba = found.posterior(q, p, patterns)[rows, answers]
        prior = ((found.votes_weight - 1) / 0.3) ** 2 + (found.content_weight / 0.5) ** 2
        precision = 1 + np.log10(np.bincount(patterns)[found.patterns])
        return -np.log(proba).sum() + 0.5 * (prior + (precision[:, None] * found.shifts**2).sum())

    best = loss(fitted)
    for _ in range(50):
        moved = type(fitted)(
            fitted.votes_weight + rng.normal(0, 0.05),
            fitted.content_weight + rng.normal(0, 0.05),
            fitted.patterns,
            fitted.shifts + rng.normal(0, 0.05, fitted.shifts.shape),
        )
        assert loss(moved) > best - 1e-6
