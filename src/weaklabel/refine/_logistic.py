"""Logistic regression on soft targets, without a copy of any row."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from weaklabel.core import BoolArray, FloatArray
from weaklabel.errors import ConvergenceWarning
from weaklabel.refine._features import Features

__all__ = ["SoftLogistic", "fit_soft_logistic"]

#: Inverse regularisation for rows of about unit length.
_C = 4.0
_MAX_ITER = 2000
#: Largest element of the gradient of the mean loss at which to stop, as scikit-learn has it.
_TOLERANCE = 1e-4
_EPSILON = float(np.finfo(np.float64).eps)
#: Rows whose probabilities are held in double precision at once.
_ROWS_AT_ONCE = 50_000


class SoftLogistic(NamedTuple):
    """What was learned: a column of weights for each class; of two classes, for the second alone."""

    weights: FloatArray
    intercept: FloatArray

    def predict_proba(self, features: Features) -> FloatArray:
        """Return P(class) of each row, shape (n_rows, n_classes)."""
        return np.exp(_log_proba(_times(features, self.weights), self.intercept))


def fit_soft_logistic(
    features: Features, targets: FloatArray, learned: BoolArray, hidden: BoolArray | None = None
) -> SoftLogistic:
    """Return the logistic regression that minimises the cross-entropy to soft targets.

    Parameters
    ----------
    features : array or sparse matrix of float, shape (n_rows, n_features)
        Finite numbers.
    targets : numpy.ndarray of float64, shape (n_rows, n_classes)
        Soft labels; rows sum to 1. Read only where `learned`.
    learned : numpy.ndarray of bool, shape (n_rows,)
        Rows to learn from, at least one; the others take a little time and no memory.
    hidden : numpy.ndarray of bool, shape (n_features,), optional
        Columns that get no weight, as if they were not there.

    Returns
    -------
    SoftLogistic

    Warns
    -----
    ConvergenceWarning
        If it did not converge in 2000 iterations.

    Notes
    -----
    The same minimum as that of scikit-learn's ``LogisticRegression(C=4)`` on a weighted
    copy of each row for each class, for about a ``n_classes``-th of its time and memory.
    Products are in the precision of `features`, so that these are not copied; sums over
    rows are in double precision. All folds in one problem would be slower: products with
    sparse features gain nothing, and it takes six times as many iterations.
    """
    from scipy.optimize import minimize

    n_classes = targets.shape[1]
    shape = (features.shape[1] + 1, 1 if n_classes == 2 else n_classes)

    def loss(flat: npt.NDArray[Any]) -> tuple[float, npt.NDArray[Any]]:
        value, slope = _loss(flat.reshape(shape), features, targets, learned)
        if hidden is not None:
            slope[:-1][hidden] = 0.0  # they start at zero, so they stay there
        return value, slope.ravel()

    start: npt.NDArray[Any] = np.zeros(shape[0] * shape[1])
    found = minimize(
        loss,
        start,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _MAX_ITER, "gtol": _TOLERANCE, "ftol": 64 * _EPSILON, "maxls": 50},
    )
    if found.nit >= _MAX_ITER:
        warnings.warn(
            "the logistic regression of refine did not converge. Scale the features, or pass a "
            "classifier with a higher max_iter.",
            ConvergenceWarning,
            stacklevel=2,
        )
    weights = found.x.reshape(shape)
    return SoftLogistic(weights[:-1], weights[-1])


def _loss(
    weights: FloatArray, features: Features, targets: FloatArray, learned: BoolArray
) -> tuple[float, FloatArray]:
    """Return the mean cross-entropy with its penalty, and the gradient."""
    n_columns, n_learned = weights.shape[1], int(learned.sum())
    rest = _times(features, weights[:-1])
    slope, value = np.zeros_like(weights), 0.0
    for low in range(0, len(rest), _ROWS_AT_ONCE):
        rows = slice(low, low + _ROWS_AT_ONCE)
        weight = learned[rows, None] / n_learned
        log_proba = _log_proba(rest[rows], weights[-1])
        value -= float((weight * targets[rows] * log_proba).sum())
        # Logits are not needed again: what is left to explain takes their place.
        rest[rows] = (weight * (np.exp(log_proba) - targets[rows]))[:, -n_columns:]
        slope[-1] += rest[rows].sum(axis=0, dtype=np.float64)
    penalty = 1.0 / (_C * n_learned)
    slope[:-1] = _times(features.T, rest) + penalty * weights[:-1]
    return value + penalty / 2 * float((weights[:-1] ** 2).sum()), slope


def _log_proba(logits: npt.NDArray[Any], intercept: FloatArray) -> FloatArray:
    """Return log P(class), shape (n_rows, n_classes); of two classes, the first has logit 0."""
    made = logits + intercept
    if made.shape[1] == 1:
        made = np.hstack([np.zeros_like(made), made])
    made -= made.max(axis=1, keepdims=True)
    return np.asarray(made - np.log(np.exp(made).sum(axis=1, keepdims=True)))


def _times(features: Features, dense: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the product; `dense` takes the type of `features`, which would be copied otherwise."""
    return np.asarray(features @ np.ascontiguousarray(dense, dtype=features.dtype))
