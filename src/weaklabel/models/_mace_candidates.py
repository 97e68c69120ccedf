"""The steps of MACE on the classes that have votes, for votes over very many classes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from weaklabel.core import FloatArray, IntArray
from weaklabel.core._numerics import safe_log
from weaklabel.models._candidates import Candidates, candidates_of
from weaklabel.models._item_sum import item_sum
from weaklabel.models._patterns import VotePatterns
from weaklabel.models._random_start import random_candidate_shares

__all__ = [
    "CandidateVotes",
    "candidate_expectation",
    "candidate_start",
    "candidate_statistics",
    "candidate_votes",
]


class CandidateVotes(NamedTuple):
    """The votes, and the classes that they are for.

    Parameters
    ----------
    patterns : VotePatterns
        The votes, none of them soft, with the weights of groups.
    candidates : Candidates
        The classes that have votes, pattern by pattern.
    rows : numpy.ndarray of int64, shape (n_votes,)
        Pattern of each vote.
    weights : numpy.ndarray of float64, shape (n_votes,)
        Weight of each vote.
    """

    patterns: VotePatterns
    candidates: Candidates
    rows: IntArray
    weights: FloatArray


class _State(NamedTuple):
    """What an E-step finds; the iteration takes it in one row.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_candidates,)
        P(class) of each candidate.
    elsewhere : numpy.ndarray of float64, shape (n_patterns,)
        Mean P(class) of the classes without votes; 0 where there are none.
    known : numpy.ndarray of float64, shape (n_lfs * n_classes,)
        P(it knew | it voted ``v`` and was right).
    shares : numpy.ndarray of float64, shape (n_classes,)
        Mean P(class) of all items.
    """

    posterior: FloatArray
    elsewhere: FloatArray
    known: FloatArray
    shares: FloatArray

    def row(self) -> FloatArray:
        """Return all of it in one row."""
        return np.concatenate(self)


def candidate_votes(patterns: VotePatterns) -> CandidateVotes:
    """Return the votes with the classes that they are for."""
    one_hot = patterns.one_hot
    rows = np.repeat(np.arange(one_hot.shape[0]), np.diff(one_hot.indptr))
    weights = one_hot.data if patterns.shares is None else patterns.shares.data
    return CandidateVotes(patterns, candidates_of(patterns), rows, weights)


def candidate_start(
    votes: CandidateVotes, drawn_from: VotePatterns, seed: int | None
) -> FloatArray:
    """Return the soft majority vote as a state, changed at random where there is a seed.

    Parameters
    ----------
    votes : CandidateVotes
        The votes.
    drawn_from : VotePatterns
        What random numbers are drawn from.
    seed : int, optional
        Another seed gives another start.

    Returns
    -------
    numpy.ndarray of float64, shape (n_state,)
    """
    patterns, candidates = votes.patterns, votes.candidates
    rows, classes = candidates.rows, candidates.classes
    posterior = candidates.soft_vote(votes.weights)
    if seed is not None:
        posterior *= random_candidate_shares(drawn_from, rows, classes, 2, seed)[:, 0]
        posterior /= candidates.sums(posterior)[rows]
    nowhere = np.zeros(len(patterns.counts))
    shares = _class_shares(votes, posterior, nowhere, np.zeros(patterns.n_classes))
    known = np.full(patterns.n_lfs * patterns.n_classes, 0.5)
    return _State(posterior, nowhere, known, shares).row()


def candidate_statistics(
    votes: CandidateVotes, row: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return what the M-step needs of a state.

    Parameters
    ----------
    votes : CandidateVotes
        The votes.
    row : numpy.ndarray of float64, shape (n_state,)
        The state.

    Returns
    -------
    right, n_votes : numpy.ndarray of float64, shape (n_lfs, n_classes)
        Expected number of right votes of each kind, and the number of all.
    known : numpy.ndarray of float64, shape (n_lfs, n_classes)
        P(it knew | it voted ``v`` and was right).
    items : numpy.ndarray of float64, shape (n_classes,)
        Expected number of items of each class.
    """
    patterns = votes.patterns
    shape = (patterns.n_lfs, patterns.n_classes)
    sizes = [len(votes.candidates.rows), len(patterns.counts), shape[0] * shape[1]]
    state = _State(*np.split(row, np.cumsum(sizes)))
    cells, counts = patterns.one_hot.indices, patterns.counts[votes.rows]
    n_votes = _totals(cells, counts, sizes[2]).reshape(shape)
    expected = counts * state.posterior[votes.candidates.of_vote]
    right = _totals(cells, expected, sizes[2]).reshape(shape)
    items = state.shares * patterns.counts.sum()
    return right, n_votes, state.known.reshape(shape), items


def candidate_expectation(
    votes: CandidateVotes,
    class_prior: FloatArray,
    log_right: FloatArray,
    log_guess: FloatArray,
    known: FloatArray,
) -> tuple[FloatArray, float]:
    """Return the E-step, as a state, and the log-likelihood of the votes.

    A vote adds `log_guess` to all classes but its own, to which it adds `log_right`. The
    classes without votes on an item thus have the same odds, but for their prior.

    Parameters
    ----------
    votes : CandidateVotes
        The votes.
    class_prior : numpy.ndarray of float64, shape (n_classes,)
        P(true class); sums to 1.
    log_right, log_guess : numpy.ndarray of float64, shape (n_lfs, n_classes)
        What each vote says of its own class and of any other, in nats.
    known : numpy.ndarray of float64, shape (n_lfs, n_classes)
        P(it knew | it voted ``v`` and was right), which is part of the state.

    Returns
    -------
    numpy.ndarray of float64, shape (n_state,)
        The state.
    float
        Log-likelihood in nats.
    """
    patterns, candidates = votes.patterns, votes.candidates
    rows, cells = candidates.rows, patterns.one_hot.indices
    gained = votes.weights * (log_right - log_guess).ravel()[cells]
    scores = _totals(candidates.of_vote, gained, len(rows))
    scores += safe_log(class_prior)[candidates.classes]
    scores[~candidates.possible] = -np.inf
    prior_elsewhere, n_others = _elsewhere(votes, class_prior)
    highest = np.maximum(candidates.highest(scores), 0.0)
    posterior = np.exp(scores - highest[rows])
    odds = np.exp(-highest)
    total = candidates.sums(posterior) + prior_elsewhere * odds
    posterior /= total[rows]
    odds = np.where(prior_elsewhere > 0, odds / total, 0.0)
    guesses = votes.weights * log_guess.ravel()[cells]
    log_evidence = np.log(total) + highest
    log_evidence += _totals(votes.rows, guesses, len(total))
    shares = _class_shares(votes, posterior, odds, class_prior)
    elsewhere = odds * prior_elsewhere / np.maximum(n_others, 1)
    state = _State(posterior, elsewhere, known.ravel(), shares)
    return state.row(), float(item_sum(patterns.counts, log_evidence))


def _elsewhere(votes: CandidateVotes, class_prior: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return P(a class without votes) of each pattern, 0 where gold is known, and how many."""
    patterns, candidates = votes.patterns, votes.candidates
    n_others = patterns.n_classes - np.diff(candidates.indptr)
    prior = 1.0 - candidates.sums(class_prior[candidates.classes])
    possible = n_others > 0
    if patterns.gold is not None:
        possible &= patterns.gold < 0
    return np.where(possible, np.maximum(prior, 0.0), 0.0), n_others


def _class_shares(
    votes: CandidateVotes, posterior: FloatArray, odds: FloatArray, class_prior: FloatArray
) -> FloatArray:
    """Return the mean P(class) of all items; of a class without votes it is odds times prior."""
    counts, candidates = votes.patterns.counts, votes.candidates
    gained = posterior - odds[candidates.rows] * class_prior[candidates.classes]
    gained *= counts[candidates.rows]
    items = _totals(candidates.classes, gained, len(class_prior))
    items += float(item_sum(counts, odds)) * class_prior
    return np.maximum(items, 0.0) / max(float(counts.sum()), 1.0)


def _totals(groups: npt.NDArray[Any], values: FloatArray, n_groups: int) -> FloatArray:
    """Return the sum of `values` in each group."""
    return np.bincount(groups, values, n_groups).astype(np.float64, copy=False)
