"""Combine a label model's posterior with a classifier's probabilities: the product rule."""

from __future__ import annotations

import numpy as np

from weaklabel.core import FloatArray
from weaklabel.core._numerics import log_normalize, safe_log

__all__ = ["product_rule"]


def product_rule(
    posterior: FloatArray,
    proba: FloatArray,
    class_prior: FloatArray,
    weight: FloatArray | float = 1.0,
) -> FloatArray:
    """Return P(true class | votes and features), with the prior counted once.

    Votes and features are taken as independent given the true class. Both
    sources contain the class prior, so it is divided out once.

    Parameters
    ----------
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        P(true class | votes); rows sum to 1.
    proba : numpy.ndarray of float64, shape (n_items, n_classes)
        P(true class | features); rows sum to 1.
    class_prior : numpy.ndarray of float64, shape (n_classes,)
        P(true class) in both; sums to 1. A class with prior 0 keeps probability
        0 where a source says 0.
    weight : float or numpy.ndarray of float64, shape (n_items,)
        How far `proba` counts, in [0, 1]; with 0 the posterior stays as it is.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items, n_classes)
        Proportional to ``posterior * (proba / class_prior) ** weight``; rows sum to 1.

    Notes
    -----
    Summed in log space, zero taken as the smallest normal float.

    References
    ----------
    .. [1] G. E. Hinton, "Training products of experts by minimizing contrastive
       divergence", Neural Computation 14(8), 2002.

    Examples
    --------
    A posterior that equals the prior says nothing, so the classifier decides:

    >>> prior = np.array([0.8, 0.2])
    >>> product_rule(np.array([[0.8, 0.2]]), np.array([[0.3, 0.7]]), prior).round(2)
    array([[0.3, 0.7]])
    """
    evidence = safe_log(proba) - safe_log(class_prior)
    return log_normalize(safe_log(posterior) + np.reshape(weight, (-1, 1)) * evidence)
