"""Hashes of rows of votes, by which equal rows find each other without being sorted."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from weaklabel.core._arrays import CodeArray, FloatArray, IntArray
from weaklabel.core._sparse import SparseCodes
from weaklabel.core._votes import VoteMatrix

__all__ = [
    "SALTS",
    "HashArray",
    "cell_hashes",
    "distinct",
    "gold_hashes",
    "row_hashes",
    "scramble",
    "vote_patterns",
    "weight_hashes",
]

HashArray: TypeAlias = npt.NDArray[np.uint64]

#: Two unrelated starting points of the hash (digits of pi and of e).
SALTS = (0x243F6A8885A308D3, 0xB7E151628AED2A6A)
#: Columns are looked up together in tables of this size, block by block: both stay in cache.
_LARGEST_TABLE = 4096
_ROWS_AT_ONCE = 16_384
#: The bits of the weight 1.
_ONE = np.float64(1.0).view(np.uint64)


def row_hashes(votes: VoteMatrix, salt: int) -> HashArray:
    """Return a hash of each item's votes: the sum of a fixed pseudo-random number for each vote.

    Parameters
    ----------
    votes : VoteMatrix
        The votes.
    salt : int
        Which hash; see `SALTS`.

    Returns
    -------
    numpy.ndarray of uint64, shape (n_items,)
        The same for the dense and the sparse form; 0 where nobody votes.
    """
    k, store = votes.n_classes, votes.store
    if isinstance(store, SparseCodes):
        cells = store.lfs.astype(np.int64) * k + store.codes
        return cell_hashes(store.indptr, cells, salt)
    total = np.zeros(votes.n_items, dtype=np.uint64)
    width = max(int(np.log(_LARGEST_TABLE) / np.log(k + 1)), 1)
    for first in range(0, votes.n_lfs, width):
        columns = range(first, min(first + width, votes.n_lfs))
        table = _table(columns, k, salt)
        for start in range(0, votes.n_items, _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            total[rows] += table[_joint_codes([store[rows, j] for j in columns], k)]
    return total


def vote_patterns(votes: VoteMatrix) -> IntArray:
    """Return the vote pattern of each item: a number that items with the same votes share.

    Parameters
    ----------
    votes : VoteMatrix
        The votes, dense or sparse.

    Returns
    -------
    numpy.ndarray of int64, shape (n_items,)
        From 0 to the number of patterns less one, in the order of two hashes: neither the order
        of the items nor other patterns change which items share one.

    Notes
    -----
    Patterns are told apart by 128 bits of hash, in O(n_votes + n_items log n_items).

    Examples
    --------
    >>> from weaklabel.core import VoteMatrix
    >>> groups = vote_patterns(VoteMatrix.from_array([[0, -1], [0, 1], [0, -1]], ["ham", "spam"]))
    >>> bool(groups[0] == groups[2] != groups[1])
    True
    """
    return distinct(*(row_hashes(votes, salt) for salt in SALTS))[1]


def _table(columns: range, n_classes: int, salt: int) -> HashArray:
    """Return the hash of every combination of votes and abstains in some columns."""
    table = np.zeros(1, dtype=np.uint64)
    for j in columns:
        cells = np.arange(j * n_classes, (j + 1) * n_classes, dtype=np.uint64)
        column = np.concatenate([np.zeros(1, np.uint64), scramble(cells, salt)])
        table = (table[:, None] + column).ravel()
    return table


def _joint_codes(columns: list[CodeArray], n_classes: int) -> IntArray:
    """Return the place of each row's votes in `_table`: digits, of which 0 is an abstain."""
    joint = columns[0].astype(np.int32) + 1
    for column in columns[1:]:
        joint *= n_classes + 1
        joint += column
        joint += 1
    return joint.astype(np.int64)


def cell_hashes(
    indptr: IntArray, cells: npt.NDArray[Any], salt: int, weights: FloatArray | None = None
) -> HashArray:
    """Return the hash of each row, of which ``cells[indptr[i]:indptr[i + 1]]`` are the votes.

    A cell is ``j * n_classes + v`` for vote ``v`` of labeling function ``j``. Every bit of its
    weight counts; without `weights` all are 1.
    """
    keys = cells.astype(np.uint64)
    if weights is not None:
        keys ^= weight_hashes(weights, salt)
    hashes = scramble(keys, salt)
    # Sums wrap at 2**64, and so do their differences.
    running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(hashes, dtype=np.uint64)])
    return np.asarray(running[indptr[1:]] - running[indptr[:-1]])


def gold_hashes(gold: CodeArray, n_cells: int, salt: int) -> HashArray:
    """Return what a known class adds to the hash of its row: 0 where it is unknown."""
    hashes = scramble(gold.astype(np.int64).astype(np.uint64) + np.uint64(n_cells), salt)
    return np.where(gold >= 0, hashes, np.uint64(0))


def weight_hashes(weights: FloatArray, salt: int) -> HashArray:
    """Return a pseudo-random number for each weight, 0 for a weight of 1."""
    bits = weights.view(np.uint64) ^ _ONE
    return np.where(bits != 0, scramble(bits, salt), np.uint64(0))


def scramble(values: HashArray, salt: int) -> HashArray:
    """Return a pseudo-random number for each value: SplitMix64.

    G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number
    generators", OOPSLA 2014. https://doi.org/10.1145/2660193.2660195
    """
    z = values * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def distinct(hashes: HashArray, second: HashArray) -> tuple[IntArray, IntArray, IntArray]:
    """Return the position of one row of each group, the group of each row, and group sizes.

    Groups are ordered by hash, so that the order of the rows chooses nothing.
    """
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
    return order[starts], inverse, sizes
