import numpy as np
import pytest
from hypothesis import given, settings

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.errors import ParameterError
from weaklabel.models import MajorityVote
from weaklabel.models._majority_vote import vote_shares
from weaklabel.testing import vote_matrices


def votes_of(codes, classes=("a", "b", "c")) -> VoteMatrix:
    return VoteMatrix.from_array(codes, classes)


def test_posterior_is_the_share_of_votes() -> None:
    votes = votes_of([[0, 0, 1, -1], [2, 2, 2, 1]])
    proba = MajorityVote().fit(votes).predict_proba(votes)
    assert proba == pytest.approx(np.array([[2 / 3, 1 / 3, 0], [0, 1 / 4, 3 / 4]]))


def test_item_without_votes_gets_the_uniform_distribution() -> None:
    assert vote_shares(votes_of([[-1, -1]])).tolist() == [[1 / 3] * 3]


def test_tie_is_left_open() -> None:
    votes = votes_of([[0, 1], [0, 0]])
    assert MajorityVote().fit(votes).predict(votes).tolist() == [-1, 0]


def test_class_prior_is_uniform_whatever_the_votes() -> None:
    model = MajorityVote().fit(votes_of([[0, 0], [0, 0]]))
    assert model.class_prior_.tolist() == [1 / 3] * 3


@settings(max_examples=50, deadline=None)
@given(votes=vote_matrices())
def test_shares_are_those_counted_one_by_one(votes: VoteMatrix) -> None:
    expected = [
        [
            row.count(y) / n if (n := sum(v >= 0 for v in row)) else 1 / votes.n_classes
            for y in range(votes.n_classes)
        ]
        for row in votes.codes.tolist()
    ]
    assert np.allclose(
        vote_shares(votes), np.array(expected).reshape(votes.n_items, votes.n_classes)
    )


def test_soft_votes_are_shared_out_by_their_probabilities() -> None:
    nan = [np.nan] * 2
    votes = SoftVotes.from_array(
        [[[0.2, 0.8], [1.0, 0.0]], [nan, nan], [nan, [0.5, 0.5]]], ["a", "b"]
    )
    shares = vote_shares(votes)
    assert shares == pytest.approx(np.array([[0.6, 0.4], [0.5, 0.5], [0.5, 0.5]]))
    assert MajorityVote().fit(votes).predict(votes).tolist() == [0, -1, -1]


def test_group_has_one_vote_between_its_columns() -> None:
    votes = votes_of([[0, 0, 1], [0, 2, -1], [0, -1, 1]])
    proba = MajorityVote(column_groups=[["lf_0", "lf_1"]]).fit(votes).predict_proba(votes)
    assert proba == pytest.approx(np.array([[0.5, 0.5, 0], [0.5, 0, 0.5], [0.5, 0.5, 0]]))


def test_group_of_three_ties_with_one_vote_exactly() -> None:
    votes = votes_of([[0, 0, 0, 1]])
    model = MajorityVote(column_groups=[["lf_0", "lf_1", "lf_2"]]).fit(votes)
    assert model.predict(votes).tolist() == [-1]


def test_smoothed_shares_of_a_group_count_its_votes_as_one() -> None:
    shares = vote_shares(votes_of([[0, 0, 1]]), 0.5, group_of=np.array([0, 0, -1]))
    assert shares == pytest.approx(np.array([[1.5, 1.5, 0.5]]) / 3.5)


@pytest.mark.parametrize("n_classes", [2, 16, 17, 40])
@pytest.mark.parametrize("n_lfs", [3, 300])
def test_both_ways_to_count_count(n_classes, n_lfs) -> None:
    codes = np.random.default_rng(0).integers(-1, n_classes, (50, n_lfs))
    codes[:, 0] = 0  # no item is silent
    votes = VoteMatrix.from_array(codes, [f"class {y}" for y in range(n_classes)])
    counts = np.stack([(codes == y).sum(axis=1) for y in range(n_classes)], axis=1)
    np.testing.assert_array_equal(
        MajorityVote().fit(votes).predict_proba(votes), counts / counts.sum(axis=1, keepdims=True)
    )


def test_an_item_without_votes_gets_the_class_prior_that_is_given() -> None:
    votes = votes_of([[0, -1], [-1, -1]])
    given = MajorityVote(class_prior=[0.2, 0.3, 0.5]).fit(votes)
    assert given.predict_proba(votes).tolist() == [[1.0, 0.0, 0.0], [0.2, 0.3, 0.5]]
    np.testing.assert_allclose(MajorityVote().fit(votes).predict_proba(votes)[1], 1 / 3)


def test_a_wrong_class_prior_is_refused_in_words() -> None:
    with pytest.raises(ParameterError, match=r"class_prior of MajorityVote is \[1\.0\], must be 3"):
        MajorityVote(class_prior=[1.0]).fit(votes_of([[0, -1]]))
