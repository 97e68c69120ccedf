"""Strata: shares by yield, patterns by what an answer moves, rankings by turns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from weaklabel.triage._strata import by_turns, pattern_order, shares_of

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
    assert shares[3] < 0.5


def take(n, doubt, patterns, reviewed=None, seed=0, open_=None):
    patterns = np.asarray(patterns)
    reviewed = np.zeros(patterns.max() + 1, dtype=np.int64) if reviewed is None else reviewed
    open_ = np.ones(len(patterns), dtype=bool) if open_ is None else np.asarray(open_)
    order = pattern_order(np.asarray(doubt), patterns, open_, np.asarray(reviewed), seed)
    return [item for item, _ in zip(order, range(n), strict=False)]


def test_the_pattern_with_most_doubt_comes_first_and_then_less_often():
    patterns = [0] * 10 + [1] * 2
    found = take(12, [0.3] * 10 + [0.5] * 2, patterns)
    assert sorted(found) == list(range(12))
    # 3 / 1, 3 / 2, 3 / 3 = 1 / 1, ...
    assert [patterns[i] for i in found[:2]] == [0, 0]
    assert {patterns[i] for i in found[2:4]} == {0, 1}


def test_answers_so_far_count():
    patterns = [0] * 10 + [1] * 4
    assert patterns[take(1, [0.3] * 14, patterns, reviewed=[9, 0])[0]] == 1


def test_the_item_of_a_pattern_is_drawn_at_random():
    found = [take(1, [0.3] * 10, [0] * 10, seed=seed)[0] for seed in range(300)]
    assert np.bincount(found, minlength=10).min() > 10


def test_closed_items_are_not_chosen_but_count():
    patterns = [0, 0, 0, 1]
    assert take(9, [0.4, 0.4, 0.4, 0.5], patterns, open_=[False, False, True, True]) == [2, 3]


def test_turns_end_where_a_ranking_ends():
    rankings = [np.array([1]), np.array([1, 5, 3]), np.array([], dtype=int)]
    assert list(by_turns(rankings)) == [1, 5, 3]
    assert list(by_turns([])) == []
