import numpy as np
import pytest
from hypothesis import given, settings

from weaklabel.core import SoftVotes
from weaklabel.models._patterns import vote_patterns
from weaklabel.testing import soft_votes


def latent(proba, classes=("no", "yes")):
    return vote_patterns(SoftVotes.from_array(proba, classes)).latent_votes()


def test_evidence_of_a_soft_vote_is_the_mean_of_what_its_classes_say() -> None:
    votes = latent([[[0.25, 0.75]]])
    # P(vote no | y) is 0.8, 0.4 and P(vote yes | y) is 0.2, 0.6.
    weights = np.log([[0.8, 0.4], [0.2, 0.6]])
    assert np.exp(votes.log_evidence(weights)) == pytest.approx(np.array([[0.35, 0.55]]))


def test_evidence_of_a_certain_vote_is_that_of_its_class_to_the_last_bit() -> None:
    votes = latent([[[0.0, 1.0], [0.3, 0.7]]])
    weights = np.log(np.random.default_rng(0).random((4, 3)))
    assert np.array_equal(votes.log_evidence(weights)[0], weights[1])
    assert votes.certain.tolist() == [True, False]


def test_uniform_vote_says_nothing_where_the_classes_make_up_all_that_can_be_voted() -> None:
    votes = latent([[[0.5, 0.5]]])
    confusion = np.array([[0.9, 0.1], [0.3, 0.7]])
    evidence = votes.log_evidence(np.log(confusion.T))
    assert evidence[0, 0] == pytest.approx(evidence[0, 1], abs=1e-15)


def test_evidence_of_votes_that_hardly_occur_is_finite() -> None:
    votes = latent([[[1.0 - 1e-16, 1e-300]], [[1e-300, 1.0 - 1e-16]]])
    evidence = votes.log_evidence(np.array([[-708.0, 0.0], [0.0, -708.0]]))
    assert np.isfinite(evidence).all()


def test_votes_are_shared_out_by_the_rates_that_explain_them_best() -> None:
    # Both items are of class 0. (0.1 + 0.8 c)(0.8 - 0.6 c) is largest at c = 0.58 / 0.96.
    votes = latent([[[0.9, 0.1]], [[0.2, 0.8]]])
    counts = votes.expected_counts(np.array([[1.0, 0.0], [1.0, 0.0]]))
    share = 0.58 / 0.96
    expected = np.array([[2 * share, 0.0], [2 * (1 - share), 0.0]])
    assert counts == pytest.approx(expected, abs=2e-3)


def test_equally_doubtful_votes_of_one_kind_count_like_certain_ones() -> None:
    # Nothing tells that the labeling function is not simply shy.
    votes = latent([[[0.8, 0.2]], [[0.2, 0.8]]])
    apart = np.flatnonzero(votes.cells.toarray()[:, 0] > 0.5)
    posterior = np.zeros((2, 2))
    posterior[votes.patterns[apart], 0] = 1.0
    posterior[1 - votes.patterns[apart], 1] = 1.0
    assert votes.expected_counts(posterior) == pytest.approx(np.eye(2), abs=1e-3)


def test_certain_votes_are_counted_as_they_are() -> None:
    votes = latent([[[1.0, 0.0]], [[0.0, 1.0]], [[0.6, 0.4]]])
    counts = votes.expected_counts(np.full((3, 2), 0.5))
    assert counts.sum() == pytest.approx(3.0)
    assert (counts > 1e-3).all()


@settings(max_examples=60, deadline=None)
@given(votes=soft_votes(min_items=1))
def test_each_vote_counts_one_in_all(votes: SoftVotes) -> None:
    patterns = vote_patterns(votes)
    posterior = np.random.default_rng(0).dirichlet(np.ones(votes.n_classes), len(patterns.counts))
    counts = patterns.expected_counts(posterior)
    assert (counts >= 0).all()
    expected = np.zeros((votes.n_lfs, votes.n_classes))
    np.add.at(expected, votes.lfs, posterior[patterns.index[votes.items]])
    assert counts.sum(axis=1) == pytest.approx(expected, abs=1e-9)
