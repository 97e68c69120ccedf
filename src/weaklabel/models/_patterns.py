"""Vote patterns: items with the same votes, compressed into one row and a count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import CodeArray, FloatArray, IntArray, SparseCodes, VoteMatrix
from weaklabel.models._pattern_counts import (
    PatternCounts,
    count_patterns,
    dense_cells,
    sparse_cells,
)

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["VotePatterns", "item_blocks", "patterns_of", "vote_patterns"]

#: Numbers of a block of items: those of its votes and scores stay in a processor's cache.
_BLOCK = 2**20
_FEWEST_ROWS = 256


@dataclass(frozen=True, slots=True, eq=False)
class VotePatterns:
    """The distinct rows of a vote matrix, without the row on which nobody votes.

    Parameters
    ----------
    one_hot : scipy.sparse.csr_array of float64, shape (n_patterns, n_lfs * n_classes)
        1 in column ``j * n_classes + v`` where labeling function ``j`` votes ``v``.
    counts : numpy.ndarray of float64, shape (n_patterns,)
        Number of items that have each pattern; at least 1.
    index : numpy.ndarray of int64, shape (n_items,)
        Pattern of each item; -1 where it has no votes. Empty where the patterns were
        counted elsewhere and the items are not at hand.
    n_lfs, n_classes : int
        Size of the vote matrix.
    gold : numpy.ndarray of int8 or int16, shape (n_patterns,), optional
        Known class of the items with each pattern, -1 where unknown; None where it is
        unknown of all. Patterns with the same votes and other gold are apart.
    shares : scipy.sparse.csr_array of float64, shape (n_patterns, n_lfs * n_classes), optional
        As `one_hot`, with the weight of each vote in place of 1; None where all weigh 1.
    n_uncovered : int
        Number of items without votes.
    """

    one_hot: csr_array[np.float64, tuple[int, int]]
    counts: FloatArray
    index: IntArray
    n_lfs: int
    n_classes: int
    gold: CodeArray | None = None
    shares: csr_array[np.float64, tuple[int, int]] | None = None
    n_uncovered: int = 0

    def class_counts(self) -> FloatArray:
        """Return the weight of the votes for each class, shape (n_patterns, n_classes)."""
        from scipy.sparse import csr_array

        votes = self.one_hot if self.shares is None else self.shares
        classes = votes.indices % self.n_classes
        shape = (votes.shape[0], self.n_classes)
        # What lies twice in a cell is added up.
        return csr_array((votes.data, classes, votes.indptr), shape=shape).toarray()

    def sum_votes(self, weights: FloatArray) -> FloatArray:
        """Return the sum over each pattern's votes of ``weights[j, v]``, times the vote's weight.

        Parameters
        ----------
        weights : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
            ``weights[j, v, y]`` is what a vote ``v`` of labeling function ``j`` says of class ``y``.

        Returns
        -------
        numpy.ndarray of float64, shape (n_patterns, n_classes)
        """
        table = weights.reshape(self.n_lfs * self.n_classes, self.n_classes)
        votes = self.one_hot if self.shares is None else self.shares
        return np.asarray(votes @ table, dtype=np.float64)

    def expected_counts(self, posterior: FloatArray) -> FloatArray:
        """Return how many votes ``v`` of each labeling function fall on each true class.

        Each vote counts 1, whatever its weight.

        Parameters
        ----------
        posterior : numpy.ndarray of float64, shape (n_patterns, n_classes)
            P(true class) of each pattern.

        Returns
        -------
        numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
            ``[j, v, y]`` is the expected number of items of class ``y`` with vote ``v``.
        """
        weighted = posterior * self.counts[:, None]
        sums = np.asarray(self.one_hot.T @ weighted, dtype=np.float64)
        return sums.reshape(self.n_lfs, self.n_classes, self.n_classes)

    def share_votes(self, group_of: IntArray) -> VotePatterns:
        """Return the patterns with one vote's weight for each group of columns.

        Parameters
        ----------
        group_of : numpy.ndarray of int64, shape (n_lfs,)
            Group of each labeling function; -1 for one that is in none.

        Returns
        -------
        VotePatterns
            Where ``n`` columns of a group vote, each of these votes weighs ``1 / n``.
        """
        shares = self.one_hot.copy()
        lengths = np.diff(self.one_hot.indptr)
        rows = np.repeat(np.arange(len(lengths)), lengths)
        groups = group_of[self.one_hot.indices // self.n_classes]
        grouped = np.flatnonzero(groups >= 0)
        cells = rows[grouped] * (group_of.max(initial=0) + 1) + groups[grouped]
        _, inverse, sizes = np.unique(cells, return_inverse=True, return_counts=True)
        shares.data[grouped] = 1.0 / sizes[inverse]
        return replace(self, shares=shares)

    def to_items(self, values: FloatArray, uncovered: FloatArray) -> FloatArray:
        """Return one row for each item: its pattern's row, or `uncovered` without votes."""
        table = np.concatenate([values, uncovered[None, :]])
        return np.ascontiguousarray(table[self.index])


def vote_patterns(votes: VoteMatrix, gold: CodeArray | None = None) -> VotePatterns:
    """Return the distinct vote patterns of `votes`, in an order that items do not choose.

    Parameters
    ----------
    votes : VoteMatrix
        The votes.
    gold : numpy.ndarray of int8 or int16, shape (n_items,), optional
        Known class of each item, -1 where unknown.

    Returns
    -------
    VotePatterns
        Ordered by a hash of votes and gold, so that the order of the items changes no
        bit of what is computed from them.
    """
    counts, index = count_patterns(votes, gold)
    return replace(patterns_of(counts), index=index)


def patterns_of(counts: PatternCounts) -> VotePatterns:
    """Return the patterns of `counts` in the form that a label model computes with."""
    known = counts.gold if bool((counts.gold >= 0).any()) else None
    return VotePatterns(
        _one_hot(counts.indptr, counts.cells, counts.n_lfs * counts.n_classes),
        counts.counts.astype(np.float64),
        np.empty(0, dtype=np.int64),
        counts.n_lfs,
        counts.n_classes,
        known,
        n_uncovered=counts.n_uncovered,
    )


def item_blocks(votes: VoteMatrix) -> Iterator[tuple[slice, VotePatterns]]:
    """Yield the items in blocks of rows, each row a pattern of its own, silent ones included.

    For what is computed once for each item: cheaper than to find equal rows, and of
    little memory. What depends on a pattern alone has the same bits both ways.

    Parameters
    ----------
    votes : VoteMatrix
        The votes.

    Yields
    ------
    slice
        The items of the block.
    VotePatterns
        Their votes.
    """
    k = votes.n_classes
    width = 8 * k if votes.is_sparse else 8 * k + votes.n_lfs
    n_rows = max(_BLOCK // width, _FEWEST_ROWS)
    for start in range(0, votes.n_items, n_rows):
        rows = slice(start, min(start + n_rows, votes.n_items))
        indptr, cells = _block_cells(votes, rows)
        one_hot = _one_hot(indptr, cells, votes.n_lfs * k)
        index = np.arange(len(indptr) - 1)
        yield rows, VotePatterns(one_hot, np.ones(len(index)), index, votes.n_lfs, k)


def _block_cells(votes: VoteMatrix, rows: slice) -> tuple[IntArray, npt.NDArray[Any]]:
    store, k = votes.store, votes.n_classes
    if not isinstance(store, SparseCodes):
        return dense_cells(np.ascontiguousarray(store[rows]), k)
    indptr = store.indptr[rows.start : rows.stop + 1]
    cast = slice(int(indptr[0]), int(indptr[-1]))
    return indptr - indptr[0], sparse_cells(store.lfs[cast], store.codes[cast], votes.n_lfs, k)


def _one_hot(
    indptr: IntArray, cells: npt.NDArray[Any], n_columns: int
) -> csr_array[np.float64, tuple[int, int]]:
    from scipy.sparse import csr_array

    small = max(len(cells), n_columns) < 2**31
    index_type = np.int32 if small else np.int64
    columns: npt.NDArray[Any] = cells.astype(index_type, copy=False)
    shape = (len(indptr) - 1, n_columns)
    return csr_array((np.ones(len(cells)), columns, indptr.astype(index_type)), shape=shape)
