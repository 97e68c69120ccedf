"""Vote patterns: items with the same votes, compressed into one row and a count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import (
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    SoftVotes,
    SparseCodes,
    Votes,
)
from weaklabel.models._latent_votes import LatentVotes
from weaklabel.models._pattern_counts import (
    PatternCounts,
    count_patterns,
    dense_cells,
    soft_cells,
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
    """The distinct rows of votes, without the row on which nobody votes.

    Parameters
    ----------
    one_hot : scipy.sparse.csr_array of float64, shape (n_patterns, n_lfs * n_classes)
        1 in column ``j * n_classes + v`` where labeling function ``j`` votes ``v``; where its
        vote is soft, the probability that it gives to ``v``.
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
        As `one_hot`, times the weight of each vote; None where all weigh 1.
    n_uncovered : int
        Number of items without votes.
    soft : bool
        Whether some vote is soft, so that several columns of `one_hot` may hold one vote.
    """

    one_hot: csr_array[np.float64, tuple[int, int]]
    counts: FloatArray
    index: IntArray
    n_lfs: int
    n_classes: int
    gold: CodeArray | None = None
    shares: csr_array[np.float64, tuple[int, int]] | None = None
    n_uncovered: int = 0
    soft: bool = False

    def class_counts(self) -> FloatArray:
        """Return the weight of the votes for each class, shape (n_patterns, n_classes)."""
        from scipy.sparse import csr_array

        votes = self.one_hot if self.shares is None else self.shares
        classes = votes.indices % self.n_classes
        shape = (votes.shape[0], self.n_classes)
        # What lies twice in a cell is added up.
        return csr_array((votes.data, classes, votes.indptr), shape=shape).toarray()

    def leading_counts(self) -> FloatArray:
        """Return `class_counts` with all of a soft vote's weight on its most probable class.

        A vote with several such classes counts for none.
        """
        if not self.soft:
            return self.class_counts()
        from scipy.sparse import csr_array

        cells, first = self.one_hot, np.flatnonzero(self._first_cells())
        lengths = np.diff(np.append(first, len(cells.data)))
        best = cells.data == np.repeat(np.maximum.reduceat(cells.data, first), lengths)
        best &= np.repeat(np.add.reduceat(best.astype(np.int64), first) == 1, lengths)
        votes = best.astype(np.float64)
        if self.shares is not None:
            votes *= self.shares.data / cells.data
        shape = (len(self.counts), self.n_classes)
        return csr_array(
            (votes, cells.indices % self.n_classes, cells.indptr), shape=shape
        ).toarray()

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

    def log_evidence(self, log_weights: FloatArray) -> FloatArray:
        """Return the sum over each pattern's votes of their evidence, times the vote's weight.

        As `sum_votes`, but the evidence of a soft vote is the logarithm of what its classes
        say on the mean, not the mean of the logarithms; see `LatentVotes`.

        Parameters
        ----------
        log_weights : numpy.ndarray of float64, shape (n_lfs, n_classes, n_columns)
            ``[j, v, y]`` is what vote ``v`` of labeling function ``j`` adds to column ``y``.

        Returns
        -------
        numpy.ndarray of float64, shape (n_patterns, n_columns)
        """
        from scipy.sparse import csr_array

        table = log_weights.reshape(self.n_lfs * self.n_classes, log_weights.shape[2])
        if not self.soft:
            votes = self.one_hot if self.shares is None else self.shares
            return np.asarray(votes @ table, dtype=np.float64)
        first = np.flatnonzero(self._first_cells())
        apart = self.latent_votes()
        shares = np.ones(len(first))
        if self.shares is not None:
            shares = self.shares.data[first] / self.one_hot.data[first]
        ends = np.searchsorted(apart.patterns, np.arange(len(self.counts) + 1))
        places = (shares, np.arange(len(first)), ends)
        of_pattern = csr_array(places, shape=(len(self.counts), len(first)))
        return np.asarray(of_pattern @ apart.log_evidence(table), dtype=np.float64)

    def expected_counts(self, posterior: FloatArray) -> FloatArray:
        """Return how many votes ``v`` of each labeling function fall on each true class.

        Each vote counts 1, whatever its weight; a soft one is shared out among its classes
        as `LatentVotes.expected_counts` says.

        Parameters
        ----------
        posterior : numpy.ndarray of float64, shape (n_patterns, n_columns)
            P(true class) of each pattern, or of whatever else the columns stand for.

        Returns
        -------
        numpy.ndarray of float64, shape (n_lfs, n_classes, n_columns)
            ``[j, v, y]`` is the expected number of items of class ``y`` with vote ``v``.
        """
        weighted = posterior * self.counts[:, None]
        if self.soft:
            sums = self.latent_votes().expected_counts(weighted)
        else:
            sums = np.asarray(self.one_hot.T @ weighted, dtype=np.float64)
        return sums.reshape(self.n_lfs, self.n_classes, posterior.shape[1])

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
        rows, first = self._rows(), self._first_cells()
        groups = group_of[self.one_hot.indices // self.n_classes]
        grouped = np.flatnonzero(groups >= 0)
        cells = rows[grouped] * (group_of.max(initial=0) + 1) + groups[grouped]
        _, inverse = np.unique(cells, return_inverse=True)
        sizes = np.bincount(inverse, first[grouped])  # columns, of which each may have cells
        shares.data[grouped] *= 1.0 / sizes[inverse]
        return replace(self, shares=shares)

    def latent_votes(self) -> LatentVotes:
        """Return the votes one by one."""
        from scipy.sparse import csr_array

        first = np.flatnonzero(self._first_cells())
        ends = np.append(first, len(self.one_hot.indices))
        shape = (len(first), self.one_hot.shape[1])
        cells = csr_array((self.one_hot.data, self.one_hot.indices, ends), shape=shape)
        return LatentVotes(cells, self._rows()[first], self.n_classes)

    def voted(self) -> csr_array[np.float64, tuple[int, int]]:
        """Return 1 where a labeling function votes, whatever for, shape (n_patterns, n_lfs)."""
        from scipy.sparse import csr_array

        first = self._first_cells()
        ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(first)])[self.one_hot.indptr]
        columns = self.one_hot.indices[first] // self.n_classes
        shape = (self.one_hot.shape[0], self.n_lfs)
        return csr_array((np.ones(len(columns)), columns, ends), shape=shape)

    def _rows(self) -> IntArray:
        """Return the pattern of each cell of `one_hot`."""
        lengths = np.diff(self.one_hot.indptr)
        return np.repeat(np.arange(len(lengths)), lengths)

    def _first_cells(self) -> BoolArray:
        """Return which cells of `one_hot` are the first of a vote: all, where none is soft."""
        first = np.ones(len(self.one_hot.indices), dtype=np.bool_)
        if self.soft:
            rows, lfs = self._rows(), self.one_hot.indices // self.n_classes
            first[1:] = (rows[1:] != rows[:-1]) | (lfs[1:] != lfs[:-1])
        return first

    def to_items(self, values: FloatArray, uncovered: FloatArray) -> FloatArray:
        """Return one row for each item: its pattern's row, or `uncovered` without votes."""
        table = np.concatenate([values, uncovered[None, :]])
        return np.ascontiguousarray(table[self.index])


def vote_patterns(votes: Votes, gold: CodeArray | None = None) -> VotePatterns:
    """Return the distinct vote patterns of `votes`, in an order that items do not choose.

    Parameters
    ----------
    votes : VoteMatrix or SoftVotes
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
        _one_hot(counts.indptr, counts.cells, counts.weights, counts.n_lfs * counts.n_classes),
        counts.counts.astype(np.float64),
        np.empty(0, dtype=np.int64),
        counts.n_lfs,
        counts.n_classes,
        known,
        n_uncovered=counts.n_uncovered,
        soft=counts.weights is not None,
    )


def item_blocks(votes: Votes) -> Iterator[tuple[slice, VotePatterns]]:
    """Yield the items in blocks of rows, each row a pattern of its own, silent ones included.

    For what is computed once for each item: cheaper than to find equal rows, and of
    little memory. What depends on a pattern alone has the same bits both ways.

    Parameters
    ----------
    votes : VoteMatrix or SoftVotes
        The votes.

    Yields
    ------
    slice
        The items of the block.
    VotePatterns
        Their votes.
    """
    k, soft = votes.n_classes, isinstance(votes, SoftVotes)
    width = 8 * k + _bytes_of_votes(votes)
    n_rows = max(_BLOCK // width, _FEWEST_ROWS)
    for start in range(0, votes.n_items, n_rows):
        rows = slice(start, min(start + n_rows, votes.n_items))
        one_hot = _one_hot(*_block_cells(votes, rows), votes.n_lfs * k)
        index = np.arange(one_hot.shape[0])
        yield rows, VotePatterns(one_hot, np.ones(len(index)), index, votes.n_lfs, k, soft=soft)


def _bytes_of_votes(votes: Votes) -> int:
    """Return about how many bytes the votes on one item take."""
    if isinstance(votes, SoftVotes):
        return 8 * votes.n_classes * (votes.n_votes // max(votes.n_items, 1))
    return 0 if votes.is_sparse else votes.n_lfs


def _block_cells(votes: Votes, rows: slice) -> tuple[IntArray, npt.NDArray[Any], FloatArray | None]:
    if isinstance(votes, SoftVotes):
        return soft_cells(votes, rows)
    store, k = votes.store, votes.n_classes
    if not isinstance(store, SparseCodes):
        return *dense_cells(np.ascontiguousarray(store[rows]), k), None
    indptr = store.indptr[rows.start : rows.stop + 1]
    cast = slice(int(indptr[0]), int(indptr[-1]))
    cells = sparse_cells(store.lfs[cast], store.codes[cast], votes.n_lfs, k)
    return indptr - indptr[0], cells, None


def _one_hot(
    indptr: IntArray, cells: npt.NDArray[Any], weights: FloatArray | None, n_columns: int
) -> csr_array[np.float64, tuple[int, int]]:
    from scipy.sparse import csr_array

    small = max(len(cells), n_columns) < 2**31
    index_type = np.int32 if small else np.int64
    columns: npt.NDArray[Any] = cells.astype(index_type, copy=False)
    shape = (len(indptr) - 1, n_columns)
    data = np.ones(len(cells)) if weights is None else weights
    return csr_array((data, columns, indptr.astype(index_type)), shape=shape)
