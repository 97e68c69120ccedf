"""Gain: what an answer is expected to correct, and the order that follows from it."""

import numpy as np
import pytest

from weaklabel.triage._gain import OTHERS, PatternBelief, gain_order, pattern_belief, pattern_gain


def belief(first, second, strength=4.0, n_open=100):
    arrays = np.broadcast_arrays(first, second, strength, n_open)
    return PatternBelief(*(np.atleast_1d(np.array(a)) for a in arrays))


def test_a_belief_counts_shares_sizes_and_answers():
    posterior = np.array([[0.7, 0.2, 0.1]] * 10 + [[0.1, 0.1, 0.8]])
    patterns = np.array([0] * 10 + [1])
    open_ = np.arange(11) > 2
    found = pattern_belief(posterior, patterns, open_, np.array([3, 0]))
    assert found.first == pytest.approx([0.7, 0.8])
    assert found.second == pytest.approx([0.2, 0.1])
    assert found.strength == pytest.approx([1.5 * 2 + 3, 1.5])
    assert found.n_open.tolist() == [7, 1]


def test_more_is_gained_where_more_items_are_open():
    found = pattern_gain(belief(0.6, 0.4, n_open=[1, 10, 100]))
    assert found == pytest.approx(found[0] * np.array([1, 10, 100]))
    assert pattern_gain(belief(0.6, 0.4, n_open=0)) == 0


def test_less_is_gained_the_clearer_the_class_and_the_firmer_the_belief():
    by_class = pattern_gain(belief([0.5, 0.6, 0.7, 0.9], [0.5, 0.4, 0.3, 0.1]))
    assert (np.diff(by_class) < 0).all()
    by_answers = pattern_gain(belief(0.6, 0.4, strength=[2.0, 5.0, 20.0, 200.0]))
    assert (np.diff(by_answers) < 0).all()
    assert by_answers[-1] < 0.5


def test_the_gain_is_that_of_a_simulated_answer():
    """Of a pattern that is as likely to be one class as the other, one answer decides."""
    rng = np.random.default_rng(0)
    strength = 20.0
    share = rng.beta(strength / 2, strength / 2, 200_000)
    answer = rng.random(200_000) < share
    right = np.where(answer, share, 1 - share).mean()
    found = pattern_gain(belief(0.5, 0.5, strength, 1))
    # Normal in place of a Bernoulli trial: sqrt(2 / pi) of it.
    assert found[0] == pytest.approx((right - 0.5) * np.sqrt(2 / np.pi), rel=0.05)


def test_looking_ahead_sees_what_one_answer_cannot_turn():
    one = belief(0.75, 0.25, 6.0)
    sd = np.sqrt((1 - 0.25) / (7 * 7))
    z = -0.5 / sd
    density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
    from scipy.special import ndtr

    myopic = 100 * (sd * density - 0.5 * ndtr(z))
    assert pattern_gain(one)[0] > 2 * myopic


def order_of(own, patterns, seed=0, open_=None, teaches=None, **known):
    patterns = np.asarray(patterns)
    n = patterns.max() + 1
    open_ = np.ones(len(patterns), bool) if open_ is None else np.asarray(open_)
    given = belief(
        **{"first": 0.5, "second": 0.5, "n_open": np.bincount(patterns[open_], minlength=n)} | known
    )
    teaches = np.ones(n, bool) if teaches is None else np.asarray(teaches)
    found = gain_order(
        np.asarray(own), patterns, given, open_, teaches, np.random.default_rng(seed)
    )
    return list(found)


def test_every_open_item_is_yielded_once():
    rng = np.random.default_rng(1)
    patterns, open_ = rng.integers(0, 7, 60), rng.random(60) < 0.7
    found = order_of(rng.random(60), patterns, open_=open_)
    assert sorted(found) == np.flatnonzero(open_).tolist()


def test_without_patterns_that_teach_the_most_likely_wrong_come_first():
    own = np.array([0.1, 0.9, 0.4, 0.7])
    assert order_of(own, [0, 0, 1, 1], teaches=[False, False]) == [1, 3, 2, 0]


def test_a_large_open_pattern_comes_before_a_lone_doubtful_item():
    own, patterns = [0.3] * 50 + [0.9], [0] * 50 + [1]
    found = order_of(own, patterns)
    assert patterns[found[0]] == 0
    assert found.index(50) < 50  # each answer there teaches less of the rest


def test_within_a_pattern_the_most_doubtful_comes_first_and_equals_are_drawn():
    assert order_of([0.1, 0.8, 0.3], [0, 0, 0]) == [1, 2, 0]
    first = [order_of([0.3] * 10, [0] * 10, seed=seed)[0] for seed in range(300)]
    assert np.bincount(first, minlength=10).min() > 10


def test_an_item_is_worth_its_own_label_and_half_of_the_others():
    given = belief(0.5, 0.5, n_open=[10, 1])
    gain = OTHERS * pattern_gain(given)
    even = gain[0] - gain[1]
    for more, first in ((-0.01, 0), (0.01, 10)):
        own = [0.1] * 10 + [0.1 + even + more]
        found = order_of(own, [0] * 10 + [1], n_open=np.array([10, 1]))
        assert (found[0] == 10) == (first == 10)
