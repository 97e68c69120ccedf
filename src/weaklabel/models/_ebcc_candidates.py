"""The steps of EBCC on the classes that have votes, for votes over very many classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from weaklabel.core import FloatArray, IntArray
from weaklabel.models._candidates import Candidates, candidates_of, meetings_of
from weaklabel.models._item_sum import item_sum
from weaklabel.models._patterns import VotePatterns
from weaklabel.models._random_start import random_candidate_shares

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "CandidateCells",
    "VoteTable",
    "candidate_accuracy",
    "candidate_cells",
    "candidate_expectation",
    "candidate_maximum",
    "candidate_start",
    "item_scores",
    "mean_confusion",
]

#: Of votes beyond the pseudo-votes: the square of it is less than the last bit of 1.
_NEXT_TO_NOTHING = 1e-8


class VoteTable(NamedTuple):
    """Dirichlet parameters of the votes, of which only some cells differ from their prior.

    Parameters
    ----------
    cells : numpy.ndarray of int64, shape (n_cells,)
        ``(j * n_classes + v) * n_classes + y``, ascending.
    votes : numpy.ndarray of float64, shape (n_cells, n_subtypes)
        Pseudo-votes plus expected votes of these cells.
    n_lfs, n_classes : int
        Size of the vote matrix.
    own, other : float
        Pseudo-votes of a cell with ``v == y``, and of any other.
    """

    cells: IntArray
    votes: FloatArray
    n_lfs: int
    n_classes: int
    own: float
    other: float

    def prior(self) -> FloatArray:
        """Return the pseudo-votes of each of the cells, shape (n_cells, 1)."""
        k = self.n_classes
        right = self.cells // k % k == self.cells % k
        return np.where(right, self.own, self.other)[:, None]

    def columns(self) -> IntArray:
        """Return ``j * n_classes + y`` of each of the cells: the Dirichlet it is part of."""
        k = self.n_classes
        return self.cells // (k * k) * k + self.cells % k

    def totals(self) -> FloatArray:
        """Return the sum of each Dirichlet's parameters, shape (n_lfs * n_classes, n_subtypes)."""
        return self.sum_columns(self.columns(), self.votes - self.prior())

    def sum_columns(self, columns: IntArray, gained: FloatArray) -> FloatArray:
        """Return `totals` where `columns` is at hand, and what the cells have above their prior."""
        sums = _sums(columns, gained, self.n_lfs * self.n_classes)
        return sums + self.own + (self.n_classes - 1) * self.other

    def dense(self) -> FloatArray:
        """Return all cells, shape (n_lfs, n_classes, n_classes, n_subtypes)."""
        k = self.n_classes
        table = np.full((self.n_lfs, k, k, self.votes.shape[1]), self.other)
        table[:, np.arange(k), np.arange(k)] = self.own
        table.reshape(-1, self.votes.shape[1])[self.cells] = self.votes
        return table


class CandidateCells(NamedTuple):
    """The votes, the classes that they are for, and the cells in which these meet.

    Parameters
    ----------
    patterns : VotePatterns
        The votes, none of them soft, with the weights of groups.
    candidates : Candidates
        The classes that have votes, pattern by pattern.
    table : VoteTable
        The cells, at their prior.
    meetings : scipy.sparse.csr_array of float64, shape (n_candidates, n_cells)
        1 where an item has the vote of the cell and the candidate is the cell's class.
    weighted : scipy.sparse.csr_array of float64, shape (n_candidates, n_cells)
        The same with the weight of the vote.
    prior : numpy.ndarray of float64, shape (n_cells, 1)
        Pseudo-votes of the cells.
    at_prior : tuple of numpy.ndarray of float64, shape (n_cells, 1)
        The logarithm of the gamma function of them, and its first two derivatives.
    columns : numpy.ndarray of int64, shape (n_cells,)
        The Dirichlet distribution that each cell is part of.
    """

    patterns: VotePatterns
    candidates: Candidates
    table: VoteTable
    meetings: csr_array[Any, tuple[int, int]]
    weighted: csr_array[Any, tuple[int, int]]
    prior: FloatArray
    at_prior: tuple[FloatArray, FloatArray, FloatArray]
    columns: IntArray


def candidate_cells(patterns: VotePatterns, own: float, other: float) -> CandidateCells:
    """Return the cells in which votes and candidates meet.

    Parameters
    ----------
    patterns : VotePatterns
        The votes, none of them soft.
    own, other : float
        Pseudo-votes of a cell with ``v == y``, and of any other.

    Returns
    -------
    CandidateCells
    """
    from scipy.sparse import csr_array
    from scipy.special import digamma, gammaln, polygamma

    candidates = candidates_of(patterns)
    cells, place, ends, of_vote = meetings_of(patterns, candidates)
    shape = (len(candidates.rows), len(cells))
    meetings = csr_array((np.ones(len(place)), place, ends), shape=shape)
    weighted = meetings
    if patterns.shares is not None:
        weighted = csr_array((patterns.shares.data[of_vote], place, ends), shape=shape)
    size = (patterns.n_lfs, patterns.n_classes)
    table = VoteTable(cells, np.empty((0, 0)), *size, own, other)
    prior = table.prior()
    at_prior = (gammaln(prior), digamma(prior), polygamma(1, prior))
    known = (prior, at_prior, table.columns())
    return CandidateCells(patterns, candidates, table, meetings, weighted, *known)


def candidate_start(
    cells: CandidateCells, drawn_from: VotePatterns, n_subtypes: int, seed: int
) -> FloatArray:
    """Return the soft majority vote, shared out at random among subtypes.

    Parameters
    ----------
    cells : CandidateCells
        The votes.
    drawn_from : VotePatterns
        What random numbers are drawn from.
    n_subtypes, seed : int
        Number of subtypes; another seed gives another start.

    Returns
    -------
    numpy.ndarray of float64, shape (n_candidates, n_subtypes)
    """
    patterns, candidates = cells.patterns, cells.candidates
    weights = (patterns.one_hot if patterns.shares is None else patterns.shares).data
    rows, classes = candidates.rows, candidates.classes
    shares = random_candidate_shares(drawn_from, rows, classes, n_subtypes, seed)
    return candidates.soft_vote(weights)[:, None] * shares


def candidate_maximum(cells: CandidateCells, joint: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the expected number of items of each class and subtype, and the table's votes.

    Parameters
    ----------
    cells : CandidateCells
        The votes.
    joint : numpy.ndarray of float64, shape (n_candidates, n_subtypes)
        P(class, subtype) of each candidate.

    Returns
    -------
    items : numpy.ndarray of float64, shape (n_classes, n_subtypes)
    votes : numpy.ndarray of float64, shape (n_cells, n_subtypes)
        Pseudo-votes plus expected votes.
    """
    candidates = cells.candidates
    expected = joint * cells.patterns.counts[candidates.rows][:, None]
    items = _sums(candidates.classes, expected, cells.patterns.n_classes)
    votes = np.asarray(cells.meetings.T @ expected, dtype=np.float64)
    votes += cells.prior
    return items, votes


def candidate_expectation(
    cells: CandidateCells,
    votes: FloatArray,
    log_parts: FloatArray,
    column_weights: FloatArray | None,
) -> tuple[FloatArray, float, float]:
    """Return the E-step: P(class, subtype) of the candidates, log-likelihood and divergence.

    Parameters
    ----------
    cells : CandidateCells
        The votes.
    votes : numpy.ndarray of float64, shape (n_cells, n_subtypes)
        Dirichlet parameters of the cells.
    log_parts : numpy.ndarray of float64, shape (n_classes, n_subtypes)
        Expected log P(class, subtype).
    column_weights : numpy.ndarray of float64, shape (n_lfs,), optional
        How often each column counts in the divergence; 1 by default.

    Returns
    -------
    numpy.ndarray of float64, shape (n_candidates, n_subtypes)
        Sums to 1 over the candidates of each pattern.
    float
        Log-likelihood in nats.
    float
        Kullback-Leibler divergence of the votes' Dirichlet distributions from their prior.
    """
    from scipy.special import digamma

    candidates, columns = cells.candidates, cells.columns
    gained = votes - cells.prior
    totals = cells.table.sum_columns(columns, gained)
    log_mean, far = _log_gammas(cells, votes, gained)
    log_totals = digamma(totals)
    for part in range(votes.shape[1]):  # one by one, as all together are as large as the table
        log_mean[:, part] -= log_totals[columns, part]
    gained *= log_mean
    far += gained
    del gained
    scores = cells.weighted @ log_mean + log_parts[candidates.classes]
    scores[~candidates.possible] = -np.inf
    highest = candidates.highest(scores.max(axis=1))
    joint = np.exp(scores - highest[candidates.rows][:, None])
    total = candidates.sums(joint.sum(axis=1))
    joint /= total[candidates.rows][:, None]
    log_likelihood = float(item_sum(cells.patterns.counts, np.log(total) + highest))
    return joint, log_likelihood, _divergence(cells.table, far, totals, column_weights)


def candidate_accuracy(cells: CandidateCells, joint: FloatArray) -> FloatArray:
    """Return P(vote is right) of each labeling function, NaN for one that never votes."""
    patterns, candidates = cells.patterns, cells.candidates
    lfs = patterns.one_hot.indices // patterns.n_classes
    items = np.repeat(patterns.counts, np.diff(patterns.one_hot.indptr))
    n_votes = np.bincount(lfs, items, patterns.n_lfs)
    right = np.bincount(lfs, items * joint.sum(axis=1)[candidates.of_vote], patterns.n_lfs)
    missing = np.full(patterns.n_lfs, np.nan)
    return np.asarray(np.divide(right, n_votes, out=missing, where=n_votes > 0))


def mean_confusion(table: VoteTable, shares: FloatArray) -> FloatArray:
    """Return the mean P(vote | true class) over all subtypes.

    Parameters
    ----------
    table : VoteTable
        The Dirichlet parameters.
    shares : numpy.ndarray of float64, shape (n_classes, n_subtypes)
        Share of each subtype in its class.

    Returns
    -------
    numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, y, v]``; rows sum to 1.
    """
    k, columns = table.n_classes, table.columns()
    rates = np.tile(shares, (table.n_lfs, 1)) / table.totals()  # of one vote in each column
    one = rates.sum(axis=1).reshape(table.n_lfs, k)
    confusion = np.repeat(table.other * one[:, :, None], k, axis=2)
    confusion[:, np.arange(k), np.arange(k)] = table.own * one
    means = (table.votes * rates[columns]).sum(axis=1)
    confusion.reshape(-1)[columns * k + table.cells // k % k] = means
    return confusion


def item_scores(table: VoteTable) -> Callable[[VotePatterns], FloatArray]:
    """Return a function from patterns to the expected log P(votes | class, subtype).

    Parameters
    ----------
    table : VoteTable
        The Dirichlet parameters.

    Returns
    -------
    callable
        It gives shape (n_patterns, n_classes * n_subtypes), of patterns without soft votes.

    Notes
    -----
    What a vote says of most classes is the same but for the totals of their Dirichlet
    distributions; the rest lies in a sparse matrix.
    """
    from scipy.sparse import csr_array
    from scipy.special import digamma

    k, n_subtypes = table.n_classes, table.votes.shape[1]
    log_totals = digamma(table.totals()).reshape(table.n_lfs, k * n_subtypes)
    base = float(digamma(table.other)) - log_totals
    gains = _gains(table)

    def score(patterns: VotePatterns) -> FloatArray:
        votes = patterns.one_hot if patterns.shares is None else patterns.shares
        lfs = votes.indices // k
        voted = csr_array((votes.data, lfs, votes.indptr), shape=(votes.shape[0], table.n_lfs))
        return np.asarray(voted @ base + (votes @ gains).toarray())

    return score


def _gains(table: VoteTable) -> csr_array[np.float64, tuple[int, int]]:
    """Return what cells say beyond others, shape (n_lfs * n_classes, n_classes * n_subtypes)."""
    from scipy.sparse import csr_array
    from scipy.special import digamma

    k, n_subtypes = table.n_classes, table.votes.shape[1]
    own = np.arange(table.n_lfs * k) * k + np.tile(np.arange(k), table.n_lfs)
    own = own[~np.isin(own, table.cells)]
    cells = np.concatenate([table.cells, own])
    votes = np.concatenate([table.votes, np.full((len(own), n_subtypes), table.own)])
    rows = np.repeat(cells // k, n_subtypes)
    columns = (cells % k)[:, None] * n_subtypes + np.arange(n_subtypes)
    gained = digamma(votes) - digamma(table.other)
    shape = (table.n_lfs * k, k * n_subtypes)
    return csr_array((gained.ravel(), (rows, columns.ravel())), shape=shape)


def _log_gammas(
    cells: CandidateCells, votes: FloatArray, gained: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the digamma function of `votes`, and how far their log-gamma is below the prior's.

    Most cells have next to nothing beyond their pseudo-votes. There two terms of the series
    are exact to the last bits.
    """
    from scipy.special import digamma, gammaln

    log_gamma, slope, curve = cells.at_prior
    log_mean = curve * gained
    below = log_mean * -0.5
    log_mean += slope
    below -= slope
    below *= gained
    more = np.flatnonzero(gained >= _NEXT_TO_NOTHING)
    counted = votes.ravel()[more]
    log_mean.ravel()[more] = digamma(counted)
    below.ravel()[more] = log_gamma.ravel()[more // votes.shape[1]] - gammaln(counted)
    return log_mean, below


def _divergence(
    table: VoteTable, of_cells: FloatArray, totals: FloatArray, column_weights: FloatArray | None
) -> float:
    """Return the divergence from the prior, in nats, to which cells at their prior add nothing."""
    from scipy.special import gammaln

    k = table.n_classes
    rows = gammaln(totals) - gammaln(table.own + (k - 1) * table.other)
    if column_weights is None:
        return float(of_cells.sum() + rows.sum())
    weights = column_weights[table.cells // (k * k)]
    far = (weights * of_cells.sum(axis=1)).sum()
    return float(far + (np.repeat(column_weights, k) * rows.sum(axis=1)).sum())


def _sums(groups: IntArray, values: FloatArray, n_groups: int) -> FloatArray:
    """Return the sum of the rows of `values` in each group, shape (n_groups, n_columns)."""
    from scipy.sparse import csr_array

    n_rows = len(groups)
    members = csr_array((np.ones(n_rows), groups, np.arange(n_rows + 1)), shape=(n_rows, n_groups))
    return np.asarray(members.T @ values, dtype=np.float64)
