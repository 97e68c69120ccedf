"""The signals of one item: values worked out by hand, ranges for any input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weaklabel.core import VoteMatrix
from weaklabel.triage import _signals


def codes(*values):
    return np.array(values, dtype=np.int8)


def conflict(rows, precision, n_classes=2):
    votes = VoteMatrix.from_array(rows, [f"c{i}" for i in range(n_classes)])
    shape = (votes.n_items, n_classes)
    return _signals.accurate_conflict(votes.entries, np.array(precision), shape)


def test_a_tie_has_the_smallest_margin():
    q = np.array([[0.5, 0.5, 0.0], [0.7, 0.2, 0.1], [1.0, 0.0, 0.0]])
    assert _signals.small_margin(q) == pytest.approx([1.0, 0.5, 0.0])


def test_entropy_tells_two_candidates_from_many():
    q = np.array([[0.5, 0.5, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25], [1.0, 0.0, 0.0, 0.0]])
    assert _signals.relative_entropy(q) == pytest.approx([0.5, 1.0, 0.0])


def test_two_sure_sides_disagree_wholly_and_equal_ones_not_at_all():
    q = np.array([[1.0, 0.0], [0.3, 0.7], [1.0, 0.0]])
    p = np.array([[0.0, 1.0], [0.3, 0.7], [0.64, 0.36]])
    assert _signals.disagreement(q, p) == pytest.approx([1.0, 0.0, 0.2])


def test_the_product_rule_counts_the_prior_once():
    prior = np.array([0.8, 0.2])
    both = _signals.combined_posterior(np.array([[0.8, 0.2]]), np.array([[0.5, 0.5]]), prior)
    assert both == pytest.approx(np.array([[0.5, 0.5]]))
    both = _signals.combined_posterior(
        np.array([[0.9, 0.1]]), np.array([[0.25, 0.75]]), np.array([0.5, 0.5])
    )
    assert both == pytest.approx(np.array([[0.75, 0.25]]))


def test_a_label_is_doubted_by_what_its_probability_lacks():
    combined = np.array([[0.9, 0.1], [0.9, 0.1], [0.5, 0.5]])
    doubt = _signals.label_doubt(codes(0, 1, -1), combined)
    assert doubt[:2] == pytest.approx([0.1, 0.9])
    assert np.isnan(doubt[2])


def test_good_functions_conflict_and_functions_at_chance_do_not():
    precision = [[0.9, 0.9], [0.9, 0.9], [0.5, 0.5]]
    found = conflict([[0, 1, -1], [0, -1, 1], [0, 0, -1], [-1, -1, -1]], precision)
    assert found == pytest.approx([0.8, 0.0, 0.0, 0.0])


def test_a_weaker_side_conflicts_less():
    precision = [[0.9, 0.9], [0.7, 0.7]]
    strong, weak = conflict([[0, 1]], [[0.9, 0.9], [0.9, 0.9]]), conflict([[0, 1]], precision)
    share = np.array([0.8, 0.4]) / 1.2
    assert weak[0] == pytest.approx(-(share * np.log2(share)).sum() * 0.4)
    assert weak[0] < strong[0]


def test_votes_worse_than_chance_or_without_a_precision_weigh_nothing():
    assert conflict([[0, 1]], [[0.9, 0.9], [0.1, 0.1]]).tolist() == [0.0]
    assert conflict([[0, 1]], [[0.9, 0.9], [np.nan, np.nan]]).tolist() == [0.0]


def test_only_uncovered_items_are_confidently_uncovered():
    found = _signals.confident_uncovered(
        np.array([True, False]), np.array([[0.9, 0.1], [0.2, 0.8]])
    )
    assert np.isnan(found[0])
    assert found[1] == 0.8


def test_the_odd_one_of_four_near_duplicates_stands_out():
    found = _signals.near_duplicate_conflict(
        np.array([7, 7, 7, 7, 3, 3, 9]), codes(1, 1, 0, 1, 0, -1, 1)
    )
    assert found[[0, 1, 2, 3, 4, 6]].tolist() == [0.25, 0.25, 0.75, 0.25, 0.0, 0.0]
    assert np.isnan(found[5])


def test_gold_is_contradicted_only_by_both_and_only_by_the_same_class():
    q = np.array([[0.1, 0.9, 0.0], [0.1, 0.9, 0.0], [0.9, 0.1, 0.0], [0.0, 1.0, 0.0]])
    p = np.array([[0.2, 0.8, 0.0], [0.1, 0.0, 0.9], [0.9, 0.1, 0.0], [0.0, 1.0, 0.0]])
    found = _signals.contradicted_gold(codes(0, 0, 0, -1), q, p)
    assert found[:3] == pytest.approx([0.8, 0.0, 0.1])
    assert np.isnan(found[3])


@given(st.data())
@settings(max_examples=50, deadline=None)
def test_any_input_gives_signals_in_range_and_arguments_stay_as_they_were(data):
    k, n, m = data.draw(st.integers(2, 5)), data.draw(st.integers(0, 8)), 3
    rng = np.random.default_rng(data.draw(st.integers(0, 1000)))
    q, p = (rng.dirichlet(np.full(k, 0.2), n).reshape(n, k) for _ in range(2))
    votes = VoteMatrix.from_array(
        rng.integers(-1, k, (n, m)).reshape(n, m), [f"c{i}" for i in range(k)]
    )
    labels, precision = rng.integers(-1, k, n).astype(np.int8), rng.random((m, k))
    groups, before = rng.integers(0, 3, n), (q.copy(), p.copy())
    prior = np.full(k, 1 / k)
    found = [
        _signals.small_margin(q),
        _signals.relative_entropy(q),
        _signals.disagreement(q, p),
        _signals.label_doubt(labels, _signals.combined_posterior(q, p, prior))[labels >= 0],
        _signals.accurate_conflict(votes.entries, precision, (n, k)),
        _signals.confident_uncovered(votes.covered, p)[~votes.covered],
        _signals.near_duplicate_conflict(groups, labels)[labels >= 0],
        _signals.contradicted_gold(labels, q, p)[labels >= 0],
    ]
    for signal in found:
        assert ((signal >= 0) & (signal <= 1)).all()
    assert np.array_equal(before, (q, p))
