"""What gold says of vote patterns, counted and applied by hand."""

import numpy as np

from weaklabel import VoteMatrix
from weaklabel.models import PatternCounts
from weaklabel.models._pattern_gold import corrected, pattern_gold

CODES = [[1, -1], [1, -1], [1, -1], [0, 0], [0, 0], [-1, -1]]
VOTES = VoteMatrix.from_array(CODES, ["ham", "spam"])
GOLD = np.array([1, 0, -1, 1, -1, 1])


def _known(gold=GOLD, votes=VOTES):
    return pattern_gold(PatternCounts.of(votes, gold))


def test_known_items_are_counted_by_pattern_and_class() -> None:
    items = sorted(_known().items.tolist())
    assert items == [[0.0, 1.0], [1.0, 1.0]]  # (0, 0) has one spam; (1, silent) one of each


def test_without_gold_nothing_is_known_and_nothing_changes() -> None:
    known = _known(np.full(6, -1))
    assert known.items.shape == (0, 2)
    posterior = np.full((6, 2), 0.5)
    np.testing.assert_array_equal(corrected(posterior.copy(), VOTES, known, 10.0), posterior)


def test_posteriors_move_to_the_gold_of_items_with_the_same_votes() -> None:
    posterior = np.tile([0.8, 0.2], (6, 1))
    found = corrected(posterior, VOTES, _known(), 8.0)
    np.testing.assert_allclose(found[:3], np.tile([(6.4 + 1) / 10, (1.6 + 1) / 10], (3, 1)))
    np.testing.assert_allclose(found[3:5], np.tile([6.4 / 9, (1.6 + 1) / 9], (2, 1)))


def test_items_without_votes_and_unknown_patterns_stay() -> None:
    votes = VoteMatrix.from_array([[-1, -1], [0, -1], [1, 1]], ["ham", "spam"])
    posterior = np.tile([0.8, 0.2], (3, 1))
    np.testing.assert_array_equal(corrected(posterior.copy(), votes, _known(), 8.0), posterior)


def test_dense_and_sparse_votes_find_the_same_patterns() -> None:
    items, lfs = np.nonzero(VOTES.codes >= 0)
    sparse = VoteMatrix.from_entries(
        items, lfs, VOTES.codes[items, lfs], (6, 2), ["ham", "spam"], VOTES.lf_names
    )
    posterior = np.tile([0.8, 0.2], (6, 1))
    dense = corrected(posterior.copy(), VOTES, _known(), 8.0)
    np.testing.assert_array_equal(corrected(posterior.copy(), sparse, _known(), 8.0), dense)
    np.testing.assert_array_equal(_known(GOLD, sparse).keys, _known().keys)


def test_batches_add_up() -> None:
    first = PatternCounts.of(VOTES.take([0, 3]), GOLD[[0, 3]])
    rest = PatternCounts.of(VOTES.take([1, 2, 4, 5]), GOLD[[1, 2, 4, 5]])
    merged = pattern_gold(first.merge(rest))
    np.testing.assert_array_equal(merged.keys, _known().keys)
    np.testing.assert_array_equal(merged.items, _known().items)
