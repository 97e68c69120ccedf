"""What a confusion matrix and expected counts of votes say: shares, precision, accuracy."""

from __future__ import annotations

import numpy as np

from weaklabel.core import FloatArray

__all__ = ["accuracy_from_counts", "precision_from_confusion", "proportions"]


def proportions(counts: FloatArray) -> FloatArray:
    """Return `counts` divided by their sum over the last axis; uniform where that is zero.

    Examples
    --------
    >>> proportions(np.array([[3.0, 1.0], [0.0, 0.0]]))
    array([[0.75, 0.25],
           [0.5 , 0.5 ]])
    """
    total = counts.sum(axis=-1, keepdims=True)
    uniform = np.full_like(counts, 1.0 / counts.shape[-1])
    return np.asarray(np.divide(counts, total, out=uniform, where=total > 0))


def precision_from_confusion(class_prior: FloatArray, confusion: FloatArray) -> FloatArray:
    """Return P(true class | vote) by Bayes' rule.

    Parameters
    ----------
    class_prior : numpy.ndarray of float64, shape (n_classes,)
        P(true class); sums to 1.
    confusion : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, y, v]`` is P(vote ``v`` | true class ``y``) of labeling function ``j``.

    Returns
    -------
    numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]``; sums to 1 over ``y``, uniform where a vote cannot occur.

    Examples
    --------
    >>> confusion = np.array([[[0.9, 0.1], [0.3, 0.7]]])
    >>> precision_from_confusion(np.array([0.5, 0.5]), confusion)
    array([[[0.75 , 0.25 ],
            [0.125, 0.875]]])
    """
    return proportions(confusion.transpose(0, 2, 1) * class_prior)


def accuracy_from_counts(expected_counts: FloatArray) -> FloatArray:
    """Return the expected share of right votes of each labeling function.

    Parameters
    ----------
    expected_counts : numpy.ndarray of float64, shape (n_lfs, n_classes, n_classes)
        ``[j, v, y]`` is the expected number of votes ``v`` on items of class ``y``.

    Returns
    -------
    numpy.ndarray of float64, shape (n_lfs,)
        In [0, 1]; NaN for a labeling function that never votes.

    Examples
    --------
    >>> accuracy_from_counts(np.array([[[3.0, 1.0], [0.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]]))
    array([0.875,   nan])
    """
    total = expected_counts.sum(axis=(1, 2))
    right = np.einsum("jvv->j", expected_counts)
    return np.asarray(np.divide(right, total, out=np.full(len(total), np.nan), where=total > 0))
