import numpy as np

from weaklabel.core import SoftVotes, VoteMatrix
from weaklabel.models._co_votes import co_vote_product, co_votes
from weaklabel.models._patterns import vote_patterns
from weaklabel.testing import ordinary_soft_votes, synthetic_votes

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


def test_soft_votes_meet_as_votes_drawn_by_their_probabilities_would() -> None:
    votes = SoftVotes.from_array([[[0.2, 0.8], [0.5, 0.5]]] * 2, ["no", "yes"])
    # A column meets itself with the one class that it is drawn for.
    expected = [
        [0.4, 0.0, 0.2, 0.2],
        [0.0, 1.6, 0.8, 0.8],
        [0.2, 0.8, 1.0, 0.0],
        [0.2, 0.8, 0.0, 1.0],
    ]
    found = co_votes(vote_patterns(votes)).toarray()
    assert np.allclose(found, expected)
    some = co_votes(vote_patterns(votes), np.array([1])).toarray()
    assert np.allclose(some, np.array(expected)[:, 2:])


def test_product_without_building_is_that_of_different_columns() -> None:
    rng = np.random.default_rng(0)
    for votes in (*ordinary_soft_votes().values(), synthetic_votes(100, 5, n_classes=3)[0]):
        patterns, k = vote_patterns(votes), votes.n_classes
        built = co_votes(patterns).toarray()
        lfs = np.arange(votes.n_lfs * k) // k
        built[lfs[:, None] == lfs] = 0.0
        table = rng.random((votes.n_lfs * k, 2))
        assert np.allclose(co_vote_product(patterns, table), built @ table)
