"""Regions of items on which no labeling function votes, and the words that set them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray

__all__ = ["Region", "log_odds", "uncovered_regions"]

#: Fewer items than this are no region that a labeling function is worth writing for.
_LEAST_ITEMS = 10
_MOST_TERMS = 50_000
#: Clusters are sought in so many dimensions (latent semantic analysis): texts of few words
#: hardly share any.
_DIMENSIONS = 50
#: The 97.5 % quantile of the normal distribution.
_LEAST_Z = 1.959963984540054
#: A word in fewer of a region's items makes no labeling function that covers it.
_LEAST_SHARE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A cluster of uncovered items.

    Parameters
    ----------
    rows : numpy.ndarray of int64, shape (n_items_in_it,)
        Its items, the nearest to its center first.
    words : tuple of str
        Words that at least a twentieth of its items have, far more often than all
        other items, the most significant first; may be empty.
    """

    rows: IntArray
    words: tuple[str, ...]


def uncovered_regions(
    texts: Sequence[str], covered: BoolArray, *, n_regions: int, n_words: int, seed: int
) -> list[Region]:
    """Return clusters of the items without votes, the largest first.

    Parameters
    ----------
    texts : sequence of str, shape (n_items,)
        In the order of item ids, so that the order of the input does not matter.
    covered : numpy.ndarray of bool, shape (n_items,)
        Whether any labeling function votes.
    n_regions : int
        Most clusters; fewer where there are fewer than ten items for each.
    n_words : int
        Most words of each.
    seed : int
        Seed of the clustering.

    Returns
    -------
    list of Region
        Uncovered items with no word in common with another item are in none.

    Notes
    -----
    Mini-batch k-means on 50 dimensions of the TF-IDF of words. Words are counted once
    for each item, and compared with all items outside the region, covered or not. Time is
    linear in the characters of text.
    """
    if np.count_nonzero(~covered) < _LEAST_ITEMS:
        return []
    found, terms = _words_of(texts)
    rows = np.flatnonzero(~covered & (np.diff(found.indptr) > 0))
    if len(rows) < _LEAST_ITEMS:
        return []
    clusters, distance = _clusters(found[rows], n_regions, seed)
    whole = _totals(found)
    regions = []
    for c in np.unique(clusters).tolist():
        members = np.flatnonzero(clusters == c)
        inside = _totals(found[rows[members]])
        words = _distinctive(inside, whole - inside, len(members), terms)[:n_words]
        nearest = members[np.argsort(distance[members], kind="stable")]
        regions.append(Region(rows[nearest], words))
    return sorted(regions, key=lambda region: (-len(region.rows), region.rows.min()))


def log_odds(counts: FloatArray, others: FloatArray, prior: FloatArray) -> FloatArray:
    """Return how significantly each word is more frequent in one set of texts than in others.

    Parameters
    ----------
    counts : numpy.ndarray of float64, shape (n_words,)
        How often each word occurs in the set.
    others : numpy.ndarray of float64, shape (n_words,)
        How often in the other texts.
    prior : numpy.ndarray of float64, shape (n_words,)
        Pseudo-counts above 0, in proportion to the frequency of each word in general.

    Returns
    -------
    numpy.ndarray of float64, shape (n_words,)
        z-scores of the log-odds ratio; above 1.96 the word is distinctive.

    Notes
    -----
    Equations (15), (16) and (22) of [1]_. The prior keeps words that occur twice from
    winning over words that matter.

    References
    ----------
    .. [1] B. L. Monroe, M. P. Colaresi and K. M. Quinn, "Fightin' Words: Lexical Feature
       Selection and Evaluation for Identifying the Content of Political Conflict",
       Political Analysis 16(4), 2008. https://doi.org/10.1093/pan/mpn018

    Examples
    --------
    >>> log_odds(np.array([30.0, 10.0]), np.array([30.0, 90.0]), np.array([5.0, 5.0])).round(1)
    array([ 7.7, -6.6])
    """
    here, there = counts + prior, others + prior
    odds = [np.log(part) - np.log(part.sum() - part) for part in (here, there)]
    return np.asarray((odds[0] - odds[1]) / np.sqrt(1 / here + 1 / there))


def _words_of(texts: Sequence[str]) -> tuple[Any, Any]:
    """Return which text has which word, as a sparse matrix, and the words of its columns."""
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import CountVectorizer

    options = {"binary": True, "max_features": _MOST_TERMS, "dtype": np.int32}
    counter = CountVectorizer(min_df=2, **options)
    try:
        return counter.fit_transform(texts), counter.get_feature_names_out()
    except ValueError as error:  # only emoji, or no word in two texts
        if "empty vocabulary" not in str(error) and "no terms remain" not in str(error):
            raise
        return sp.csr_array((len(texts), 0), dtype=np.int32), np.empty(0, dtype=object)


def _clusters(found: Any, n_regions: int, seed: int) -> tuple[IntArray, FloatArray]:
    """Return the cluster of each row, and its distance to the center."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.preprocessing import normalize

    weights = TfidfTransformer().fit_transform(found)
    if min(weights.shape) > _DIMENSIONS:
        weights = normalize(TruncatedSVD(_DIMENSIONS, random_state=seed).fit_transform(weights))
    n_clusters = max(1, min(n_regions, found.shape[0] // _LEAST_ITEMS))
    means = MiniBatchKMeans(n_clusters, n_init=3, random_state=seed).fit(weights)
    distance = means.transform(weights)
    # Rounding must not decide between two rows that say the same.
    return means.labels_.astype(np.int64), distance.min(axis=1).round(9)


def _totals(found: Any) -> FloatArray:
    return np.asarray(found.sum(axis=0), dtype=np.float64).ravel()


def _distinctive(
    inside: FloatArray, outside: FloatArray, n_members: int, terms: Any
) -> tuple[str, ...]:
    kept = inside >= _LEAST_SHARE * n_members
    if outside.any() and len(terms) > 1:
        whole = inside + outside
        prior = whole * (inside.sum() / whole.sum())  # as heavy as the region itself
        score = log_odds(inside, outside, prior)
        kept &= score > _LEAST_Z
    else:  # nothing to be distinct from: its most frequent words
        score = inside
    best = np.lexsort((np.arange(len(terms)), -score))
    return tuple(str(terms[w]) for w in best if kept[w])
