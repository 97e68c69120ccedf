import numpy as np

from weaklabel.core import VoteMatrix
from weaklabel.models._co_votes import co_votes
from weaklabel.models._patterns import vote_patterns
from weaklabel.testing import synthetic_votes

VOTES = VoteMatrix.from_array([[0, 1], [0, 1], [0, 0], [1, -1], [-1, -1]], ["no", "yes"])


def test_votes_on_one_item_are_counted_by_hand() -> None:
    # Rows and columns: first says no, first says yes, second says no, second says yes.
    assert co_votes(vote_patterns(VOTES)).toarray().tolist() == [
        [3, 0, 1, 2],
        [0, 1, 0, 0],
        [1, 0, 1, 0],
        [2, 0, 0, 2],
    ]


def test_chosen_columns_are_those_of_the_whole() -> None:
    votes, _ = synthetic_votes(200, 6, n_classes=3, seed=1)
    patterns = vote_patterns(votes)
    whole = co_votes(patterns).toarray().reshape(18, 6, 3)
    some = np.array([4, 1])
    assert np.array_equal(co_votes(patterns, some).toarray().reshape(18, 2, 3), whole[:, some])
