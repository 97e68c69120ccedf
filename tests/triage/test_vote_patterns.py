"""VotePatterns: items with the same votes share a pattern, which knows its votes."""

import numpy as np

from weaklabel.core import VoteMatrix
from weaklabel.triage._vote_patterns import patterns_of

CODES = np.array([[0, -1, 1], [-1, -1, -1], [0, -1, 1], [1, 1, -1], [0, -1, -1]])


def votes_of(found):
    """Return the votes of each item's pattern as sets of cells."""
    return [set(found.cells[found.owner == v].tolist()) for v in found.of.tolist()]


def test_each_pattern_has_the_votes_of_its_items():
    votes = VoteMatrix.from_array(CODES, ["ham", "spam"])
    found = patterns_of(votes, np.arange(5))
    assert votes_of(found) == [{0, 5}, set(), {0, 5}, {1, 3}, {0}]
    assert found.sizes[found.of].tolist() == [2, 1, 2, 1, 1]
    assert found.n_patterns == 4
    assert found.cell_sizes.tolist() == [3, 1, 0, 1, 0, 2]


def test_another_order_of_the_items_changes_nothing_but_their_order():
    votes = VoteMatrix.from_array(CODES, ["ham", "spam"])
    order = np.array([3, 1, 4, 0, 2])
    plain, mixed = patterns_of(votes, np.arange(5)), patterns_of(votes, order)
    assert mixed.of.tolist() == plain.of[order].tolist()
    assert mixed.sizes.tolist() == plain.sizes.tolist()
    assert mixed.cells.tolist() == plain.cells.tolist()


def test_sparse_votes_have_the_same_patterns():
    dense = VoteMatrix.from_array(CODES, ["ham", "spam"])
    sparse = VoteMatrix.from_entries(*dense.entries, (5, 3), dense.schema)
    plain, found = patterns_of(dense, np.arange(5)), patterns_of(sparse, np.arange(5))
    assert votes_of(found) == votes_of(plain)
    assert found.of.tolist() == plain.of.tolist()


def test_no_items_have_no_patterns():
    votes = VoteMatrix.from_array(CODES, ["ham", "spam"])
    found = patterns_of(votes, np.arange(0))
    assert (found.n_patterns, len(found.of), found.cell_sizes.sum()) == (0, 0, 0)
