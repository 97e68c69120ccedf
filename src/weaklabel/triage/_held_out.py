"""Held-out probabilities beside votes and soft labels: the same items, and on the same scale."""

from __future__ import annotations

import numpy as np

from weaklabel.core import FloatArray, SoftLabels, VoteMatrix
from weaklabel.core._check import check_type
from weaklabel.core._ids import match_item_ids
from weaklabel.core._numerics import log_normalize, safe_log
from weaklabel.errors import LabelsError

__all__ = ["matching_rows", "rescaled"]

#: Below this a probability says no more than "no".
_LEAST = 1e-6
#: As many items fix k + 1 numbers to three digits.
_MOST_ITEMS = 50_000
#: Keeps the offset of a class that no item has finite; in nats squared per item.
_RIDGE = 1e-4


def matching_rows(
    votes: VoteMatrix, soft: SoftLabels, pred_probs: SoftLabels
) -> tuple[FloatArray, FloatArray]:
    """Return the posterior and the held-out probabilities of the items of `votes`.

    Parameters
    ----------
    votes : VoteMatrix
        Whose items, and in which order.
    soft : SoftLabels
        The label model's posterior of at least these items.
    pred_probs : SoftLabels
        Held-out probabilities of at least these items.

    Returns
    -------
    posterior, pred_probs : numpy.ndarray of float64, shape (n_items, n_classes)
        Rows sum to 1.

    Raises
    ------
    ItemsError
        If `soft` or `pred_probs` lack an item of `votes`.
    LabelsError
        If they have other classes, or `pred_probs` comes from a label model.
    ParameterError
        If an argument is of another type.
    """
    check_type("soft", soft, SoftLabels)
    check_type("pred_probs", pred_probs, SoftLabels)
    for name, noun in (("soft", soft), ("pred_probs", pred_probs)):
        if noun.schema != votes.schema:
            raise LabelsError(
                f"{name} has classes {list(noun.schema.classes)}, must have those of votes, "
                f"{list(votes.schema.classes)}. Use the same schema throughout."
            )
    if pred_probs is soft or pred_probs.provenance.startswith("model:"):
        raise LabelsError(
            f"pred_probs comes from {pred_probs.provenance!r}, must be out-of-fold probabilities of a "
            "classifier. Use refine(...).pred_probs."
        )
    posterior = soft.posterior[match_item_ids(votes.item_ids, soft.item_ids, "soft labels")]
    rows = match_item_ids(votes.item_ids, pred_probs.item_ids, "pred_probs")
    return posterior, pred_probs.posterior[rows]


def rescaled(pred_probs: FloatArray, posterior: FloatArray, *, seed: int = 0) -> FloatArray:
    """Return held-out probabilities on the scale of the label model's posterior.

    A regularized classifier is timid: its mean probability of a class is far below
    how often it is right, so that it seems to contradict every vote. One power of
    all probabilities and one factor for each class, which bring it nearest to the
    posterior on the whole, leave only where it contradicts in particular.

    Parameters
    ----------
    pred_probs : numpy.ndarray of float64, shape (n_items, n_classes)
        Held-out P(true class | content); rows sum to 1.
    posterior : numpy.ndarray of float64, shape (n_items, n_classes)
        P(true class | votes) of the same items; rows sum to 1. Leave out items
        without votes.
    seed : int
        Seed of the sample of 50,000 items from which the scale is learned, where
        there are more.

    Returns
    -------
    numpy.ndarray of float64, shape (n_items, n_classes)
        Proportional to ``factor[y] * pred_probs[y] ** power``; rows sum to 1.

    Notes
    -----
    Cross-entropy is minimized by L-BFGS. As good a scale as the posterior is right on
    average: it is not learned from gold.

    References
    ----------
    .. [1] C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern
       Neural Networks", ICML 2017 (temperature and vector scaling).
       https://proceedings.mlr.press/v70/guo17a.html
    """
    from scipy.optimize import minimize

    log_probs = safe_log(np.maximum(pred_probs, _LEAST))
    n_items, n_classes = log_probs.shape
    if n_items == 0:
        return np.empty((0, n_classes))
    rows = np.random.default_rng(seed).permutation(n_items)[:_MOST_ITEMS]
    seen, wanted = log_probs[rows], posterior[rows]

    def loss(scale: FloatArray) -> tuple[float, FloatArray]:
        power, offset = np.exp(scale[0]), scale[1:]
        logits = power * seen + offset
        said = log_normalize(logits)
        off = (said - wanted) / len(rows)
        value = -(wanted * safe_log(said)).sum() / len(rows) + _RIDGE * (scale**2).sum()
        slope = np.concatenate([[power * (off * seen).sum()], off.sum(axis=0)])
        return float(value), slope + 2 * _RIDGE * scale

    scale = minimize(loss, np.zeros(n_classes + 1), jac=True, method="L-BFGS-B").x
    return log_normalize(np.exp(scale[0]) * log_probs + scale[1:])
