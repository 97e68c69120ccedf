"""How often each two votes are cast on one item: the second moments of a vote matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from weaklabel.core import IntArray
from weaklabel.models._patterns import VotePatterns

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["co_votes"]


def co_votes(
    patterns: VotePatterns, lfs: IntArray | None = None
) -> csr_array[Any, tuple[int, int]]:
    """Return on how many items each vote is cast together with each vote of `lfs`.

    Parameters
    ----------
    patterns : VotePatterns
        The votes.
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
    return csr_array(one_hot.T @ weighted)
