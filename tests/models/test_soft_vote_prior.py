import pytest

from weaklabel.core import VoteMatrix
from weaklabel.models._patterns import vote_patterns
from weaklabel.models._soft_vote_prior import soft_vote_prior


def test_each_covered_item_counts_one_and_each_class_one_pseudo_item() -> None:
    votes = VoteMatrix.from_array([[0, 0], [0, 1], [-1, 1], [-1, -1]], ["no", "yes"])
    # 1 + 1/2 items of "no" and as many of "yes", and one of each.
    assert soft_vote_prior(vote_patterns(votes)) == pytest.approx([0.5, 0.5])
    lopsided = VoteMatrix.from_array([[0, 0], [0, -1], [0, 1]], ["no", "yes"])
    assert soft_vote_prior(vote_patterns(lopsided)) == pytest.approx([0.7, 0.3])


def test_without_votes_it_is_uniform() -> None:
    votes = VoteMatrix.from_array([[-1, -1]], ["a", "b", "c", "d"])
    assert soft_vote_prior(vote_patterns(votes)) == pytest.approx([0.25] * 4)
