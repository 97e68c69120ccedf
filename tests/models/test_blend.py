"""The blend of naive Bayes and vote shares, against its formula by hand."""

import numpy as np
import pytest

from weaklabel import VoteMatrix
from weaklabel.models._blend import Blend, blended_items, blended_posterior, share_of_evidence
from weaklabel.models._patterns import item_blocks

VOTES = VoteMatrix.from_array([[1, 1, 0], [1, -1, -1], [-1, -1, -1]], ["ham", "spam"])
PRIOR = np.array([0.75, 0.25])
WEIGHTS = np.log(
    np.array([[[0.8, 0.2], [0.1, 0.9]], [[0.6, 0.4], [0.3, 0.7]], [[0.5, 0.5], [0.5, 0.5]]])
)


def test_it_is_the_documented_mean() -> None:
    blend = Blend(strength=1.5, crowding=0.2, prior_exponent=0.5, evidence_share=0.6)
    found = blended_items(VOTES, PRIOR, WEIGHTS, None, blend)
    sums = np.log([[0.1 * 0.3 * 0.5, 0.9 * 0.7 * 0.5], [0.1, 0.9]])
    evidence = np.sqrt(PRIOR) * np.exp(1.5 * np.array([[3**-0.2], [1.0]]) * sums)
    evidence /= evidence.sum(axis=1, keepdims=True)
    shares = np.array([[1.3 / 3.6, 2.3 / 3.6], [0.3 / 1.6, 1.3 / 1.6]])
    np.testing.assert_allclose(found[:2], 0.6 * evidence + 0.4 * shares)


def test_an_item_without_votes_gets_the_class_prior() -> None:
    blend = Blend(1.5, 0.2, 0.5, 0.6)
    np.testing.assert_array_equal(blended_items(VOTES, PRIOR, WEIGHTS, None, blend)[2], PRIOR)


def test_all_evidence_and_no_crowding_is_naive_bayes() -> None:
    found = blended_items(VOTES, PRIOR, WEIGHTS, None, Blend(1.0, 0.0, 1.0, 1.0))
    joint = PRIOR * np.array([0.1 * 0.3, 0.9 * 0.7])
    np.testing.assert_allclose(found[0], joint / joint.sum())


def test_no_evidence_is_smoothed_vote_shares() -> None:
    found = blended_items(VOTES, PRIOR, WEIGHTS, None, Blend(1.0, 0.0, 1.0, 0.0))
    np.testing.assert_allclose(found[0], [1.3 / 3.6, 2.3 / 3.6])


def test_full_crowding_makes_equal_votes_one() -> None:
    votes = VoteMatrix.from_array([[1, 1, -1]], ["ham", "spam"])
    weights = np.stack([WEIGHTS[0]] * 3)
    blend = Blend(1.0, 1.0, 1.0, 1.0)
    together = blended_items(votes, PRIOR, weights, None, blend)
    alone = blended_items(VOTES.take([1]), PRIOR, weights, None, blend)
    np.testing.assert_allclose(together, alone)


def test_a_group_of_columns_has_one_vote() -> None:
    votes = VoteMatrix.from_array([[1, 1, -1]], ["ham", "spam"])
    weights = np.stack([WEIGHTS[0]] * 3)
    blend = Blend(1.5, 0.2, 0.5, 0.6)
    grouped = blended_items(votes, PRIOR, weights, np.array([0, 0, -1]), blend)
    alone = blended_items(VOTES.take([1]), PRIOR, weights, None, blend)
    np.testing.assert_allclose(grouped, alone)


def test_a_great_sum_does_not_overflow() -> None:
    ((_, patterns),) = item_blocks(VOTES)
    found = blended_posterior(patterns, PRIOR, 1e4 * WEIGHTS, Blend(1.5, 0.2, 0.65, 0.5))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


@pytest.mark.parametrize(("n_columns", "slope", "share"), [(12, 0.75, 0.5), (0, 0.75, 0.0)])
def test_the_share_of_evidence_grows_with_the_columns(n_columns, slope, share) -> None:
    assert share_of_evidence(n_columns, slope) == share
    assert share_of_evidence(n_columns + 1, slope) > share


def test_with_slope_zero_columns_do_not_matter() -> None:
    assert share_of_evidence(3, 0.0) == share_of_evidence(300, 0.0) == 0.5
