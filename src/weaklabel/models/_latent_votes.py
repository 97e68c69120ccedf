"""Latent votes: a soft vote is one vote whose class is known up to its probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["LatentVotes"]

#: Most rounds of EM on the tables of votes and classes, and the largest change of a rate with
#: which they end. With ten, calibrated votes of 0.6 to 0.7 end in columns that know nothing.
_MOST_ROUNDS, _CHANGE = 20, 1e-4
#: How much of a soft vote its most probable class has where these rounds start.
_HARDNESS = 0.9
_TINY = np.finfo(np.float64).tiny


@dataclass(frozen=True, slots=True, eq=False)
class LatentVotes:
    """Votes taken apart, one row for each, of which the class may be uncertain.

    Parameters
    ----------
    cells : scipy.sparse.csr_array of float64, shape (n_votes, n_lfs * n_classes)
        In column ``j * n_classes + v`` the probability that the vote, of labeling function
        ``j``, is ``v``; every row sums to 1.
    patterns : numpy.ndarray of int64, shape (n_votes,)
        The pattern that each vote is part of, ascending.
    n_classes : int
        Number of classes.

    Notes
    -----
    Given the true class ``y``, a soft vote ``p`` has the probability ``sum over v of p[v]
    P(vote v | y)``: that of a vote which was cast and then told with the doubt ``p``
    (virtual evidence [1]_). A certain vote is a vote like any other.

    References
    ----------
    .. [1] J. Pearl, "Probabilistic Reasoning in Intelligent Systems", section 2.2.2, Morgan
       Kaufmann, 1988.
    """

    cells: csr_array[np.float64, tuple[int, int]]
    patterns: IntArray
    n_classes: int

    @property
    def certain(self) -> BoolArray:
        """Whether each vote is for one class only, shape (n_votes,)."""
        return np.asarray(np.diff(self.cells.indptr) == 1)

    def log_evidence(self, log_weights: FloatArray) -> FloatArray:
        """Return the logarithm of the expected evidence of each vote.

        Parameters
        ----------
        log_weights : numpy.ndarray of float64, shape (n_lfs * n_classes, n_columns)
            What a vote for each class says in each column, in nats; finite.

        Returns
        -------
        numpy.ndarray of float64, shape (n_votes, n_columns)
            ``log(sum over v of p[v] exp(log_weights[v]))``; of a certain vote its row of
            `log_weights`, to the last bit.
        """
        k, first = self.n_classes, self.cells.indices[self.cells.indptr[:-1]]
        evidence = np.asarray(log_weights[first])
        doubted = np.flatnonzero(~self.certain)
        tables = log_weights.reshape(-1, k, log_weights.shape[1])
        highest = tables.max(axis=1)
        weights = np.exp(tables - highest[:, None, :]).reshape(log_weights.shape)
        expected = np.asarray(self.cells[doubted] @ weights, dtype=np.float64)
        evidence[doubted] = np.log(np.maximum(expected, _TINY)) + highest[first[doubted] // k]
        return evidence

    def expected_counts(self, weighted: FloatArray) -> FloatArray:
        """Return how many votes for each class fall on what the items are.

        Parameters
        ----------
        weighted : numpy.ndarray of float64, shape (n_patterns, n_columns)
            The posterior of each pattern, times its number of items.

        Returns
        -------
        numpy.ndarray of float64, shape (n_lfs * n_classes, n_columns)
            Each vote counts 1 in all.

        Notes
        -----
        Counting a soft vote by its probabilities alone would blur the table of a labeling
        function twice: with calibrated votes the estimates of EM fall to those of columns
        that know nothing. Here a vote is shared out by what it is given the true class,
        ``p[v] P(v | y)``, and ``P(v | y)`` is estimated from these very counts: EM on a
        concave likelihood, for a few rounds from counts of nearly hard votes.
        """
        given = weighted[self.patterns]
        certain = self.certain
        sure = self.cells[np.flatnonzero(certain)]
        doubted = self.cells[np.flatnonzero(~certain)]
        settled = np.asarray(sure.T @ given[certain], dtype=np.float64)
        given = given[~certain]
        transposed = doubted.T
        counts = settled + _sharpened(doubted).T @ given
        rates = np.full_like(counts, np.inf)
        for _ in range(_MOST_ROUNDS):
            before, rates = rates, self._rates(counts)
            if np.abs(rates - before).max(initial=0.0) <= _CHANGE:
                break
            expected = np.asarray(doubted @ rates)
            shares = np.divide(given, expected, out=np.zeros_like(given), where=expected > 0)
            counts = settled + rates * (transposed @ shares)
        return np.asarray(counts, dtype=np.float64)

    def _rates(self, counts: FloatArray) -> FloatArray:
        """Return the share of votes for each class, of each labeling function and column."""
        tables = counts.reshape(-1, self.n_classes, counts.shape[1])
        total = tables.sum(axis=1, keepdims=True)
        rates = np.divide(tables, total, out=np.zeros_like(tables), where=total > 0)
        return np.asarray(rates.reshape(counts.shape))


def _sharpened(
    cells: csr_array[np.float64, tuple[int, int]],
) -> csr_array[np.float64, tuple[int, int]]:
    """Return the votes nearly hard: no class is ruled out, as none could be ruled in again."""
    from scipy.sparse import csr_array

    lengths = np.diff(cells.indptr)
    if not len(lengths):
        return cells
    starts = cells.indptr[:-1]
    best = cells.data == np.repeat(np.maximum.reduceat(cells.data, starts), lengths)
    shares = best / np.repeat(np.add.reduceat(best.astype(np.float64), starts), lengths)
    data = _HARDNESS * shares + (1.0 - _HARDNESS) * cells.data
    return csr_array((data, cells.indices, cells.indptr), shape=cells.shape)
