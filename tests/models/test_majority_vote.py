import numpy as np
import pytest
from hypothesis import given, settings

from weaklabel.core import VoteMatrix
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
