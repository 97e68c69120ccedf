"""Blend: what naive Bayes makes of the votes on an item, averaged with how they are shared out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, IntArray, Votes
from weaklabel.core._numerics import safe_log
from weaklabel.models._patterns import VotePatterns, item_blocks
from weaklabel.models._row_reductions import row_sum, softmax_rows

__all__ = ["Blend", "blended_items", "blended_posterior", "share_of_evidence"]

#: Pseudo-votes for each class in the vote shares: Krichevsky and Trofimov's half, nearly.
_SMOOTHING = 0.3
#: Number of columns with which evidence and vote shares count alike.
_COLUMNS_ALIKE = 12.0


class Blend(NamedTuple):
    """How far votes are believed, and how evidence and vote shares are averaged.

    With ``n`` votes on an item and ``share`` = `evidence_share`::

        log evidence(y) = prior_exponent log class_prior(y)
                          + strength n ** -crowding * sum over votes of log_weight + const
        posterior       = share * evidence + (1 - share) * (votes for y + 0.3) / (n + 0.3 k)

    Attributes
    ----------
    strength : float
        What a vote on its own counts, against what its weight says.
    crowding : float
        In [0, 1]: 0 if votes are independent given the class, so that ``n`` votes are ``n``
        times the evidence of one; 1 if they all say the same.
    prior_exponent : float
        What the class prior counts.
    evidence_share : float
        In [0, 1].
    """

    strength: float
    crowding: float
    prior_exponent: float
    evidence_share: float


def share_of_evidence(n_columns: float, slope: float) -> float:
    """Return how much evidence counts in the mean with vote shares: ``m^s / (m^s + 12^s)``.

    Of few columns one hardly learns which of them to trust; of many, one does.

    Parameters
    ----------
    n_columns : float
        Number ``m`` of columns that vote, at least 0; a group of columns is one.
    slope : float
        The exponent ``s``, at least 0.

    Returns
    -------
    float
        In [0, 1].

    Examples
    --------
    >>> [round(share_of_evidence(m, 0.75), 2) for m in (3, 12, 50)]
    [0.26, 0.5, 0.74]
    """
    many = n_columns**slope
    return float(many / (many + _COLUMNS_ALIKE**slope))


def blended_posterior(
    patterns: VotePatterns, class_prior: FloatArray, log_weights: FloatArray, blend: Blend
) -> FloatArray:
    """Return the blended posterior of each pattern, shape (n_patterns, n_classes).

    Parameters
    ----------
    patterns : VotePatterns
        The votes; a pattern without any gets what the prior exponent makes of the prior.
    class_prior : numpy.ndarray of float64, shape (n_classes,)
        P(true class); sums to 1.
    log_weights : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]``: what vote ``v`` of labeling function ``j`` adds to the
        log-probability of class ``y``.
    blend : Blend
        The constants.

    Returns
    -------
    numpy.ndarray of float64, shape (n_patterns, n_classes)
        Every row sums to 1.
    """
    shares = patterns.class_counts()
    n_votes = np.maximum(row_sum(shares), 1.0)
    scores = patterns.log_evidence(log_weights)
    scores *= blend.strength * n_votes**-blend.crowding
    scores += blend.prior_exponent * safe_log(class_prior)
    posterior = softmax_rows(scores)
    posterior *= blend.evidence_share
    shares += _SMOOTHING
    shares *= (1.0 - blend.evidence_share) / row_sum(shares)
    posterior += shares
    return posterior


def blended_items(
    votes: Votes,
    class_prior: FloatArray,
    log_weights: FloatArray,
    group_of: IntArray | None,
    blend: Blend,
) -> FloatArray:
    """Return the blended posterior of every item, shape (n_items, n_classes).

    An item without votes gets `class_prior`. `group_of` is that of
    `VotePatterns.share_votes`; None where every vote weighs 1.
    """
    posterior = np.empty((votes.n_items, votes.n_classes))
    for rows, block in item_blocks(votes):
        patterns = block if group_of is None else block.share_votes(group_of)
        posterior[rows] = blended_posterior(patterns, class_prior, log_weights, blend)
    posterior[~votes.covered] = class_prior
    return posterior
