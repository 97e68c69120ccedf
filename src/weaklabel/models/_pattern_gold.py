"""PatternGold: what gold says of items with the same votes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from weaklabel.core import FloatArray, SoftVotes, Votes
from weaklabel.core._row_hash import SALTS, HashArray, cell_hashes, distinct, row_hashes
from weaklabel.core._sparse import take_rows
from weaklabel.models._pattern_counts import PatternCounts, soft_cells

__all__ = ["PatternGold", "corrected", "pattern_gold"]


class PatternGold(NamedTuple):
    """How many items of each class gold has found for each vote pattern that it knows of.

    Attributes
    ----------
    keys : numpy.ndarray of uint64, shape (2, n_known)
        Two hashes of the votes of each pattern, in ascending order.
    items : numpy.ndarray of float64, shape (n_known, n_classes)
        Number of its items of known class.
    """

    keys: HashArray
    items: FloatArray


def pattern_gold(counts: PatternCounts) -> PatternGold:
    """Return what the gold in `counts` says of each vote pattern; of none without gold.

    Parameters
    ----------
    counts : PatternCounts
        The votes; patterns with the same votes and different gold are apart in them.

    Returns
    -------
    PatternGold
    """
    known = np.flatnonzero(counts.gold >= 0)
    indptr, source = take_rows(counts.indptr, known)
    cells, weights = counts.cells[source], counts.weights
    kept = None if weights is None else weights[source]
    keys = [cell_hashes(indptr, cells, salt, kept) for salt in SALTS]
    first, inverse, _ = distinct(*keys)
    items = np.zeros((len(first), counts.n_classes))
    np.add.at(items, (inverse, counts.gold[known]), counts.counts[known])
    return PatternGold(np.stack([key[first] for key in keys]), items)


def corrected(
    posterior: FloatArray, votes: Votes, gold: PatternGold, strength: float
) -> FloatArray:
    """Return the posterior of items, moved towards the gold of items with the same votes.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        What the votes say; it is changed in place.
    votes : VoteMatrix or SoftVotes
        The votes on the items.
    gold : PatternGold
        What is known.
    strength : float
        How many items of known class the posterior weighs as much as, above 0.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items, n_classes)
        ``(strength * posterior + items) / (strength + n)`` for the ``n`` items of known class
        with the same votes: the mean of a Dirichlet distribution.
    """
    if len(gold.items) == 0:
        return posterior
    first, second = _item_keys(votes)
    place = np.minimum(np.searchsorted(gold.keys[0], first), len(gold.items) - 1)
    found = (gold.keys[0, place] == first) & (gold.keys[1, place] == second) & votes.covered
    items = gold.items[place[found]]
    total = strength + items.sum(axis=1, keepdims=True)
    posterior[found] = (strength * posterior[found] + items) / total
    return posterior


def _item_keys(votes: Votes) -> tuple[HashArray, HashArray]:
    if isinstance(votes, SoftVotes):
        cells = soft_cells(votes)
        keys = [cell_hashes(cells.indptr, cells.cells, s, cells.weights) for s in SALTS]
    else:
        keys = [row_hashes(votes, s) for s in SALTS]
    return keys[0], keys[1]
