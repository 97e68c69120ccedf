"""How often each two votes are cast on one item: the second moments of a vote matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import FloatArray, IntArray
from weaklabel.models._patterns import VotePatterns
from weaklabel.models._pooled_precision import vote_counts

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["co_vote_product", "co_votes"]


def co_votes(
    patterns: VotePatterns, lfs: IntArray | None = None
) -> csr_array[Any, tuple[int, int]]:
    """Return on how many items each vote is cast together with each vote of `lfs`.

    Parameters
    ----------
    patterns : VotePatterns
        The votes. Soft ones are counted as if each were cast once, for a class drawn with its
        probability and apart from the others: the numbers are the expected ones.
    lfs : numpy.ndarray of int64, shape (n_chosen,), optional
        Positions of labeling functions; by default all of them.

    Returns
    -------
    scipy.sparse.csr_array of float64, shape (n_lfs * n_classes, n_chosen * n_classes)
        Row ``i * n_classes + v`` and column ``j * n_classes + w``: the number of items on
        which labeling function ``i`` votes ``v`` and the ``j``-th of `lfs` votes ``w``.

    Notes
    -----
    One pass over the votes: time O(n_votes * votes of `lfs` on an item).
    """
    from scipy.sparse import csr_array

    one_hot = patterns.one_hot
    counts = np.repeat(patterns.counts, np.diff(one_hot.indptr))
    weighted = csr_array((one_hot.data * counts, one_hot.indices, one_hot.indptr), one_hot.shape)
    if lfs is not None:
        k = patterns.n_classes
        weighted = weighted[:, (lfs[:, None] * k + np.arange(k)).ravel()]
    together = csr_array(one_hot.T @ weighted)
    return _cast_once(together, patterns, lfs) if patterns.soft else together


def co_vote_product(patterns: VotePatterns, table: FloatArray) -> FloatArray:
    """Return `co_votes` of different columns times `table`, without building them.

    Parameters
    ----------
    patterns : VotePatterns
        The votes.
    table : numpy.ndarray of float64, shape (n_lfs * n_classes, n_columns)
        What to multiply by.

    Returns
    -------
    numpy.ndarray of float64, shape (n_lfs * n_classes, n_columns)

    Notes
    -----
    Time O(n_votes * n_classes * n_columns).
    """
    one_hot, apart = patterns.one_hot, patterns.latent_votes()
    together = one_hot.T @ (patterns.counts[:, None] * (one_hot @ table))
    counts = patterns.counts[apart.patterns, None]
    alone = apart.cells.T @ (counts * (apart.cells @ table))
    return np.asarray(together - alone, dtype=np.float64)


def _cast_once(
    together: csr_array[Any, tuple[int, int]], patterns: VotePatterns, lfs: IntArray | None
) -> csr_array[Any, tuple[int, int]]:
    """Return `together` with the counts of each vote where a column meets itself.

    Of one soft vote for two classes, only one is cast: the products of its own
    probabilities are no votes cast together.
    """
    from scipy.sparse import csr_array

    k = patterns.n_classes
    chosen = np.arange(patterns.n_lfs) if lfs is None else lfs
    pairs = together.tocoo()
    apart = pairs.row // k != chosen[pairs.col // k]
    rows = (chosen[:, None] * k + np.arange(k)).ravel()
    data = np.concatenate([pairs.data[apart], vote_counts(patterns).ravel()[rows]])
    row = np.concatenate([pairs.row[apart], rows])
    col = np.concatenate([pairs.col[apart], np.arange(len(rows))])
    return csr_array((data, (row, col)), shape=together.shape)
