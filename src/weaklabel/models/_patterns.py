"""Vote patterns: items with the same votes, compressed into one row and a count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from weaklabel.core import CodeArray, FloatArray, IntArray, SparseCodes, VoteMatrix

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["VotePatterns", "vote_patterns"]

_HashArray = npt.NDArray[np.uint64]

#: Two unrelated starting points of the hash (digits of pi and of e).
_SALTS = (0x243F6A8885A308D3, 0xB7E151628AED2A6A)


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
        Pattern of each item; -1 where it has no votes.
    n_lfs, n_classes : int
        Size of the vote matrix.
    """

    one_hot: csr_array[np.float64, tuple[int, int]]
    counts: FloatArray
    index: IntArray
    n_lfs: int
    n_classes: int

    def class_counts(self) -> FloatArray:
        """Return the number of votes for each class, shape (n_patterns, n_classes)."""
        return self.sum_votes(np.tile(np.eye(self.n_classes), (self.n_lfs, 1, 1)))

    def sum_votes(self, weights: FloatArray) -> FloatArray:
        """Return the sum over each pattern's votes of ``weights[j, v]``.

        Parameters
        ----------
        weights : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
            ``weights[j, v, y]`` is what a vote ``v`` of labeling function ``j`` says of class ``y``.

        Returns
        -------
        numpy.ndarray of float64, shape (n_patterns, n_classes)
        """
        table = weights.reshape(self.n_lfs * self.n_classes, self.n_classes)
        return np.asarray(self.one_hot @ table, dtype=np.float64)

    def expected_counts(self, posterior: FloatArray) -> FloatArray:
        """Return how many votes ``v`` of each labeling function fall on each true class.

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

    def to_items(self, values: FloatArray, uncovered: FloatArray) -> FloatArray:
        """Return one row for each item: its pattern's row, or `uncovered` without votes."""
        table = np.concatenate([values, uncovered[None, :]])
        return np.ascontiguousarray(table[self.index])


def vote_patterns(votes: VoteMatrix) -> VotePatterns:
    """Return the distinct vote patterns of `votes`, in an order that items do not choose.

    Rows are told apart by two 64-bit hashes, each a sum over the votes of a fixed
    pseudo-random number; patterns are ordered by hash, so that the order of the
    items changes no bit of what is computed from them.

    Notes
    -----
    Time O(n_items * n_lfs) for the dense form and O(n_votes) for the sparse one,
    plus one sort of n_items numbers. Two different rows would be merged only if
    both hashes, 128 bits, were equal.
    """
    covered = np.flatnonzero(votes.covered)
    first, inverse, counts = _distinct(*(_row_hash(votes, salt)[covered] for salt in _SALTS))
    index = np.full(votes.n_items, -1, dtype=np.int64)
    index[covered] = inverse
    one_hot = _one_hot(votes, covered[first])
    return VotePatterns(one_hot, counts, index, votes.n_lfs, votes.n_classes)


def _row_hash(votes: VoteMatrix, salt: int) -> _HashArray:
    k = votes.n_classes
    store = votes.store
    if isinstance(store, SparseCodes):
        cells = _scramble(
            store.lfs.astype(np.uint64) * np.uint64(k) + store.codes.astype(np.uint64), salt
        )
        # Sums wrap at 2**64, and so do their differences.
        running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(cells, dtype=np.uint64)])
        return np.asarray(running[store.indptr[1:]] - running[store.indptr[:-1]])
    total = np.zeros(votes.n_items, dtype=np.uint64)
    table = np.zeros(k + 1, dtype=np.uint64)  # the last entry, at -1, is for abstains
    for j in range(votes.n_lfs):
        table[:k] = _scramble(np.arange(j * k, (j + 1) * k, dtype=np.uint64), salt)
        total += table[store[:, j]]
    return total


def _scramble(values: _HashArray, salt: int) -> _HashArray:
    """Return a pseudo-random number for each value: SplitMix64.

    G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014. https://doi.org/10.1145/2660193.2660195
    """
    z = values * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _distinct(hashes: _HashArray, second: _HashArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the position of one row of each group, the group of each row, and group sizes."""
    order = np.argsort(hashes)
    differs = hashes[order][1:] != hashes[order][:-1]
    differs_second = second[order][1:] != second[order][:-1]
    if (differs_second & ~differs).any():  # the first hash collided: sort by both
        order = np.lexsort((second, hashes))
        differs = hashes[order][1:] != hashes[order][:-1]
        differs |= second[order][1:] != second[order][:-1]
    starts = np.concatenate([np.zeros(min(len(order), 1), np.int64), np.flatnonzero(differs) + 1])
    sizes = np.diff(np.append(starts, len(order)))
    inverse = np.empty(len(order), dtype=np.int64)
    inverse[order] = np.repeat(np.arange(len(starts)), sizes)
    return order[starts], inverse, sizes.astype(np.float64)


def _one_hot(votes: VoteMatrix, rows: IntArray) -> csr_array[np.float64, tuple[int, int]]:
    from scipy.sparse import csr_array

    k = votes.n_classes
    store = votes.store
    if isinstance(store, SparseCodes):
        taken = store.take(rows)
        indptr, columns = taken.indptr, taken.lfs.astype(np.int64) * k + taken.codes
    else:
        indptr, columns = _dense_columns(store[rows], k)
    shape = (len(rows), votes.n_lfs * k)
    small = max(len(columns), shape[1]) < 2**31
    index_type = np.int32 if small else np.int64
    data = np.ones(len(columns))
    return csr_array(
        (data, columns.astype(index_type, copy=False), indptr.astype(index_type)), shape=shape
    )


def _dense_columns(rows: CodeArray, n_classes: int) -> tuple[IntArray, npt.NDArray[Any]]:
    codes: npt.NDArray[Any] = np.ascontiguousarray(rows)
    voted = codes >= 0
    indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(voted.sum(axis=1))])
    n_columns = codes.shape[1] * n_classes
    offsets = np.arange(0, n_columns, n_classes, dtype=np.int32 if n_columns < 2**31 else np.int64)
    return indptr, (codes + offsets)[voted]
