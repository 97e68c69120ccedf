"""Accuracy of a labeling function from the precision of its votes."""

from __future__ import annotations

import numpy as np

from weaklabel.core import FloatArray
from weaklabel.models._patterns import VotePatterns

__all__ = ["pooled_precision", "vote_counts"]


def vote_counts(patterns: VotePatterns) -> FloatArray:
    """Return how often each labeling function votes for each class, (n_lfs, n_classes).

    A soft vote counts for every class, with its probability.
    """
    sums = np.asarray(patterns.one_hot.T @ patterns.counts, dtype=np.float64)
    return sums.reshape(patterns.n_lfs, patterns.n_classes)


def pooled_precision(precision: FloatArray, n_votes: FloatArray) -> FloatArray:
    """Return P(a vote is right) of each labeling function, over all of its votes.

    Parameters
    ----------
    precision : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is P(true class ``y`` | labeling function ``j`` votes ``v``).
    n_votes : numpy.ndarray of float64, shape (n_lfs, n_classes)
        Number of votes of each labeling function for each class.

    Returns
    -------
    numpy.ndarray of float64, shape (n_lfs,)
        In [0, 1]; NaN for a labeling function that never votes.
    """
    right = (n_votes * np.einsum("jvv->jv", precision)).sum(axis=1)
    total = n_votes.sum(axis=1)
    return np.asarray(np.divide(right, total, out=np.full(len(total), np.nan), where=total > 0))
