import numpy as np
import pytest
from hypothesis import given, settings

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.models._patterns import vote_patterns
from weaklabel.models._random_start import random_candidate_shares, random_shares
from weaklabel.testing import synthetic_votes, vote_matrices


def item_shares(votes: VoteMatrix, seed: int = 0) -> np.ndarray:
    """Return the shares of every item, shape (n_items, n_classes * 4)."""
    patterns = vote_patterns(votes)
    shares = random_shares(patterns, 4, seed)
    return patterns.to_items(shares.reshape(len(shares), -1), np.zeros(4 * votes.n_classes))


def test_shares_are_positive_and_sum_to_one() -> None:
    votes, _ = synthetic_votes(300, 6, n_classes=3)
    shares = random_shares(vote_patterns(votes), 5, seed=0)
    assert shares.shape[1:] == (3, 5)
    assert (shares > 0).all()
    assert np.allclose(shares.sum(axis=2), 1.0)


def test_shares_are_spread_as_flat_dirichlet_draws_are() -> None:
    votes, _ = synthetic_votes(3000, 30, n_classes=2)
    shares = random_shares(vote_patterns(votes), 4, seed=1).reshape(-1, 4)
    assert shares.mean(axis=0) == pytest.approx([0.25] * 4, abs=0.01)
    # Each share is Beta(1, 3): variance 3 / (16 * 5).
    assert shares.var(axis=0) == pytest.approx([0.0375] * 4, rel=0.1)


def test_another_seed_gives_other_shares_and_the_same_seed_the_same() -> None:
    votes, _ = synthetic_votes(50, 5)
    assert np.array_equal(item_shares(votes, 3), item_shares(votes, 3))
    assert np.abs(item_shares(votes, 3) - item_shares(votes, 4)).max() > 0.1


def test_order_of_items_columns_and_classes_and_silent_columns_choose_nothing() -> None:
    votes, _ = synthetic_votes(80, 6, n_classes=3, coverage=0.5, seed=2)
    expected = item_shares(votes)
    order = np.random.default_rng(0).permutation(80)
    assert np.array_equal(item_shares(votes.take(order)), expected[order])
    assert np.array_equal(item_shares(votes.select(votes.lf_names[::-1])), expected)
    wider = np.hstack([np.full((80, 1), -1), votes.codes])
    assert np.array_equal(item_shares(VoteMatrix.from_array(wider, votes.schema)), expected)
    turned = np.where(votes.codes >= 0, (votes.codes + 1) % 3, -1)
    blocks = item_shares(VoteMatrix.from_array(turned, votes.schema)).reshape(80, 3, 4)
    assert np.array_equal(blocks, np.roll(expected.reshape(80, 3, 4), 1, axis=1))


def test_votes_that_only_names_tell_apart_have_the_same_shares() -> None:
    votes = VoteMatrix.from_array([[0, 1], [1, 0]], ["no", "yes"])
    shares = random_shares(vote_patterns(votes), 3, seed=0).reshape(4, 3)
    assert (shares == shares[0]).all()


@settings(max_examples=50, deadline=None)
@given(votes=vote_matrices())
def test_shares_of_any_votes_are_finite(votes: VoteMatrix) -> None:
    shares = random_shares(vote_patterns(votes), 3, seed=0)
    assert np.isfinite(shares).all()
    assert np.allclose(shares.sum(axis=2), 1.0)


def test_doubt_tells_patterns_and_classes_apart() -> None:
    votes = SoftVotes.from_array(
        [[[0.3, 0.7], [0.4, 0.6]], [[0.2, 0.8], [0.9, 0.1]]], ["no", "yes"]
    )
    shares = random_shares(vote_patterns(votes), 3, seed=0).reshape(4, 3)
    assert len(np.unique(shares, axis=0)) == 4


def test_certain_soft_votes_have_the_shares_of_votes() -> None:
    votes, _ = synthetic_votes(50, 5, n_classes=3, seed=4)
    expected = random_shares(vote_patterns(votes), 4, seed=2)
    soft = vote_patterns(SoftVotes.from_votes(votes))
    assert np.array_equal(random_shares(soft, 4, seed=2), expected)


def test_shares_of_some_patterns_and_classes_are_those_of_all() -> None:
    votes, _ = synthetic_votes(50, 6, n_classes=3)
    patterns = vote_patterns(votes)
    rows, classes = np.array([4, 0, 4]), np.array([2, 1, 0])
    some = random_candidate_shares(patterns, rows, classes, 5, 3)
    assert np.array_equal(some, random_shares(patterns, 5, 3)[rows, classes])
