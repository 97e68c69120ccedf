"""Sums over items that have the same bits on any number of threads."""

from __future__ import annotations

import numpy as np

from weaklabel.core import FloatArray

__all__ = ["item_sum"]


def item_sum(counts: FloatArray, values: FloatArray) -> FloatArray:
    """Return the sum over patterns of `values`, each as often as it has items.

    Parameters
    ----------
    counts : numpy.ndarray of float64, shape (n_patterns,)
        Number of items with each pattern.
    values : numpy.ndarray of float64, shape (n_patterns,) or (n_patterns, n_columns)
        What to sum.

    Returns
    -------
    numpy.ndarray of float64, shape () or (n_columns,)

    Notes
    -----
    ``counts @ values`` is the same but for the last bits, which there depend on into
    how many parts the linear algebra library cuts a long sum, one for each thread.

    Examples
    --------
    >>> item_sum(np.array([2.0, 1.0]), np.array([[0.5, 0.5], [0.0, 1.0]]))
    array([1., 2.])
    """
    return np.asarray(np.einsum("i,i...->...", counts, values), dtype=np.float64)
