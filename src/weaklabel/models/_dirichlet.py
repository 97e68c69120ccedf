"""Dirichlet distributions of variational models: expected logarithms and divergence from the prior."""

from __future__ import annotations

import numpy as np

from weaklabel.core import FloatArray

__all__ = ["dirichlet_divergence", "expected_log"]


def expected_log(concentration: FloatArray) -> FloatArray:
    """Return the expected logarithm of each probability under Dirichlet distributions.

    Parameters
    ----------
    concentration : numpy.ndarray of float64, shape (..., n)
        Parameters of one distribution in each row of the last axis, above 0.

    Returns
    -------
    numpy.ndarray of float64, shape (..., n)
        Below 0; ``exp`` of a row sums to less than 1.

    Examples
    --------
    >>> expected_log(np.array([1.0, 1.0]))
    array([-1., -1.])
    """
    from scipy.special import digamma

    total = concentration.sum(axis=-1, keepdims=True)
    return np.asarray(digamma(concentration) - digamma(total), dtype=np.float64)


def dirichlet_divergence(
    concentration: FloatArray,
    prior: FloatArray,
    *,
    weights: FloatArray | None = None,
    log_mean: FloatArray | None = None,
) -> float:
    """Return the Kullback-Leibler divergence from `prior`, in nats, summed over distributions.

    Parameters
    ----------
    concentration : numpy.ndarray of float64, shape (..., n)
        Parameters of one distribution in each row of the last axis, above 0.
    prior : numpy.ndarray of float64
        Those of their priors, of a shape that broadcasts.
    weights : numpy.ndarray of float64, optional
        How often each distribution counts, of a shape that broadcasts to (...); 1 by default.
    log_mean : numpy.ndarray of float64, shape (..., n), optional
        ``expected_log(concentration)`` where it is at hand.

    Returns
    -------
    float
        At least 0, but for rounding; 0 where both are the same.

    Examples
    --------
    >>> round(dirichlet_divergence(np.array([2.0, 1.0]), np.array([1.0, 1.0])), 4)
    0.1931
    """
    from scipy.special import gammaln

    mean = expected_log(concentration) if log_mean is None else log_mean
    given = np.broadcast_to(prior, concentration.shape)
    cells = (concentration - given) * mean - gammaln(concentration) + gammaln(prior)
    rows = gammaln(concentration.sum(axis=-1)) - gammaln(given.sum(axis=-1))
    if weights is None:
        return float(cells.sum() + rows.sum())
    return float((weights * (cells.sum(axis=-1) + rows)).sum())
