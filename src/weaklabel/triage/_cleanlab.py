"""cleanlab's label quality and label issues; nothing else in the package imports cleanlab."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from weaklabel.core import BoolArray, CodeArray, FloatArray, IntArray
from weaklabel.errors import MissingDependencyError

__all__ = ["label_issues", "label_quality"]


def label_quality(labels: CodeArray, pred_probs: FloatArray) -> FloatArray:
    """Return how far each label agrees with held-out probabilities.

    cleanlab's normalized margin, with the probabilities adjusted by the mean
    confidence in each class, so that rare classes are not all suspect.

    Parameters
    ----------
    labels : numpy.ndarray of int8 or int16, shape (n_items,)
        Code of each item, -1 where there is no label.
    pred_probs : numpy.ndarray of float64, shape (n_items, n_classes)
        Held-out P(true class | content); rows sum to 1. Never the label model's
        own posterior: its label is always right by it.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items,)
        Quality in [0, 1], low is bad; NaN where there is no label. Where all
        labels are of one class, the probability of that class.

    Raises
    ------
    MissingDependencyError
        If cleanlab is not installed.

    Notes
    -----
    cleanlab needs labels 0..k-1 without gaps. Classes that no label has are left
    out, and the probabilities of the others rescaled.

    References
    ----------
    .. [1] C. G. Northcutt, L. Jiang and I. L. Chuang, "Confident Learning: Estimating
       Uncertainty in Dataset Labels", JAIR 70, 2021. https://doi.org/10.1613/jair.1.12125
    """
    quality = np.full(len(labels), np.nan)
    rows = np.flatnonzero(labels >= 0)
    codes, proba = _without_gaps(labels[rows], pred_probs[rows])
    if proba.shape[1] < 2:
        quality[rows] = pred_probs[rows, labels[rows]]
        return quality
    with _quiet():
        scores = _cleanlab().rank.get_label_quality_scores(
            codes, proba, method="normalized_margin", adjust_pred_probs=True
        )
    quality[rows] = np.clip(scores, 0.0, 1.0)
    return quality


def label_issues(labels: CodeArray, pred_probs: FloatArray) -> BoolArray:
    """Return which labels cleanlab flags as likely errors.

    Parameters
    ----------
    labels, pred_probs : numpy.ndarray
        As of `label_quality`.

    Returns
    -------
    numpy.ndarray of bool, shape (n_items,)
        False where there is no label, or where all labels are of one class.

    Raises
    ------
    MissingDependencyError
        If cleanlab is not installed.

    Notes
    -----
    cleanlab's default filter, "prune by noise rate", in one process. It flags a
    small part of the wrong labels: rank by `label_quality`, do not stop at the flags.
    """
    flagged = np.zeros(len(labels), dtype=np.bool_)
    rows = np.flatnonzero(labels >= 0)
    codes, proba = _without_gaps(labels[rows], pred_probs[rows])
    if proba.shape[1] < 2:
        return flagged
    with _quiet():
        flagged[rows] = _cleanlab().filter.find_label_issues(codes, proba, n_jobs=1)
    return flagged


def _without_gaps(labels: CodeArray, pred_probs: FloatArray) -> tuple[IntArray, FloatArray]:
    present, codes = np.unique(labels, return_inverse=True)
    proba = pred_probs[:, present]
    total = proba.sum(axis=1, keepdims=True)
    even = np.full_like(proba, 1 / max(len(present), 1))
    return codes.ravel().astype(np.int64), np.where(
        total > 0, proba / np.where(total > 0, total, 1), even
    )


def _cleanlab() -> Any:
    try:
        import cleanlab.filter
        import cleanlab.rank
    except ImportError as error:  # pragma: no cover - cleanlab is a dependency of the package
        raise MissingDependencyError.of("cleanlab", "rank_for_review", "all") from error
    return cleanlab


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what cleanlab prints and warns of from the user, to whom it says nothing."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
