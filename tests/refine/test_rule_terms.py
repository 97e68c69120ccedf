"""rule_terms: which features give a labeling function away, and which do not."""

import sys

import numpy as np
import pytest
import scipy.sparse as sp

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.errors import ItemsError
from weaklabel.refine._rule_terms import rule_terms, vote_pattern


def patterns(n=200, seed=0):
    """Column 0 is the rule's keyword, 1 is unrelated, 2 is everywhere, 3 is rare."""
    rng = np.random.default_rng(seed)
    terms = np.zeros((n, 4))
    terms[:40, 0] = 1
    terms[:, 1] = rng.permutation(n) < 60
    terms[:, 2] = 1
    terms[:5, 3] = 1
    votes = np.zeros((n, 2))
    votes[:40, 0] = 1  # where the keyword is
    votes[:, 1] = 1  # on every item
    return sp.csr_array(terms), sp.csr_array(votes)


def test_the_keyword_is_found_and_nothing_else():
    assert rule_terms(*patterns(), 0).tolist() == [True, False, False, False]


def test_a_function_that_votes_everywhere_has_no_rule_terms():
    terms, votes = patterns()
    assert not rule_terms(terms, votes[:, [1]], 0).any()


def test_a_function_with_nine_votes_gives_nothing_away_and_with_ten_it_does():
    terms = sp.csr_array((np.arange(200) < 10).astype(float)[:, None])
    nine = sp.csr_array((np.arange(200) < 9).astype(np.int8)[:, None])
    ten = sp.csr_array((np.arange(200) < 10).astype(np.int8)[:, None])
    rest = sp.csr_array(np.ones((200, 1), dtype=np.int8))
    assert not rule_terms(terms, sp.csr_array(sp.hstack([nine, rest])), 0).any()
    assert rule_terms(terms, sp.csr_array(sp.hstack([ten, rest])), 0).all()


def test_a_weak_correlation_is_no_rule():
    n = 1000
    terms, votes = np.zeros((n, 1)), np.ones((n, 2))
    terms[:500] = 1
    votes[:, 0] = np.r_[np.arange(500) < 280, np.arange(500) < 220]  # phi = 0.12
    assert not rule_terms(sp.csr_array(terms), sp.csr_array(votes), 0).any()
    votes[:, 0] = np.r_[np.arange(500) < 320, np.arange(500) < 180]  # phi = 0.28
    assert rule_terms(sp.csr_array(terms), sp.csr_array(votes), 0).all()


def test_items_without_votes_do_not_count():
    terms = sp.csr_array((np.arange(100) % 2).astype(float)[:, None])
    votes = np.zeros((100, 1))
    votes[:50] = 1  # on half of the items, with and without the term
    assert not rule_terms(terms, sp.csr_array(votes), 0).any()


def test_many_items_are_sampled_by_the_seed(monkeypatch):
    monkeypatch.setattr(sys.modules["weaklabel.refine._rule_terms"], "_MOST_ITEMS", 120)
    assert rule_terms(*patterns(), 1).tolist() == [True, False, False, False]


def test_the_pattern_follows_the_ids_and_soft_votes_count_too():
    votes = VoteMatrix.from_array(
        [[0, -1], [-1, 1], [-1, -1]], ["a", "b"], item_ids=["x", "y", "z"]
    )
    wanted = np.array(["z", "x", "y"], dtype=np.dtypes.StringDType())
    for given in (votes, SoftVotes.from_votes(votes)):
        assert vote_pattern(given, wanted).toarray().tolist() == [[0, 0], [1, 0], [0, 1]]
    with pytest.raises(ItemsError, match=r"1 of 1 item ids are not among the votes"):
        vote_pattern(votes, np.array(["w"], dtype=np.dtypes.StringDType()))
