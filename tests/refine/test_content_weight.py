"""content_weight: a function that taught a class alone leaves content nothing to say."""

import numpy as np

from weaklabel.core import LabelSchema, SoftVotes, VoteMatrix
from weaklabel.refine._content_weight import content_weight

SCHEMA = LabelSchema(["no", "yes"])
NOBODY = np.full(4, -1)


def weights(codes, known=NOBODY):
    votes = VoteMatrix.from_array(codes, SCHEMA)
    return content_weight(votes, votes.item_ids, np.asarray(known))


def test_a_single_function_is_not_contradicted_where_it_taught_everything():
    assert weights([[0], [1], [1], [0]]).tolist() == [0, 0, 0, 0]


def test_the_weight_is_one_minus_coverage_times_share():
    # The first function votes on all four items, the second on two of them.
    made = weights([[1, 1], [1, -1], [0, 0], [0, -1]])
    share = 2 / 3  # of the votes for each class
    assert np.allclose(made, 1 - 1.0 * share)


def test_the_vote_that_taught_most_counts():
    made = weights([[-1, 1], [-1, 0], [1, 0], [-1, 0]])
    # second function, "yes": coverage 1, share 1/2; "no": share 1. First: coverage 1/4.
    assert np.allclose(made, [0.5, 0, 0, 0])


def test_items_without_votes_get_one_and_do_not_count_as_covered():
    assert weights([[1], [-1], [-1], [0]]).tolist() == [0, 1, 1, 0]


def test_gold_teaches_beside_the_functions():
    # Two items of four are taught by gold, one of each class.
    made = weights([[1], [1], [0], [0]], known=[1, -1, 0, -1])
    assert np.allclose(made, 1 - 0.5 * 0.5)


def test_many_equal_functions_leave_content_most_of_its_say():
    codes = np.tile([[0], [1], [0], [1]], (1, 10))
    assert np.allclose(weights(codes), 0.9)


def test_certain_soft_votes_give_what_hard_votes_give():
    votes = VoteMatrix.from_array([[1, 1], [1, -1], [0, 0], [-1, 0]], SCHEMA)
    hard = content_weight(votes, votes.item_ids, NOBODY)
    assert np.allclose(content_weight(SoftVotes.from_votes(votes), votes.item_ids, NOBODY), hard)


def test_doubtful_soft_votes_count_by_their_probabilities():
    proba = np.array([[[0.75, 0.25]], [[0.25, 0.75]]])
    votes = SoftVotes.from_array(proba, SCHEMA)
    assert content_weight(votes, votes.item_ids, np.full(2, -1)).tolist() == [0, 0]


def test_items_are_matched_by_id_and_votes_of_others_do_not_count():
    votes = VoteMatrix.from_array([[1, 1], [1, -1], [0, 0], [-1, 0], [1, 1]], SCHEMA)
    soft = SoftVotes.from_votes(votes)
    order = np.array([3, 0, 2, 1])
    expected = content_weight(votes.take(np.arange(4)), votes.item_ids[:4], NOBODY)[order]
    for given in (votes, votes.take([4, 2, 0, 1, 3]), soft, soft.take([4, 2, 0, 1, 3])):
        made = content_weight(given, votes.item_ids[order], NOBODY)
        assert np.allclose(made, expected)
