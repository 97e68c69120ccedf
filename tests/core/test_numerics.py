"""Arithmetic on log-probabilities and proportions."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from weaklabel.core._numerics import (
    entropy,
    log_normalize,
    margin,
    safe_log,
    tied_argmax,
    wilson_interval,
)

LOGS = hnp.arrays(
    np.float64, st.tuples(st.integers(0, 5), st.integers(2, 4)), elements=st.floats(-1e5, 1e5)
)


@given(LOGS)
def test_log_normalize_gives_distributions_whatever_the_size(logs):
    proba = log_normalize(logs)
    assert np.isfinite(proba).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)


@given(LOGS, st.floats(-100, 100))
def test_log_normalize_ignores_a_constant(logs, shift):
    np.testing.assert_allclose(log_normalize(logs + shift), log_normalize(logs), atol=1e-9)


def test_safe_log_of_zero_is_finite():
    np.testing.assert_allclose(safe_log([0.0, 1.0]), [-708.396, 0.0], atol=1e-3)


def test_entropy_and_margin_by_hand():
    proba = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
    np.testing.assert_allclose(entropy(proba), [np.log(2), 0.0], atol=1e-12)
    np.testing.assert_allclose(margin(proba), [0.0, 1.0])


def test_tied_argmax_forgives_rounding():
    best, tied = tied_argmax(np.array([[0.5, 0.5 + 1e-14], [0.4, 0.6]]))
    assert best.tolist() == [1, 1]
    assert tied.tolist() == [True, False]


def test_wilson_interval_of_nothing_is_everything():
    low, high = wilson_interval([0, 0, 5], [0, 10, 5])
    np.testing.assert_allclose(low, [0.0, 0.0, 0.56551], atol=1e-4)
    np.testing.assert_allclose(high, [1.0, 0.27754, 1.0], atol=1e-4)


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_interval_holds_the_share(successes, trials):
    successes = min(successes, trials)
    low, high = wilson_interval(successes, trials)
    assert 0 <= low <= successes / trials + 1e-12
    assert successes / trials - 1e-12 <= high <= 1
