"""Arithmetic on log-probabilities and proportions, on plain arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from weaklabel.core._arrays import BoolArray, FloatArray, IntArray

__all__ = ["entropy", "log_normalize", "margin", "safe_log", "tied_argmax", "wilson_interval"]

_TINY = np.finfo(np.float64).tiny
#: Posteriors closer than this are one value: sums over hundreds of votes differ by rounding alone.
TIE_TOLERANCE = 1e-12


def safe_log(probability: npt.ArrayLike) -> FloatArray:
    """Return the natural logarithm, with zero taken as the smallest normal float (-708.4)."""
    return np.log(np.maximum(np.asarray(probability, dtype=np.float64), _TINY))


def log_normalize(log_weights: FloatArray) -> FloatArray:
    """Return probabilities proportional to ``exp(log_weights)``, row by row.

    Parameters
    ----------
    log_weights : numpy.ndarray of float64, shape (n, k)
        Any finite values; the row maximum is subtracted first, so nothing overflows.

    Returns
    -------
    numpy.ndarray of float64, shape (n, k)
        Every row sums to 1.

    Examples
    --------
    >>> log_normalize(np.array([[-1000.0, -1000.0], [0.0, np.log(3)]]))
    array([[0.5 , 0.5 ],
           [0.25, 0.75]])
    """
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True, initial=-np.inf))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float64)


def entropy(posterior: FloatArray) -> FloatArray:
    """Return the entropy of each row in nats, in [0, log k]; 0 log 0 is 0."""
    return np.asarray(-(posterior * safe_log(posterior)).sum(axis=1), dtype=np.float64)


def margin(posterior: FloatArray) -> FloatArray:
    """Return the largest minus the second largest probability of each row, in [0, 1]."""
    top_two = np.partition(posterior, -2, axis=1)[:, -2:]
    return np.asarray(top_two[:, 1] - top_two[:, 0], dtype=np.float64)


def tied_argmax(posterior: FloatArray) -> tuple[IntArray, BoolArray]:
    """Return the position of each row's maximum, and where the maximum is shared.

    Values within 1e-12 of the maximum count as tied.
    """
    best = posterior.argmax(axis=1).astype(np.int64) if len(posterior) else np.empty(0, np.int64)
    highest = posterior.max(axis=1, keepdims=True, initial=-np.inf)
    return best, (posterior >= highest - TIE_TOLERANCE).sum(axis=1) > 1


def wilson_interval(
    successes: npt.ArrayLike, trials: npt.ArrayLike, z: float = 1.959963984540054
) -> tuple[FloatArray, FloatArray]:
    """Return the Wilson score interval of a proportion; (0, 1) where there are no trials.

    Parameters
    ----------
    successes, trials : array_like of float
        Counts; ``0 <= successes <= trials``.
    z : float
        Normal quantile; the default gives 95 %.

    Returns
    -------
    low : numpy.ndarray of float64
        Lower bounds in [0, 1], of the broadcast shape.
    high : numpy.ndarray of float64
        Upper bounds in [0, 1], of the broadcast shape.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical
       inference", J. Am. Stat. Assoc. 22, 1927.

    Examples
    --------
    >>> low, high = wilson_interval(9, 10)
    >>> round(float(low), 3), round(float(high), 3)
    (0.596, 0.982)
    """
    trials = np.asarray(trials, dtype=np.float64)
    n = np.maximum(trials, 1.0)
    p = np.where(trials > 0, np.asarray(successes, dtype=np.float64) / n, 0.5)
    center = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = np.where(trials > 0, np.clip(center - half, 0, 1), 0.0)
    return low, np.where(trials > 0, np.clip(center + half, 0, 1), 1.0)
