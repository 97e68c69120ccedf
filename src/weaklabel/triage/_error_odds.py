"""error_odds: how probable it is that a label is wrong, learned from the answers so far."""

from __future__ import annotations

import numpy as np

from weaklabel.core import BoolArray, FloatArray, IntArray

__all__ = ["error_odds", "suspicion"]

#: Before any answer: the mean and the standard deviation of the weight of a signal, and of the intercept.
_WEIGHT, _WEIGHT_SD = 0.5, 1.0
_INTERCEPT, _INTERCEPT_SD = -2.0, 2.0
#: So many answers to items with the same votes count as much as what all answers say of them.
_PATTERN_STRENGTH = 15.0
_MOST_STEPS = 50


def suspicion(signals: FloatArray) -> FloatArray:
    """Return how extreme each signal of each item is among all items.

    Parameters
    ----------
    signals : numpy.ndarray of float64, shape (n_items, n_signals)
        High where a label looks right, on any scale; NaN where a signal says nothing.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items, n_signals)
        ``-log10`` of the share of items that look as wrong or worse, ties at their middle: 0.3
        for an item in the middle and where a signal says nothing, 3 for the worst of 500.
    """
    found = np.full(signals.shape, -np.log10(0.5))
    for j, column in enumerate(signals.T):
        said = np.flatnonzero(np.isfinite(column))
        _, place, counts = np.unique(column[said], return_inverse=True, return_counts=True)
        middle = np.cumsum(counts) - counts / 2
        if len(said):
            found[said, j] = -np.log10(middle[place] / len(said))
    return found


def error_odds(
    features: FloatArray, patterns: IntArray, answered: IntArray, wrong: BoolArray
) -> FloatArray:
    """Return the probability that each label is wrong.

    Parameters
    ----------
    features : numpy.ndarray of float64, shape (n_items, n_signals)
        What `suspicion` returned.
    patterns : numpy.ndarray of int64, shape (n_items,)
        Vote pattern of each item, from 0.
    answered : numpy.ndarray of int64, shape (n_answers,)
        Positions of items whose class a person told.
    wrong : numpy.ndarray of bool, shape (n_answers,)
        Whether their labels were wrong.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        In (0, 1). Without answers every signal counts the same.

    Notes
    -----
    Logistic regression on the answers, at the maximum of the posterior under normal priors:
    which signal tells wrong labels differs from data to data, and ten answers begin to show
    it. Then ``(15 p + wrong answers) / (15 + answers)`` over items with the same votes, which
    mostly share their mistakes. The constants were chosen on four data sets.
    """
    design = np.column_stack([np.ones(len(features)), features])
    mean = np.full(design.shape[1], _WEIGHT)
    mean[0] = _INTERCEPT
    weights = _fitted(design[answered], wrong.astype(np.float64), mean)
    odds = _sigmoid(design @ weights)
    n_patterns = int(patterns.max(initial=-1)) + 1
    n_wrong = np.bincount(patterns[answered], wrong, minlength=n_patterns)[patterns]
    n_told = np.bincount(patterns[answered], minlength=n_patterns)[patterns]
    return np.asarray((_PATTERN_STRENGTH * odds + n_wrong) / (_PATTERN_STRENGTH + n_told))


def _fitted(design: FloatArray, targets: FloatArray, mean: FloatArray) -> FloatArray:
    """Return the weights of greatest posterior probability, by Newton steps that are halved."""
    precision = np.full(len(mean), _WEIGHT_SD**-2)
    precision[0] = _INTERCEPT_SD**-2

    def loss(weights: FloatArray) -> float:
        z = design @ weights
        fit = np.logaddexp(0.0, z).sum() - targets @ z
        return float(fit + 0.5 * (precision * (weights - mean) ** 2).sum())

    weights, best = mean, loss(mean)
    for _ in range(_MOST_STEPS):
        p = _sigmoid(design @ weights)
        slope = design.T @ (targets - p) - precision * (weights - mean)
        curvature = (design * (p * (1 - p))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(curvature, slope)
        size = 1.0
        while loss(weights + size * step) > best and size > 1e-6:
            size /= 2
        gained = best - loss(weights + size * step)
        if gained <= 1e-9:
            break
        weights, best = weights + size * step, best - gained
    return weights


def _sigmoid(z: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))
