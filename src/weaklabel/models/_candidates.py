"""Candidates: the classes that an item's votes name, where to name all would be too many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray
from weaklabel.models._patterns import VotePatterns

__all__ = ["Candidates", "Meetings", "candidates_of", "few_candidates", "meetings_of"]

#: With more classes than this, to look at all of them on every item is most of the work.
_MANY_CLASSES = 100


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The classes that have a vote on each pattern, and the one that is known to be its class.

    What is the same for all other classes of a pattern need not be stored for each of
    them: with a thousand classes an item has votes for a few.

    Parameters
    ----------
    indptr : numpy.ndarray of int64, shape (n_patterns + 1,)
        The candidates of pattern ``i`` are ``indptr[i]`` to ``indptr[i + 1]``; at least one.
    rows, classes : numpy.ndarray of int64, shape (n_candidates,)
        Pattern and class of each candidate, ascending.
    of_vote : numpy.ndarray of int64, shape (n_votes,)
        The candidate that each vote of the patterns' ``one_hot`` is for.
    possible : numpy.ndarray of bool, shape (n_candidates,)
        Whether gold leaves it possible.
    """

    indptr: IntArray
    rows: IntArray
    classes: IntArray
    of_vote: IntArray
    possible: BoolArray

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the sum of `values` over the candidates of each pattern.

        Parameters
        ----------
        values : numpy.ndarray of float64, shape (n_candidates, ...)

        Returns
        -------
        numpy.ndarray of float64, shape (n_patterns, ...)
        """
        if not len(values):
            return np.zeros((len(self.indptr) - 1, *values.shape[1:]))
        return np.asarray(np.add.reduceat(values, self.indptr[:-1]))

    def highest(self, values: FloatArray) -> FloatArray:
        """Return the largest of `values` among the candidates of each pattern, as `sums`."""
        if not len(values):
            return np.zeros((len(self.indptr) - 1, *values.shape[1:]))
        return np.asarray(np.maximum.reduceat(values, self.indptr[:-1]))

    def soft_vote(self, weights: FloatArray) -> FloatArray:
        """Return each candidate's share of the votes on its pattern; all where gold knows it.

        Parameters
        ----------
        weights : numpy.ndarray of float64, shape (n_votes,)
            Weight of each vote.

        Returns
        -------
        numpy.ndarray of float64, shape (n_candidates,)
            Sums to 1 over each pattern.
        """
        votes = np.bincount(self.of_vote, weights, len(self.rows))
        ruled_out = np.bincount(self.rows, ~self.possible, len(self.indptr) - 1) > 0
        shares = np.where(ruled_out[self.rows], self.possible, votes).astype(np.float64)
        return np.asarray(shares / self.sums(shares)[self.rows])


def few_candidates(patterns: VotePatterns) -> bool:
    """Return whether the classes are so many that only those with votes should be looked at.

    Never where votes are soft: each may be for all classes.
    """
    return patterns.n_classes > _MANY_CLASSES and not patterns.soft


def candidates_of(patterns: VotePatterns) -> Candidates:
    """Return the candidates of each pattern.

    Parameters
    ----------
    patterns : VotePatterns
        The votes, and gold where there is some.

    Returns
    -------
    Candidates

    Notes
    -----
    One sort of the votes.
    """
    one_hot, k = patterns.one_hot, patterns.n_classes
    n_patterns = one_hot.shape[0]
    rows = np.repeat(np.arange(n_patterns), np.diff(one_hot.indptr))
    keys = rows * k + one_hot.indices % k
    gold = np.full(n_patterns, -1) if patterns.gold is None else patterns.gold.astype(np.int64)
    known = np.flatnonzero(gold >= 0)
    cells, place = np.unique(np.concatenate([keys, known * k + gold[known]]), return_inverse=True)
    cell_rows, classes = np.divmod(cells, k)
    indptr = np.searchsorted(cell_rows, np.arange(n_patterns + 1))
    possible = (gold[cell_rows] < 0) | (gold[cell_rows] == classes)
    return Candidates(indptr, cell_rows, classes, place[: len(keys)].astype(np.int64), possible)


class Meetings(NamedTuple):
    """Every vote beside every candidate of its pattern.

    Parameters
    ----------
    cells : numpy.ndarray of int64, shape (n_cells,)
        The kinds of votes and classes that meet: ``(j * n_classes + v) * n_classes + y``,
        ascending.
    place : numpy.ndarray of int64, shape (n_meetings,)
        The cell of each meeting; meetings lie together by candidate.
    ends : numpy.ndarray of int64, shape (n_candidates + 1,)
        The meetings of candidate ``c`` are ``ends[c]`` to ``ends[c + 1]``.
    of_vote : numpy.ndarray of int64, shape (n_meetings,)
        The vote of each, by its position in the patterns' ``one_hot``.
    """

    cells: IntArray
    place: IntArray
    ends: IntArray
    of_vote: IntArray


def meetings_of(patterns: VotePatterns, candidates: Candidates) -> Meetings:
    """Return where votes and candidates meet.

    Parameters
    ----------
    patterns : VotePatterns
        The votes, none of them soft.
    candidates : Candidates
        Their candidates.

    Returns
    -------
    Meetings

    Notes
    -----
    One sort of as many numbers as all patterns together have pairs of a vote and a candidate.
    """
    one_hot, k = patterns.one_hot, patterns.n_classes
    n_votes = np.diff(one_hot.indptr).astype(np.int64)[candidates.rows]
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(n_votes)])
    starts = one_hot.indptr[candidates.rows].astype(np.int64) - ends[:-1]
    of_vote = np.arange(ends[-1]) + np.repeat(starts, n_votes)
    keys = one_hot.indices[of_vote].astype(np.int64) * k + np.repeat(candidates.classes, n_votes)
    cells, place = np.unique(keys, return_inverse=True)
    return Meetings(cells, place.astype(np.int64), ends, of_vote)
