"""The class prior that soft majority vote gives, for models that need one to start with."""

from __future__ import annotations

import numpy as np

from weaklabel.core import FloatArray
from weaklabel.models._em import soft_vote
from weaklabel.models._item_sum import item_sum
from weaklabel.models._patterns import VotePatterns

__all__ = ["soft_vote_prior"]


def soft_vote_prior(patterns: VotePatterns) -> FloatArray:
    """Return the mean share of votes for each class over the items with votes.

    Parameters
    ----------
    patterns : VotePatterns
        The votes.

    Returns
    -------
    numpy.ndarray of float64, shape (n_classes,)
        Positive and summing to 1: each class has one pseudo-item, so without votes it
        is uniform.
    """
    expected = item_sum(patterns.counts, soft_vote(patterns)) + 1.0
    return np.asarray(expected / expected.sum(), dtype=np.float64)
