"""error_odds: what answers say of signals and of vote patterns."""

import numpy as np
import pytest

from weaklabel.triage._error_odds import error_odds, suspicion

NO_ANSWER = np.empty(0, dtype=np.int64), np.empty(0, dtype=bool)


def test_suspicion_is_the_logarithm_of_the_rank():
    found = suspicion(np.array([[0.1], [0.9], [0.5], [0.7], [0.6]]))
    assert found[:, 0] == pytest.approx(-np.log10((np.array([1, 5, 2, 4, 3]) - 0.5) / 5))


def test_ties_share_their_middle_and_silence_is_the_middle_of_all():
    found = suspicion(np.array([[1.0, np.nan], [1.0, 2.0], [1.0, 2.0], [2.0, np.nan]]))
    assert found[0, 0] == found[1, 0] == found[2, 0] == pytest.approx(-np.log10(1.5 / 4))
    assert found[:, 1] == pytest.approx(-np.log10(0.5))


def test_without_answers_all_signals_count_alike():
    features = np.array([[3.0, 0.1], [0.1, 3.0], [1.0, 1.0], [0.1, 0.1]])
    odds = error_odds(features, np.arange(4), *NO_ANSWER)
    assert odds[0] == pytest.approx(odds[1])
    assert odds[0] > odds[2] > odds[3]
    assert ((odds > 0) & (odds < 1)).all()


def test_the_signal_that_tells_wrong_labels_is_learned():
    rng = np.random.default_rng(0)
    features = suspicion(rng.random((500, 2)))
    wrong = features[:, 1] > 1.0
    answered = rng.permutation(500)[:60]
    odds = error_odds(features, np.arange(500), answered, wrong[answered])
    rest = np.setdiff1d(np.arange(500), answered)
    first = rest[np.argsort(-odds[rest])][:30]
    assert wrong[first].mean() > 0.9


def test_items_with_the_votes_of_wrong_ones_are_suspect():
    features = np.full((40, 1), 0.3)
    patterns = np.repeat([0, 1], 20)
    answered = np.array([0, 1, 2, 20, 21, 22])
    odds = error_odds(features, patterns, answered, answered < 20)
    assert odds[19] > odds[39]


def test_separable_answers_give_finite_odds():
    features = np.array([[5.0], [5.0], [0.0], [0.0]])
    odds = error_odds(features, np.arange(4), np.arange(4), np.array([True, True, False, False]))
    assert np.isfinite(odds).all()
    assert odds[0] > 0.5 > odds[2]
