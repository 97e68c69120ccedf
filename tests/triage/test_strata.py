"""Strata: shares by yield, counts that keep them, rankings by turns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.triage._strata import by_turns, counts_of, descending, shares_of

COUNTS = st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda n: (max(n), min(n)))


@given(COUNTS, COUNTS, COUNTS)
def test_shares_are_a_division_whatever_was_found(error, pattern, uncovered):
    found = dict(zip(("error", "pattern", "uncovered"), (error, pattern, uncovered), strict=True))
    shares = shares_of({k: n for k, (n, _) in found.items()}, {k: w for k, (_, w) in found.items()})
    assert list(shares) == list(found)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert all(share >= 0 for share in shares.values())


def test_a_stratum_gets_more_the_more_it_finds():
    shares = [
        shares_of({"error": 20, "pattern": 20}, {"error": 10, "pattern": n})["pattern"]
        for n in (0, 5, 10, 20)
    ]
    assert shares == sorted(shares)
    assert shares[0] < 0.01
    assert shares[2] == 0.25
    assert shares[3] > 0.4


def test_a_stratum_that_was_never_tried_gets_its_share_however_little_error_finds():
    for n_wrong in (0, 50, 100):
        found = shares_of({"error": 100, "uncovered": 0}, {"error": n_wrong, "uncovered": 0})
        assert found["uncovered"] == pytest.approx(0.25)


def test_outliers_are_expected_to_find_little_until_they_do():
    names = ("error", "outlier")
    before = shares_of(dict.fromkeys(names, 0), dict.fromkeys(names, 0))["outlier"]
    after = shares_of({"error": 9, "outlier": 5}, {"error": 5, "outlier": 5})["outlier"]
    assert 0 < before < 0.02
    assert after > 0.3


@given(
    st.lists(st.floats(0.001, 1), min_size=1, max_size=6),
    st.integers(0, 200),
    st.integers(0, 2**32),
)
def test_counts_are_shares_rounded_up_or_down(weights, n, seed):
    shares = {str(i): w / sum(weights) for i, w in enumerate(weights)}
    counts = counts_of(shares, n, np.random.default_rng(seed))
    assert sum(counts.values()) == n
    for name, count in counts.items():
        assert abs(count - n * shares[name]) < 1 + 1e-6


def test_a_share_below_one_item_holds_on_average():
    rng = np.random.default_rng(0)
    drawn = [counts_of({"error": 0.97, "outlier": 0.03}, 10, rng)["outlier"] for _ in range(4000)]
    assert 0.25 < np.mean(drawn) < 0.35


def test_descending_keeps_ties_in_their_order():
    scores = np.array([0.5, 0.9, 0.5, 0.1])
    assert list(descending(scores, np.array([3, 2, 1, 0]))) == [1, 2, 0, 3]


def test_turns_end_where_a_ranking_ends():
    rankings = [iter([1]), iter([1, 5, 3]), iter([])]
    assert list(by_turns(rankings)) == [1, 5, 3]
    assert list(by_turns([])) == []
