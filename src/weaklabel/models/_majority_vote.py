"""MajorityVote: each class gets its share of an item's votes."""

from __future__ import annotations

import numpy as np

from weaklabel.core import FloatArray, SparseCodes, VoteMatrix
from weaklabel.models._base import BaseLabelModel
from weaklabel.models._pattern_counts import PatternCounts
from weaklabel.models._row_reductions import row_sum

__all__ = ["MajorityVote", "vote_shares"]

#: Numbers of a block of items, which a processor's cache holds.
_BLOCK = 2**16


class MajorityVote(BaseLabelModel):
    """Share of the votes for each class; every labeling function counts the same.

    The model to compare others with, and a hard one to beat. It estimates nothing:
    `fit` only remembers the labeling functions and the classes. Its shares are
    no calibrated probabilities: an item with a single vote gets 1.0.

    Attributes
    ----------
    class_prior_ : numpy.ndarray of float64, shape (n_classes,)
        Uniform; what an item without votes gets.

    Notes
    -----
    Time O(n_items * n_lfs).

    Examples
    --------
    >>> from weaklabel.core import VoteMatrix
    >>> codes = [[1, 1, 0], [0, -1, 1], [-1, -1, -1]]
    >>> votes = VoteMatrix.from_array(codes, classes=["ham", "spam"])
    >>> model = MajorityVote().fit(votes)
    >>> model.predict_proba(votes).round(2)
    array([[0.33, 0.67],
           [0.5 , 0.5 ],
           [0.5 , 0.5 ]])

    Ties, and items without votes, stay open:

    >>> model.predict(votes)
    array([ 1, -1, -1], dtype=int8)
    """

    uses_patterns = True

    def __init__(self) -> None:
        pass

    def _fit(self, votes: VoteMatrix) -> None:
        self.class_prior_ = np.full(votes.n_classes, 1.0 / votes.n_classes)

    def _fit_counts(self, counts: PatternCounts) -> None:
        self.class_prior_ = np.full(counts.n_classes, 1.0 / counts.n_classes)

    def _posterior(self, votes: VoteMatrix) -> FloatArray:
        return vote_shares(votes)


def vote_shares(votes: VoteMatrix, smoothing: float = 0.0) -> FloatArray:
    """Return each class's share of every item's votes, uniform without votes.

    Parameters
    ----------
    votes : VoteMatrix
        The votes.
    smoothing : float
        Pseudo-votes for each class, at least 0.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items, n_classes)
        Every row sums to 1.
    """
    counts = _class_counts(votes)
    counts += smoothing
    total = row_sum(counts)
    counts[total[:, 0] == 0] = 1.0
    total[total == 0] = votes.n_classes
    counts /= total
    return counts


def _class_counts(votes: VoteMatrix) -> FloatArray:
    n_items, k = votes.n_items, votes.n_classes
    if isinstance(votes.store, SparseCodes):
        items, _, codes = votes.entries
        cells = items * k + codes
        return np.bincount(cells, minlength=n_items * k).reshape(n_items, k).astype(np.float64)
    counts = np.zeros((n_items, k))
    n_rows = max(_BLOCK // k, 1)
    for start in range(0, n_items, n_rows):
        block = counts[start : start + n_rows].reshape(-1)
        for j in range(votes.n_lfs):
            column = votes.store[start : start + n_rows, j]
            voted = np.flatnonzero(column >= 0)
            block[voted * k + column[voted]] += 1.0  # an item is in `voted` once
    return counts
