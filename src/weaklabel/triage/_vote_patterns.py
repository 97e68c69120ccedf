"""VotePatterns: which items have the same votes, and which votes those are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from weaklabel.core import BoolArray, IntArray, VoteMatrix
from weaklabel.core._row_hash import vote_patterns

__all__ = ["VotePatterns", "patterns_of"]


@dataclass(frozen=True, slots=True, eq=False)
class VotePatterns:
    """Which items have the same votes, and which votes those are.

    A cell is one class of one labeling function: ``j * n_classes + v`` for vote ``v`` of
    function ``j``.

    Attributes
    ----------
    of : numpy.ndarray of int64, shape (n_items,)
        Pattern of each item, from 0.
    sizes : numpy.ndarray of int64, shape (n_patterns,)
        Items of each pattern.
    owner : numpy.ndarray of int64, shape (n_entries,)
        Pattern of each vote that a pattern has, ascending.
    cells : numpy.ndarray of int64, shape (n_entries,)
        Cell of that vote.
    cell_sizes : numpy.ndarray of int64, shape (n_cells,)
        Votes of each cell, over all items.
    """

    of: IntArray
    sizes: IntArray
    owner: IntArray
    cells: IntArray
    cell_sizes: IntArray

    @property
    def n_patterns(self) -> int:
        """Number of patterns."""
        return len(self.sizes)

    @property
    def covered(self) -> BoolArray:
        """Which items have a vote, shape (n_items,)."""
        has_votes = np.zeros(self.n_patterns, dtype=np.bool_)
        has_votes[self.owner] = True
        return has_votes[self.of]


def patterns_of(votes: VoteMatrix, rows: IntArray) -> VotePatterns:
    """Return the vote patterns of some items.

    Parameters
    ----------
    votes : VoteMatrix
        The votes, dense or sparse.
    rows : numpy.ndarray of int64, shape (n_items,)
        Rows of `votes`, in the order that is wanted.

    Notes
    -----
    Time O(n_votes + n_items log n_items). Patterns are numbered by hash, so that their numbers
    do not depend on the order of the items.

    Examples
    --------
    >>> votes = VoteMatrix.from_array([[0, -1], [1, 1], [0, -1]], ["ham", "spam"])
    >>> found = patterns_of(votes, np.arange(3))
    >>> found.sizes[found.of].tolist(), found.cell_sizes.tolist()
    ([2, 1, 2], [2, 1, 0, 1])
    >>> found.cells[found.owner == found.of[1]].tolist()
    [1, 3]
    """
    numbers = vote_patterns(votes)[rows]
    _, first, of, sizes = np.unique(
        numbers, return_index=True, return_inverse=True, return_counts=True
    )
    entries = votes.take(rows[first]).entries
    cells = entries.lfs.astype(np.int64) * votes.n_classes + entries.codes
    owner = entries.items.astype(np.int64)
    cell_sizes = np.bincount(cells, sizes[owner], minlength=votes.n_lfs * votes.n_classes).astype(
        np.int64
    )
    return VotePatterns(
        of.ravel().astype(np.int64), sizes.astype(np.int64), owner, cells, cell_sizes
    )
