"""Pooled agreement: how often a vote is confirmed by the other votes on its item."""

from __future__ import annotations

import numpy as np

from weaklabel.core import FloatArray
from weaklabel.models._item_sum import item_sum

__all__ = ["pooled_agreement"]

#: The prior accuracy stays where it neither inverts votes nor trusts them blindly.
_LOWEST_ACCURACY, _HIGHEST_ACCURACY = 0.55, 0.95
#: Without overlapping votes a labeling function is taken to be this much better than chance.
_ABOVE_CHANCE = 0.05


def pooled_agreement(class_counts: FloatArray, counts: FloatArray, strength: float) -> float:
    """Return the share of votes that agree with most other votes on their item.

    Parameters
    ----------
    class_counts : numpy.ndarray of float64, shape (n_patterns, n_classes)
        Number of votes for each class.
    counts : numpy.ndarray of float64, shape (n_patterns,)
        Number of items with each pattern.
    strength : float
        Pseudo-votes at 0.05 above chance, for votes that seldom overlap.

    Returns
    -------
    float
        In [0.55, 0.95]. Where the other votes tie between t classes, agreeing with
        one of them counts 1 / t.

    Examples
    --------
    Two votes against one, on a hundred items: two thirds of the votes meet one that
    agrees and one that does not, which is a tie.

    >>> round(pooled_agreement(np.array([[2.0, 1.0]]), np.array([100.0]), 10.0), 2)
    0.55
    >>> round(pooled_agreement(np.array([[3.0, 0.0]]), np.array([100.0]), 10.0), 2)
    0.95
    """
    n_classes = class_counts.shape[1]
    overlapping = class_counts.sum(axis=1) > 1
    votes, items = class_counts[overlapping], counts[overlapping]
    agreed = float(item_sum(items, _confirmed(votes)))
    pairs = float(item_sum(items, votes.sum(axis=1))) + strength
    chance = 1.0 / n_classes + _ABOVE_CHANCE
    agreement = (agreed + strength * chance) / pairs if pairs > 0 else chance
    return float(np.clip(agreement, _LOWEST_ACCURACY, _HIGHEST_ACCURACY))


def _confirmed(class_counts: FloatArray) -> FloatArray:
    """Return how many votes of each row agree with most of the others on it.

    Only those for a class that leads by a vote or more do: without one of them it still
    has as many as any other. Each earns 1 / t where t classes then lead.
    """
    highest = class_counts.max(axis=1, initial=0.0)
    next_to = (class_counts == (highest - 1.0)[:, None]).sum(axis=1)
    leads = (class_counts > (highest - 1.0)[:, None]).sum(axis=1) == 1
    return np.where(leads, highest / (1.0 + next_to), 0.0)
