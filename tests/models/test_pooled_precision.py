import numpy as np
import pytest

from weaklabel.core import VoteMatrix
from weaklabel.models._patterns import vote_patterns
from weaklabel.models._pooled_precision import pooled_precision, vote_counts

VOTES = VoteMatrix.from_array([[0, -1], [0, -1], [0, -1], [1, -1]], ["no", "yes"])


def test_votes_are_counted_for_each_class() -> None:
    assert vote_counts(vote_patterns(VOTES)).tolist() == [[3, 1], [0, 0]]


def test_precisions_are_weighed_by_the_votes() -> None:
    precision = np.array([[[0.8, 0.2], [0.6, 0.4]]] * 2)
    accuracy = pooled_precision(precision, np.array([[3.0, 1.0], [0.0, 0.0]]))
    assert accuracy[0] == pytest.approx((3 * 0.8 + 0.4) / 4)
    assert np.isnan(accuracy[1])
