"""rule_terms: the features by which labeling functions vote, found from votes and features alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray, StringArray, Votes
from weaklabel.core._ids import match_item_ids
from weaklabel.core._votes import VoteMatrix
from weaklabel.refine._features import Features

__all__ = ["rule_terms", "vote_pattern"]

#: Correlation of a term's presence with a function's voting from which it is taken for its rule.
#: Of 0.15 to 0.5, this found most wrong labels on four data sets (benchmarks/refine.py).
_CORRELATION = 0.2
#: Fewer items with both are a coincidence: any word of a rare function's item correlates with it.
_FEWEST_TOGETHER = 10
#: Items that correlations are counted on; more change them in the third digit.
_MOST_ITEMS = 100_000


def vote_pattern(votes: Votes, item_ids: StringArray) -> Any:
    """Return who voted on what, a scipy.sparse.csr_array of int8, shape (n_items, n_lfs)."""
    import scipy.sparse as sp

    if isinstance(votes, VoteMatrix):
        entries = votes.entries
        rows, lfs = entries.items, entries.lfs
    else:
        rows, lfs = np.repeat(np.arange(votes.n_items), np.diff(votes.indptr)), votes.lfs
    ones = np.ones(len(rows), dtype=np.int8)
    shape = (len(votes.item_ids), len(votes.lf_names))
    cast = sp.csr_array((ones, (rows, lfs)), shape=shape)
    return cast[match_item_ids(item_ids, votes.item_ids, "votes")]


def rule_terms(features: Features, pattern: Any, seed: int) -> BoolArray:
    """Return which features give away that a labeling function votes.

    A keyword function votes where its word is, so that a classifier of texts
    learns the word and repeats the function's errors on items that it never
    saw. Without the word it has to judge by the rest.

    Parameters
    ----------
    features : scipy.sparse.csr_array, shape (n_items, n_features)
        A term is present where the value is stored.
    pattern : scipy.sparse.csr_array, shape (n_items, n_lfs)
        Stored where the labeling function votes, whatever it says.
    seed : int
        Draws the items, where there are more than 100,000 with votes.

    Returns
    -------
    numpy.ndarray of bool, shape (n_features,)
        Whether the presence of the feature and the votes of some function are on at
        least ten items together, and correlate by 0.2 or more (phi coefficient).

    Notes
    -----
    Counted on items with votes. Time is linear in the stored features of each vote's item.
    """
    rows = np.flatnonzero(np.diff(pattern.indptr) > 0)
    if len(rows) > _MOST_ITEMS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, _MOST_ITEMS, replace=False))
    features, by_lf = features[rows], pattern[rows].tocsc()
    n_terms = features.shape[1]
    n_with_term = np.bincount(features.indices, minlength=n_terms)
    found = np.zeros(n_terms, dtype=np.bool_)
    for j in range(by_lf.shape[1]):
        voted = by_lf.indices[by_lf.indptr[j] : by_lf.indptr[j + 1]]
        if len(voted) < _FEWEST_TOGETHER:
            continue
        terms, together = _counted(features[voted].indices, n_terms)
        phi = _phi(together, n_with_term[terms], len(voted), len(rows))
        found[terms[phi >= _CORRELATION]] = True
    return found


def _counted(indices: IntArray, n_terms: int) -> tuple[IntArray, IntArray]:
    """Return the terms that occur often enough, and how often; small functions cost little."""
    if len(indices) < n_terms:
        terms, counts = np.unique(indices, return_counts=True)
    else:
        terms, counts = np.arange(n_terms), np.bincount(indices, minlength=n_terms)
    often = counts >= _FEWEST_TOGETHER
    return terms[often], counts[often]


def _phi(together: IntArray, n_with_term: IntArray, n_votes: int, n_items: int) -> FloatArray:
    """Return the correlation of two yes-or-no facts; 0 where one of them is always so."""
    n, t, v = float(n_items), n_with_term.astype(np.float64), float(n_votes)
    spread = np.sqrt(t * (n - t) * v * (n - v))
    return np.divide(n * together - t * v, spread, out=np.zeros(len(t)), where=spread > 0)
